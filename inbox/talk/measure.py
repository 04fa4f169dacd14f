"""What the text that is being written is charged as, and how it will arrive where that differs
from what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox import selectors
from inbox.talk.base import TalkView
from inbox.talk.costs import part_price
from omnichannel.models import Conversation
from omnichannel.services.reply_cost import ReplyCost
from omnichannel.services.sendable import signed
from omnichannel.services.wording import text_measure
from providers.outgoing import Measure

# A longer text is refused anyway.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """The line under the composer: `words` are its facts, `arrives` the text as it will arrive,
    empty where that is what was typed.
    """

    words: str
    arrives: str
    is_too_long: bool


class MeasureView(TalkView):
    """The text of a composer, measured; nothing of it is kept."""

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw what a text is charged as."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        text = request.POST.get("texto", "")[:LONGEST]
        context = {"measured": measured_of(conversation, text, self)}
        return self.draw("inbox/talk/_measure.html", context)


def measured_of(conversation: Conversation, text: str, view: TalkView) -> MeasureLine | None:
    """Return what a text is charged as; None for none, and where nothing is charged by parts."""
    if not text.strip():
        return None
    found = text_measure(conversation.channel, signed(text, conversation, view.membership))
    if found is None:
        return None
    plain = text_measure(conversation.channel, text)
    assert plain is not None
    return MeasureLine(
        words=words_of(found, view.cost(conversation)),
        arrives=plain.text if plain.text != text else "",
        is_too_long=found.count > found.limit,
    )


def words_of(found: Measure, cost: ReplyCost | None) -> str:
    """Say "1 SMS · 34 restantes · R$ 0,10"."""
    if found.count > found.limit:
        size = {"size": found.count, "limit": found.limit}
        return _("%(size)s SMS: o máximo é %(limit)s. Escreva menos.") % size
    parts = [
        ngettext("%(count)s SMS", "%(count)s SMS", found.count) % {"count": found.count},
        ngettext("%(left)s restante", "%(left)s restantes", found.left) % {"left": found.left},
    ]
    price = part_price(cost, found.count) if cost else ""
    return " · ".join([*parts, *([price] if price else [])])
