"""Messages for later: everything is asked when they are written and again when their moment comes.
On any doubt they are held and told, never sent stale.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict, DomainError, Forbidden
from common.realtime import publish
from common.tasks import company_apart, ring
from omnichannel import bells, events
from omnichannel.models import Conversation, Message, ScheduledMessage
from omnichannel.models.scheduled import ScheduledState
from omnichannel.moments import FARTHEST
from omnichannel.services.conversations import conversation_lock, system_line
from omnichannel.services.outbound import message_check, message_send

AT_ONCE = 200
# How long a text can be undone.
UNDO = timedelta(seconds=5)
# Nobody means more, and each is looked at by a person.
OPEN_MOST = 20


class ScheduleRefused(DomainError):
    """There is nothing to send, or no moment to send it at."""

    code = "agendamento_invalido"


class PatientWrote(Conflict):
    """What was written before may not fit any more."""

    code = "paciente_respondeu"
    message = _("O paciente escreveu depois que ela foi agendada.")


class AuthorGone(Conflict):
    """Who wrote it does not work here any more."""

    code = "autor_inativo"
    message = _("Quem escreveu não trabalha mais aqui.")


class ComesFromCopy(Conflict):
    """The data were put back from a copy: it may have been sent since that was made."""

    code = "dados_restaurados"
    message = _("Os dados voltaram a uma cópia, e ela pode já ter sido enviada.")


class NotWaiting(Conflict):
    """It was sent or cancelled meanwhile."""

    code = "agendamento_encerrado"
    message = _("Esta mensagem já foi enviada ou cancelada.")


@transaction.atomic
def message_schedule(
    *, conversation: Conversation, author: Membership, text: str, send_at: datetime, client_id: str
) -> ScheduledMessage:
    """Keep a text for a moment. Asked twice under one `client_id`, it is kept once.

    Raises ScheduleRefused, and what `message_check` says.
    """
    held = conversation_lock(conversation)
    rows = ScheduledMessage.unscoped.filter(conversation=held)
    if (known := rows.filter(client_id=client_id).first()) is not None:
        return known
    if not text.strip():
        raise _refused("text", _("Escreva a mensagem antes de agendar."))
    now = timezone.now()
    if not now < send_at <= now + FARTHEST:
        raise _refused("send_at", _("Escolha um momento futuro, dentro de um ano."))
    closes = held.window_closes_at
    if closes is not None and send_at >= closes:
        raise _refused(
            "send_at",
            _(
                "A janela de resposta estará fechada nesse momento."
                " Escolha antes, ou use um modelo."
            ),
        )
    if rows.shown().count() >= OPEN_MOST:
        raise _refused("text", _("Há mensagens agendadas demais nesta conversa."))
    message_check(conversation=held, author=author, text=text)
    row = ScheduledMessage.unscoped.create(
        company_id=held.company_id,
        conversation=held,
        author=author,
        text=text,
        send_at=send_at,
        after_seq=held.message_seq,
        client_id=client_id,
    )
    _show(held)
    return row


@transaction.atomic
def message_send_soon(
    *,
    conversation: Conversation,
    author: Membership,
    text: str,
    client_id: str,
    base_seq: int | None = None,
) -> ScheduledMessage:
    """Send a text in five seconds, so that its writer may undo it (`scheduled_cancel`). It waits in
    the database: whoever closes the page has sent it. Asked twice under one `client_id`, it is one.

    What the patient writes meanwhile does not stop it; a colleague's answer after `base_seq` does.
    Raises what `message_check` says.
    """
    held = conversation_lock(conversation)
    key = ScheduledMessage.brief_key(client_id)
    known = ScheduledMessage.unscoped.filter(conversation=held, client_id=key).first()
    if known is not None:
        return known
    message_check(conversation=held, author=author, text=text)
    row = ScheduledMessage.unscoped.create(
        company_id=held.company_id,
        conversation=held,
        author=author,
        text=text,
        send_at=timezone.now() + UNDO,
        after_seq=held.message_seq if base_seq is None else base_seq,
        client_id=key,
    )
    _show(held)
    # The sweep sends it where no bell is heard.
    ring(bells.SCHEDULED, countdown=UNDO.total_seconds())
    return row


def is_sent_soon(*, conversation: Conversation, client_id: str) -> bool:
    """Tell whether a text was given to `message_send_soon` before: posted again, it stays one."""
    key = ScheduledMessage.brief_key(client_id)
    return ScheduledMessage.objects.filter(conversation=conversation, client_id=key).exists()


def soon_send(*, conversation: Conversation, author: Membership) -> None:
    """Send at once what somebody could still undo: what they send now must not overtake it."""
    rows = ScheduledMessage.objects.filter(
        conversation=conversation, author=author, state=ScheduledState.WAITING
    )
    for row in rows.order_by("send_at", "id"):
        if row.is_brief:
            ScheduledMessage.objects.filter(pk=row.pk).update(send_at=timezone.now())
            scheduled_send(row.pk)


@transaction.atomic
def scheduled_cancel(*, scheduled: ScheduledMessage, actor: Membership) -> ScheduledMessage:
    """Take one back, waiting or held. Raises NotWaiting, Forbidden."""
    if scheduled.author_id != actor.pk and not actor.is_manager:
        raise Forbidden
    open_rows = ScheduledMessage.unscoped.filter(pk=scheduled.pk).shown().order_by()
    # Whoever sends it holds the row: then this waits, and finds that it was sent.
    row = open_rows.select_for_update().first()
    if row is None:
        raise NotWaiting
    row.state = ScheduledState.CANCELLED
    row.save(update_fields=["state", "updated_at"])
    _show(conversation_lock(scheduled.conversation))
    return row


def scheduled_due() -> QuerySet[ScheduledMessage]:
    """Return what the sweep finds, of all companies."""
    return ScheduledMessage.unscoped.due()


def scheduled_sweep() -> int:
    """Send what fell due; return how many were sent or held."""
    found: Any = scheduled_due().order_by("send_at").values_list("pk", "company_id")[:AT_ONCE]
    count = 0
    for pk, company_id in found:
        with company_apart("scheduled message", company_id):
            count += scheduled_send(pk)
    return count


@transaction.atomic
def scheduled_send(scheduled_id: UUID) -> bool:
    """Send one or hold it, in the transaction that claims it: a process that dies in between has
    done nothing, and of two that come at once the second passes by. Return whether it was ours.
    """
    rows = ScheduledMessage.unscoped.due().filter(pk=scheduled_id)
    row = rows.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    try:
        with transaction.atomic():
            row.message = _sent(row)
            row.state = ScheduledState.SENT
            row.save()
            _tell(row.conversation)
    except DomainError as refused:
        _hold(row, refused)
    return True


@transaction.atomic
def scheduled_hold_due() -> int:
    """Hold what fell due before the data came back from a copy, of all companies; return how
    many those were.
    """
    count = 0
    for row in scheduled_due().order_by("pk").select_for_update(of=("self",)):
        _hold(row, ComesFromCopy())
        count += 1
    return count


def _hold(row: ScheduledMessage, reason: DomainError) -> None:
    row.message, row.state = None, ScheduledState.HELD
    row.held_code, row.held_detail = reason.code, str(reason.detail)[:500]
    held = conversation_lock(row.conversation)
    held.revision += 1
    system_line(held, "agendada_retida", row.author)
    held.save()
    _tell(held)
    row.save()


def _sent(row: ScheduledMessage) -> Message:
    held = conversation_lock(row.conversation)
    if not row.author.is_active:
        raise AuthorGone
    newer = Message.unscoped.inbound().filter(conversation=held, seq__gt=row.after_seq)
    if not row.is_brief and newer.exists():
        raise PatientWrote
    return message_send(
        conversation=held,
        author=row.author,
        text=row.text,
        base_seq=row.after_seq,
        client_id=f"agendada-{row.pk}",
    )


def _show(held: Conversation) -> None:
    """Let open pages ask again what waits."""
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    _tell(held)


def _tell(held: Conversation) -> None:
    # Marked, so that a page does not ask what waits with each message that comes.
    publish(events.changed("message_updated", held, data={"scheduled": True}))


def _refused(name: str, said: Any) -> ScheduleRefused:
    return ScheduleRefused(said, fields={name: [said]})
