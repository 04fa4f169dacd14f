"""Handing written messages to the provider, each at most once.

Order inside a conversation is kept by a session lock on it; the claim (`enviando`) is committed
before the provider is called, so a process that dies leaves a row that says so, and never a second
send.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.crypto import SecretUnreadable
from common.errors import DomainError
from common.locks import lock_key
from common.realtime import publish
from common.tasks import ring
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from omnichannel import bells, events
from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import Account, SendError, SendResult
from omnichannel.choices import ChannelStatus, Direction, MessageKind, MessageStatus
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.changes import reaction_put
from omnichannel.services.channels import channel_stop
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.gate import gate_check
from omnichannel.services.outbound import outgoing_of
from omnichannel.services.receipts import receipts_settle
from omnichannel.services.refusals import refusal_note
from omnichannel.services.template_filling import template_of

logger = logging.getLogger(__name__)

# A claim older than this belongs to a process that died: a call lasts at most 13 s.
CLAIM_LOST = timedelta(seconds=60)
MAX_ATTEMPTS = 8
# Meta keeps an uploaded file for 30 days.
UPLOAD_LIVES = timedelta(days=29)


def conversation_deliver(*, conversation: Conversation) -> int:
    """Send what a conversation has waiting, oldest first; return how many steps that took.

    Two workers never work on one conversation: the second leaves at once, and the first looks again
    after letting go, so nothing written in between is forgotten.
    """
    steps = 0
    while _is_due(_first_unsent(conversation)):
        with _only_one(conversation) as mine:
            if not mine:
                return steps
            before = steps
            while _step(conversation):
                steps += 1
        if steps == before:
            break
    return steps


def _first_unsent(conversation: Conversation) -> Message | None:
    return (
        Message.unscoped.outbound()
        .filter(
            conversation_id=conversation.pk,
            status__in=(MessageStatus.PENDING, MessageStatus.SENDING),
        )
        .select_related(
            "conversation__channel",
            "conversation__identity",
            "conversation__contact",
            "reply_to",
            "author__user",
            "author__company",
        )
        .order_by("seq")
        .first()
    )


def _is_due(message: Message | None) -> bool:
    return message is not None and (
        message.status == MessageStatus.SENDING
        or (message.send_after is not None and message.send_after <= timezone.now())
    )


@contextmanager
def _only_one(conversation: Conversation) -> Iterator[bool]:
    """Hold the conversation's delivery lock for the length of the block; it ends with the
    connection.
    """
    key = lock_key("deliver", conversation.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _step(conversation: Conversation) -> bool:
    """Move the oldest waiting message on; return whether another step may follow."""
    message = _first_unsent(conversation)
    if message is None or not _is_due(message):
        return False
    if message.status == MessageStatus.SENDING:
        # The lock is ours, so whoever claimed this one is gone and nobody knows how far they came.
        _settle(message, status=MessageStatus.UNCERTAIN, code="resultado_desconhecido")
        return True
    channel = message.conversation.channel
    if channel.status != ChannelStatus.ACTIVE:
        return False
    attachment = Attachment.unscoped.filter(message=message).first()
    try:
        _prepare(message, attachment)
    except SendError as exc:
        # An upload that fails is an attempt too, or it would be repeated without end.
        message.attempts += 1
        _failed(message, exc)
        return not exc.retryable and exc.scope != "channel"
    except DomainError as exc:
        _settle(message, status=MessageStatus.FAILED, code=exc.code, detail=str(exc.detail))
        return True
    except SecretUnreadable:
        channel_stop(
            channel=channel,
            detail=str(_("As credenciais do canal não podem ser lidas. Informe o token de novo.")),
        )
        return False
    except OSError as exc:
        logger.error("file of message %s: %s", message.pk, type(exc).__name__)
        lost = _("O arquivo não está mais guardado aqui. Anexe de novo.")
        _settle(message, status=MessageStatus.FAILED, code="anexo_indisponivel", detail=str(lost))
        return True
    if _claim(message):
        _hand_over(message, attachment)
    return True


def _prepare(message: Message, attachment: Attachment | None) -> None:
    """Ask the gate again, because much may have happened since the message was written; then upload
    the file. Raises SendError, DomainError, SecretUnreadable, and OSError for a file that is gone.
    """
    gate_check(
        conversation=message.conversation,
        draft=outgoing_of(message, attachment),
        template=template_of(message),
        attachment=attachment,
        purpose=message.metadata.get("purpose", ""),
    )
    channel = message.conversation.channel
    account = channel.account()
    if attachment is not None:
        _upload(account, channel, attachment)


def _claim(message: Message) -> bool:
    """Commit that we are about to call the provider."""
    message.attempts += 1
    return bool(
        Message.unscoped.filter(pk=message.pk, status=MessageStatus.PENDING).update(
            status=MessageStatus.SENDING,
            claimed_at=timezone.now(),
            attempts=message.attempts,
            updated_at=timezone.now(),
        )
    )


def _upload(account: Account, channel: Channel, attachment: Attachment) -> None:
    """Store a file at the provider once; doing it twice costs nothing but time."""
    fresh = attachment.provider_uploaded_at
    if attachment.provider_media_id and fresh and timezone.now() - fresh < UPLOAD_LIVES:
        return
    with attachment.file.open("rb") as file:
        media_id = registry.adapter_for(channel.kind).upload(
            account, file, attachment.mime_type, attachment.filename or "arquivo"
        )
    attachment.provider_media_id = media_id
    attachment.provider_uploaded_at = timezone.now()
    attachment.save(update_fields=["provider_media_id", "provider_uploaded_at", "updated_at"])


def _hand_over(message: Message, attachment: Attachment | None) -> None:
    """Call the provider once and write down what is known of the outcome."""
    channel = message.conversation.channel
    try:
        result = registry.adapter_for(channel.kind).send(
            channel.account(), outgoing_of(message, attachment)
        )
    except SendError as exc:
        _failed(message, exc)
    except DomainError as exc:
        # The adapter looked at the content and called nobody.
        _settle(message, status=MessageStatus.FAILED, code=exc.code, detail=str(exc.detail))
    except Exception:
        # The edge between us and a provider: whatever broke, the message may have left.
        logger.exception("send %s: outcome unknown", message.pk)
        _settle(message, status=MessageStatus.UNCERTAIN, code="resultado_desconhecido")
    else:
        _sent(message, result)


@transaction.atomic
def _sent(message: Message, result: SendResult) -> None:
    _settle(message, status=MessageStatus.SENT, external_id=result.external_id, state=result.state)
    _bind(message.conversation, result.identities)
    if message.kind == MessageKind.REACTION:
        _show_reaction(message)
    channel = message.conversation.channel
    transaction.on_commit(
        lambda: receipts_settle(channel=channel, external_ids=[result.external_id]), robust=True
    )


def _show_reaction(message: Message) -> None:
    target = (
        Message.unscoped.filter(pk=message.reply_to_id).first() if message.reply_to_id else None
    )
    if target is not None:
        emoji = message.metadata.get("reaction", {}).get("emoji", "")
        if reaction_put(target, Direction.OUT, emoji, timezone.now()):
            held = conversation_lock(message.conversation)
            held.revision += 1
            held.save(update_fields=["revision", "updated_at"])
            Message.unscoped.filter(pk=target.pk).update(revision=held.revision)
            publish(events.changed("message_updated", held))


def _bind(conversation: Conversation, identities: tuple[IdentityRef, ...]) -> None:
    """Give the person the id the provider answered with (Meta may change the ninth digit)."""
    ContactIdentity.unscoped.bulk_create(
        [
            ContactIdentity(
                company_id=conversation.company_id,
                contact_id=conversation.contact_id,
                kind=IdentityKind(ref.kind).value,
                realm=ref.realm,
                value=ref.value,
            )
            for ref in identities
        ],
        ignore_conflicts=True,
    )


def _failed(message: Message, error: SendError) -> None:
    """Write down a refusal: wait and try again, stop the channel, give up, or not know."""
    logger.info(
        "send %s: %s provider=%s trace=%s", message.pk, error.code, error.provider, error.trace
    )
    if error.unknown:
        _settle(message, status=MessageStatus.UNCERTAIN, code=error.code, detail=str(error.detail))
    elif error.scope == "channel":
        # The message did nothing wrong: it waits, uncounted, until the channel works again.
        _settle(message, status=MessageStatus.PENDING, attempts=max(message.attempts - 1, 0))
        channel_stop(channel=message.conversation.channel, detail=str(error.detail))
    elif error.retryable and message.attempts < MAX_ATTEMPTS:
        delay = registry.retry_delay(error, message.attempts)
        _settle(
            message,
            status=MessageStatus.PENDING,
            code=error.code,
            detail=str(error.detail),
            wait=timedelta(seconds=delay),
        )
    else:
        _settle(message, status=MessageStatus.FAILED, code=error.code, detail=str(error.detail))


@transaction.atomic
def _settle(
    message: Message,
    *,
    status: str,
    code: str = "",
    detail: str = "",
    external_id: str | None = None,
    state: str = "accepted",
    attempts: int | None = None,
    wait: timedelta = timedelta(0),
) -> None:
    """Store an outcome, unless a receipt that overtook us already says more."""
    held = conversation_lock(message.conversation)
    row = Message.unscoped.select_for_update().get(pk=message.pk)
    if external_id and row.external_id is None:
        row.external_id = external_id
    if row.status in (MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.UNCERTAIN):
        row.status, row.error_code, row.error_detail = status, code, detail[:500]
        if status == MessageStatus.SENT:
            row.sent_at = row.sent_at or timezone.now()
    if state != "accepted":
        row.metadata = {**row.metadata, "provider_state": state}
    row.attempts = message.attempts if attempts is None else attempts
    row.send_after = timezone.now() + wait
    held.revision += 1
    row.revision = held.revision
    row.save()
    if held.last_message_seq == row.seq:
        held.last_message_status = row.status
    held.save(update_fields=["revision", "last_message_status", "updated_at"])
    message.status = row.status
    row.conversation = held
    refusal_note(row)
    publish(events.changed("message_updated", held))
    if wait:
        _ring_later(held, wait)


def _ring_later(held: Conversation, wait: timedelta) -> None:
    # The broker forgets long waits (its visibility timeout); the sweep rings for those.
    if wait < timedelta(minutes=10):
        ring(bells.DELIVER, str(held.company_id), str(held.pk), countdown=wait.total_seconds())


def outbound_sweep() -> dict[str, int]:
    """Ring for messages nobody took, and call uncertain what was claimed by a process that died.

    Returns {"rung": conversations, "uncertain": messages}.
    """
    now = timezone.now()
    # A sweep walks over all companies.
    lost = Message.unscoped.outbound().filter(
        status=MessageStatus.SENDING, claimed_at__lt=now - CLAIM_LOST
    )
    uncertain = 0
    for message in lost.select_related("conversation")[:500]:
        _settle(message, status=MessageStatus.UNCERTAIN, code="resultado_desconhecido")
        uncertain += 1
    waiting: Any = (
        Message.unscoped.due()
        .filter(channel__status=ChannelStatus.ACTIVE, send_after__lte=now - timedelta(seconds=2))
        .values_list("company_id", "conversation_id")
        .distinct()[:1000]
    )
    rung = 0
    for company_id, conversation_id in waiting:
        ring(bells.DELIVER, str(company_id), str(conversation_id))
        rung += 1
    return {"rung": rung, "uncertain": uncertain}
