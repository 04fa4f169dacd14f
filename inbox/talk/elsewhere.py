"""Answering by another channel: the ways to the person, and going on by one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import phones
from contacts.masking import Lens
from inbox import selectors
from inbox.shell.presenters import label_of, name_of
from inbox.talk.base import TalkView
from inbox.talk.costs import PLACES, cost_words, part_price
from inbox.talk.measure import LONGEST
from omnichannel.models import Conversation
from omnichannel.services.elsewhere import WayTo, reaches_of
from omnichannel.services.switching import conversation_continue
from omnichannel.wording import unit_price
from providers.choices import ChannelKind


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the person: `why` says what can be sent, `cost` what it takes."""

    key: str
    kind: str
    label: str
    address: str
    why: str
    cost: str
    is_usable: bool
    is_verified: bool
    is_last: bool


class ElsewhereView(TalkView):
    """Responder por outro canal: the dialog. The text that was typed is only measured."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw it."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        found = reaches_of(conversation, request.POST.get("texto", "")[:LONGEST])
        last = _last_of(conversation, found)
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "ways": [_way(one, conversation, self.lens, last) for one in found],
        }
        return self.draw("inbox/talk/_elsewhere.html", context)


class ContinueView(TalkView):
    """Continuar por outro canal: opens the conversation there."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Go on and draw it."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        key = request.POST.get("meio", "")[:80]
        new = conversation_continue(conversation=conversation, key=key, actor=self.membership)
        context = {**self.stage(new.pk), "is_fragment": True}
        response = self.draw("inbox/talk/_stage.html", context)
        response["HX-Push-Url"] = reverse("inbox:conversation", args=[new.pk])
        return response


def _last_of(here: Conversation, found: list[WayTo]) -> Any:
    """Return the id of the conversation in which the person wrote last."""
    talks = [here, *(reach.talk for reach in found if reach.talk)]
    said = [(talk.last_inbound_at, talk.pk) for talk in talks if talk.last_inbound_at]
    return max(said)[1] if said else None


def _way(reach: WayTo, here: Conversation, lens: Lens, last: Any) -> Way:
    number = phones.from_wa_id(reach.address)
    shown = phones.display(number) if number else ""
    if number and not lens.sees(here.contact):
        shown = phones.masked(number)
    return Way(
        key=reach.key,
        kind=reach.channel.kind,
        label=_label(reach),
        # What a provider made up says nothing to people.
        address=shown or (lens.email(here.contact, reach.address) if "@" in reach.address else ""),
        why=_why(reach),
        cost=_cost(reach),
        is_usable=reach.is_usable,
        is_verified=reach.is_verified,
        is_last=last is not None and reach.talk is not None and reach.talk.pk == last,
    )


def _label(reach: WayTo) -> str:
    """Name the channel, and its kind where the name does not say it."""
    kind, name = label_of(ChannelKind, reach.channel.kind), reach.channel.name
    return name if kind.casefold() in name.casefold() else f"{kind} · {name}"


def _why(reach: WayTo) -> str:
    match reach.state:
        case "saiu":
            return _("pediu para não receber mais por aqui")
        case "tarde":
            assert reach.until is not None
            return _("fechou %(ago)s; até %(when)s uma pessoa ainda responde") % {
                "ago": _ago(reach.closed_at),
                "when": date_format(timezone.localtime(reach.until), "d/m H:i"),
            }
        case "modelo":
            return _("fechada: só um modelo aprovado chega")
        case "fechada" if reach.closed_at is not None:
            return _("fechou %(ago)s") % {"ago": _ago(reach.closed_at)}
        case "fechada":
            return _("o paciente ainda não escreveu por aqui")
    if reach.until is None:
        return _("texto livre")
    return _("aberta até %(when)s") % {
        "when": date_format(timezone.localtime(reach.until), "d/m H:i")
    }


def _ago(moment: datetime | None) -> str:
    minutes = int((timezone.now() - moment).total_seconds() // 60) if moment else 0
    if minutes < 60:
        return _("há %(count)s min") % {"count": max(1, minutes)}
    if minutes < 48 * 60:
        return _("há %(count)s h") % {"count": minutes // 60}
    return _("há %(count)s dias") % {"count": minutes // (24 * 60)}


def _cost(reach: WayTo) -> str:
    if reach.state == "modelo":
        if reach.price is None:
            return _("modelo")
        price = unit_price(reach.price, reach.channel.currency, most=PLACES)
        return _("modelo, %(price)s") % {"price": price if reach.price else _("Grátis")}
    if reach.parts:
        parts = ngettext("%(count)s parte", "%(count)s partes", reach.parts)
        price = part_price(reach.cost, reach.parts) if reach.cost else ""
        return ", ".join(filter(None, [parts % {"count": reach.parts}, price]))
    return cost_words(reach.cost)[0] if reach.cost else ""
