"""What comes before the message it is about, and what is somebody else's."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.services.privacy import contact_erase
from omnichannel.choices import Stage
from omnichannel.models import (
    Attachment,
    Conversation,
    EarlyChange,
    Message,
    MessageVersion,
    Reaction,
)
from omnichannel.services.conversations import conversation_close
from omnichannel.services.early import KEPT, early_sweep_all
from omnichannel.services.facts import facts_apply
from omnichannel.services.inbound import messages_store
from providers.choices import MessageKind, MessageStatus
from providers.facts import EditUpdate, ReactionUpdate, RevokeUpdate
from queues.models import Ticket
from tests import make
from tests.conftest import FIXTURES

pytestmark = pytest.mark.django_db
TARGET = "wamid.alvo"
NOW = timezone.now()


def change(cls: Any, minute: int, **given: Any) -> Any:
    at = NOW + timedelta(seconds=minute)
    given = {"person": make.person(), "target": TARGET, **given}
    return cls(account=make.AccountRef("1"), happened_at=at, **given)


def original(channel, **given: Any) -> Any:
    given = {"external_id": TARGET, "text": "às 14h", "at": NOW, **given}
    return make.fact(channel, **given)


def apply(channel, *facts: Any) -> None:
    for fact in facts:
        facts_apply(channel=channel, facts=[fact])


def case(name: str, channel) -> dict[str, Any]:
    raw = (FIXTURES / "cases" / f"{name}.json").read_text()
    return json.loads(raw.replace("104900000000001", channel.account_id))


# --- order ---------------------------------------------------------------------------------------


def test_a_deletion_that_comes_first_deletes_its_message_when_that_comes(channel):
    events = make.process(case("11a-revoke_first", channel))
    events += make.process(case("11b-original_after", channel))
    assert {event.state for event in events} == {"processado"}
    row = Message.unscoped.get()
    assert (row.text, bool(row.deleted_at)) == ("", True)
    assert MessageVersion.unscoped.get().text == "numero do cartao 1234 - apague"
    assert Conversation.unscoped.get().last_message_text == ""
    assert not EarlyChange.unscoped.exists()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_they_come_the_same_is_left(channel, order):
    told = [
        original(channel),
        change(EditUpdate, 1, text="às 15h"),
        change(ReactionUpdate, 2, emoji="👍"),
        change(ReactionUpdate, 3, emoji="❤️"),
    ]
    apply(channel, *(told[at] for at in order))
    row = Message.unscoped.get()
    assert (row.text, bool(row.edited_at), row.happened_at) == ("às 15h", True, NOW)
    assert [version.text for version in MessageVersion.unscoped.all()] == ["às 14h"]
    assert Reaction.unscoped.get().emoji == "❤️"
    assert row.metadata == {}
    assert Conversation.unscoped.get().is_window_open
    assert not EarlyChange.unscoped.exists()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_deletion_wins_over_the_edit_whatever_came_first(channel, order):
    told = [original(channel), change(EditUpdate, 1, text="às 15h"), change(RevokeUpdate, 2)]
    apply(channel, *(told[at] for at in order))
    row = Message.unscoped.get()
    assert (row.text, bool(row.deleted_at)) == ("", True)
    assert not EarlyChange.unscoped.exists()


def test_an_edit_that_comes_first_is_read_at_once_and_brings_its_picture_later(channel):
    apply(channel, change(EditUpdate, 1, text="legenda certa"))
    assert Message.unscoped.get().text == "legenda certa"
    media = (make.media_ref("77"),)
    apply(channel, original(channel, kind=MessageKind.IMAGE, text="legenda", media=media))
    row = Message.unscoped.get()
    assert (row.kind, row.text) == (MessageKind.IMAGE, "legenda certa")
    assert Attachment.unscoped.get().message_id == row.pk
    talk = Conversation.unscoped.get()
    assert (talk.message_count, talk.unread_count) == (1, 1)


def test_a_quote_that_comes_first_is_tied_when_its_message_comes(channel):
    apply(channel, original(channel, external_id="wamid.resposta", reply_to=TARGET, text="sim"))
    quote = Message.unscoped.get()
    assert quote.reply_to is None
    apply(channel, original(channel, at=NOW - timedelta(minutes=1)))
    quote.refresh_from_db()
    assert quote.reply_to is not None
    assert quote.reply_to.external_id == TARGET
    assert quote.revision == Conversation.unscoped.get().revision


def test_the_sweep_settles_what_two_workers_missed(channel):
    apply(channel, change(RevokeUpdate, 1))
    # Both looked before the other had committed.
    messages_store(channel=channel, messages=[original(channel)])
    assert early_sweep_all() == 1
    assert Message.unscoped.get().deleted_at is not None


def test_what_nobody_claims_is_forgotten_after_a_week(channel):
    apply(channel, change(RevokeUpdate, 1), change(ReactionUpdate, 1, emoji="👍"))
    early_sweep_all()
    assert EarlyChange.unscoped.count() == 2
    EarlyChange.unscoped.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
    early_sweep_all()
    assert not EarlyChange.unscoped.exists()


def test_an_erasure_takes_what_waits(channel, ana):
    talk = make.inbound(channel).conversation
    apply(channel, change(ReactionUpdate, 1, emoji="👍"))
    conversation_close(conversation=talk, actor=None)
    contact_erase(contact=talk.contact, actor=ana)
    assert not EarlyChange.unscoped.exists()


# --- reactions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["27a-reaction_to_campaign", "09-reaction_to_unknown"])
def test_a_reaction_to_what_we_do_not_have_opens_nothing(channel, name):
    (event,) = make.process(case(name, channel))
    assert event.state == "processado"
    assert not Conversation.unscoped.exists()
    assert not Ticket.unscoped.exists()
    assert not Contact.unscoped.exists()


def react(channel, emoji: str, minute: int) -> Conversation:
    apply(channel, change(ReactionUpdate, minute, emoji=emoji))
    return Conversation.unscoped.get()


def test_another_emoji_is_no_second_thing_to_read_and_taking_it_back_shows_what_was_said(channel):
    talk = make.inbound(channel, external_id=TARGET, text="até amanhã", at=NOW).conversation
    Conversation.unscoped.update(unread_count=0, last_message_status=MessageStatus.READ)
    Message.unscoped.update(read_at=NOW)
    for minute, emoji in enumerate("👍❤😂", 1):
        talk = react(channel, emoji, minute)
    assert (talk.unread_count, talk.last_message_text) == (1, "😂")
    assert talk.last_message_status == MessageStatus.DELIVERED
    talk = react(channel, "", 9)
    assert (talk.unread_count, talk.last_message_text) == (0, "até amanhã")
    assert (talk.last_message_kind, talk.last_message_at) == (MessageKind.TEXT, NOW)


def test_a_reaction_on_an_ended_conversation_asks_for_nothing(channel):
    talk = make.inbound(channel, external_id=TARGET, text="obrigada", at=NOW).conversation
    conversation_close(conversation=talk, actor=None)
    talk = react(channel, "👍", 5)
    assert Reaction.unscoped.get().emoji == "👍"
    assert (talk.unread_count, talk.last_message_text) == (0, "obrigada")
    assert talk.stage == Stage.CLOSED


# --- somebody else's -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "given"),
    [(EditUpdate, {"text": "mudado"}), (RevokeUpdate, {}), (ReactionUpdate, {"emoji": "👍"})],
)
@pytest.mark.parametrize("comes_first", [False, True])
def test_nobody_changes_what_another_person_said(channel, cls, given, comes_first):
    stranger = make.person("5541977770000", "Outra")
    make.inbound(channel, person=stranger)
    theirs = change(cls, 1, person=stranger, **given)
    apply(channel, *([theirs, original(channel)] if comes_first else [original(channel), theirs]))
    row = Message.unscoped.get(external_id=TARGET)
    assert (row.text, row.deleted_at, row.edited_at) == ("às 14h", None, None)
    assert not Reaction.unscoped.exists()
    early_sweep_all()
    assert not EarlyChange.unscoped.exists()


def test_a_quote_of_another_persons_message_is_no_quote(channel):
    make.inbound(channel, external_id=TARGET)
    theirs = make.person("5541977770000", "Outra")
    row = make.inbound(channel, person=theirs, reply_to=TARGET)
    assert (row.reply_to, row.reply_to_external_id) == (None, TARGET)


@pytest.mark.parametrize("with_company", [False, True])
def test_a_tap_on_another_persons_question_answers_nothing(channel, with_company):
    asked = make.inbound(channel, external_id=TARGET)
    Message.unscoped.filter(pk=asked.pk).update(metadata={"purpose": "avaliacao"})
    stranger = make.person("5541977770000", "Outra")
    tap = make.fact(channel, person=stranger, kind=MessageKind.INTERACTIVE, reply_to=TARGET)
    beside = [make.fact(channel, text="mais uma")] if with_company else []
    stored = messages_store(channel=channel, messages=[tap, *beside])
    found = next(row for row in stored if row.external_id == tap.external_id)
    assert found.conversation_id != asked.conversation_id


# --- echoes --------------------------------------------------------------------------------------


def test_whoever_the_clinic_writes_to_from_its_phone_waits_for_nothing(channel):
    make.process(case("12a-echo_to_stranger", channel))
    talk = Conversation.unscoped.get()
    assert (talk.stage, talk.unread_count, talk.waiting_since) == (Stage.CLOSED, 0, None)
    assert not Ticket.unscoped.exists()


def test_their_answer_goes_on_there_and_waits(channel):
    talk = make.inbound(channel, is_echo=True).conversation
    answer = make.inbound(channel, text="Obrigada, pode ser às 15h?")
    assert answer.conversation_id == talk.pk
    talk.refresh_from_db()
    assert (talk.stage, talk.unread_count) == (Stage.QUEUE, 1)


def test_an_echo_after_the_end_opens_nothing(channel):
    talk = make.inbound(channel).conversation
    conversation_close(
        conversation=talk, actor=None, reopen_until=timezone.now() + timedelta(hours=1)
    )
    echo = make.inbound(channel, is_echo=True, text="Esqueci de dizer: traga o exame")
    talk.refresh_from_db()
    assert (echo.conversation_id, talk.stage) == (talk.pk, Stage.CLOSED)
    assert talk.last_message_text.startswith("Esqueci")


def test_whoever_answers_from_the_phone_has_read(channel):
    before = make.inbound(channel, at=NOW - timedelta(minutes=5))
    after = make.inbound(channel, at=NOW + timedelta(seconds=30))
    make.inbound(channel, is_echo=True, at=NOW)
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.read_at, before.status) == (NOW, MessageStatus.READ)
    assert after.read_at is None
