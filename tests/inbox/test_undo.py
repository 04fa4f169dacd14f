"""A text that waits five seconds: undone, sent once, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.services.preferences import preferences_change
from common.scoping import company_scope
from omnichannel.models import Channel, Conversation, Message, ScheduledMessage
from omnichannel.services.conversations import conversation_take
from omnichannel.services.scheduling import NotWaiting, scheduled_cancel, scheduled_sweep
from tests import make

Enter = Callable[[Membership], Client]


@pytest.fixture
def talk(conversation: Conversation, beto: Membership, bells: Any) -> Conversation:
    """A conversation that beto holds, who chose to be able to undo."""
    conversation_take(conversation=conversation, attendant=beto)
    preferences_change(membership=beto, values={"undo_send": True})
    return conversation


def send(client: Client, talk: Conversation, **form: Any) -> int:
    given = {"texto": "Oi, tudo bem?", "client_id": "a", "modo": "resposta", **form}
    where = reverse("inbox:messages", args=[talk.pk])
    return client.post(where, given, headers={"HX-Request": "true"}).status_code


def said(talk: Conversation) -> list[str]:
    rows = Message.unscoped.outbound().filter(conversation=talk).exclude(kind="sistema")
    return list(rows.order_by("seq").values_list("text", flat=True))


def fall_due() -> None:
    ScheduledMessage.unscoped.update(send_at=timezone.now())
    scheduled_sweep()


def test_it_waits_and_is_sent_once_though_the_page_is_gone(
    enter: Enter, beto: Membership, talk: Conversation
):
    client = enter(beto)
    for _again in range(2):
        assert send(client, talk) == 200
    row = ScheduledMessage.unscoped.get()
    assert timedelta(seconds=4) < row.send_at - row.created_at <= timedelta(seconds=5)
    assert said(talk) == []
    scheduled_sweep()
    assert said(talk) == []
    fall_due()
    scheduled_sweep()
    # The page that nobody answered posts it again, even after its person chose otherwise.
    preferences_change(membership=beto, values={"undo_send": False})
    assert send(client, talk) == 200
    assert said(talk) == ["Oi, tudo bem?"]


def test_what_was_undone_is_not_sent_and_what_was_sent_is_not_undone(
    enter: Enter, beto: Membership, carla: Membership, talk: Conversation
):
    client = enter(beto)
    send(client, talk)
    row = ScheduledMessage.unscoped.select_related("conversation").get()
    before = Conversation.unscoped.get(pk=talk.pk)
    where = reverse("inbox:schedule-cancel", args=[talk.pk, row.pk])
    assert enter(carla).post(where, headers={"HX-Request": "true"}).status_code == 403
    assert client.post(where, headers={"HX-Request": "true"}).status_code == 200
    fall_due()
    assert said(talk) == []
    # The patient waits as before.
    after = Conversation.unscoped.get(pk=talk.pk)
    assert (after.waiting_since, after.unread_count) == (before.waiting_since, before.unread_count)
    send(client, talk, client_id="b")
    fall_due()
    with company_scope(talk.company_id), pytest.raises(NotWaiting):
        scheduled_cancel(scheduled=ScheduledMessage.unscoped.latest("created_at"), actor=beto)
    assert said(talk) == ["Oi, tudo bem?"]


def test_what_the_patient_writes_meanwhile_does_not_stop_it(
    enter: Enter, beto: Membership, channel: Channel, talk: Conversation
):
    send(enter(beto), talk)
    make.inbound(channel, text="E amanhã?")
    fall_due()
    assert said(talk) == ["Oi, tudo bem?"]


def test_what_is_sent_after_it_does_not_overtake_it(
    enter: Enter, beto: Membership, talk: Conversation
):
    client = enter(beto)
    send(client, talk)
    preferences_change(membership=beto, values={"undo_send": False})
    send(client, talk, texto="Segunda", client_id="b")
    assert said(talk) == ["Oi, tudo bem?", "Segunda"]


def test_who_did_not_choose_it_sends_at_once_and_a_note_never_waits(
    enter: Enter, ana: Membership, beto: Membership, talk: Conversation
):
    assert send(enter(ana), talk, client_id="c") == 200
    assert said(talk) == ["Oi, tudo bem?"]
    send(enter(beto), talk, modo="nota", texto="Ligar", client_id="d")
    assert not ScheduledMessage.unscoped.exists()


def test_a_closed_window_is_told_at_once(enter: Enter, beto: Membership, talk: Conversation):
    long_ago = timezone.now() - timedelta(days=3)
    Conversation.unscoped.filter(pk=talk.pk).update(last_inbound_at=long_ago)
    assert send(enter(beto), talk) == 422
    assert not ScheduledMessage.unscoped.exists()
