"""Writing to a person: the row first, the bell after commit, the provider last."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict, DomainError, Forbidden, NotFound
from common.realtime import publish
from common.tasks import ring
from omnichannel import bells, events
from omnichannel.adapters.outgoing import OutgoingMedia, OutgoingMessage, TemplateSend
from omnichannel.adapters.tolerant import clean, copied
from omnichannel.choices import (
    MEDIA_KINDS,
    Author,
    Direction,
    MessageKind,
    MessageStatus,
    Stage,
)
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.conversations import conversation_lock, conversation_start, stage_move
from omnichannel.services.gate import gate_check, recipient_of
from omnichannel.services.holding import tell_answered, tell_moved
from omnichannel.services.inbound import note_last, stored_tell
from omnichannel.services.receipts import token_of
from omnichannel.services.template_filling import (
    CONTENT_DEPTH,
    UPLOADED_LATER,
    template_choose,
    template_of,
    with_file,
)


class SomebodyAnswered(Conflict):
    """A colleague wrote since this page was last current."""

    code = "colega_respondeu"
    message = _(
        "Um colega respondeu enquanto você escrevia. Leia e envie de novo se ainda fizer sentido."
    )


@transaction.atomic
def message_send(
    *,
    conversation: Conversation,
    author: Membership | None,
    kind: str = MessageKind.TEXT,
    text: str = "",
    client_id: str | None = None,
    reply_to: Message | None = None,
    attachment: Attachment | None = None,
    template: dict[str, Any] | None = None,
    interactive: dict[str, Any] | None = None,
    content: dict[str, Any] | None = None,
    author_kind: str = Author.ATTENDANT,
    base_seq: int | None = None,
    purpose: str = "",
) -> Message:
    """Write a message; it leaves after commit. Returns the row, `pendente`.

    `client_id` makes a repeated call return the first row. `template` is {"name", "language",
    "variables"}, `interactive` the provider's interactive object, `content` the structured part of
    location, contact and reaction. `base_seq` is the last message the writer saw: if a colleague
    wrote after it, SomebodyAnswered. `purpose` names an automatic courtesy (posicao,
    fora_do_horario, or one of the gate's FAREWELLS): it answers nobody, so the person goes on
    waiting. Raises Refused, ContentRefused, SomebodyAnswered, Forbidden.
    """
    held = conversation_lock(conversation)
    if client_id and (known := _by_client(held, client_id)):
        return known
    _check_writer(held, author, author_kind)
    if base_seq is not None:
        _check_base(held, author, base_seq)
    message = _draft(held, author, author_kind, kind, text, client_id, reply_to)
    message.metadata = {
        **({"interactive": copied(interactive, CONTENT_DEPTH)} if interactive else {}),
        **(copied(content, CONTENT_DEPTH) if content else {}),
        **({"purpose": purpose} if purpose else {}),
    }
    chosen = template_choose(held, message, template, attachment) if template else None
    _attach(message, attachment)
    gate_check(
        conversation=held,
        draft=outgoing_of(message, attachment),
        template=chosen,
        attachment=attachment,
        purpose=purpose,
    )
    _write(held, message, attachment)
    # The list goes on showing what the patient said: a courtesy is no news to staff.
    if message.kind != MessageKind.REACTION and not purpose:
        note_last(held, message)
    stage_before, attendant_before = held.stage, held.attendant_id
    if not purpose:
        _answered(held, author)
    held.save()
    tell_moved(held, stage_before, attendant_before, author)
    if not purpose and author_kind in (Author.ATTENDANT, Author.API):
        tell_answered(held, message)
    publish(events.changed("message_updated", held))
    stored_tell(held.company_id, [held.pk])
    _ring(held)
    return message


@transaction.atomic
def message_send_to_phone(
    *, channel: Channel, author: Membership, phone: str, **values: Any
) -> Message:
    """Write to whoever has a phone, known or not; the rest as `message_send`.

    A refusal leaves nothing behind: neither the person nor the conversation it would have made.
    """
    conversation = conversation_start(channel=channel, phone=phone)
    return message_send(conversation=conversation, author=author, **values)


@transaction.atomic
def note_add(
    *, conversation: Conversation, author: Membership, text: str, client_id: str | None = None
) -> Message:
    """Add an internal note: staff see it, the patient never does."""
    held = conversation_lock(conversation)
    if client_id and (known := _by_client(held, client_id)):
        return known
    if not text.strip():
        raise DomainError(_("Escreva a nota."), code="nota_vazia", fields={"text": [_("Escreva.")]})
    message = _draft(held, author, Author.ATTENDANT, MessageKind.TEXT, text, client_id, None)
    message.is_internal = True
    message.status = MessageStatus.SENT
    held.message_seq += 1
    held.revision += 1
    message.seq, message.revision = held.message_seq, held.revision
    message.save(force_insert=True)
    held.save()
    publish(events.changed("message_updated", held))
    return message


@transaction.atomic
def message_retry(*, message: Message, actor: Membership) -> Message:
    """Send a failed message again. Only `falha` may: for `incerta` nobody knows, so a person writes
    anew.

    Raises Conflict for any other state, and whatever the gate says.
    """
    held = conversation_lock(message.conversation)
    _check_writer(held, actor, Author.ATTENDANT)
    row = Message.unscoped.get(pk=message.pk)
    row.conversation = held
    if row.status != MessageStatus.FAILED:
        raise Conflict(
            _("Só mensagens que falharam podem ser reenviadas."), code="reenvio_indevido"
        )
    attachment = row.attachments.for_company(held.company_id).first()
    gate_check(
        conversation=held,
        draft=outgoing_of(row, attachment),
        template=template_of(row),
        attachment=attachment,
        purpose=row.metadata.get("purpose", ""),
    )
    held.revision += 1
    row.status, row.error_code, row.error_detail = MessageStatus.PENDING, "", ""
    # A failed attempt may have had an id; the next one gets its own.
    row.external_id, row.attempts, row.send_after = None, 0, timezone.now()
    # What was told of the failed attempt's price is nobody's to pay.
    row.pricing = None
    row.metadata = {**row.metadata, "retries": row.metadata.get("retries", 0) + 1}
    row.revision = held.revision
    row.save()
    if held.last_message_seq == row.seq:
        held.last_message_status = row.status
    held.save()
    publish(events.changed("message_updated", held))
    _ring(held)
    return row


def outgoing_of(message: Message, attachment: Attachment | None = None) -> OutgoingMessage:
    """Return a stored message as the adapter sends it; company signature included."""
    media = None
    if message.kind in MEDIA_KINDS and attachment is not None:
        media = OutgoingMedia(
            kind=MessageKind(message.kind),
            media_id=attachment.provider_media_id or UPLOADED_LATER,
            filename=attachment.filename,
            is_voice=attachment.is_voice,
        )
    stored = message.metadata.get("template")
    reply = message.reply_to
    return OutgoingMessage(
        token=token_of(message),
        to=recipient_of(message.conversation),
        kind=MessageKind(message.kind),
        text=_signed(message),
        reply_to=(reply.external_id or "") if reply else "",
        media=media,
        template=TemplateSend(
            stored["name"], stored["language"], with_file(stored.get("components", ()), attachment)
        )
        if stored
        else None,
        content={key: value for key, value in message.metadata.items() if key != "template"},
    )


def _signed(message: Message) -> str:
    author = message.author
    if (
        message.kind == MessageKind.TEXT
        and author is not None
        and message.author_kind == Author.ATTENDANT
        and author.company.sign_messages
    ):
        return f"*{author.user.name}*\n{message.text}"
    return message.text


def _attach(message: Message, attachment: Attachment | None) -> None:
    if attachment is None:
        return
    # Read again under the conversation's lock: another send may have taken it since.
    attachment.refresh_from_db(fields=["message"])
    if attachment.conversation_id != message.conversation_id or attachment.message_id:
        raise NotFound(_("O anexo não pertence a esta conversa. Anexe de novo."))
    if message.kind != MessageKind.TEMPLATE:
        message.kind = attachment.kind


def _draft(
    held: Conversation,
    author: Membership | None,
    author_kind: str,
    kind: str,
    text: str,
    client_id: str | None,
    reply_to: Message | None,
) -> Message:
    if reply_to is not None and reply_to.conversation_id != held.pk:
        raise NotFound(_("A mensagem citada não é desta conversa."))
    return Message(
        company_id=held.company_id,
        conversation=held,
        channel=held.channel,
        direction=Direction.OUT,
        author_kind=author_kind,
        author=author,
        kind=kind,
        text=clean(text),
        client_id=client_id or None,
        reply_to=reply_to,
        reply_to_external_id=(reply_to.external_id or "") if reply_to else "",
        send_after=timezone.now(),
        happened_at=timezone.now(),
    )


def _write(held: Conversation, message: Message, attachment: Attachment | None) -> None:
    held.message_seq += 1
    held.message_count += 1
    held.revision += 1
    message.seq, message.revision = held.message_seq, held.revision
    message.save(force_insert=True)
    if attachment is not None:
        attachment.message = message
        attachment.save(update_fields=["message", "updated_at"])


def _answered(held: Conversation, author: Membership | None) -> None:
    """Whoever answers a conversation that nobody holds, holds it; waiting ends."""
    held.waiting_since = None
    held.unread_count = 0
    unread = Message.unscoped.inbound().filter(
        conversation=held, read_at=None, status=MessageStatus.DELIVERED
    )
    if (newest := unread.exclude(external_id=None).order_by("-seq").first()) is not None:
        # Whoever is answered was read: their phone should say so.
        ring(bells.READ_RECEIPT, str(held.company_id), str(newest.pk))
    unread.update(status=MessageStatus.READ, read_at=timezone.now(), revision=held.revision)
    if author is not None and held.attendant_id is None and held.stage != Stage.CLOSED:
        stage_move(held, Stage.HUMAN, attendant=author)


def _check_writer(held: Conversation, author: Membership | None, author_kind: str) -> None:
    if author is None or author_kind != Author.ATTENDANT:
        return
    if held.attendant_id and held.attendant_id != author.pk and not author.is_manager:
        raise Forbidden(
            _("Esta conversa está com um colega. Peça para assumir ou escreva uma nota."),
            code="conversa_de_outro",
        )


def _check_base(held: Conversation, author: Membership | None, base_seq: int) -> None:
    newer = Message.unscoped.outbound().filter(
        conversation=held, seq__gt=base_seq, author_kind__in=(Author.ATTENDANT, Author.PHONE_APP)
    )
    if author is not None:
        newer = newer.exclude(author=author)
    if newer.exists():
        raise SomebodyAnswered


def _by_client(held: Conversation, client_id: str) -> Message | None:
    return Message.unscoped.filter(conversation=held, client_id=client_id).first()


def _ring(held: Conversation) -> None:
    ring(bells.DELIVER, str(held.company_id), str(held.pk))
