"""Who holds a conversation, and the moves between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, Forbidden
from common.locks import lock_all, lock_key
from common.realtime import publish
from common.tasks import ring
from omnichannel import bells, events
from omnichannel.choices import Author, Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.observing import tell_moved, tell_taking
from providers.choices import MessageKind, MessageStatus

MOVES: dict[str, frozenset[str]] = {
    Stage.BOT: frozenset({Stage.QUEUE, Stage.HUMAN, Stage.CLOSED}),
    Stage.QUEUE: frozenset({Stage.BOT, Stage.HUMAN, Stage.CLOSED}),
    Stage.HUMAN: frozenset({Stage.BOT, Stage.QUEUE, Stage.HUMAN, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.BOT, Stage.QUEUE, Stage.HUMAN}),
}


class ConversationTaken(Conflict):
    """A colleague took it first."""

    code = "conversa_assumida"
    message = _("Um colega já assumiu esta conversa. Escolha outra ou fale com ele.")


class ConversationClosed(Conflict):
    """It has ended."""

    code = "conversa_encerrada"
    message = _("Esta conversa está encerrada. Reabra para continuar.")


class AnotherOpen(Conflict):
    """The person already has an open conversation on this channel."""

    code = "outra_conversa_aberta"
    message = _("Este paciente já tem outra conversa aberta neste canal. Continue por ela.")


def people_lock(*, channel_id: Any, contact_ids: Iterable[Any]) -> None:
    """Hold, until the transaction ends, whether people have an open conversation on a channel.

    Whoever opens one asks here first: two ids of one person share no other lock.
    """
    lock_all(lock_key("conversation", channel_id, contact_id) for contact_id in contact_ids)


def conversation_lock(conversation: Conversation) -> Conversation:
    """Return a fresh copy whose row is held until the transaction ends."""
    return Conversation.unscoped.select_for_update().get(pk=conversation.pk)


def stage_move(
    conversation: Conversation, stage: str, *, attendant: Membership | None = None
) -> None:
    """Change who holds a locked conversation, in memory. The only place where `stage` is set.

    Raises Conflict for a move the table does not have.
    """
    if stage not in MOVES[conversation.stage]:
        raise ConversationClosed if conversation.stage == Stage.CLOSED else Conflict
    conversation.stage = stage
    conversation.attendant = attendant
    conversation.moved_at = timezone.now()
    # Whoever has it next must see it.
    conversation.snoozed_at = conversation.snoozed_until = None
    conversation.closed_at = conversation.moved_at if stage == Stage.CLOSED else None
    if stage != Stage.CLOSED:
        conversation.reopen_until = None
    conversation.revision += 1


def system_line(
    conversation: Conversation,
    event: str,
    actor: Membership | None,
    detail: dict[str, Any] | None = None,
) -> Message:
    """Add a line about the conversation itself, for staff only. The conversation must be locked.

    The page words it in the reader's language from `metadata["event"]`: assumida, liberada,
    encerrada, descadastro, reaberta, transferida, robo, robo_passou, atribuida, devolvida,
    abandonada, fila, pessoa, continua_de, continua_em, voltou, adiada, retomada,
    and the agenda's own (agenda_...).
    """
    line = system_line_draft(conversation, event, actor, detail)
    line.save(force_insert=True)
    return line


def system_line_draft(
    conversation: Conversation,
    event: str,
    actor: Membership | None,
    detail: dict[str, Any] | None = None,
) -> Message:
    """Return such a line unsaved, for whoever writes many rows at once."""
    conversation.message_seq += 1
    return Message(
        company_id=conversation.company_id,
        conversation=conversation,
        channel_id=conversation.channel_id,
        seq=conversation.message_seq,
        revision=conversation.revision,
        direction=Direction.OUT,
        author_kind=Author.SYSTEM,
        author=actor,
        is_internal=True,
        kind=MessageKind.SYSTEM,
        status=MessageStatus.SENT,
        metadata={"event": event, "actor": actor.user.name if actor else "", **(detail or {})},
    )


@transaction.atomic
def conversation_take(*, conversation: Conversation, attendant: Membership) -> Conversation:
    """Give an open conversation to the person who asks for it. Raises ConversationTaken, Closed."""
    if conversation.attendant_id != attendant.pk:
        tell_taking(conversation, attendant)
    held = conversation_lock(conversation)
    if held.attendant_id == attendant.pk and held.stage == Stage.HUMAN:
        return held
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    if held.attendant_id and not attendant.is_manager:
        raise ConversationTaken
    return conversation_move(
        held, Stage.HUMAN, attendant, line="assumida", actor=attendant, event="ticket_assigned"
    )


@transaction.atomic
def conversation_release(*, conversation: Conversation, actor: Membership) -> Conversation:
    """Put an open conversation back where everyone who is free may take it. Raises
    ConversationClosed.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    require_holder(held, actor)
    if held.stage == Stage.QUEUE:
        return held
    return conversation_move(
        held, Stage.QUEUE, None, line="liberada", actor=actor, event="conversation_updated"
    )


@transaction.atomic
def conversation_close(
    *,
    conversation: Conversation,
    actor: Membership | None,
    reopen_until: datetime | None = None,
    line: str = "encerrada",
) -> Conversation:
    """End a conversation; closing a closed one changes nothing.

    If the patient writes before `reopen_until`, it opens again instead of a new one.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        return held
    if actor is not None:
        require_holder(held, actor)
    held.unread_count = 0
    held.waiting_since = None
    held.reopen_until = reopen_until
    return conversation_move(
        held, Stage.CLOSED, held.attendant, line=line, actor=actor, event="ticket_closed"
    )


@transaction.atomic
def conversation_reopen(*, conversation: Conversation, actor: Membership) -> Conversation:
    """Open an ended conversation again, in the hands of whoever reopens it. Raises AnotherOpen."""
    tell_taking(conversation, actor)
    # The patient may be writing at this moment, which opens another ticket.
    people_lock(channel_id=conversation.channel_id, contact_ids=[conversation.contact_id])
    held = conversation_lock(conversation)
    if held.stage != Stage.CLOSED:
        return held
    others = Conversation.unscoped.filter(
        channel_id=held.channel_id, contact_id=held.contact_id, thread_key=held.thread_key
    )
    if others.open().exists():
        raise AnotherOpen
    return conversation_move(
        held, Stage.HUMAN, actor, line="reaberta", actor=actor, event="ticket_assigned"
    )


@transaction.atomic
def conversation_mark_read(*, conversation: Conversation, up_to: int) -> int:
    """Mark what the patient wrote as read by staff, up to a message's seq; return how many were
    unread.

    The patient's blue ticks are asked for by the caller, because only the person who holds the
    conversation should cause them.
    """
    held = conversation_lock(conversation)
    unread = Message.unscoped.inbound().filter(
        conversation=held, seq__lte=up_to, read_at=None, status=MessageStatus.DELIVERED
    )
    held.revision += 1
    count = unread.update(status=MessageStatus.READ, read_at=timezone.now(), revision=held.revision)
    if not count and not held.unread_count:
        return 0
    held.unread_count = Message.unscoped.inbound().filter(conversation=held, read_at=None).count()
    held.save(update_fields=["unread_count", "revision", "updated_at"])
    publish(events.changed("conversation_updated", held))
    return count


@transaction.atomic
def conversation_mark_unread(*, conversation: Conversation, reader: Membership) -> bool:
    """Let the patient's last message count as unread again for whoever holds the conversation;
    return whether there was one. The patient's ticks stay as they are. Raises Forbidden.
    """
    held = conversation_lock(conversation)
    if held.attendant_id != reader.pk:
        raise Forbidden(
            _("Só quem está com a conversa pode marcá-la como não lida."), code="conversa_de_outro"
        )
    last = Message.unscoped.inbound().filter(conversation=held).order_by("-seq").first()
    if last is None or held.unread_count:
        return False
    held.revision += 1
    last.status, last.read_at, last.revision = MessageStatus.DELIVERED, None, held.revision
    last.save(update_fields=["status", "read_at", "revision", "updated_at"])
    held.unread_count = 1
    held.save(update_fields=["unread_count", "revision", "updated_at"])
    publish(events.changed("conversation_updated", held))
    return True


@transaction.atomic
def conversation_seen(*, conversation: Conversation, reader: Membership, up_to: int) -> int:
    """Mark what the patient wrote as read and turn their ticks blue, if the reader holds the
    conversation; return how many messages were unread. Whoever only looks on changes nothing.
    """
    if conversation.attendant_id != reader.pk:
        return 0
    count = conversation_mark_read(conversation=conversation, up_to=up_to)
    newest = (
        Message.unscoped.inbound()
        .filter(conversation=conversation, seq__lte=up_to)
        .exclude(external_id=None)
        .order_by("-seq")
        .first()
    )
    if count and newest is not None:
        ring(bells.READ_RECEIPT, str(newest.company_id), str(newest.pk))
    return count


def require_holder(held: Conversation, actor: Membership) -> None:
    """Let whoever holds the conversation, or manages, pass. Raises Forbidden."""
    if held.attendant_id and held.attendant_id != actor.pk and not actor.is_manager:
        raise Forbidden(
            _("Esta conversa está com um colega. Peça a ele ou a um supervisor."),
            code="conversa_de_outro",
        )


def conversation_move(
    held: Conversation,
    stage: str,
    attendant: Membership | None,
    *,
    line: str,
    actor: Membership | None,
    event: str,
    detail: dict[str, Any] | None = None,
    queue_id: Any = None,
) -> Conversation:
    """Move a locked conversation and do all that belongs to it: the line in the thread (with
    `detail` in its metadata), the audit, whoever observes, the hint. `queue_id` is as in Move.
    Raises Conflict.
    """
    stage_before, attendant_before = held.stage, held.attendant_id
    stage_move(held, stage, attendant=attendant)
    system_line(held, line, actor, detail)
    held.save()
    audit_record(
        company=held.company_id,
        actor=actor.user if actor else None,
        action=f"conversa.{line}",
        target=held,
    )
    hint = tell_moved(held, stage_before, attendant_before, actor, queue_id)
    publish(events.changed(event, held, before=attendant_before, data=hint))
    return held
