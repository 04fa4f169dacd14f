"""Participantes: who follows a conversation without having it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.errors import NotFound
from inbox import selectors
from inbox.shell.base import InboxView
from inbox.shell.presenters import name_of
from inbox.talk.base import TalkView
from omnichannel.services.mentioning import mentionable
from omnichannel.services.participating import (
    followed_by,
    participant_add,
    participant_remove,
    participants_of,
)


class FollowedView(InboxView):
    """Which conversations the reader follows: a page tells what their patients write."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer {"conversations": [id]}."""
        return JsonResponse({"conversations": [str(pk) for pk in followed_by(self.membership)]})


class ParticipantForm(forms.Form):
    """Whom it is about; the reader, where it says nobody."""

    pessoa = forms.UUIDField(required=False)


class ParticipantsView(TalkView):
    """Who may follow; and letting somebody."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog that asks whom to add."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        known = [one.member_id for one in participants_of(conversation)]
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "people": mentionable(conversation).exclude(pk__in=known),
        }
        return self.draw("inbox/people/_participant_add.html", context)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Let them follow and draw what changed."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        participant_add(
            conversation=conversation,
            member_id=person_sent(request) or self.membership.pk,
            actor=self.membership,
        )
        return self.drawn_update(conversation_id)


class ParticipantRemoveView(TalkView):
    """Somebody follows no more."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Take them off and draw what changed."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        participant_remove(
            conversation=conversation,
            member_id=person_sent(request) or self.membership.pk,
            actor=self.membership,
        )
        return self.drawn_update(conversation_id)


def person_sent(request: HttpRequest) -> UUID | None:
    """Read whom a form names. Raises NotFound for what is no id."""
    form = ParticipantForm(request.POST)
    if not form.is_valid():
        raise NotFound
    found: UUID | None = form.cleaned_data["pessoa"]
    return found
