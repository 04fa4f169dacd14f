"""The desk of data protection: everything is found, everything goes, what must stay stays."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import orjson
import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils import timezone

from accounts.models import Membership
from common.scoping import company_scope
from contacts.admin.weighing import erasure_words
from contacts.holdings import holdings
from contacts.models import (
    Consent,
    Contact,
    ContactView,
    DataRequest,
    LegalHold,
    RetentionRule,
)
from contacts.retention import retention_run
from contacts.services.consent import consent_record, consents_verify
from contacts.services.contacts import contact_save
from contacts.services.merging import contacts_merge
from contacts.services.privacy import (
    ErasureHeld,
    StillTalking,
    contact_erase,
    dossier_give,
    erasure_weigh,
)
from omnichannel.models import Attachment, Conversation, Message, MessageVersion, Reaction
from omnichannel.services.conversations import conversation_close
from queues.models import RoutingRun, Ticket, TicketEvent
from queues.services.queues import queue_save
from tests import make
from tests.backoffice import Office

# Nobody else's row holds this.
MARK = "Zqx9"
NUMBER = "5541987650001"
OWN = (
    "accounts",
    "contacts",
    "omnichannel",
    "queues",
    "webhooks",
    "agenda",
    "leadscoring",
    "campaigns",
    "bot",
    "visitors",
)
# They hold ids of ours and no word of the person.
ELSEWHERE = {
    "contacts.contactview": "ids of whom was looked at",
    "webhooks.inboundevent": "emptied by webhooks.retention.bodies_forget",
}


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def person(channel, clinic, ana: Membership) -> Contact:
    """Give a person with something in every table."""
    queue_save(company=clinic, actor=None, name="Recepção", is_default=True)
    who = make.person(NUMBER, f"{MARK} nome")
    event = make.event(make.body(channel, make.said(f"{MARK} corpo", **{"from": NUMBER})))
    message = make.inbound(channel, person=who, text=f"{MARK} texto")
    talk = message.conversation
    with company_scope(clinic):
        contact = contact_save(
            actor=ana,
            contact=talk.contact,
            email=f"{MARK}@x.example",
            notes=f"{MARK} nota",
            custom={"cpf": f"{MARK} cpf"},
            tags=["VIP"],
        )
        MessageVersion.objects.create(
            company=clinic,
            message=message,
            text=f"{MARK} antes",
            replaced_at=timezone.now(),
            reason="edicao",
        )
        Reaction.objects.create(
            company=clinic,
            message=message,
            direction="entrada",
            emoji=MARK,
            happened_at=timezone.now(),
        )
        file = Attachment(
            company=clinic,
            conversation=talk,
            message=message,
            filename=f"{MARK}.pdf",
            state="pronto",
        )
        file.file.save("", ContentFile(f"{MARK} arquivo".encode()), save=True)
        Conversation.objects.update(subject=f"{MARK} assunto", referral={"a": MARK})
        Ticket.objects.update(rating_comment=f"{MARK} nota", end_reason=f"{MARK} fim")
        ticket = Ticket.objects.get()
        TicketEvent.objects.create(
            company=clinic, ticket=ticket, kind="devolvido", detail={"reason": MARK}
        )
    consent_record(
        contact=contact,
        purpose="marketing",
        is_granted=True,
        source="ficha",
        occurred_at=timezone.now(),
    )
    type(event).objects.update(state="processado")
    return Contact.unscoped.get(pk=contact.pk)


def close(person: Contact, actor: Membership) -> None:
    with company_scope(person.company_id):
        for talk in Conversation.objects.filter(contact=person).open():
            conversation_close(conversation=talk, actor=actor)


def leads_to_person(model: type[models.Model], depth: int = 3) -> bool:
    if model is Contact:
        return True
    if depth == 0:
        return False
    targets = [
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is not model
    ]
    return any(leads_to_person(target, depth - 1) for target in targets)


def test_every_table_that_leads_to_a_person_is_named():
    named = {one.model for one in holdings}
    touching = {
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OWN
        and leads_to_person(model)
        and model._meta.label_lower not in ELSEWHERE
    }
    assert {model._meta.label for model in touching - named} == set()


def test_what_stays_says_why():
    for one in holdings:
        assert one.is_deleted or one.blanks or one.why, one.model


def archive(person: Contact, actor: Membership) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(dossier_give(contact=person, actor=actor).read()))


def test_the_archive_holds_every_table_and_every_file(person, ana):
    bundle = archive(person, ana)
    data = orjson.loads(bundle.read("dados.json"))
    for one in holdings:
        assert one.title in data["dados"]
    said = bundle.read("dados.json").decode()
    for words in ("nome", "texto", "antes", "nota", "cpf", "assunto"):
        assert f"{MARK} {words}" in said
    (file,) = [name for name in bundle.namelist() if name.startswith("arquivos/")]
    assert file.endswith(f"{MARK}.pdf")
    assert bundle.read(file) == f"{MARK} arquivo".encode()
    assert bundle.read("dados.pdf").startswith(b"%PDF")


def test_taking_the_archive_is_written_down(person, ana):
    archive(person, ana)
    look = ContactView.unscoped.get(place="exportacao")
    assert (look.membership, look.contacts) == (ana, [person.pk])


def test_the_archive_holds_nobody_else(person, channel, ana):
    make.inbound(channel, person=make.person("5541987650002", "Outra"), text="segredo de outra")
    assert "segredo de outra" not in archive(person, ana).read("dados.json").decode()


def test_what_was_merged_into_a_person_is_theirs(person, channel, ana):
    other = make.inbound(channel, person=make.person("5541987650003", "X"), text="dela também")
    contacts_merge(kept=person, gone=other.conversation.contact, actor=ana)
    assert "dela também" in archive(person, ana).read("dados.json").decode()


# --- erasure --------------------------------------------------------------------------------------


def everything_stored() -> str:
    """Return every text of every table, as a dump would."""
    texts = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in OWN and model._meta.managed:
                cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
                texts += [row[0] for row in cursor.fetchall()]
                for column in model._meta.concrete_fields:
                    if isinstance(column, models.BinaryField):
                        cursor.execute(
                            f"SELECT encode(\"{column.column}\", 'escape') "
                            f'FROM "{model._meta.db_table}"'
                        )
                        texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def test_after_an_erasure_nothing_of_the_person_is_left_anywhere(
    person, ana, django_capture_on_commit_callbacks
):
    close(person, ana)
    path = Attachment.unscoped.get().file
    storage, name = path.storage, path.name
    assert MARK in everything_stored()
    with django_capture_on_commit_callbacks(execute=True):
        contact_erase(contact=person, actor=ana)
    left = everything_stored()
    assert [line for line in left.splitlines() if MARK in line or NUMBER in line] == []
    assert not storage.exists(name)
    # What the law wants proved, and what the numbers count, is there.
    assert Consent.unscoped.filter(contact=person).count() == 1
    assert consents_verify(company=person.company_id).is_whole
    assert Message.unscoped.exists()
    assert Ticket.unscoped.exists()


def test_the_page_before_an_erasure_names_the_person_the_rows_and_what_refuses_it(person, ana):
    close(person, ana)
    rows = erasure_weigh(person).rows
    assert rows > 3
    plain = erasure_words(person)
    assert plain == [f"Pessoa: {person}.", f"Registros que são dela: {rows}."]
    LegalHold.unscoped.create(company=ana.company, contact=person, reason="Prontuário")
    assert [row for row in erasure_words(person) if "guarda legal" in row]
    assert erasure_weigh(person).rows >= rows


def test_an_erased_person_who_writes_again_is_a_stranger(person, channel, ana):
    close(person, ana)
    contact_erase(contact=person, actor=ana)
    again = make.inbound(channel, person=make.person(NUMBER, "De volta"))
    assert again.conversation.contact != person


def test_nobody_else_loses_anything(person, channel, ana):
    other = make.inbound(channel, person=make.person("5541987650002", "Outra"), text="fica")
    close(person, ana)
    contact_erase(contact=person, actor=ana)
    assert Message.unscoped.get(pk=other.pk).text == "fica"
    assert other.conversation.contact.identities.for_company(ana.company_id).exists()


def test_a_hold_and_an_open_conversation_stand_against_it(person, ana):
    with pytest.raises(StillTalking):
        contact_erase(contact=person, actor=ana)
    close(person, ana)
    hold = LegalHold.unscoped.create(company=ana.company, contact=person, reason="Prontuário")
    with pytest.raises(ErasureHeld):
        contact_erase(contact=person, actor=ana)
    hold.until = timezone.localdate() - timedelta(days=1)
    hold.save()
    contact_erase(contact=person, actor=ana)


def test_an_erasure_answers_the_request_for_it(person, ana):
    asked = DataRequest.unscoped.create(company=ana.company, contact=person, kind="eliminacao")
    close(person, ana)
    contact_erase(contact=person, actor=ana)
    asked.refresh_from_db()
    assert (asked.status, asked.answered_at is not None) == ("concluido", True)


# --- time -----------------------------------------------------------------------------------------


def test_rules_delete_what_is_over_and_nothing_else(person, channel, clinic, ana):
    close(person, ana)
    young = make.inbound(channel, person=make.person("5541987650004", "Nova"), text="aberta")
    RoutingRun.unscoped.create(company=clinic, queue=Ticket.unscoped.first().queue, snapshot={})
    for data_class in ("mensagens", "distribuicao"):
        RetentionRule.unscoped.create(company=clinic, data_class=data_class, days=365)
    assert retention_run() == {"mensagens": 0, "distribuicao": 0}
    gone = retention_run(now=timezone.now() + timedelta(days=366))
    assert gone["mensagens"] >= 1
    assert gone["distribuicao"] == 1
    assert list(Message.unscoped.filter(direction="entrada")) == [young]
    assert Conversation.unscoped.filter(contact=person).exists()
    assert not Attachment.unscoped.exists()


def test_a_hold_keeps_messages_past_their_time(person, clinic, ana):
    close(person, ana)
    LegalHold.unscoped.create(company=clinic, contact=person, reason="Processo")
    RetentionRule.unscoped.create(company=clinic, data_class="mensagens", days=1)
    later = timezone.now() + timedelta(days=9)
    with time_machine.travel(later):
        assert retention_run() == {"mensagens": 0}


def test_a_request_counts_its_fifteen_days(person, ana):
    ana.user.is_staff = True
    ana.user.save()
    asked = DataRequest.unscoped.create(company=ana.company, contact=person, kind="acesso")
    office = Office(ana)
    assert "14 dias" in office.page("contacts_datarequest", asked).content.decode()
    assert not office.list("contacts_datarequest", pergunta="vencendo").context["cl"].result_count
    with time_machine.travel(asked.received_at + timedelta(days=16)):
        office = Office(ana)
        page = office.page("contacts_datarequest", asked).content.decode()
        assert "O prazo de 15 dias passou" in page
        late = office.list("contacts_datarequest", pergunta="atrasados")
        assert asked in late.context["cl"].queryset
        office.press("contacts_datarequest", asked, "answer")
    asked.refresh_from_db()
    assert asked.status == "concluido"


def test_the_archive_and_the_erasure_are_given_in_the_back_office(person, ana):
    ana.user.is_staff = True
    ana.user.save()
    office = Office(ana)
    answer = office.press("contacts_contact", person, "give_data")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    close(person, ana)
    asked = office.press("contacts_contact", person, "erase").content.decode()
    assert "não voltam" in asked
    assert Contact.unscoped.get(pk=person.pk).name != "Pessoa eliminada"
    office.press("contacts_contact", person, "erase", confirmado="1")
    assert Contact.unscoped.get(pk=person.pk).name == "Pessoa eliminada"
