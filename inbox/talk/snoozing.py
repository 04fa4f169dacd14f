"""Adiar: a conversation put aside until a moment, or until its patient writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import DomainError
from inbox import selectors
from inbox.shell.base import BadInput
from inbox.shell.presenters import name_of
from inbox.talk.base import ConversationActView
from omnichannel.models import Conversation
from omnichannel.moments import Misread, moment_read, presets
from omnichannel.services.snoozing import conversation_snooze, conversation_wake

REPLY, PHRASE = "resposta", "frase"


def misread_words(why: Misread) -> str:
    """Say why words name no moment that can be taken, and what to write instead."""
    match why:
        case Misread.PAST:
            return _("Esse momento já passou. Escolha um que ainda vem.")
        case Misread.FAR:
            return _("Esse momento está longe demais. Escolha um dentro de um ano.")
    return _("Não entendi. Escreva como “amanhã 9h”, “sexta 14:30” ou “em 2 horas”.")


class MomentUnread(DomainError):
    """The words name no moment to come."""

    code = "momento_invalido"

    def __init__(self, why: Misread) -> None:
        super().__init__(misread_words(why), fields={"frase": [misread_words(why)]})


class SnoozeForm(forms.Form):
    """A preset by its code, `resposta`, or `frase` with words; `de` says where it was asked."""

    quando = forms.CharField(max_length=20, required=False)
    frase = forms.CharField(max_length=80, required=False)
    de = forms.CharField(max_length=10, required=False)


@dataclass(frozen=True, slots=True)
class MomentOffer:
    """A moment to choose, in words."""

    code: str
    label: str
    moment: str


def offers(now: datetime) -> list[MomentOffer]:
    """Word the presets."""
    labels = {
        "uma_hora": _("Daqui a 1 hora"),
        "hoje_tarde": _("Hoje à tarde"),
        "amanha": _("Amanhã de manhã"),
        "segunda": _("Segunda-feira"),
    }
    return [
        MomentOffer(one.code, labels[one.code], date_format(one.at, "D, H:i").lower())
        for one in presets(now)
    ]


def moment_chosen(data: dict[str, Any], now: datetime) -> datetime | None:
    """Return the moment that a form of the dialog means, None for "until the patient writes".
    Raises MomentUnread, BadInput.
    """
    chosen = data["quando"] or PHRASE
    if chosen == REPLY:
        return None
    if chosen == PHRASE:
        found = moment_read(data["frase"], now)
        if isinstance(found, Misread):
            raise MomentUnread(found)
        return found
    moments = {one.code: one.at for one in presets(now)}
    if chosen not in moments:
        raise BadInput
    return moments[chosen]


class MomentView(ConversationActView):
    """A dialog that asks for a moment, what its words mean, and the act."""

    http_method_names = ("get", "post")
    template = ""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog, or in what a phrase ends."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        now = timezone.localtime()
        if PHRASE in request.GET:
            phrase = request.GET[PHRASE]
            found = moment_read(phrase, now)
            context = (
                {"refused": misread_words(found) if phrase.strip() else ""}
                if isinstance(found, Misread)
                else {"moment": found}
            )
            return self.draw("inbox/talk/_snooze_moment.html", context)
        self.saw([conversation])
        shown = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "offers": offers(now),
            **self.more(),
        }
        return self.draw(self.template, shown)

    def more(self) -> dict[str, Any]:
        """Return what else the dialog draws."""
        raise NotImplementedError


class SnoozeView(MomentView):
    """Adiar. From the list nothing is drawn: every list hears that the conversation changed."""

    template = "inbox/talk/_snooze.html"

    def more(self) -> dict[str, Any]:
        """Return whether the list asks."""
        return {"is_from_list": self.request.GET.get("de") == "lista"}

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Put it aside."""
        if request.POST.get("de") != "lista":
            return super().post(request, conversation_id)
        self.act(selectors.conversation_get(self.membership, conversation_id))
        return HttpResponse(status=204)

    def act(self, conversation: Conversation) -> None:
        """Call the service."""
        form = SnoozeForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        until = moment_chosen(form.cleaned_data, timezone.localtime())
        conversation_snooze(conversation=conversation, actor=self.membership, until=until)


class WakeView(ConversationActView):
    """Retomar."""

    def act(self, conversation: Conversation) -> None:
        """Bring it back."""
        conversation_wake(conversation=conversation, actor=self.membership)
