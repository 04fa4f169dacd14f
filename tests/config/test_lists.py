"""What lists of the back-office may be asked in their address: nothing that uncovers a column."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Membership
from common.admin import CompanyAdmin
from contacts.models import Contact, Segment
from omnichannel.models import Conversation
from tests import make
from tests.api.conftest import Caller
from tests.backoffice import Office, owner

PAGES = sorted(
    (page for page in admin.site._registry.values() if isinstance(page, CompanyAdmin)),
    key=lambda page: page.opts.label_lower,
)
# Of no type that any column has; a NUL is refused by the database only.
WRONG = ("abc", "\x00")


def address(page: Any) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label_lower)
def test_no_column_is_compared_that_the_list_does_not_offer(page: Any, db: None):
    browser = Office(owner()).browser
    fields = [field.name for field in page.model._meta.concrete_fields]
    for name in fields:
        answer = browser.get(address(page), {f"{name}__regex": "a"})
        assert answer.status_code == 400, name


def test_covered_texts_and_secrets_are_no_oracle(conversation: Conversation, ana: Membership):
    office = Office(ana)
    for model, asked in (
        ("omnichannel_message", "text__icontains"),
        ("omnichannel_channel", "credentials__regex"),
        ("contacts_contact", "notes__contains"),
        ("contacts_contact", "custom__CPF"),
        ("contacts_contact", "conversations__messages__text__icontains"),
        ("omnichannel_conversation", "contact__phone__startswith"),
    ):
        assert office.list(model, **{asked: "1"}).status_code == 400, asked
    assert office.list("omnichannel_message", conversation=conversation.pk).status_code == 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label_lower)
def test_a_filter_of_the_wrong_type_is_no_error_of_ours(page: Any, ana: Membership):
    browser = Office(owner()).browser
    asked = ["q", "o", *page.links]
    for entry in page.list_filter:
        name = entry[0] if isinstance(entry, tuple | list) else entry
        if not isinstance(name, str):
            asked.append(name.parameter_name)
            continue
        asked += [f"{name}{how}" for how in ("__exact", "__id__exact", "_from")]
    for name in asked:
        for value in WRONG:
            answer = browser.get(address(page), {name: value})
            assert answer.status_code in (200, 302, 400), (name, value)


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_an_export_of_a_list_that_cannot_be_asked_leads_back(ana: Membership, kind: str):
    # Without one the filter is not there.
    Segment.unscoped.create(company=ana.company, name="Retorno")
    assert Office(ana).list("contacts_contact", segmento="abc").status_code in (200, 302)
    answer = Office(ana).browser.get(
        f"/admin/contacts/contact/exportar-{kind}/", {"segmento": "abc"}
    )
    assert answer.status_code == 302


def test_the_api_searches_by_words_in_a_body(
    clinic: Any, beto: Membership, channel: Any, bells: Any
):
    talk = make.inbound(channel, text="Sessão", person=make.person(name="Débora")).conversation
    make.inbound(channel, person=make.person("5511970000001", "Outra"))
    call = Caller(beto)
    found = call.post("contatos/buscar/", {"q": "debora"})
    assert [row["id"] for row in found.json()["results"]] == [str(talk.contact_id)]
    found = call.post("conversas/buscar/?stage=fila", {"q": "sessao"})
    assert [row["id"] for row in found.json()["results"]] == [str(talk.pk)]
    assert call.post("conversas/buscar/?stage=bot", {"q": "sessao"}).json()["results"] == []
    for body in ({}, {"q": ""}, {"q": "x" * 101}, {"q": "a", "outro": 1}):
        assert call.post("contatos/buscar/", body).status_code == 400
    page = call.post("contatos/buscar/?limite=1", {"q": "a"}).json()
    assert "q=" not in (page["next"] or "")
    assert Contact.unscoped.count() == 2
