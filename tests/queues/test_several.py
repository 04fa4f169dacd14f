"""One act on several conversations: what it does, whom it leaves out and why, the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Company, Membership
from common.scoping import company_scope
from contacts.services.tagging import tag_wanted
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take
from queues.choices import TicketStatus
from queues.models import Queue, Ticket, TicketEvent
from queues.services.several import (
    BACK,
    MOST,
    ActOrder,
    TalkAct,
    TooManyConversations,
    conversations_act,
)
from queues.services.tickets import ticket_take
from tests.queues.conftest import Arrive, again, agree, make_queue


@pytest.fixture(autouse=True)
def _in_the_clinic(clinic: Company) -> Iterator[None]:
    with company_scope(clinic.pk):
        yield


@pytest.fixture
def talks(queue: Queue, arrive: Arrive, beto: Membership) -> list[Conversation]:
    """Give three conversations that beto serves."""
    made = []
    for _place in range(3):
        ticket = arrive()
        ticket_take(ticket=ticket, attendant=beto)
        made.append(again(ticket.conversation))
    return made


def ids(talks: list[Conversation]) -> list[Any]:
    return [talk.pk for talk in talks]


def test_one_that_cannot_leaves_the_others_done(
    talks: list[Conversation], beto: Membership, carla: Membership, arrive: Arrive
):
    other = arrive()
    ticket_take(ticket=other, attendant=carla)
    outcome = conversations_act(
        actor=beto,
        ids=[*ids(talks), other.conversation_id, uuid4()],
        order=ActOrder(TalkAct.FINISH, reason="Resolvido"),
    )
    assert sorted(outcome.changed) == sorted(ids(talks))
    assert dict(outcome.refused) == {
        "Não encontrado.": 1,
        "Este atendimento está com um colega. Peça a ele ou a um supervisor.": 1,
    }
    for talk in talks:
        assert Ticket.unscoped.get(conversation=talk).status == TicketStatus.FINISHED
    agree()


def test_a_colleague_s_is_as_unknown_as_none_where_everybody_sees_only_their_own(
    talks: list[Conversation], clinic: Company, carla: Membership
):
    clinic.attendants_see_all = False
    clinic.save()
    carla.company = clinic
    outcome = conversations_act(
        actor=carla, ids=[*ids(talks), uuid4()], order=ActOrder(TalkAct.TAG)
    )
    assert dict(outcome.refused) == {"Não encontrado.": 4}


def test_another_company_s_are_not_found(
    talks: list[Conversation], rui: Membership, rival: Company
):
    with company_scope(rival.pk):
        outcome = conversations_act(actor=rui, ids=ids(talks), order=ActOrder(TalkAct.SNOOZE))
    assert (outcome.changed, sum(outcome.refused.values())) == ([], 3)
    assert not any(again(talk).is_snoozed for talk in talks)


@pytest.mark.parametrize("act", [TalkAct.SNOOZE, TalkAct.TAG])
def test_an_act_is_taken_back(
    talks: list[Conversation], beto: Membership, act: TalkAct, clinic: Company
):
    tag = tag_wanted("Retorno", clinic.pk)
    done = conversations_act(actor=beto, ids=ids(talks), order=ActOrder(act, tag=tag))
    assert len(done.changed) == 3
    back = conversations_act(actor=beto, ids=done.changed, order=ActOrder(BACK[act], tag=tag))
    assert len(back.changed) == 3
    assert not any(again(talk).is_snoozed for talk in talks)
    assert not any(talk.contact.tags.exists() for talk in talks)


def test_what_is_so_already_is_told_apart_and_not_taken_back(
    talks: list[Conversation], beto: Membership, clinic: Company
):
    tag = tag_wanted("retorno", clinic.pk)
    talks[0].contact.tags.add(tag)
    outcome = conversations_act(actor=beto, ids=ids(talks), order=ActOrder(TalkAct.TAG, tag=tag))
    assert outcome.same == [talks[0].pk]
    conversations_act(actor=beto, ids=outcome.changed, order=ActOrder(TalkAct.UNTAG, tag=tag))
    assert talks[0].contact.tags.filter(pk=tag.pk).exists()


def test_reading_and_its_way_back(talks: list[Conversation], beto: Membership, ana: Membership):
    assert conversations_act(actor=beto, ids=ids(talks), order=ActOrder(TalkAct.READ)).changed
    assert [again(talk).unread_count for talk in talks] == [0, 0, 0]
    assert conversations_act(actor=beto, ids=ids(talks), order=ActOrder(TalkAct.UNREAD)).changed
    assert [again(talk).unread_count for talk in talks] == [1, 1, 1]
    assert sum(
        conversations_act(actor=ana, ids=ids(talks), order=ActOrder(TalkAct.READ)).refused.values()
    )


def test_managers_give_and_prioritise_others_pass_on_with_a_reason(
    talks: list[Conversation], beto: Membership, carla: Membership, ana: Membership
):
    first, second, third = talks
    order = ActOrder(TalkAct.PRIORITY, priority=8)
    assert conversations_act(actor=ana, ids=[first.pk], order=order).changed == [first.pk]
    assert TicketEvent.unscoped.filter(ticket__conversation=first, kind="prioridade").exists()
    more = ActOrder(TalkAct.PRIORITY, priority=9)
    assert sum(conversations_act(actor=beto, ids=[first.pk], order=more).refused.values()) == 1
    order = ActOrder(TalkAct.ASSIGN, attendant=carla)
    assert conversations_act(actor=ana, ids=[first.pk], order=order).changed == [first.pk]
    refused = conversations_act(actor=beto, ids=[second.pk], order=order).refused
    assert dict(refused) == {"Informe o motivo.": 1}
    order = ActOrder(TalkAct.ASSIGN, attendant=carla, reason="Ela conhece o caso")
    assert conversations_act(actor=beto, ids=[third.pk], order=order).changed == [third.pk]
    assert [again(talk).attendant_id for talk in talks] == [carla.pk, beto.pk, carla.pk]
    agree()


def test_several_go_to_another_queue(
    talks: list[Conversation], beto: Membership, carla: Membership, clinic: Company
):
    exams = make_queue(clinic, carla, name="Exames", is_default=False)
    order = ActOrder(TalkAct.TRANSFER, queue=exams, reason="Exames")
    assert len(conversations_act(actor=beto, ids=ids(talks), order=order).changed) == 3
    assert Ticket.unscoped.open().filter(queue=exams).count() == 3
    agree()


def test_without_a_ticket_there_is_no_priority(
    conversation: Conversation, beto: Membership, ana: Membership
):
    conversation_take(conversation=conversation, attendant=beto)
    order = ActOrder(TalkAct.PRIORITY, priority=9)
    outcome = conversations_act(actor=ana, ids=[conversation.pk], order=order)
    assert dict(outcome.refused) == {"Sem atendimento aberto.": 1}


def test_a_request_names_a_hundred(beto: Membership):
    with pytest.raises(TooManyConversations):
        conversations_act(
            actor=beto, ids=[uuid4() for _ in range(MOST + 1)], order=ActOrder(TalkAct.READ)
        )
