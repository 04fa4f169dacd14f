"""Putting a conversation aside until a moment, or until its patient writes ("adiar").

It stays in its holder's hands and its promises go on: it only leaves their list. It comes back when
the moment comes, when the patient writes, when a promise is at risk, when it changes hands or when
somebody says so.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict, DomainError
from common.realtime import publish
from common.tasks import apart
from omnichannel import events
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.moments import FARTHEST
from omnichannel.services.conversations import (
    conversation_lock,
    require_holder,
    system_line,
    system_line_draft,
)
from omnichannel.services.observing import tell_snoozing
from providers.choices import MessageStatus

AT_ONCE = 500


class Woken(StrEnum):
    """Why a conversation came back."""

    HOUR = "hora"
    WROTE = "escreveu"
    PROMISE = "prazo"
    PERSON = "pessoa"


class NotHeld(Conflict):
    """Only what somebody has can be put aside: who waits in a queue waits."""

    code = "sem_atendente"
    message = _("Assuma a conversa antes de adiá-la: quem espera na fila não pode sumir da lista.")


class MomentRefused(DomainError):
    """The moment is over, or too far ahead."""

    code = "momento_invalido"
    message = _("Escolha um momento futuro, dentro de um ano.")


@transaction.atomic
def conversation_snooze(
    *, conversation: Conversation, actor: Membership, until: datetime | None
) -> Conversation:
    """Put a conversation aside until a moment; without one until the patient writes. Doing it again
    sets another moment.

    Raises NotHeld, Forbidden, MomentRefused, and what observers raise.
    """
    now = timezone.now()
    if until is not None and not now < until <= now + FARTHEST:
        raise MomentRefused(fields={"until": [MomentRefused.message]})
    held = conversation_lock(conversation)
    if held.stage != Stage.HUMAN or held.attendant_id is None:
        raise NotHeld
    require_holder(held, actor)
    tell_snoozing(held)
    held.snoozed_at, held.snoozed_until = now, until
    held.revision += 1
    system_line(held, "adiada", actor, {"until": until.isoformat() if until else ""})
    held.save()
    publish(events.changed("conversation_updated", held))
    return held


@transaction.atomic
def conversation_wake(
    *, conversation: Conversation, actor: Membership | None = None, why: str = Woken.PERSON
) -> Conversation:
    """Bring a conversation back to its holder's list; one that is not aside stays as it is. Without
    an actor its last words count as unread again, for its holder to see it. Raises Forbidden.
    """
    held = conversation_lock(conversation)
    if actor is not None:
        require_holder(held, actor)
    if not held.is_snoozed:
        return held
    if why == Woken.HOUR and (held.snoozed_until is None or held.snoozed_until > timezone.now()):
        # Somebody gave it another moment meanwhile.
        return held
    snooze_end(held, why=why, actor=actor).save(force_insert=True)
    if actor is None:
        _unread(held)
    held.save()
    publish(
        events.changed(
            "conversation_updated", held, data={"woke": why, "attendant": str(held.attendant_id)}
        )
    )
    return held


def snooze_end(conversation: Conversation, *, why: str, actor: Membership | None = None) -> Message:
    """Bring a locked conversation back, in memory; return the line that says so, unsaved."""
    conversation.snoozed_at = conversation.snoozed_until = None
    # On top of its holder's list, like what was just given to them.
    conversation.moved_at = timezone.now()
    conversation.revision += 1
    return system_line_draft(conversation, "retomada", actor, {"why": why})


def snoozes_due(now: datetime | None = None) -> QuerySet[Conversation]:
    """Return what is to come back by now."""
    # The sweep over companies; each is then brought back by its own service.
    return Conversation.unscoped.filter(snoozed_until__lte=now or timezone.now())


def snoozes_wake() -> None:
    """Bring back what is due, each in its own transaction."""
    for row in list(snoozes_due()[:AT_ONCE]):
        with apart("snooze", row.pk):
            conversation_wake(conversation=row, why=Woken.HOUR)


def _unread(held: Conversation) -> None:
    last = Message.unscoped.filter(conversation=held, direction=Direction.IN).order_by("-seq")
    message = last.first()
    if message is None or held.unread_count:
        return
    message.status, message.read_at = MessageStatus.DELIVERED, None
    message.revision = held.revision
    message.save(update_fields=["status", "read_at", "revision", "updated_at"])
    held.unread_count = 1
