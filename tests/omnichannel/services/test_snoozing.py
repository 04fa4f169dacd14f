"""Conversations put aside: who may, until when, and what brings them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from common.errors import Forbidden
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_release,
    conversation_take,
)
from omnichannel.services.snoozing import (
    MomentRefused,
    NotHeld,
    conversation_snooze,
    conversation_wake,
    snoozes_due,
    snoozes_wake,
)
from tests import make
from tests.race import errors, together

pytestmark = pytest.mark.usefixtures("bells")


def fresh(talk: Conversation) -> Conversation:
    return Conversation.unscoped.get(pk=talk.pk)


def lines(talk: Conversation) -> list[tuple[str, str]]:
    rows = Message.unscoped.filter(conversation=talk, kind="sistema").order_by("seq")
    return [(row.metadata["event"], row.metadata.get("why", "")) for row in rows]


@pytest.fixture
def held(conversation: Conversation, beto: Membership) -> Conversation:
    return conversation_take(conversation=conversation, attendant=beto)


def ahead(**span: int):
    return timezone.now() + timedelta(**span)


def test_it_comes_back_at_its_moment_and_not_before(held: Conversation, beto: Membership):
    conversation_snooze(conversation=held, actor=beto, until=ahead(hours=1))
    assert fresh(held).is_snoozed
    snoozes_wake()
    assert fresh(held).is_snoozed
    with time_machine.travel(ahead(hours=2)):
        assert snoozes_due().exists()
        snoozes_wake()
        assert not snoozes_due().exists()
    now = fresh(held)
    assert (now.is_snoozed, now.snoozed_until, now.unread_count) == (False, None, 1)
    assert (now.stage, now.attendant_id) == ("humano", beto.pk)
    assert lines(held)[-2:] == [("adiada", ""), ("retomada", "hora")]


def test_without_a_moment_it_comes_back_when_the_patient_writes(
    held: Conversation, beto: Membership, channel: Channel
):
    conversation_snooze(conversation=held, actor=beto, until=None)
    assert not snoozes_due(ahead(days=400)).exists()
    make.inbound(channel, text="Voltei")
    assert not fresh(held).is_snoozed
    assert lines(held)[-1] == ("retomada", "escreveu")


def test_a_patient_who_writes_brings_back_what_has_a_moment_too(
    held: Conversation, beto: Membership, channel: Channel
):
    conversation_snooze(conversation=held, actor=beto, until=ahead(days=3))
    make.inbound(channel, text="É urgente")
    now = fresh(held)
    assert (now.is_snoozed, now.snoozed_until) == (False, None)
    seqs = list(Message.unscoped.filter(conversation=held).values_list("seq", flat=True))
    assert sorted(seqs) == list(range(1, now.message_seq + 1))


def test_whoever_gets_it_next_sees_it(
    held: Conversation, beto: Membership, carla: Membership, ana: Membership
):
    conversation_snooze(conversation=held, actor=beto, until=None)
    conversation_release(conversation=held, actor=beto)
    assert not fresh(held).is_snoozed
    conversation_take(conversation=held, attendant=beto)
    conversation_snooze(conversation=held, actor=ana, until=None)
    conversation_close(conversation=held, actor=beto)
    assert not fresh(held).is_snoozed


def test_only_its_holder_and_managers_put_it_aside(
    conversation: Conversation, beto: Membership, carla: Membership, ana: Membership
):
    with pytest.raises(NotHeld):
        conversation_snooze(conversation=conversation, actor=beto, until=None)
    held = conversation_take(conversation=conversation, attendant=beto)
    with pytest.raises(Forbidden):
        conversation_snooze(conversation=held, actor=carla, until=None)
    conversation_snooze(conversation=held, actor=ana, until=None)
    with pytest.raises(Forbidden):
        conversation_wake(conversation=held, actor=carla)
    conversation_wake(conversation=held, actor=beto)
    assert not fresh(held).is_snoozed
    before = fresh(held).revision
    conversation_wake(conversation=held, actor=beto)
    assert fresh(held).revision == before


@pytest.mark.parametrize("span", [{"hours": -1}, {"days": 500}], ids=["over", "too far"])
def test_another_moment_is_refused(held: Conversation, beto: Membership, span: dict[str, int]):
    with pytest.raises(MomentRefused):
        conversation_snooze(conversation=held, actor=beto, until=ahead(**span))


def test_a_later_moment_set_meanwhile_is_kept(held: Conversation, beto: Membership):
    conversation_snooze(conversation=held, actor=beto, until=ahead(hours=1))
    found = snoozes_due(ahead(hours=2)).get()
    conversation_snooze(conversation=held, actor=beto, until=ahead(days=1))
    conversation_wake(conversation=found, why="hora")
    assert fresh(held).is_snoozed


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_bring_it_back_once(held: Conversation, beto: Membership):
    conversation_snooze(conversation=held, actor=beto, until=ahead(hours=1))
    Conversation.unscoped.filter(pk=held.pk).update(snoozed_until=ahead(seconds=-5))
    assert errors(together(snoozes_wake, snoozes_wake)) == []
    assert [event for event, _why in lines(held)].count("retomada") == 1
