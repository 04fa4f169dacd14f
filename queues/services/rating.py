"""What patients thought: asked for at the end, answered by a tap or by typing, never a reason to
reopen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.realtime import publish
from omnichannel.feedback import feedback_of
from omnichannel.models import Conversation, Message
from omnichannel.services.answers import THANKED
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.languages import language_of
from omnichannel.services.observing import Arrival
from providers.choices import MessageKind
from providers.content import Answer, Choice, Question, Section
from providers.content_json import content_of
from providers.tolerant import clean
from queues import events
from queues.choices import OPEN_STATUSES, TicketEventKind
from queues.errors import RatingRefused
from queues.models import Ticket, TicketEvent
from queues.services.happening import tickets_tell

CHOICE = re.compile(r"avaliacao:([0-9a-f-]{36}):([1-5])")
STARS = ("★☆☆☆☆", "★★☆☆☆", "★★★☆☆", "★★★★☆", "★★★★★")
COMMENT_LENGTH = 2000


def rating_ask(ticket: Ticket, conversation: Conversation) -> None:
    """Ask how it was. A list, because Meta allows three reply buttons and there are five stars."""
    with language_of(conversation):
        question = _question(ticket)
    courtesy_send(conversation, "avaliacao", kind=MessageKind.INTERACTIVE, content=question)


def _question(ticket: Ticket) -> Question:
    words = (_("Péssimo"), _("Ruim"), _("Regular"), _("Bom"), _("Ótimo"))
    # Where choices are typed, the number is the grade.
    stars = tuple(
        Choice(f"avaliacao:{ticket.pk}:{grade}", shown, word, number=grade)
        for grade, shown, word in reversed(list(zip(range(1, 6), STARS, words, strict=True)))
    )
    text = _("Como foi o seu atendimento? Protocolo %(protocol)s") % {"protocol": ticket.protocol}
    return Question((Section(stars, _("Sua nota")),), text, is_list=True, list_label=_("Avaliar"))


@transaction.atomic
def ticket_rate(*, ticket: Ticket, rating: int, comment: str = "") -> Ticket:
    """Record what a patient thought of an ended ticket, once. Raises RatingRefused."""
    row = Ticket.unscoped.select_for_update().get(pk=ticket.pk)
    if row.status in OPEN_STATUSES or row.rating is not None:
        raise RatingRefused
    row.rating, row.rating_comment = rating, clean(comment)[:COMMENT_LENGTH]
    row.save(update_fields=["rating", "rating_comment", "updated_at"])
    line = TicketEvent.unscoped.create(
        company_id=row.company_id,
        ticket=row,
        kind=TicketEventKind.RATED,
        at=timezone.now(),
        detail={"rating": rating},
    )
    tickets_tell(row.company_id, [line])
    publish(events.system(row.company_id, "rated", row.attendant_id, ticket=str(row.pk)))
    return row


def answers_take(arrivals: Iterable[Arrival]) -> None:
    """Record taps on the question, and grades and comments typed after it; of thanks only the
    message stays, in the thread.
    """
    for arrival in arrivals:
        for message in arrival.messages:
            answer = content_of(message.metadata)
            chosen = CHOICE.fullmatch(answer.key) if isinstance(answer, Answer) else None
            if chosen is not None:
                _rate(arrival.conversation, UUID(chosen[1]), int(chosen[2]))
            elif message.kind == MessageKind.TEXT:
                _typed(arrival.conversation, message)


def _rate(conversation: Conversation, ticket_id: UUID, rating: int) -> None:
    # The id comes from a phone: it counts only for a ticket of this very conversation.
    ticket = Ticket.unscoped.filter(pk=ticket_id, conversation=conversation).first()
    if ticket is None:
        return
    try:
        ticket_rate(ticket=ticket, rating=rating)
    except RatingRefused:
        return
    with language_of(conversation):
        text = _("Obrigado pela avaliação! Se quiser contar mais, responda a esta mensagem.")
    courtesy_send(conversation, "avaliacao_obrigado", text=text)


def _typed(conversation: Conversation, message: Message) -> None:
    quoted = message.reply_to
    is_quote = quoted is not None and quoted.metadata.get("purpose") == THANKED
    said = feedback_of(message.text, is_quote=is_quote)
    rows = Ticket.unscoped.filter(conversation=conversation).exclude(status__in=OPEN_STATUSES)
    latest = rows.order_by("-ended_at").first()
    if said is None or latest is None:
        return
    if said.grade is not None and latest.rating is None:
        _rate(conversation, latest.pk, said.grade)
    if said.comment:
        _comment(latest, said.comment)


def _comment(ticket: Ticket, text: str) -> None:
    """Add to what the patient said: people write in several messages."""
    row = Ticket.unscoped.select_for_update().get(pk=ticket.pk)
    said = "\n".join(filter(None, (row.rating_comment, clean(text))))
    row.rating_comment = said[:COMMENT_LENGTH]
    row.save(update_fields=["rating_comment", "updated_at"])
