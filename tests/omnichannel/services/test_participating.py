"""Following a conversation without having it."""

from __future__ import annotations

import pytest

from accounts.models import Company, Membership
from common.errors import Forbidden
from omnichannel.models import Conversation, Participant
from omnichannel.services.conversations import conversation_take
from omnichannel.services.participating import (
    ParticipantRefused,
    followed_by,
    participant_add,
    participant_remove,
    participants_of,
)

pytestmark = pytest.mark.usefixtures("bells")


def names(talk: Conversation) -> list[str]:
    return [one.member.user.name for one in participants_of(talk)]


def test_a_colleague_follows_once_and_no_more(
    beto: Membership, carla: Membership, conversation: Conversation
):
    for _time in range(2):
        participant_add(conversation=conversation, member_id=carla.pk, actor=beto)
    assert names(conversation) == [carla.user.name]
    assert followed_by(carla) == [conversation.pk]
    participant_remove(conversation=conversation, member_id=carla.pk, actor=carla)
    participant_remove(conversation=conversation, member_id=carla.pk, actor=carla)
    assert followed_by(carla) == []


def test_who_may_not_see_it_follows_nothing(
    clinic: Company,
    ana: Membership,
    beto: Membership,
    carla: Membership,
    rui: Membership,
    conversation: Conversation,
):
    participant_add(conversation=conversation, member_id=carla.pk, actor=carla)
    conversation_take(conversation=conversation, attendant=beto)
    clinic.attendants_see_all = False
    clinic.save()
    talk = Conversation.unscoped.select_related("company").get()
    carla.refresh_from_db()
    # Whoever follows and may not see it any more hears nothing, and is not shown.
    assert (followed_by(carla), names(talk)) == ([], [])
    Participant.unscoped.all().delete()
    for member in (carla, rui):
        with pytest.raises(ParticipantRefused):
            participant_add(conversation=talk, member_id=member.pk, actor=ana)
    participant_add(conversation=talk, member_id=ana.pk, actor=ana)
    assert names(talk) == [ana.user.name]


def test_others_are_taken_off_by_who_has_it_added_them_or_manages(
    ana: Membership, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    participant_add(conversation=conversation, member_id=ana.pk, actor=ana)
    with pytest.raises(Forbidden):
        participant_remove(conversation=conversation, member_id=ana.pk, actor=carla)
    participant_remove(conversation=conversation, member_id=ana.pk, actor=beto)
    participant_add(conversation=conversation, member_id=carla.pk, actor=carla)
    participant_remove(conversation=conversation, member_id=carla.pk, actor=ana)
    assert not Participant.unscoped.exists()


def test_who_has_it_and_what_has_ended_is_not_followed(
    beto: Membership, conversation: Conversation
):
    participant_add(conversation=conversation, member_id=beto.pk, actor=beto)
    conversation_take(conversation=conversation, attendant=beto)
    assert followed_by(beto) == []
