"""What a frontend needs to name: the team, tags, segments, consents, every ticket."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Company, Membership
from contacts.models import Contact, Tag
from contacts.segments import Asked
from contacts.services.segments import segment_save
from omnichannel.models import Channel
from queues.models import Ticket
from queues.services.queues import members_set, queue_save
from tests import make
from tests.api.conftest import Client


def test_the_team_lists_whoever_never_opened_the_product(
    api: Client, ana: Membership, beto: Membership, rui: Membership
):
    found = {row["id"]: row for row in api(beto).get("equipe/").json()["results"]}
    assert found[str(ana.pk)]["presence"] == "offline"
    assert found[str(beto.pk)]["name"] == beto.user.name
    assert str(rui.pk) not in found
    assert ana.user.email not in str(found)
    assert api(beto).get(f"equipe/{ana.pk}/").json()["role"] == "administrador"
    assert api(beto).get(f"equipe/{rui.pk}/").status_code == 404


def test_the_team_costs_the_same_however_large(
    api: Client, beto: Membership, clinic: Company, django_assert_max_num_queries: Any
):
    for n in range(12):
        make.member(clinic, f"Pessoa{n} Lima")
    client = api(beto)
    with django_assert_max_num_queries(6):
        assert len(client.get("equipe/").json()["results"]) >= 12


def test_tags_and_segments_are_named_with_their_ids(
    api: Client, beto: Membership, clinic: Company, rival: Company
):
    Tag.unscoped.create(company=clinic, name="Botox")
    Tag.unscoped.create(company=rival, name="Alheia")
    asked = [Asked("situacao", "e", "cliente")]
    segment = segment_save(company=clinic, actor=None, name="Clientes", conditions=asked)
    assert [row["name"] for row in api(beto).get("etiquetas/").json()["results"]] == ["Botox"]
    (told,) = api(beto).get("segmentos/").json()["results"]
    assert told["id"] == str(segment.pk)
    assert told["conditions"] == [{"field": "situacao", "operator": "e", "value": "cliente"}]


def test_what_a_person_allowed_is_told_with_basis_and_proof(api: Client, ana: Membership):
    given = {
        "name": "Jo",
        "marketing_opt_in": True,
        "legal_basis": "consentimento",
        "proof": "Ficha assinada",
    }
    made = api(ana).post("contatos/", given).json()
    (told,) = api(ana).get(f"contatos/{made['id']}/consentimentos/").json()["results"]
    assert (told["is_granted"], told["proof"]) == (True, "Ficha assinada")


def test_consents_of_somebody_elses_person_are_missing(
    api: Client, ana: Membership, rival: Company
):
    theirs = Contact.unscoped.create(company=rival, name="Jo")
    assert api(ana).get(f"contatos/{theirs.pk}/consentimentos/").status_code == 404


@pytest.mark.usefixtures("bells")
def test_every_ticket_is_listed_and_narrowed(
    api: Client, ana: Membership, beto: Membership, clinic: Company, channel: Channel
):
    queue = queue_save(company=clinic, actor=None, name="Recepção", is_default=True)
    members_set(queue=queue, actor=None, members=[{"membership": beto}])
    for _ in range(2):
        make.inbound(channel, text="Oi", person=make.person(f"55419{make.next_number():08}", "Jo"))
    ids = {str(pk) for pk in Ticket.unscoped.filter(company=clinic).values_list("pk", flat=True)}
    assert len(ids) == 2
    client = api(ana)
    assert {row["id"] for row in client.get("atendimentos/").json()["results"]} == ids
    first = Ticket.unscoped.filter(company=clinic).first()
    assert first is not None
    (only,) = client.get(f"atendimentos/?conversation={first.conversation_id}").json()["results"]
    assert only["id"] == str(first.pk)
    assert len(client.get(f"atendimentos/?queue={queue.pk}").json()["results"]) == 2
