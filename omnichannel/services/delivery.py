"""Handing written messages to the provider, each at most once.

Order inside a conversation is kept by a session lock on it; the claim (`enviando`) is committed
before the provider is called, so a process that dies leaves a row that says so, and never a second
send.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.crypto import SecretUnreadable
from common.errors import DomainError
from common.locks import lock_key
from common.realtime import publish
from common.tasks import apart, ring
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from omnichannel import bells, events
from omnichannel.choices import ChannelStatus, Direction
from omnichannel.external import WHOLE, external_key
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.sending.claims import Claims
from omnichannel.sending.ranks import UNDECIDED
from omnichannel.sending.reach import credentials_unreadable, trouble_of, troubles_take
from omnichannel.sending.verdict import SendVerdict, refused_unsent, verdict_of
from omnichannel.sending.withdrawals import withdrawals_record
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.costs import costs_record
from omnichannel.services.gate import gate_check
from omnichannel.services.happening import statuses_tell
from omnichannel.services.marks import reaction_put
from omnichannel.services.receipts import priced_now, receipts_settle, whose, withdrawal_of
from omnichannel.services.sendable import attachments_of, outgoing_of
from omnichannel.services.template_filling import template_of
from providers import registry
from providers.base import Media
from providers.choices import MessageKind, MessageStatus
from providers.content import ReactionTo
from providers.content_json import content_of
from providers.outgoing import Account, Scope, SendError, SendResult

logger = logging.getLogger(__name__)

# A reply waits for its channel; whatever else keeps failing is told to whoever wrote it.
WAITS_FOR: frozenset[Scope] = frozenset({"channel"})
SENT = verdict_of(SendResult(""), attempts=1, waits_for=WAITS_FOR)
LOST = verdict_of(None, attempts=1, waits_for=WAITS_FOR)
# Seconds.
LONG_WAIT = 600.0
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
        _settle(message, LOST)
        return True
    channel = message.conversation.channel
    if channel.status != ChannelStatus.ACTIVE:
        return False
    attachments = attachments_of(message)
    try:
        _prepare(message, attachments)
    except SendError as exc:
        # An upload that fails is an attempt too, or it would be repeated without end.
        message.attempts += 1
        _failed(message, exc)
        return message.status != MessageStatus.PENDING
    except DomainError as exc:
        _refused(message, exc.code, exc.detail)
        return True
    except SecretUnreadable:
        credentials_unreadable(channel)
        return False
    except OSError as exc:
        logger.error("file of message %s: %s", message.pk, type(exc).__name__)
        lost = _("O arquivo não está mais guardado aqui. Anexe de novo.")
        _refused(message, "anexo_indisponivel", lost)
        return True
    if _claim(message):
        _hand_over(message, attachments)
    return True


def _prepare(message: Message, attachments: Sequence[Attachment]) -> None:
    """Ask the gate again, because much may have happened since the message was written; then upload
    the files, each once: a next attempt goes on with those that are missing. Raises SendError,
    DomainError, SecretUnreadable, and OSError for a file that is gone.
    """
    gate_check(
        conversation=message.conversation,
        draft=outgoing_of(message, attachments),
        template=template_of(message),
        attachments=attachments,
        purpose=message.metadata.get("purpose", ""),
    )
    channel = message.conversation.channel
    account = channel.account()
    if registry.has_face(channel.kind, Media):
        for attachment in attachments:
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
        media_id = registry.face_of(channel.kind, Media).upload(
            account, file, attachment.mime_type, attachment.filename or "arquivo"
        )
    attachment.provider_media_id = media_id
    attachment.provider_uploaded_at = timezone.now()
    attachment.save(update_fields=["provider_media_id", "provider_uploaded_at", "updated_at"])


def _hand_over(message: Message, attachments: Sequence[Attachment]) -> None:
    """Call the provider once and write down what is known of the outcome."""
    channel = message.conversation.channel
    try:
        result = registry.adapter_for(channel.kind).send(
            channel.account(), outgoing_of(message, attachments)
        )
    except SendError as exc:
        _failed(message, exc)
    except DomainError as exc:
        # The adapter looked at the content and called nobody.
        _failed(message, refused_unsent(exc))
    except Exception:
        # The edge between us and a provider: whatever broke, the message may have left.
        logger.exception("send %s: outcome unknown", message.pk)
        _settle(message, LOST)
    else:
        _sent(message, result)


@transaction.atomic
def _sent(message: Message, result: SendResult) -> None:
    _settle(message, SENT, result)
    if message.pricing is not None:
        # Parts are charged once the provider took them, delivered or not.
        costs_record(channel=message.conversation.channel, priced=[priced_now(message)])
    _bind(message.conversation, result.identities)
    if message.kind == MessageKind.REACTION:
        _show_reaction(message)
    channel = message.conversation.channel
    key = external_key(result.external_id)
    transaction.on_commit(lambda: receipts_settle(channel=channel, external_ids=[key]), robust=True)


def _show_reaction(message: Message) -> None:
    target = (
        Message.unscoped.filter(pk=message.reply_to_id).first() if message.reply_to_id else None
    )
    if target is not None:
        put = content_of(message.metadata)
        emoji = put.emoji if isinstance(put, ReactionTo) else ""
        if reaction_put(target, Direction.OUT, emoji, timezone.now()):
            held = conversation_lock(message.conversation)
            held.revision += 1
            held.save(update_fields=["revision", "updated_at"])
            Message.unscoped.filter(pk=target.pk).update(revision=held.revision)
            publish(events.changed("message_updated", held))


def _bind(conversation: Conversation, identities: tuple[IdentityRef, ...]) -> None:
    """Give the person the id the provider answered with (Meta may change the ninth digit). One that
    is somebody's, or that somebody has left meanwhile, is not theirs.
    """
    known = set(
        ContactIdentity.objects.for_company(conversation.company_id)
        .filter(kind__in={ref.kind for ref in identities})
        .filter(value__in={ref.value for ref in identities})
        .values_list("kind", "value")
    )
    identities = tuple(ref for ref in identities if (ref.kind, ref.value) not in known)
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
    """Write down a refusal, and stop what it asks to stop."""
    logger.info(
        "send %s: %s provider=%s trace=%s", message.pk, error.code, error.provider, error.trace
    )
    _settle(message, verdict_of(error, attempts=message.attempts, waits_for=WAITS_FOR))
    troubles_take(message.conversation.channel, [trouble_of(error, whose(message))])


def _refused(message: Message, code: str, detail: Any) -> None:
    """Write down that it cannot be sent, which nobody outside was asked."""
    _settle(message, SendVerdict(MessageStatus.FAILED, code, str(detail)))


@transaction.atomic
def _settle(message: Message, verdict: SendVerdict, result: SendResult | None = None) -> None:
    """Store an outcome, unless a receipt that overtook us already says more."""
    held = conversation_lock(message.conversation)
    row = Message.unscoped.select_for_update().get(pk=message.pk)
    if result is not None and row.external_id is None:
        row.external_id = external_key(result.external_id)
        if row.external_id != result.external_id:
            row.metadata = {**row.metadata, WHOLE: result.external_id}
    if row.status in UNDECIDED:
        row.status, row.error_code = verdict.status, verdict.code
        row.error_detail = verdict.detail[:500]
        if verdict.status == MessageStatus.SENT:
            row.sent_at = row.sent_at or timezone.now()
    if result is not None and result.state != "accepted":
        row.metadata = {**row.metadata, "provider_state": result.state}
    row.attempts = message.attempts if verdict.is_counted else max(message.attempts - 1, 0)
    row.send_after = timezone.now() + timedelta(seconds=verdict.wait)
    held.revision += 1
    row.revision = held.revision
    row.save()
    if held.last_message_seq == row.seq:
        held.last_message_status = row.status
    held.save(update_fields=["revision", "last_message_status", "updated_at"])
    message.status = row.status
    row.conversation = held
    if verdict.is_withdrawal:
        withdrawals_record(channel=held.channel, found=[withdrawal_of(row, timezone.now())])
    publish(events.changed("message_updated", held))
    if verdict.status in (MessageStatus.SENT, MessageStatus.FAILED):
        statuses_tell(held.company_id, [row])
    if verdict.wait:
        _ring_later(held, verdict.wait)


def _ring_later(held: Conversation, wait: float) -> None:
    # The broker forgets long waits (its visibility timeout); the sweep rings for those.
    if wait < LONG_WAIT:
        ring(bells.DELIVER, str(held.company_id), str(held.pk), countdown=wait)


# A sweep walks over all companies.


def claims_before(moment: datetime) -> QuerySet[Message]:
    """Return messages claimed before a moment and not settled (omnichannel.sending.claims)."""
    return Message.unscoped.outbound().filter(status=MessageStatus.SENDING, claimed_at__lt=moment)


def outbox_give_up() -> int:
    """Call uncertain whatever waits to be sent, of all companies; return how many. For data that
    came back from a copy: nobody knows what left since it was made.
    """
    total = 0
    waiting = Message.unscoped.outbound().filter(status=MessageStatus.PENDING)
    while count := claims_give_up(waiting):
        total += count
    return total


def claims_give_up(lost: QuerySet[Message]) -> int:
    """Call messages uncertain whose sender died; return how many."""
    count = 0
    for message in lost.select_related("conversation__channel").order_by("pk")[:500]:
        with apart("lost claim", message.pk):
            _settle(message, LOST)
            count += 1
    return count


CLAIMS = Claims(claims_before, claims_give_up)


def waiting_long(now: datetime) -> QuerySet[Message]:
    """Return messages that nobody took though their moment came."""
    return Message.unscoped.due().filter(
        channel__status=ChannelStatus.ACTIVE, send_after__lte=now - timedelta(seconds=2)
    )


def outbound_due() -> list[QuerySet[Message]]:
    """Return what the sweep finds."""
    return [waiting_long(timezone.now())]


def outbound_sweep() -> int:
    """Ring for messages nobody took; return for how many conversations."""
    waiting: Any = waiting_long(timezone.now()).values_list("company_id", "conversation_id")
    rung = 0
    for company_id, conversation_id in waiting.distinct()[:1000]:
        ring(bells.DELIVER, str(company_id), str(conversation_id))
        rung += 1
    return rung
