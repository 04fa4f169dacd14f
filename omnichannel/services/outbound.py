"""Writing to a person: the row first, the bell after commit, the provider last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict, DomainError, Forbidden, NotFound
from common.realtime import publish
from common.tasks import ring
from omnichannel import bells, events
from omnichannel.choices import Author, Direction, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.addresses import stored as address_stored
from omnichannel.services.comments import address_again, destination_for
from omnichannel.services.conversations import conversation_lock, stage_move
from omnichannel.services.gate import gate_check
from omnichannel.services.letters import letter_written
from omnichannel.services.mentioning import mentions_keep, named_in
from omnichannel.services.newest import note_last
from omnichannel.services.observing import tell_answered, tell_moved, tell_taking
from omnichannel.services.sendable import attachments_of, outgoing_of
from omnichannel.services.starting import conversation_start
from omnichannel.services.template_filling import template_choose, template_of
from omnichannel.services.wording import pricing_of, text_worded
from providers import registry
from providers.choices import MessageKind, MessageStatus
from providers.content import Content, InfoRequest, LinkButton, Question
from providers.content_json import stored
from providers.questions import asking_fit, asking_reworded
from providers.tolerant import clean

# Every reader of the conversation draws it again and again.
NOTE_LIMIT = 10_000


class SomebodyAnswered(Conflict):
    """A colleague wrote since this page was last current."""

    code = "colega_respondeu"
    message = _(
        "Um colega respondeu enquanto você escrevia. Leia e envie de novo se ainda fizer sentido."
    )


class Written(TypedDict, total=False):
    """What is written in a message; a member that is left out is empty, a kind a text.

    client_id    makes a repeated call return the first row
    attachments  as many as the kind of channel carries; the first says of what kind the message is
    template     {"name", "language", "variables"}
    content      what is said beside the text; a question goes in words where the channel shows no
                 choices
    copies       addresses that get a copy, where the kind writes letters
    """

    kind: str
    text: str
    client_id: str | None
    reply_to: Message | None
    attachments: Sequence[Attachment]
    template: dict[str, Any] | None
    content: Content | None
    copies: Sequence[str]


@transaction.atomic
def message_send(
    *,
    conversation: Conversation,
    author: Membership | None,
    author_kind: str = Author.ATTENDANT,
    base_seq: int | None = None,
    purpose: str = "",
    **written: Unpack[Written],
) -> Message:
    """Write a message; it leaves after commit. Returns the row, `pendente`.

    `base_seq` is the last message the writer saw: if a colleague wrote after it, SomebodyAnswered.
    `purpose` names an automatic courtesy (posicao, fora_do_horario, or one of the gate's
    FAREWELLS): it answers nobody, so the person goes on waiting, and so they do when a bot writes.
    Raises Refused, ContentRefused, SomebodyAnswered, Forbidden.
    """
    is_anybodys = conversation.is_open and conversation.attendant_id is None
    if is_anybodys and author is not None and author_kind == Author.ATTENDANT:
        # Whoever answers an open conversation that nobody has becomes its attendant.
        tell_taking(conversation, author)
    held = conversation_lock(conversation)
    if (client_id := written.get("client_id")) and (known := _by_client(held, client_id)):
        return known
    _check_writer(held, author, author_kind)
    if base_seq is not None:
        _check_base(held, author, base_seq)
    message = _compose(held, author, author_kind, purpose, written)
    # The list goes on showing what the patient said: a courtesy is no news to staff.
    if message.kind != MessageKind.REACTION and not purpose:
        note_last(held, message)
    stage_before, attendant_before = held.stage, held.attendant_id
    # What a bot says is no answer of a person: who hands over finds all that nobody read.
    if not purpose and author_kind != Author.BOT:
        _answered(held, author)
    held.save()
    tell_moved(held, stage_before, attendant_before, author)
    if not purpose and author_kind in (Author.ATTENDANT, Author.API):
        tell_answered(held, message)
    publish(events.changed("message_updated", held))
    _ring(held)
    return message


def _compose(
    held: Conversation,
    author: Membership | None,
    author_kind: str,
    purpose: str,
    written: Written,
) -> Message:
    """Store what is written in a locked conversation, past the gate. Raises as `message_send`."""
    message = _draft(
        held,
        author,
        author_kind,
        written.get("kind", MessageKind.TEXT),
        written.get("text", ""),
        written.get("client_id"),
        written.get("reply_to"),
    )
    message.metadata = {
        **stored(_carried(held.channel, written.get("content"), message.text)),
        **({"purpose": purpose} if purpose else {}),
        **letter_written(message, written.get("copies", ())),
    }
    message.address = address_stored(destination_for(held, message.reply_to, purpose))
    files = list({one.pk: one for one in written.get("attachments", ())}.values())
    template, header = written.get("template"), files[0] if files else None
    chosen = template_choose(held, message, template, header) if template else None
    _attach(message, files)
    draft = outgoing_of(message, files)
    gate_check(conversation=held, draft=draft, template=chosen, attachments=files, purpose=purpose)
    message.pricing = pricing_of(held.channel, draft)
    _write(held, message, files)
    return message


def message_check(*, conversation: Conversation, author: Membership, text: str) -> None:
    """Ask of a text in a locked conversation all that is asked when it is sent, and send nothing.
    Raises as `message_send`.
    """
    _check_writer(conversation, author, Author.ATTENDANT)
    draft = _draft(conversation, author, Author.ATTENDANT, MessageKind.TEXT, text, None, None)
    draft.address = address_stored(destination_for(conversation, None, ""))
    gate_check(conversation=conversation, draft=outgoing_of(draft))


@transaction.atomic
def message_send_to_phone(
    *, channel: Channel, author: Membership, phone: str, **values: Any
) -> Message:
    """Write to whoever has a phone, known or not; the rest as `message_send`.

    A refusal leaves nothing behind: neither the person nor the conversation it would have made.
    """
    conversation = conversation_start(channel=channel, address=phone)
    return message_send(conversation=conversation, author=author, **values)


@transaction.atomic
def note_add(
    *,
    conversation: Conversation,
    author: Membership | None,
    text: str,
    client_id: str | None = "",
    mentioned: Collection[UUID] = (),
) -> Message:
    """Add an internal note: staff see it, the patient never does. Without `author` a bot's.

    Whoever it names by "@" is told; `mentioned` as in `mentions_keep`. Raises MentionRefused, and
    DomainError for an empty or a too long one.
    """
    held = conversation_lock(conversation)
    if client_id and (known := _by_client(held, client_id)):
        return known
    if not text.strip():
        raise DomainError(_("Escreva a nota."), code="nota_vazia", fields={"text": [_("Escreva.")]})
    if len(text) > NOTE_LIMIT:
        limit = _("A nota tem no máximo %(limit)s caracteres (tem %(size)s).")
        sentence = str(limit % {"limit": NOTE_LIMIT, "size": len(text)})
        raise DomainError(sentence, code="nota_longa", fields={"text": [sentence]})
    message = _draft(held, author, Author.ATTENDANT, MessageKind.TEXT, text, client_id, None)
    message.author_kind = Author.ATTENDANT if author is not None else Author.BOT
    message.is_internal, message.status = True, MessageStatus.SENT
    held.message_seq += 1
    held.revision += 1
    message.seq, message.revision = held.message_seq, held.revision
    # What a bot writes down may be a patient's words, and those name no colleague.
    named = named_in(message, mentioned) if author is not None else []
    if named:
        message.metadata = {"mentions": [one.user.name for one in named]}
    message.save(force_insert=True)
    mentions_keep(message, named)
    held.save()
    told = {"mentioned": [str(one.pk) for one in named], "note": str(message.pk)}
    publish(events.changed("message_updated", held, data=told if named else None))
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
    row.address = address_again(row)
    attachments = attachments_of(row)
    draft = outgoing_of(row, attachments)
    gate_check(
        conversation=held,
        draft=draft,
        template=template_of(row),
        attachments=attachments,
        purpose=row.metadata.get("purpose", ""),
    )
    held.revision += 1
    row.status, row.error_code, row.error_detail = MessageStatus.PENDING, "", ""
    # A failed attempt may have had an id; the next one gets its own.
    row.external_id, row.attempts, row.send_after = None, 0, timezone.now()
    # The failed attempt costs nothing, so the price that was noted for it is taken away.
    row.pricing = pricing_of(held.channel, draft)
    row.metadata = {**row.metadata, "retries": row.metadata.get("retries", 0) + 1}
    row.revision = held.revision
    row.save()
    if held.last_message_seq == row.seq:
        held.last_message_status = row.status
    held.save()
    publish(events.changed("message_updated", held))
    _ring(held)
    return row


def _carried(channel: Channel, content: Content | None, text: str) -> Content | None:
    """Return a content as a channel carries it. Raises ContentRefused."""
    if not isinstance(content, Question | LinkButton | InfoRequest):
        return content
    fit = asking_fit(content, registry.policy_of(channel.kind).questions, text)
    return asking_reworded(fit, partial(text_worded, channel)) if fit.as_words else fit


def _attach(message: Message, attachments: Sequence[Attachment]) -> None:
    for attachment in attachments:
        # Read again under the conversation's lock: another send may have taken it since.
        try:
            attachment.refresh_from_db(fields=["message"])
        except Attachment.DoesNotExist:
            raise NotFound(_("O anexo não está mais guardado. Anexe de novo.")) from None
        if attachment.conversation_id != message.conversation_id or attachment.message_id:
            raise NotFound(_("O anexo não pertence a esta conversa. Anexe de novo."))
    if attachments and message.kind != MessageKind.TEMPLATE:
        message.kind = attachments[0].kind


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
        text=text_worded(held.channel, clean(text)),
        client_id=client_id or None,
        reply_to=reply_to,
        reply_to_external_id=(reply_to.external_id or "") if reply_to else "",
        send_after=timezone.now(),
        happened_at=timezone.now(),
    )


def _write(held: Conversation, message: Message, attachments: Sequence[Attachment]) -> None:
    held.message_seq += 1
    held.message_count += 1
    held.revision += 1
    message.seq, message.revision = held.message_seq, held.revision
    message.save(force_insert=True)
    for position, attachment in enumerate(attachments):
        attachment.message, attachment.position = message, position
        attachment.save(update_fields=["message", "position", "updated_at"])


def _answered(held: Conversation, author: Membership | None) -> None:
    """Whoever answers a conversation that nobody holds, holds it; waiting ends."""
    held.waiting_since = None
    held.unread_count = 0
    unread = Message.unscoped.inbound().filter(
        conversation=held, read_at=None, status=MessageStatus.DELIVERED
    )
    if (newest := unread.exclude(external_id=None).order_by("-seq").first()) is not None:
        # Who answers has read the message, so the patient's phone should show blue ticks.
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
