"""A stored message as the adapter sends it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from accounts.models import Membership
from omnichannel.choices import Author
from omnichannel.external import whole_id
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.addresses import recipient_for
from omnichannel.services.comments import is_comment
from omnichannel.services.letters import is_by_person, letter_of
from omnichannel.services.receipts import token_of
from omnichannel.services.template_filling import UPLOADED_LATER, with_file
from providers import registry
from providers.choices import MEDIA_KINDS, MessageKind
from providers.content import InfoRequest, LinkButton, Question
from providers.content_json import content_of
from providers.outgoing import OutgoingMedia, OutgoingMessage, TemplateSend
from providers.questions import asking_words


def attachments_of(message: Message) -> list[Attachment]:
    """Return the files of a written message, in the order they were named."""
    return list(Attachment.unscoped.filter(message=message).in_order())


def outgoing_of(message: Message, attachments: Sequence[Attachment] = ()) -> OutgoingMessage:
    """Return a stored message as the adapter sends it; company signature included."""
    files = attachments if message.kind in MEDIA_KINDS else ()
    template = message.metadata.get("template")
    content = content_of(message.metadata)
    kind, text = MessageKind(message.kind), _signed(message)
    if isinstance(content, Question | LinkButton | InfoRequest) and content.as_words:
        kind, text, content = MessageKind.TEXT, asking_words(content, text), None
    reply = message.reply_to
    return OutgoingMessage(
        token=token_of(message),
        to=recipient_for(message),
        kind=kind,
        text=text,
        reply_to=whole_id(reply) if reply and not is_comment(reply) else "",
        media=tuple(_media_of(attachment) for attachment in files),
        template=TemplateSend(
            template["name"],
            template["language"],
            with_file(template.get("components", ()), attachments[0] if attachments else None),
        )
        if template
        else None,
        content=content,
        thread_key=message.conversation.thread_key,
        subject=message.conversation.subject,
        is_late=is_by_person(message) and message.conversation.may_answer_late,
        letter=letter_of(message),
    )


def _media_of(attachment: Attachment) -> OutgoingMedia:
    return OutgoingMedia(
        kind=MessageKind(attachment.kind),
        media_id=attachment.provider_media_id or UPLOADED_LATER,
        filename=attachment.filename,
        is_voice=attachment.is_voice,
        mime_type=attachment.mime_type,
        size=attachment.size,
        opened=partial(attachment.file.storage.open, str(attachment.file.name)),
    )


def is_signed(conversation: Conversation, author: Membership) -> bool:
    """Whether an attendant's name stands above what they write: as the channel says, else as the
    company does. A letter has a signature below.
    """
    channel = conversation.channel
    if registry.policy_of(channel.kind).letters:
        return False
    own = channel.sign_messages
    return author.company.sign_messages if own is None else own


def signed(text: str, conversation: Conversation, author: Membership) -> str:
    """Return an attendant's text with their name above it, where that is wanted (`is_signed`)."""
    policy = registry.policy_of(conversation.channel.kind)
    if not is_signed(conversation, author):
        return text
    has_marks = policy.has_marks
    name = f"*{author.user.name}*" if has_marks else f"{author.user.name}:"
    return f"{name}\n{text}"


def _signed(message: Message) -> str:
    author = message.author
    is_attendants = message.author_kind == Author.ATTENDANT
    if author is None or message.kind != MessageKind.TEXT or not is_attendants:
        return message.text
    return signed(message.text, message.conversation, author)
