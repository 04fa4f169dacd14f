"""What time alone brings about: abandonment, promises at risk or broken, people who vanished."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Presence
from common.errors import DomainError
from common.realtime import publish
from common.tasks import apart, ring
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.snoozing import Woken, conversation_wake
from queues import bells, events, sla
from queues.choices import TicketEventKind
from queues.models import Ticket
from queues.services.following import ticket_note
from queues.services.rule_events import warning_note
from queues.services.tickets import ticket_abandon, ticket_return

logger = logging.getLogger(__name__)

# A reload or a lift takes less; after this somebody else should look.
VANISHED = timedelta(minutes=5)
AT_ONCE = 500


def watch(now: datetime | None = None) -> None:
    """Look at everything that fell due, in all companies; each thing in its own transaction."""
    now = now or timezone.now()
    _each(abandon_due(now), lambda ticket: ticket_abandon(ticket=ticket))
    _each(sla_due(now), lambda ticket: sla_tell(ticket, now))
    _each(vanished(now), lambda presence: vanished_clear(presence))


def tick_due() -> list[QuerySet[Any]]:
    """Return what time brings about, and who waits, for the tick."""
    now = timezone.now()
    # The sweep over companies; each is then worked off in its own scope.
    return [abandon_due(now), sla_due(now), vanished(now), Ticket.unscoped.waiting()]


# A sweep has no company: every row found is then handled inside its own.


def abandon_due(now: datetime) -> QuerySet[Ticket]:
    """Return waiting tickets whose time is over."""
    return Ticket.unscoped.waiting().filter(abandon_at__lte=now)


def sla_due(now: datetime) -> QuerySet[Ticket]:
    """Return open tickets about which there may be something to tell."""
    return Ticket.unscoped.open().filter(sla_check_at__lte=now)


def vanished(now: datetime) -> QuerySet[Presence]:
    """Return people who left without a word and did not come back."""
    gone = Presence.unscoped.filter(
        state=Presence.State.OFFLINE, since__lte=now - VANISHED, cleared_at=None
    )
    return gone.exclude(chosen=Presence.State.OFFLINE)


@transaction.atomic
def sla_tell(ticket: Ticket, now: datetime) -> None:
    """Write and tell what a ticket's promises came to since the last look, each step once."""
    conversation_lock(Conversation(pk=ticket.conversation_id))
    due = Ticket.unscoped.open().select_for_update().filter(sla_check_at__lte=now)
    row = due.filter(pk=ticket.pk).first()
    if row is None or row.sla_check_at is None:
        return
    steps = row.deadlines.steps()
    told = False
    for step in steps:
        is_kept = step.which == sla.FIRST_RESPONSE and row.first_response_at is not None
        if row.sla_check_at <= step.at <= now and not is_kept:
            _tell_step(row, step)
            told = True
    if told:
        # What was put aside comes back before its promise is broken.
        conversation_wake(conversation=Conversation(pk=row.conversation_id), why=Woken.PROMISE)
    row.sla_check_at = sla.next_step(steps, now)
    row.save(update_fields=["sla_check_at", "updated_at"])


def _tell_step(row: Ticket, step: sla.PromiseStep) -> None:
    kind = TicketEventKind.BROKEN if step.is_broken else TicketEventKind.WARNED
    ticket_note(row, kind, None, which=step.which)
    if not step.is_broken:
        warning_note(row, step.which)
    what = "sla_broken" if step.is_broken else "sla_warning"
    publish(events.about(row, what, which=step.which))


def vanished_clear(presence: Presence) -> None:
    """Let unanswered tickets of somebody who vanished wait again, with their entry time, and show
    the answered ones to the supervisor.
    """
    serving = Ticket.unscoped.serving().filter(attendant_id=presence.membership_id)
    for ticket in serving.filter(first_response_at=None):
        ticket_return(ticket=ticket, reason="atendente ausente")
    for ticket in serving.exclude(first_response_at=None).filter(flagged_at=None):
        _flag(ticket)
    # Whoever came back in between has another row state: nothing of theirs is marked.
    Presence.unscoped.filter(
        pk=presence.pk, state=Presence.State.OFFLINE, since=presence.since
    ).update(cleared_at=timezone.now())


def presence_heard(presence: Presence, before: str) -> None:
    """Use whoever comes to work. Called while the presence is locked."""
    if presence.state != presence.State.OFFLINE:
        # After that: whoever hands tickets out locks those first.
        transaction.on_commit(lambda: returned(presence))
    if presence.state == presence.State.ONLINE:
        ring(bells.DRAIN, str(presence.company_id))


def returned(presence: Presence) -> None:
    """Take the marks away of somebody who is there again."""
    serving = Ticket.unscoped.serving().filter(attendant_id=presence.membership_id)
    serving.exclude(flagged_at=None).update(flagged_at=None, updated_at=timezone.now())


@transaction.atomic
def _flag(ticket: Ticket) -> None:
    row = Ticket.unscoped.serving().select_for_update().filter(pk=ticket.pk).first()
    if row is None or row.flagged_at is not None:
        return
    row.flagged_at = timezone.now()
    row.save(update_fields=["flagged_at", "updated_at"])
    ticket_note(row, TicketEventKind.FLAGGED, None, attendant=str(row.attendant_id))
    publish(events.system(row.company_id, "flagged", ticket=str(row.pk)))


def _each(rows: QuerySet[Any], act: Any) -> None:
    for row in list(rows[:AT_ONCE]):
        with apart("queue watch", row.pk):
            try:
                act(row)
            except DomainError as refused:
                # Somebody was faster: there is nothing left to do.
                logger.info("watch %s: %s", row.pk, refused.code)
