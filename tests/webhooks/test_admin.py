"""The ledger's pages: for the platform's owner, covered, and with a way to replay."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from omnichannel.models import Channel
from tests import make
from tests.backoffice import Office, owner, said, text_of
from webhooks.models import InboundEvent, InboundIssue
from webhooks.new_event import dedupe_of

State = InboundEvent.State
FIXTURE = Path(__file__).parents[1] / "fixtures" / "whatsapp" / "text-bsuid_and_phone.json"


def keep(body: bytes, **values: object) -> InboundEvent:
    given = {"source": "whatsapp", **values}
    return InboundEvent.objects.create(
        lane=1, body=body, dedupe=dedupe_of("whatsapp", body), **given
    )


@pytest.fixture
def event(db: None) -> InboundEvent:
    return keep(FIXTURE.read_bytes(), state=State.UNROUTED)


def words_of(event: InboundEvent) -> list[str]:
    value = json.loads(bytes(event.body))["entry"][0]["changes"][0]["value"]
    return [value["contacts"][0]["profile"]["name"], value["messages"][0]["text"]["body"]]


def test_an_administrator_of_a_clinic_has_no_page_of_it(event, ana):
    office = Office(ana)
    assert office.list("webhooks_inboundevent").status_code == 403
    assert office.page("webhooks_inboundevent", event).status_code in (302, 403)
    for button in ("reveal", "replay"):
        assert office.press("webhooks_inboundevent", event, button)["Location"] == "/admin/"
    assert not any(word in text_of(office.browser.get("/admin/")) for word in ("inboundevent",))


def test_names_and_texts_are_covered_and_the_kind_is_not(event):
    page = text_of(Office(owner()).page("webhooks_inboundevent", event))
    assert "whatsapp_business_account" in page and "•••" in page
    assert not [word for word in words_of(event) if word in page]


def test_revealing_shows_it_once_and_is_on_the_record_of_whom_it_names(event, clinic, rival):
    value = json.loads(bytes(event.body))["entry"][0]["changes"][0]["value"]
    account = value["metadata"]["phone_number_id"]
    make.channel(clinic, account_id=account, waba_id="1")
    make.channel(rival, account_id="888", waba_id="888")
    office = Office(owner())
    office.press("webhooks_inboundevent", event, "reveal")
    shown = text_of(office.page("webhooks_inboundevent", event))
    assert all(word in shown for word in words_of(event))
    again = text_of(office.page("webhooks_inboundevent", event))
    assert not [word for word in words_of(event) if word in again]
    entry = AuditEntry.unscoped.get(action="webhook.revelado")
    assert (entry.company_id, entry.object_id) == (clinic.pk, str(event.pk))


def test_what_names_nobody_is_on_everybodys_record(event, clinic, rival):
    Office(owner()).press("webhooks_inboundevent", event, "reveal")
    entries = AuditEntry.unscoped.filter(action="webhook.revelado")
    assert {entry.company_id for entry in entries} == {clinic.pk, rival.pk}


def test_bytes_that_are_no_json_open_too(db):
    event = keep(b"\xff{nome: Maria", state=State.QUARANTINED, error="não é JSON")
    page = text_of(Office(owner()).page("webhooks_inboundevent", event))
    assert "13 bytes; ff 7b" in page and "Maria" not in page and "não é JSON" in page


def test_one_is_put_back_in_line(event):
    office = Office(owner())
    assert "voltou para a fila" in said(office.press("webhooks_inboundevent", event, "replay"))
    event.refresh_from_db()
    assert event.state == State.PENDING
    assert "já está na fila" in said(office.press("webhooks_inboundevent", event, "replay"))


def test_many_are_put_back_in_line_and_counted(event):
    other = keep(b"{}", state=State.QUARANTINED)
    waiting = keep(b"[]", state=State.PENDING)
    office = Office(owner())
    answer = office.act("webhooks_inboundevent", "replay_chosen", event, other, waiting)
    assert "2 eventos voltaram" in said(answer)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("quarentena", b"q"),
        ("sem_canal", b"s"),
        ("parados", b"p"),
        ("repetidos", b"r"),
    ],
)
def test_questions_are_answered(db, question, found):
    keep(b"q", state=State.QUARANTINED)
    keep(b"s", state=State.UNROUTED)
    keep(b"p", state=State.PENDING)
    keep(b"r", state=State.DONE, attempts=3)
    InboundEvent.objects.filter(body=b"p").update(created_at=timezone.now() - timedelta(minutes=2))
    keep(b"n", state=State.PENDING)
    page = Office(owner()).list("webhooks_inboundevent", pergunta=question)
    assert [bytes(row.body) for row in page.context["cl"].result_list] == [found]


def test_items_that_were_not_stored_stand_on_the_page_with_their_reason(event):
    InboundIssue.objects.create(
        event=event, position=3, reason="sem_rota", account="42", detail="InboundMessage"
    )
    page = text_of(Office(owner()).page("webhooks_inboundevent", event))
    assert "Conta sem canal" in page and "InboundMessage" in page


def test_the_list_asks_no_more_for_many_rows_than_for_few(event):
    office = Office(owner())
    address = reverse("admin:webhooks_inboundevent_changelist")
    few = office.queries(address)
    for number in range(15):
        keep(str(number).encode())
    assert office.queries(address) <= min(few, 8)


def test_what_came_to_a_key_is_shown_without_the_key_and_is_on_its_channels_record(clinic, rival):
    key = "a-key-of-a-channel-000"
    make.channel(rival)
    Channel.unscoped.update(kind="sms", door_key=key)
    event = keep(
        b"From=%2B5511990000301&Body=Maria&MessageStatus=delivered",
        source="sms",
        request={
            "method": "POST",
            "address": f"/webhooks/sms/{key}/?From=5511990000301",
            "headers": {"content-type": "application/x-www-form-urlencoded", "x-token": "selado"},
        },
    )
    office = Office(owner())
    covered = text_of(office.page("webhooks_inboundevent", event))
    assert "delivered" in covered and "•••" in covered
    assert not [word for word in (key, "5511990000301", "Maria", "selado") if word in covered]
    office.press("webhooks_inboundevent", event, "reveal")
    whole = text_of(office.page("webhooks_inboundevent", event))
    assert "Maria" in whole and "5511990000301" in whole
    assert not [word for word in (key, "selado") if word in whole]
    entry = AuditEntry.unscoped.get(action="webhook.revelado")
    assert entry.company_id == rival.pk


def test_a_body_whose_file_is_gone_is_told(db):
    event = keep(b"", file="webhooks/2020-01-01/gone.body", size=300_000)
    office = Office(owner())
    page = text_of(office.page("webhooks_inboundevent", event))
    assert "não existe mais" in page and "293,0" in page
    office.press("webhooks_inboundevent", event, "reveal")
    assert "não existe mais" in text_of(office.page("webhooks_inboundevent", event))
