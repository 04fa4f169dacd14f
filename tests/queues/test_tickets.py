"""A wait for a person, from the first message to the rating."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import Forbidden, NotFound
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_release,
    conversation_reopen,
    conversation_take,
)
from omnichannel.services.sendable import outgoing_of
from providers import registry
from providers.choices import MessageKind, MessageStatus
from providers.whatsapp.policy import POLICY
from queues.choices import TicketStatus
from queues.errors import (
    AttendantFull,
    NobodyWaits,
    NotAMember,
    NowhereToGo,
    QueueInactive,
    ReasonMissing,
    TicketClosed,
    TicketNotServed,
    TicketTaken,
)
from queues.models import Queue, Ticket
from queues.services.queues import queue_save
from queues.services.tickets import (
    ranked_waiting,
    ticket_abandon,
    ticket_assign,
    ticket_finish,
    ticket_next,
    ticket_prioritise,
    ticket_return,
    ticket_take,
    ticket_transfer,
)
from tests import make
from tests.queues.conftest import again, agree, kinds, make_queue, say

WAITING, SERVING, FINISHED, ABANDONED, TRANSFERRED = TicketStatus.values


@pytest.fixture
def other(clinic, carla) -> Queue:
    return make_queue(clinic, carla, name="Financeiro", is_default=False)


@pytest.fixture
def served(queue, arrive, beto) -> Ticket:
    return ticket_take(ticket=arrive(), attendant=beto)


# --- in ------------------------------------------------------------------------------------------


def test_a_first_message_opens_a_ticket_with_its_deadlines(queue, arrive):
    ticket = arrive()
    assert (ticket.queue, ticket.status, ticket.priority) == (queue, WAITING, queue.priority)
    assert ticket.first_response_due_at - ticket.entered_at == timedelta(seconds=300)
    assert ticket.resolution_due_at - ticket.entered_at == timedelta(hours=1)
    assert ticket.abandon_at - ticket.entered_at == timedelta(seconds=600)
    assert kinds(ticket) == ["aberto"]
    agree()


def test_more_messages_open_no_second_one(queue, arrive, channel):
    ticket = arrive()
    person = make.person(ticket.conversation.identity.value)
    make.inbound(channel, person=person)
    assert Ticket.unscoped.count() == 1


def test_a_company_without_queues_works_as_before(channel):
    make.inbound(channel)
    assert Ticket.unscoped.count() == 0


def test_a_channel_s_own_queue_comes_before_the_default(queue, clinic, channel, arrive):
    own = make_queue(clinic, name="WhatsApp", is_default=False, channels=[channel])
    assert arrive().queue == own


def test_protocols_are_short_and_never_repeat(queue, arrive):
    numbers = [arrive().protocol for _ in range(5)]
    assert len(set(numbers)) == 5
    assert all(len(number) <= 20 for number in numbers)


# --- taking --------------------------------------------------------------------------------------


def test_whoever_takes_a_ticket_has_its_conversation(served, beto):
    assert (served.status, served.attendant) == (SERVING, beto)
    assert again(served.conversation).attendant_id == beto.pk
    assert kinds(served) == ["aberto", "assumido"]
    assert served.wait_seconds is not None
    agree()


def test_a_taken_ticket_is_not_taken_again(served, carla, beto):
    with pytest.raises(TicketTaken):
        ticket_take(ticket=served, attendant=carla)
    assert ticket_take(ticket=served, attendant=beto) == served


def test_who_is_full_takes_no_more_but_a_manager_may(queue, arrive, beto, ana):
    for _ in range(5):
        ticket_take(ticket=arrive(), attendant=beto)
    last = arrive()
    with pytest.raises(AttendantFull):
        ticket_take(ticket=last, attendant=beto)
    assert ticket_take(ticket=last, attendant=ana).attendant == ana


def test_a_stranger_to_the_queue_takes_nothing_from_it(clinic, beto, carla, arrive):
    make_queue(clinic, carla)
    with pytest.raises(NotAMember):
        ticket_take(ticket=arrive(), attendant=beto)


def test_taking_the_conversation_in_the_inbox_takes_the_ticket(queue, arrive, beto):
    ticket = arrive()
    conversation_take(conversation=ticket.conversation, attendant=beto)
    assert (again(ticket).status, again(ticket).attendant) == (SERVING, beto)
    agree()


def test_answering_takes_it_too_and_notes_the_first_answer_once(queue, arrive, beto):
    ticket = arrive()
    first = say(ticket.conversation, beto)
    say(ticket.conversation, beto)
    row = again(ticket)
    assert (row.status, row.attendant) == (SERVING, beto)
    assert row.first_response_at == again(first).happened_at
    assert kinds(ticket) == ["aberto", "assumido", "respondido"]


# --- next ----------------------------------------------------------------------------------------


def test_next_gives_the_most_urgent_and_says_why(queue, arrive, beto):
    arrive()
    urgent = arrive()
    Ticket.unscoped.filter(pk=urgent.pk).update(priority=10)
    first = ranked_waiting(beto)[0]
    assert first.id == urgent.pk
    assert "prioridade" in [reason.code for reason in first.reasons]
    assert ticket_next(membership=beto)[0] == urgent
    agree()


def test_next_when_nobody_waits(queue, beto):
    with pytest.raises(NobodyWaits):
        ticket_next(membership=beto)


def test_next_honours_the_limit(queue, arrive, beto):
    for _ in range(6):
        arrive()
    for _ in range(5):
        ticket_next(membership=beto)
    with pytest.raises(AttendantFull):
        ticket_next(membership=beto)


def test_next_looks_only_into_ones_own_queues(queue, other, arrive, beto, carla, channel):
    queue_save(company=queue.company, actor=None, queue=other, channels=[channel])
    ticket = arrive()
    assert ticket.queue == other
    with pytest.raises(NobodyWaits):
        ticket_next(membership=beto)
    assert ticket_next(membership=carla)[0] == ticket


# --- moving --------------------------------------------------------------------------------------


def test_a_transfer_closes_one_and_opens_the_next_with_the_entry_time(served, other, beto):
    entered = served.entered_at
    after = ticket_transfer(ticket=served, actor=beto, queue=other, reason="Boleto")
    before = again(served)
    assert (before.status, before.end_reason) == (TRANSFERRED, "Boleto")
    assert (after.status, after.queue, after.entered_at) == (WAITING, other, entered)
    assert (after.previous, after.attendant) == (served, None)
    assert again(served.conversation).stage == Stage.QUEUE
    agree()


def test_a_transfer_to_a_person_is_served_at_once(served, beto, carla):
    after = ticket_transfer(ticket=served, actor=beto, attendant=carla, reason="Férias")
    assert (after.status, after.attendant, after.queue) == (SERVING, carla, served.queue)
    assert again(served.conversation).attendant_id == carla.pk
    agree()


def test_a_waiting_ticket_goes_to_another_queue(queue, other, arrive, ana):
    ticket = arrive()
    after = ticket_transfer(ticket=ticket, actor=ana, queue=other, reason="Errou de fila")
    assert (after.queue, after.status) == (other, WAITING)
    agree()


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        ("no reason", ReasonMissing),
        ("same queue", NowhereToGo),
        ("inactive", QueueInactive),
        ("not a member", NotAMember),
        ("rival", NotFound),
        ("a colleague's", Forbidden),
    ],
)
def test_transfers_that_make_no_sense_change_nothing(
    served, other, beto, carla, ana, rui, case, refusal
):
    values = {"actor": beto, "queue": other, "reason": "x"}
    if case == "no reason":
        values["reason"] = " "
    elif case == "same queue":
        values["queue"] = served.queue
    elif case == "inactive":
        Queue.unscoped.filter(pk=other.pk).update(is_active=False)
        values["queue"] = again(other)
    elif case == "not a member":
        values |= {"attendant": beto}
    elif case == "rival":
        values |= {"attendant": rui}
    else:
        values["actor"] = carla
    with pytest.raises(refusal):
        ticket_transfer(ticket=served, **values)
    assert Ticket.unscoped.count() == 1
    assert again(served).status == SERVING


def test_a_returned_ticket_waits_since_it_first_did(served, beto):
    entered = served.entered_at
    row = ticket_return(ticket=served, actor=beto, reason="Engano")
    assert (row.status, row.attendant, row.entered_at) == (WAITING, None, entered)
    agree()


def test_releasing_in_the_inbox_returns_it(served, beto):
    conversation_release(conversation=again(served.conversation), actor=beto)
    assert again(served).status == WAITING
    agree()


def test_a_manager_assigns_and_moves_up_and_others_do_not(queue, arrive, ana, beto, carla):
    ticket = arrive()
    with pytest.raises(Forbidden):
        ticket_assign(ticket=ticket, attendant=carla, actor=beto)
    with pytest.raises(Forbidden):
        ticket_prioritise(ticket=ticket, actor=beto, priority=9)
    assert ticket_prioritise(ticket=ticket, actor=ana, priority=9).priority == 9
    assert ticket_assign(ticket=ticket, attendant=carla, actor=ana).attendant == carla
    assert ticket_assign(ticket=ticket, attendant=beto, actor=ana).attendant == beto
    agree()


def test_an_attendant_does_not_finish_what_waits(queue, arrive, beto):
    with pytest.raises(TicketNotServed):
        ticket_finish(ticket=arrive(), actor=beto, reason="x")


# --- out -----------------------------------------------------------------------------------------


def test_finishing_needs_a_reason_and_closes_the_conversation(served, beto):
    with pytest.raises(ReasonMissing):
        ticket_finish(ticket=served, actor=beto, reason="")
    row = ticket_finish(ticket=served, actor=beto, reason="Agendado")
    assert (row.status, row.end_reason) == (FINISHED, "Agendado")
    assert row.service_seconds is not None
    talk = again(served.conversation)
    assert talk.stage == Stage.CLOSED
    assert talk.reopen_until > timezone.now()
    with pytest.raises(TicketClosed):
        ticket_finish(ticket=served, actor=beto, reason="x")


def test_closing_in_the_inbox_finishes_the_ticket_by_the_same_rule(served, beto):
    conversation_close(conversation=again(served.conversation), actor=beto)
    assert (again(served).status, again(served).end_reason) == (FINISHED, "encerrada")
    assert again(served.conversation).reopen_until > timezone.now()


def test_a_queue_may_begin_anew_each_time(served, beto, channel):
    queue_save(company=served.company, actor=None, queue=served.queue, reopen_within=0)
    ticket_finish(ticket=again(served), actor=beto, reason="Agendado")
    person = make.person(served.conversation.identity.value)
    message = make.inbound(channel, text="Outra coisa", person=person)
    assert message.conversation_id != served.conversation_id


def test_who_writes_again_soon_waits_in_the_same_queue_with_a_new_ticket(served, beto, channel):
    ticket_finish(ticket=served, actor=beto, reason="Agendado")
    person = make.person(served.conversation.identity.value)
    make.inbound(channel, text="Só mais uma coisa", person=person)
    after = Ticket.unscoped.open().get()
    assert (after.conversation_id, after.previous) == (served.conversation_id, served)
    assert kinds(after) == ["reaberto"]
    agree()


def test_reopening_by_hand_makes_a_ticket_in_ones_hands(served, beto):
    ticket_finish(ticket=served, actor=beto, reason="Agendado")
    conversation_reopen(conversation=again(served.conversation), actor=beto)
    after = Ticket.unscoped.open().get()
    assert (after.status, after.attendant, after.previous) == (SERVING, beto, served)
    agree()


def test_an_abandoned_ticket_is_over_and_the_next_message_opens_another(queue, arrive, channel):
    ticket = arrive()
    row = ticket_abandon(ticket=ticket)
    assert row.status == ABANDONED
    person = make.person(ticket.conversation.identity.value)
    make.inbound(channel, person=person)
    assert Ticket.unscoped.open().get().previous == ticket
    agree()


# --- rating --------------------------------------------------------------------------------------


@pytest.fixture
def asked(served, beto) -> Ticket:
    queue_save(company=served.company, actor=None, queue=served.queue, asks_rating=True)
    row = ticket_finish(ticket=again(served), actor=beto, reason="Agendado")
    question = Message.unscoped.get(metadata__purpose="avaliacao")
    Message.unscoped.filter(pk=question.pk).update(external_id="wamid.pergunta")
    return row


def tap(ticket: Ticket, stars: int, **values: object) -> Message:
    talk = ticket.conversation
    chosen = {"type": "list_reply", "id": f"avaliacao:{ticket.pk}:{stars}", "title": "★"}
    given = {
        "kind": MessageKind.INTERACTIVE,
        "metadata": {"interactive": chosen},
        "reply_to": "wamid.pergunta",
        "person": make.person(talk.identity.value),
    }
    return make.inbound(talk.channel, text="★", **{**given, **values})


def test_a_tap_rates_the_ticket_and_never_reopens_it(asked):
    tap(asked, 4)
    tap(asked, 1)
    row = again(asked)
    assert (row.rating, row.status) == (4, FINISHED)
    assert again(asked.conversation).stage == Stage.CLOSED
    assert Conversation.unscoped.count() == Ticket.unscoped.count() == 1
    assert Message.unscoped.filter(metadata__purpose="avaliacao_obrigado").count() == 1


def test_a_comment_quotes_the_thanks(asked):
    tap(asked, 5)
    thanks = Message.unscoped.filter(metadata__purpose="avaliacao_obrigado")
    thanks.update(external_id="wamid.obrigado")
    person = make.person(asked.conversation.identity.value)
    channel = asked.conversation.channel
    make.inbound(channel, text="Muito atenciosa", person=person, reply_to="wamid.obrigado")
    assert again(asked).rating_comment == "Muito atenciosa"
    assert again(asked.conversation).stage == Stage.CLOSED


def write(ticket: Ticket, text: str, **values: object) -> Message:
    person = make.person(ticket.conversation.identity.value)
    return make.inbound(ticket.conversation.channel, text=text, person=person, **values)


@pytest.mark.parametrize(
    ("text", "rating", "comment"),
    [
        *(("5", 5, ""), ("Nota 10, muito obrigada!", 5, "Nota 10, muito obrigada!")),
        *(("⭐⭐⭐⭐⭐", 5, ""), ("Obrigado!", None, ""), ("2", 2, "")),
        ("A Bia foi muito atenciosa", None, "A Bia foi muito atenciosa"),
    ],
)
def test_what_is_typed_to_the_question_belongs_to_the_ended_ticket(asked, text, rating, comment):
    message = write(asked, text)
    row = again(asked)
    assert (row.rating, row.rating_comment, row.status) == (rating, comment, FINISHED)
    assert message.conversation_id == asked.conversation_id
    assert again(asked.conversation).stage == Stage.CLOSED
    assert Conversation.unscoped.count() == Ticket.unscoped.count() == 1
    thanked = Message.unscoped.filter(metadata__purpose="avaliacao_obrigado").count()
    assert thanked == (rating is not None)


def test_comments_after_the_stars_need_no_quote_and_add_up(asked):
    tap(asked, 5)
    for text in ("Obrigada, foi ótimo!", "A doutora é muito atenciosa", "Obrigada"):
        write(asked, text)
    row = again(asked)
    assert row.rating_comment == "Obrigada, foi ótimo!\nA doutora é muito atenciosa"
    assert again(asked.conversation).stage == Stage.CLOSED
    assert Ticket.unscoped.count() == 1


@pytest.mark.parametrize("is_rated", [True, False])
@pytest.mark.parametrize(
    "text", ["5 horas está bom?", "não consegui o exame, obrigado", "bom dia", "Quero remarcar"]
)
def test_what_needs_a_person_reaches_one(asked, text, is_rated):
    if is_rated:
        tap(asked, 5)
    message = write(asked, text)
    assert Ticket.unscoped.open().get().conversation_id == message.conversation_id
    assert again(asked).rating_comment == ""
    # Thanks in what goes on now belong to that.
    assert write(asked, "obrigada").conversation_id == message.conversation_id
    assert again(message.conversation).unread_count == 2


def test_words_that_come_a_day_later_or_quote_something_else_are_new(asked):
    write(asked, "5", at=timezone.now() + timedelta(hours=25))
    assert again(asked).rating is None
    assert Ticket.unscoped.open().count() == 1


def test_thanks_that_quote_another_message_are_new(asked):
    write(asked, "obrigada", reply_to="wamid.campanha")
    assert Ticket.unscoped.open().count() == 1


def test_a_tap_with_another_ticket_s_id_rates_nothing(asked, arrive):
    stranger = arrive()
    chosen = {"type": "list_reply", "id": f"avaliacao:{stranger.pk}:1", "title": "★"}
    tap(asked, 1, metadata={"interactive": chosen})
    assert again(stranger).rating is None
    assert again(asked).rating is None


@pytest.mark.parametrize(("text", "grade"), [("5", 5), ("1", 1), ("Ótimo", 5), ("ruim", 2)])
def test_a_channel_without_lists_rates_by_the_grade_that_is_typed(
    served, beto, monkeypatch, text, grade
):
    """Of the numbers shown, 5 is the best grade, though it stands first."""
    words = replace(POLICY, questions=None)
    monkeypatch.setattr(registry.ADAPTERS["whatsapp"], "policy", words, raising=False)
    queue_save(company=served.company, actor=None, queue=served.queue, asks_rating=True)
    ended = ticket_finish(ticket=again(served), actor=beto, reason="Agendado")
    question = Message.unscoped.filter(metadata__purpose="avaliacao")
    assert "5. Ótimo\n4. Bom" in outgoing_of(question.get()).text
    question.update(status=MessageStatus.SENT)
    said = write(ended, text)
    assert (again(ended).rating, said.conversation_id) == (grade, ended.conversation_id)
    assert again(ended.conversation).stage == Stage.CLOSED


def test_a_queue_that_does_not_ask_sends_nothing(served, beto):
    ticket_finish(ticket=served, actor=beto, reason="Agendado")
    assert not Message.unscoped.filter(metadata__has_key="purpose").exists()
