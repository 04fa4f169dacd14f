"""Segments in the JSON of people."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from contacts.segments import Asked
from contacts.services.segments import segment_save


@pytest.fixture
def crowd(clinic) -> dict[str, Contact]:
    make = Contact.unscoped.create
    return {
        "ana": make(company=clinic, name="Ana Lima"),
        "rui": make(company=clinic, name="Rui Sá", status="cliente"),
    }


def test_the_api_names_a_person_s_segments_and_filters_by_one(api, clinic, rival, ana, crowd):
    asked = [Asked("situacao", "e", "cliente")]
    segment = segment_save(company=clinic, actor=ana.user, name="Clientes", conditions=asked)
    theirs = segment_save(company=rival, actor=None, name="Todos", conditions=[])
    client = api(ana)
    assert client.get(f"contatos/{crowd['rui'].pk}/").json()["segments"] == ["Clientes"]
    assert client.get(f"contatos/{crowd['ana'].pk}/").json()["segments"] == []
    found = client.get(f"contatos/?segment={segment.pk}").json()["results"]
    assert [row["name"] for row in found] == ["Rui Sá"]
    assert client.get(f"contatos/?segment={theirs.pk}").json()["results"] == []


def test_a_segment_whose_field_is_gone_holds_nobody_and_breaks_nothing(api, clinic, ana, crowd):
    segment = segment_save(company=clinic, actor=ana.user, name="Antigo", conditions=[])
    segment.conditions.model.unscoped.create(
        company=clinic, segment=segment, field="sumido", operator="e", value="x"
    )
    answer = api(ana).get(f"contatos/{crowd['rui'].pk}/")
    assert answer.json()["segments"] == []
