"""A bot's place: it receives conversations before the queue, hands them over and gets them back.

A plug of this test's own stands in the place of ours, through the same lists.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, Membership
from common.errors import Forbidden
from common.slots import into, slots_fill
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import (
    ConversationClosed,
    conversation_close,
    conversation_take,
)
from omnichannel.services.handover import (
    NoBot,
    conversation_return_to_bot,
    conversation_transfer_to_human,
)
from omnichannel.services.outbound import message_send
from omnichannel.services.reception import receptions
from omnichannel.services.starting import conversation_start
from providers.choices import MessageStatus
from queues.choices import TicketStatus
from queues.models import Queue, Ticket
from tests import make
from tests.queues.conftest import Bot, again, agree, make_queue


def tickets() -> list[Ticket]:
    return list(Ticket.unscoped.order_by("id"))


# --- who receives ---------------------------------------------------------------------------------


def test_without_a_bot_everybody_waits_for_people(channel: Channel, queue: Queue) -> None:
    assert make.inbound(channel).conversation.stage == Stage.QUEUE
    assert [ticket.status for ticket in tickets()] == [TicketStatus.WAITING]


def test_a_bot_receives_before_queues_hear_of_it(channel: Channel, queue: Queue, bot: Bot) -> None:
    message = make.inbound(channel)
    talk = message.conversation
    assert (talk.stage, tickets()) == (Stage.BOT, [])
    (asked,) = bot.asked
    assert (asked.contact_id, asked.moment) == (talk.contact_id, message.happened_at)
    assert not asked.is_again
    # What they go on saying is the bot's as well, and it is not asked for each word.
    make.inbound(channel)
    assert (len(bot.asked), tickets()) == (1, [])


def test_whom_the_bot_does_not_take_waits(channel: Channel, queue: Queue, bot: Bot) -> None:
    bot.is_on = False
    assert make.inbound(channel).conversation.stage == Stage.QUEUE
    assert len(tickets()) == 1


def test_a_conversation_that_goes_on_is_received_too(
    channel: Channel, queue: Queue, bot: Bot
) -> None:
    talk = make.inbound(channel).conversation
    conversation_close(
        conversation=talk, actor=None, reopen_until=timezone.now() + timedelta(hours=1)
    )
    assert make.inbound(channel).conversation.pk == talk.pk
    assert again(talk).stage == Stage.BOT
    assert [one.is_again for one in bot.asked] == [False, True]


@pytest.mark.parametrize("how", ["is_history", "is_echo"])
def test_what_is_past_is_nobodys_to_receive(channel: Channel, bot: Bot, how: str) -> None:
    assert make.inbound(channel, **{how: True}).conversation.stage == Stage.CLOSED
    assert bot.asked == []


def test_whom_the_clinic_writes_to_first_is_not_received(channel: Channel, bot: Bot) -> None:
    talk = conversation_start(channel=channel, address="41 99888-7766")
    assert (talk.stage, bot.asked) == (Stage.QUEUE, [])


def test_a_word_to_stop_ends_a_conversation_that_a_bot_received(
    channel: Channel, queue: Queue, bot: Bot
) -> None:
    talk = make.inbound(channel, text="PARAR PROMOÇÕES").conversation
    assert again(talk).stage == Stage.CLOSED
    assert tickets() == []


# --- what a bot says ------------------------------------------------------------------------------


def test_what_a_bot_says_answers_nobody(
    channel: Channel,
    bot: Bot,
    bells: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr("omnichannel.services.outbound.tell_answered", lambda *a: heard.append(a))
    first = make.inbound(channel)
    bells.clear()
    with django_capture_on_commit_callbacks(execute=True):
        message_send(
            conversation=first.conversation, author=None, author_kind=Author.BOT, text="Olá!"
        )
    talk = again(first.conversation)
    assert (talk.unread_count, talk.stage) == (1, Stage.BOT)
    assert talk.waiting_since == first.happened_at
    assert (again(first).status, again(first).read_at) == (MessageStatus.DELIVERED, None)
    assert {name for name, _args in bells} == {"omnichannel.tasks.conversation_deliver"}
    assert heard == []


def test_a_persons_answer_still_is_one(channel: Channel, beto: Membership, bot: Bot) -> None:
    first = make.inbound(channel)
    message_send(conversation=first.conversation, author=beto, text="Bom dia!")
    talk = again(first.conversation)
    assert (talk.unread_count, talk.waiting_since, talk.stage) == (0, None, Stage.HUMAN)


# --- to people ------------------------------------------------------------------------------------


def test_a_bot_hands_over_with_a_reason_and_a_queue(
    clinic: Company, channel: Channel, queue: Queue, bot: Bot, beto: Membership
) -> None:
    exams = make_queue(clinic, beto, name="Exames")
    talk = make.inbound(channel).conversation
    wish = timezone.now() - timedelta(minutes=1)
    conversation_transfer_to_human(
        conversation=talk, actor=None, reason="pediu", queue_id=exams.pk, since=wish
    )
    talk = again(talk)
    assert (talk.stage, talk.waiting_since, talk.unread_count) == (Stage.QUEUE, wish, 1)
    (ticket,) = tickets()
    assert (ticket.queue_id, ticket.status) == (exams.pk, TicketStatus.WAITING)
    line = Message.unscoped.get(conversation=talk, kind="sistema")
    assert (line.metadata["event"], line.metadata["reason"]) == ("robo_passou", "pediu")
    agree()


def test_a_queue_of_another_company_is_none(
    rival: Company, channel: Channel, queue: Queue, bot: Bot, rui: Membership
) -> None:
    theirs = make_queue(rival, rui, name="Deles")
    talk = make.inbound(channel).conversation
    conversation_transfer_to_human(conversation=talk, actor=None, queue_id=theirs.pk)
    assert [ticket.queue_id for ticket in tickets()] == [queue.pk]


# --- and back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_taken", [False, True])
def test_giving_back_ends_the_ticket_as_transferred(
    channel: Channel, queue: Queue, bot: Bot, beto: Membership, is_taken: bool
) -> None:
    bot.is_on = False
    talk = make.inbound(channel).conversation
    if is_taken:
        conversation_take(conversation=talk, attendant=beto)
    conversation_return_to_bot(conversation=talk, actor=beto)
    talk = again(talk)
    assert (talk.stage, talk.attendant_id, talk.waiting_since) == (Stage.BOT, None, None)
    (ticket,) = tickets()
    assert (ticket.status, ticket.end_reason) == (TicketStatus.TRANSFERRED, "robô")
    agree()
    # Handed over again they wait in a ticket that knows the one before.
    conversation_transfer_to_human(conversation=talk, actor=None)
    assert tickets()[1].previous_id == ticket.pk
    agree()


def test_nobody_gives_back_what_a_colleague_holds_or_what_has_ended(
    channel: Channel, queue: Queue, bot: Bot, beto: Membership, carla: Membership
) -> None:
    talk = make.inbound(channel).conversation
    conversation_take(conversation=talk, attendant=carla)
    with pytest.raises(Forbidden):
        conversation_return_to_bot(conversation=talk, actor=beto)
    conversation_close(conversation=talk, actor=carla)
    with pytest.raises(ConversationClosed):
        conversation_return_to_bot(conversation=talk, actor=carla)


def test_where_there_is_no_bot_nothing_goes_back(
    channel: Channel, queue: Queue, beto: Membership
) -> None:
    talk = make.inbound(channel).conversation
    with pytest.raises(NoBot):
        conversation_return_to_bot(conversation=talk, actor=beto)
    assert again(talk).stage == Stage.QUEUE


# --- pages and API --------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, beto: Membership) -> Callable[[Conversation], str]:
    """Give what beto sees of a conversation."""
    client.force_login(beto.user)

    def read(talk: Conversation) -> str:
        return client.get(f"/atendimento/conversas/{talk.pk}/").content.decode()

    return read


def test_the_button_is_there_only_where_a_bot_is(
    channel: Channel,
    rival_channel: Channel,
    beto: Membership,
    client: Client,
    page: Callable[[Conversation], str],
    bot: Bot,
) -> None:
    bot.is_on = False
    talk = make.inbound(channel).conversation
    assert "devolver-robo" in page(talk)
    assert client.post(f"/atendimento/conversas/{talk.pk}/devolver-robo/").status_code == 200
    assert again(talk).stage == Stage.BOT
    assert "devolver-robo" not in page(talk)
    bot.channel = rival_channel
    conversation_take(conversation=talk, attendant=beto)
    assert "devolver-robo" not in page(talk)


def test_the_api_gives_back_too(
    channel: Channel, beto: Membership, client: Client, bot: Bot
) -> None:
    bot.is_on = False
    talk = make.inbound(channel).conversation
    client.force_login(beto.user)
    address = f"/central-atendimento/conversas/{talk.pk}/devolver-robo/"
    answer = client.post(address, content_type="application/json")
    assert (answer.status_code, answer.json()["stage"]) == (200, "bot")
    assert answer.json()["bot_active"] is True
    slots_fill([into(receptions)])
    conversation_take(conversation=talk, attendant=beto)
    answer = client.post(address, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "sem_robo")
