"""What patients thought: asked for at the end, answered by a tap, never a reason to reopen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.realtime import publish
from omnichannel.adapters.tolerant import clean
from omnichannel.choices import MessageKind
from omnichannel.models import Conversation, Message
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.holding import Arrival
from queues import events
from queues.choices import OPEN_STATUSES, TicketEventKind
from queues.errors import RatingRefused
from queues.models import Ticket, TicketEvent

CHOICE = re.compile(r"avaliacao:([0-9a-f-]{36}):([1-5])")
STARS = ("★☆☆☆☆", "★★☆☆☆", "★★★☆☆", "★★★★☆", "★★★★★")
COMMENT_LENGTH = 2000


def rating_ask(ticket: Ticket, conversation: Conversation) -> None:
    """Ask how it was. A list, because Meta allows three reply buttons and there are five stars."""
    words = (_("Péssimo"), _("Ruim"), _("Regular"), _("Bom"), _("Ótimo"))
    rows = [
        {"id": f"avaliacao:{ticket.pk}:{n}", "title": stars, "description": word}
        for n, stars, word in reversed(list(zip(range(1, 6), STARS, words, strict=True)))
    ]
    courtesy_send(
        conversation,
        "avaliacao",
        kind=MessageKind.INTERACTIVE,
        interactive={
            "type": "list",
            "body": {
                "text": _("Como foi o seu atendimento? Protocolo %(protocol)s")
                % {"protocol": ticket.protocol}
            },
            "action": {
                "button": _("Avaliar"),
                "sections": [{"title": _("Sua nota"), "rows": rows}],
            },
        },
    )


@transaction.atomic
def ticket_rate(*, ticket: Ticket, rating: int, comment: str = "") -> Ticket:
    """Record what a patient thought of an ended ticket, once. Raises RatingRefused."""
    row = Ticket.unscoped.select_for_update().get(pk=ticket.pk)
    if row.status in OPEN_STATUSES or row.rating is not None:
        raise RatingRefused
    row.rating, row.rating_comment = rating, clean(comment)[:COMMENT_LENGTH]
    row.save(update_fields=["rating", "rating_comment", "updated_at"])
    TicketEvent.unscoped.create(
        company_id=row.company_id,
        ticket=row,
        kind=TicketEventKind.RATED,
        at=timezone.now(),
        detail={"rating": rating},
    )
    publish(events.system(row.company_id, "rated", row.attendant_id, ticket=str(row.pk)))
    return row


def answers_take(arrivals: Iterable[Arrival]) -> None:
    """Record taps on the question and comments that quote its thanks; anything else about them is
    only a message of the thread.
    """
    for arrival in arrivals:
        for message in arrival.messages:
            chosen = CHOICE.fullmatch(str(_chosen(message)))
            if chosen is not None:
                _rate(arrival.conversation, UUID(chosen[1]), int(chosen[2]))
            elif message.kind == MessageKind.TEXT:
                _comment(arrival.conversation, message.text)


def _chosen(message: Message) -> object:
    interactive = message.metadata.get("interactive")
    return interactive.get("id") if isinstance(interactive, dict) else None


def _rate(conversation: Conversation, ticket_id: UUID, rating: int) -> None:
    # The id comes from a phone: it counts only for a ticket of this very conversation.
    ticket = Ticket.unscoped.filter(pk=ticket_id, conversation=conversation).first()
    if ticket is None:
        return
    try:
        ticket_rate(ticket=ticket, rating=rating)
    except RatingRefused:
        return
    text = _("Obrigado pela avaliação! Se quiser contar mais, responda a esta mensagem.")
    courtesy_send(conversation, "avaliacao_obrigado", text=text)


def _comment(conversation: Conversation, text: str) -> None:
    rows = Ticket.unscoped.filter(conversation=conversation, rating__isnull=False)
    latest = rows.filter(rating_comment="").order_by("-ended_at").first()
    if latest is not None:
        latest.rating_comment = clean(text)[:COMMENT_LENGTH]
        latest.save(update_fields=["rating_comment", "updated_at"])
