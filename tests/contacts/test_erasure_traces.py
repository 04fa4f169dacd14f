"""After an erasure a person is in no corner: kept receipts and answers, raw bodies, tags."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Company, IdempotencyKey, Membership
from common.scoping import company_scope
from contacts.models import Contact, Tag
from contacts.services.contacts import contact_save
from contacts.services.privacy import contact_erase
from contacts.traces import traces_of
from omnichannel.models import Channel, Message, StatusReceipt
from omnichannel.services.conversations import conversation_close
from tests import make
from tests.api.conftest import Caller
from tests.contacts.test_privacy import everything_stored
from webhooks.models import InboundEvent
from webhooks.narrowing import without

NUMBER = "5541987650077"
OTHER = "5541987650088"


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


def wamid(number: str, tail: bytes) -> str:
    """Make an id as WhatsApp does: letters that hold the number."""
    raw = b"\x1d\x0c" + bytes([len(number)]) + number.encode() + b"\x15\x02\x00\x12\x18\x14" + tail
    return "wamid." + base64.b64encode(raw).decode()


@pytest.fixture
def person(channel: Channel, clinic: Company, ana: Membership) -> Contact:
    """Give somebody who wrote, was quoted, whose receipt came early, and who was tagged by name."""
    who = make.person(NUMBER, "Quitéria Zanforlin")
    first = make.inbound(channel, person=who, external_id=wamid(NUMBER, b"primeira"))
    make.inbound(channel, person=who, reply_to=first.external_id)
    StatusReceipt.unscoped.create(
        company=clinic,
        channel=channel,
        external_id=wamid(NUMBER, b"nunca guardada"),
        status="entregue",
        happened_at=timezone.now(),
    )
    contact: Contact = first.conversation.contact
    with company_scope(clinic):
        contact_save(actor=ana, contact=contact, tags=["Zanforlin, Quitéria", "VIP"])
        conversation_close(conversation=first.conversation, actor=ana)
    return Contact.unscoped.get(pk=contact.pk)


def left_of(person_words: list[str]) -> list[str]:
    marks = [*person_words, *traces_of([NUMBER])]
    return [line for line in everything_stored().splitlines() if any(m in line for m in marks)]


def test_no_message_id_holds_the_number_any_more(person: Contact, ana: Membership) -> None:
    assert Message.unscoped.exclude(reply_to_external_id="").exists()
    contact_erase(contact=person, actor=ana)
    assert left_of(["Quitéria"]) == []
    assert not StatusReceipt.unscoped.exists()
    assert set(Tag.unscoped.values_list("name", flat=True)) == {"VIP"}


def test_receipts_and_tags_of_others_stay(
    person: Contact, ana: Membership, clinic: Company, channel: Channel
) -> None:
    other = make.inbound(channel, person=make.person(OTHER, "Outra Pessoa"))
    with company_scope(clinic):
        contact_save(actor=ana, contact=other.conversation.contact, tags=["VIP", "Quitéria"])
        contact_save(actor=ana, contact=person, tags=["Quitéria", "Zanforlin"])
    StatusReceipt.unscoped.create(
        company=clinic,
        channel=channel,
        external_id=wamid(OTHER, b"dela"),
        status="entregue",
        happened_at=timezone.now(),
    )
    contact_erase(contact=person, actor=ana)
    assert StatusReceipt.unscoped.count() == 1
    names = set(Tag.unscoped.values_list("name", flat=True))
    assert "Quitéria" in names
    assert "Zanforlin" not in names


def test_a_kept_answer_does_not_bring_the_person_back(person: Contact, ana: Membership) -> None:
    client = Caller(ana)
    path = f"contatos/{person.pk}/"
    given = client.patch(path, {"name": "Quitéria Z."}, HTTP_IDEMPOTENCY_KEY="guarda-1")
    assert given.status_code == 200 and "Quitéria" in given.content.decode()
    contact_erase(contact=person, actor=ana)
    assert "Quitéria" not in str(IdempotencyKey.unscoped.get().body)
    again = client.patch(path, {"name": "Quitéria Z."}, HTTP_IDEMPOTENCY_KEY="guarda-1")
    assert (again.status_code, again.json()["code"]) == (410, "dados_eliminados")


def test_a_body_in_quarantine_keeps_what_is_somebody_elses(
    person: Contact, ana: Membership, channel: Channel, rival_channel: Channel
) -> None:
    mine, others = make.said("oi", **{"from": NUMBER}), make.said("fica", **{"from": OTHER})
    names = [
        {"wa_id": NUMBER, "profile": {"name": "Quitéria Zanforlin"}},
        {"wa_id": OTHER, "profile": {"name": "Outra"}},
    ]
    body = make.body(channel, mine, others, contacts=names)
    # One post may hold several numbers' news; the neighbour's patient is not ours to erase.
    body["entry"][0]["changes"].append(
        {
            "field": "user_id_update",
            "value": {"wa_id": NUMBER, "metadata": {"phone_number_id": channel.account_id}},
        }
    )
    body["entry"] += make.body(rival_channel, make.said("dela", **{"from": NUMBER}))["entry"]
    event = make.event(body)
    InboundEvent.objects.update(state=InboundEvent.State.QUARANTINED)
    contact_erase(contact=person, actor=ana)
    event.refresh_from_db()
    left = orjson.loads(bytes(event.body))
    ours, theirs = (entry["changes"][0]["value"] for entry in left["entry"])
    assert [one["text"]["body"] for one in ours["messages"]] == ["fica"]
    assert [one["wa_id"] for one in ours["contacts"]] == [OTHER]
    assert left["entry"][0]["changes"][1]["value"]["wa_id"] == ""
    assert theirs["messages"][0]["from"] == NUMBER


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"entry": 1}', b"\xff\xfe"])
def test_what_nobody_can_read_is_emptied(body: bytes) -> None:
    assert without(body, [NUMBER], ["1"]) == b""


@pytest.mark.parametrize(
    "entry", [None, [], "x", {"changes": None}, {"changes": [1]}, {"id": "2", "changes": [{}]}]
)
def test_odd_entries_are_left_as_they_are(entry: Any) -> None:
    body = orjson.dumps({"entry": [entry]})
    assert without(body, [NUMBER], ["1"]) == body


@given(st.from_regex(r"[1-9][0-9]{9,14}", fullmatch=True), *(st.binary(max_size=6),) * 2)
def test_a_number_is_found_in_base64_wherever_it_stands(
    number: str, before: bytes, after: bytes
) -> None:
    coded = base64.b64encode(before + number.encode() + after).decode()
    assert any(trace in coded for trace in traces_of([number]))
    # Of another number only what both have in common could be found.
    assert all(len(trace) >= 8 for trace in traces_of([number]))
