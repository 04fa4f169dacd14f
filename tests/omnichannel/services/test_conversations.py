"""Who holds a conversation: moves, rights, and two people at once."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from common.errors import Conflict, Forbidden
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import (
    MOVES,
    AnotherOpen,
    ConversationClosed,
    ConversationTaken,
    conversation_close,
    conversation_mark_read,
    conversation_release,
    conversation_reopen,
    conversation_take,
    stage_move,
)
from omnichannel.services.handover import conversation_transfer_to_human
from providers.choices import MessageStatus
from tests import make
from tests.race import errors, together

racing = pytest.mark.django_db(transaction=True)


def fresh(talk) -> Conversation:
    return Conversation.unscoped.get(pk=talk.pk)


def put(talk, stage, attendant=None) -> Conversation:
    Conversation.unscoped.filter(pk=talk.pk).update(stage=stage, attendant=attendant)
    return fresh(talk)


def lines(talk) -> list[str]:
    rows = Message.unscoped.filter(conversation=talk, kind="sistema").order_by("seq")
    return [row.metadata["event"] for row in rows]


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", list(Stage))
@pytest.mark.parametrize("after", list(Stage))
def test_only_the_moves_of_the_table_are_made(before, after):
    talk = Conversation(stage=before)
    if after in MOVES[before]:
        stage_move(talk, after)
        assert talk.stage == after
        assert (talk.closed_at is not None) == (after == Stage.CLOSED)
        assert talk.revision == 1
    else:
        with pytest.raises(Conflict):
            stage_move(talk, after)
        assert (talk.stage, talk.revision) == (before, 0)


# --- taking --------------------------------------------------------------------------------------


def test_a_free_conversation_is_taken(conversation, beto):
    conversation_take(conversation=conversation, attendant=beto)
    talk = fresh(conversation)
    assert (talk.stage, talk.attendant_id) == (Stage.HUMAN, beto.pk)
    assert lines(conversation) == ["assumida"]
    entry = AuditEntry.unscoped.get(action="conversa.assumida")
    assert (entry.actor_id, entry.object_id) == (beto.user_id, str(talk.pk))


def test_taking_what_one_holds_changes_nothing(conversation, beto):
    conversation_take(conversation=conversation, attendant=beto)
    revision = fresh(conversation).revision
    conversation_take(conversation=conversation, attendant=beto)
    assert fresh(conversation).revision == revision
    assert lines(conversation) == ["assumida"]


def test_a_colleagues_conversation_is_not_taken(conversation, beto, carla):
    conversation_take(conversation=conversation, attendant=beto)
    with pytest.raises(ConversationTaken) as caught:
        conversation_take(conversation=conversation, attendant=carla)
    assert (caught.value.code, caught.value.status) == ("conversa_assumida", 409)
    assert fresh(conversation).attendant_id == beto.pk


def test_a_manager_may_take_over(conversation, beto, ana):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_take(conversation=conversation, attendant=ana)
    assert fresh(conversation).attendant_id == ana.pk


def test_a_closed_conversation_is_not_taken(conversation, beto):
    conversation_close(conversation=conversation, actor=None)
    with pytest.raises(ConversationClosed):
        conversation_take(conversation=conversation, attendant=beto)


@racing
def test_of_two_who_take_at_once_one_wins_and_the_other_is_told(channel, beto, carla):
    for turn in range(10):
        talk = make.inbound(channel, person=make.person(f"55119333{turn:05d}")).conversation
        results = together(
            *(
                lambda who=who, talk=talk: conversation_take(conversation=talk, attendant=who)
                for who in (beto, carla)
            )
        )
        (error,) = errors(results)
        assert isinstance(error, ConversationTaken)
        assert fresh(talk).attendant_id in (beto.pk, carla.pk)
        assert lines(talk) == ["assumida"]


# --- letting go ----------------------------------------------------------------------------------


def test_a_released_conversation_is_free_for_everyone(conversation, beto):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_release(conversation=conversation, actor=beto)
    talk = fresh(conversation)
    assert (talk.stage, talk.attendant_id) == (Stage.QUEUE, None)
    assert lines(conversation) == ["assumida", "liberada"]


def test_only_the_holder_or_a_manager_lets_go(conversation, beto, carla, ana):
    conversation_take(conversation=conversation, attendant=beto)
    with pytest.raises(Forbidden):
        conversation_release(conversation=conversation, actor=carla)
    conversation_release(conversation=conversation, actor=ana)
    assert fresh(conversation).attendant_id is None


def test_letting_go_of_a_closed_conversation_does_not_open_it(conversation, channel, beto):
    """It would have come back as waiting, beside the one the patient opened since."""
    conversation_take(conversation=conversation, attendant=beto)
    conversation_close(conversation=conversation, actor=beto)
    with pytest.raises(ConversationClosed):
        conversation_release(conversation=conversation, actor=beto)
    assert fresh(conversation).stage == Stage.CLOSED


# --- closing and opening -------------------------------------------------------------------------


def test_a_closed_conversation_keeps_who_held_it_and_has_nothing_unread(conversation, beto):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_close(conversation=conversation, actor=beto)
    talk = fresh(conversation)
    assert (talk.stage, talk.attendant_id) == (Stage.CLOSED, beto.pk)
    assert (talk.unread_count, talk.waiting_since) == (0, None)
    assert talk.closed_at is not None


def test_closing_twice_is_closing_once(conversation, beto):
    conversation_close(conversation=conversation, actor=beto)
    conversation_close(conversation=conversation, actor=beto)
    assert lines(conversation) == ["encerrada"]


def test_an_attendant_does_not_close_a_colleagues_conversation(conversation, beto, carla):
    conversation_take(conversation=conversation, attendant=beto)
    with pytest.raises(Forbidden):
        conversation_close(conversation=conversation, actor=carla)


def test_who_reopens_holds_it(conversation, beto, carla):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_close(conversation=conversation, actor=beto)
    conversation_reopen(conversation=conversation, actor=carla)
    talk = fresh(conversation)
    assert (talk.stage, talk.attendant_id, talk.closed_at) == (Stage.HUMAN, carla.pk, None)


def test_an_old_conversation_is_not_opened_beside_a_new_one(conversation, channel, beto):
    conversation_close(conversation=conversation, actor=None)
    make.inbound(channel)
    with pytest.raises(AnotherOpen) as caught:
        conversation_reopen(conversation=conversation, actor=beto)
    assert caught.value.status == 409


@racing
def test_two_old_conversations_are_not_both_reopened(channel, beto, carla):
    one = make.inbound(channel).conversation
    conversation_close(conversation=one, actor=None)
    two = make.inbound(channel).conversation
    conversation_close(conversation=two, actor=None)
    results = together(
        lambda: conversation_reopen(conversation=one, actor=beto),
        lambda: conversation_reopen(conversation=two, actor=carla),
    )
    (error,) = errors(results)
    assert isinstance(error, AnotherOpen)
    assert Conversation.unscoped.open().count() == 1


@racing
def test_taking_and_closing_at_once_has_a_legal_outcome(channel, beto, ana):
    for turn in range(8):
        talk = make.inbound(channel, person=make.person(f"55119444{turn:05d}")).conversation
        results = together(
            lambda talk=talk: conversation_take(conversation=talk, attendant=beto),
            lambda talk=talk: conversation_close(conversation=talk, actor=ana),
        )
        assert all(isinstance(error, ConversationClosed) for error in errors(results))
        assert fresh(talk).stage == Stage.CLOSED
        assert lines(talk) in (["encerrada"], ["assumida", "encerrada"])


# --- from the bot --------------------------------------------------------------------------------


def test_a_bots_conversation_is_handed_to_people(conversation, ana):
    put(conversation, Stage.BOT)
    conversation_transfer_to_human(conversation=conversation, actor=ana)
    talk = fresh(conversation)
    assert talk.stage == Stage.QUEUE
    assert talk.waiting_since is not None


@pytest.mark.parametrize("stage", [Stage.QUEUE, Stage.HUMAN])
def test_handing_over_what_people_have_changes_nothing(conversation, ana, stage):
    put(conversation, stage)
    conversation_transfer_to_human(conversation=conversation, actor=ana)
    assert (fresh(conversation).stage, lines(conversation)) == (stage, [])


def test_handing_over_a_closed_conversation_is_refused(conversation, ana):
    conversation_close(conversation=conversation, actor=None)
    with pytest.raises(ConversationClosed):
        conversation_transfer_to_human(conversation=conversation, actor=ana)


# --- reading -------------------------------------------------------------------------------------


def test_reading_up_to_a_message_leaves_later_ones_unread(conversation, channel):
    second = make.inbound(channel, text="dois")
    make.inbound(channel, text="três")
    assert conversation_mark_read(conversation=conversation, up_to=second.seq) == 2
    assert fresh(conversation).unread_count == 1
    rows = Message.unscoped.inbound().order_by("seq")
    assert [row.status for row in rows] == ["lida", "lida", MessageStatus.DELIVERED]


def test_reading_what_is_read_changes_nothing(conversation):
    conversation_mark_read(conversation=conversation, up_to=99)
    revision = fresh(conversation).revision
    assert conversation_mark_read(conversation=conversation, up_to=99) == 0
    assert fresh(conversation).revision == revision


@racing
def test_reading_while_messages_arrive_counts_right(channel):
    talk = make.inbound(channel).conversation
    results = together(
        *(lambda: conversation_mark_read(conversation=talk, up_to=1) for _ in range(3)),
        *(lambda: make.inbound(channel) for _ in range(5)),
    )
    assert errors(results) == []
    unread = Message.unscoped.inbound().filter(conversation=talk, read_at=None).count()
    assert fresh(talk).unread_count == unread == 5
