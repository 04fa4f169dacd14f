"""Handing a conversation to people: one act with a reason, a sentence for the patient, a note for
whoever goes on, a queue and a priority. Nothing a patient or a model writes causes it by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bot import bells, wording
from bot.choices import HandoverReason, SessionOutcome, SessionState
from bot.decide import PRIORITY
from bot.models import AiPolicy, Assistant, BotPause, BotSession
from bot.services.serving import schedule_of
from bot.services.sessions import session_end
from bot.services.speaking import bot_say
from common.errors import DomainError
from common.hours import Schedule
from common.tasks import ring
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.handover import conversation_transfer_to_human
from omnichannel.services.outbound import note_add
from queues.models import Queue, Ticket
from queues.services.opening import queue_for
from queues.services.opening import schedule_of as queue_schedule
from queues.services.tickets import ticket_prioritise

logger = logging.getLogger(__name__)
QUOTED = 300
# The patient reads nothing where the other side is a machine, or people paused the bot.
SILENT = frozenset({HandoverReason.LOOP, HandoverReason.PAUSED, HandoverReason.CAMPAIGN})
ALARMS = frozenset({HandoverReason.EMERGENCY})


@transaction.atomic
def hand_over(
    talk: Conversation,
    session: BotSession | None,
    reason: HandoverReason,
    *,
    words: str = "",
    queue_id: Any = None,
    asked_at: datetime | None = None,
    client_id: str = "",
    is_told: bool = True,
) -> Message | None:
    """Give a locked conversation to people; return what the patient was told, if anything.

    `words` say why, before the sentence of what to expect; an emergency's stand alone. A message
    that the gate refuses keeps nobody from being handed over. Unless the patient `is_told` nothing
    is said.
    """
    if talk.stage != Stage.BOT:
        return None
    now = timezone.now()
    queue = _queue(talk, session, queue_id)
    schedule = _schedule(session, queue, now)
    is_open = schedule.is_open(now)
    said = None
    if is_told and reason not in SILENT:
        text = words if reason in ALARMS else _sentence(words, talk, schedule, now)
        if reason == HandoverReason.CLINICAL and not is_open:
            text = f"{text} {wording.SEVERE}"
        said = _say(talk, session, text, client_id)
    if reason == HandoverReason.REFUSED_BOT:
        BotPause.unscoped.update_or_create(
            contact_id=talk.contact_id, defaults={"company_id": talk.company_id, "until": None}
        )
    if session is not None:
        session_end(session, SessionState.HANDED, SessionOutcome.HANDED, reason)
    held = conversation_transfer_to_human(
        conversation=talk,
        actor=None,
        reason=str(reason.label),
        queue_id=queue.pk if queue is not None else None,
        since=asked_at,
    )
    _note(held, session, reason)
    ring(bells.READ, str(talk.company_id), str(talk.pk))
    if session is not None and _has_writer(talk):
        ring(bells.SUMMARY, str(talk.company_id), str(session.pk))
    _rank(held, reason, told_closed=said is not None and not is_open)
    # Those who are told after us look at this very row.
    talk.refresh_from_db()
    return said


def _has_writer(talk: Conversation) -> bool:
    return AiPolicy.objects.for_company(talk.company_id).exclude(writer=None).exists()


def _queue(talk: Conversation, session: BotSession | None, queue_id: Any) -> Queue | None:
    chosen = queue_id or (session.assistant.queue_id if session is not None else None)
    if chosen is None:
        return None
    active = Queue.objects.for_company(talk.company_id).active()
    return active.filter(pk=chosen).select_related("calendar").first()


def _schedule(session: BotSession | None, queue: Queue | None, now: datetime) -> Schedule:
    """Return when somebody is there: by the queue's own calendar, else by the assistant's."""
    if queue is not None and queue.calendar is not None:
        return queue_schedule(queue, now)
    assistant: Assistant | None = session.assistant if session is not None else None
    if assistant is not None and assistant.calendar is not None:
        return schedule_of(assistant, now)
    if session is not None and (serving := queue_for(session.conversation.channel)) is not None:
        return queue_schedule(serving, now)
    return schedule_of(Assistant(), now)


def _sentence(words: str, talk: Conversation, schedule: Schedule, now: datetime) -> str:
    if words in wording.FOREIGN.values():
        return words
    # The first second of the next working time.
    second = schedule.add(now, 1)
    zone = talk.company.zone
    opens = None if second is None else (second - timedelta(seconds=1)).astimezone(zone)
    is_open = schedule.is_open(now)
    return wording.handed(words, now.astimezone(zone), opens, is_open=is_open)


def _say(
    talk: Conversation, session: BotSession | None, text: str, client_id: str
) -> Message | None:
    try:
        return bot_say(talk, session, text, client_id=client_id or None)
    except DomainError as refused:
        logger.info("hand-over of %s is silent: %s", talk.pk, refused.code)
        return None


def _note(held: Conversation, session: BotSession | None, reason: HandoverReason) -> None:
    """Tell whoever goes on what happened, so that the patient need not say it again."""
    lines = [_("O robô passou a conversa: %(reason)s.") % {"reason": reason.label.lower()}]
    if session is not None:
        asked = _last_words(held)
        if asked:
            lines.append(_("O paciente escreveu: “%(text)s”") % {"text": asked})
        tried = [turn.entry.question for turn in _answered(session) if turn.entry is not None]
        if tried:
            lines.append(_("O robô respondeu sobre: %(list)s.") % {"list": "; ".join(tried)})
    note_add(conversation=held, author=None, text="\n".join(map(str, lines)))
    held.refresh_from_db()


def _last_words(held: Conversation) -> str:
    rows = Message.unscoped.filter(conversation=held, direction=Direction.IN).exclude(text="")
    texts: Sequence[str] = list(rows.order_by("-seq").values_list("text", flat=True)[:3])
    return " / ".join(reversed(texts))[:QUOTED]


def _answered(session: BotSession) -> Any:
    rows = session.turns(manager="unscoped").exclude(message=None).select_related("entry")
    return rows.order_by("created_at")[:10]


def _rank(held: Conversation, reason: HandoverReason, *, told_closed: bool) -> None:
    ticket = Ticket.unscoped.open().filter(conversation=held).first()
    if ticket is None:
        return
    if (priority := PRIORITY.get(reason)) is not None and ticket.priority < priority:
        ticket_prioritise(ticket=ticket, actor=None, priority=priority)
    if told_closed:
        # The bot has said when somebody is there; the queue need not say it again.
        now = timezone.now()
        Ticket.unscoped.filter(pk=ticket.pk).update(told_closed_at=now, updated_at=now)
