"""The open conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.models import Membership
from common.visible import visible
from contacts.masking import Lens
from inbox.shell.clocks import snoozed_words
from inbox.shell.presenters import about_of, face_of, first_name, label_of, name_of, window_of
from inbox.shell.shapes import ReplyWindow
from inbox.talk.bubbles import bubble_of
from inbox.talk.costs import cost_words
from inbox.talk.letters import letter_box, letters_shown
from inbox.talk.shapes import (
    Bubble,
    Limits,
    Thread,
)
from omnichannel.choices import ChannelStatus, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.remedies import Remedy, remedy_of
from omnichannel.services.comments import comment_ends_at
from omnichannel.services.reception import has_bot
from omnichannel.services.reply_cost import ReplyCost
from omnichannel.services.sendable import is_signed
from providers import registry
from providers.base import Templates
from providers.choices import ChannelKind, MessageKind, MessageStatus
from providers.file_types import ENDINGS
from queues.models import Ticket


def limits_of(kind: str) -> Limits:
    """Return what the composer may offer on a kind of channel; nothing where no adapter speaks."""
    policy = registry.policy_of(kind)
    taken = {one for rule in policy.files.values() for one in rule.types}
    return Limits(
        text=policy.text_limit if policy.text_unit == "characters" else 0,
        caption=policy.caption_limit,
        sizes={str(name): rule.max_bytes for name, rule in policy.files.items()},
        types={str(name): list(rule.types) for name, rule in policy.files.items()},
        endings={ending: one for ending, one in ENDINGS.items() if one in taken},
        turned=sorted(one for rule in policy.files.values() for one in rule.turned),
        goes=str(policy.files_goes),
        templates=registry.has_face(kind, Templates),
        replies=policy.has_quotes,
        reactions=policy.reactions,
        is_measured=policy.price_units == "segment",
    )


def may_write(conversation: Conversation, reader: Membership) -> bool:
    """Tell whether the reader may answer: nobody holds it, they do, or they manage.

    The service decides again; this only chooses what to draw.
    """
    return conversation.attendant_id in (None, reader.pk) or reader.is_manager


def bubbles_of(
    conversation: Conversation, messages: Iterable[Message], reader: Membership, lens: Lens
) -> list[Bubble]:
    """Draw messages in the order given."""
    name = name_of(conversation, lens)
    kind = conversation.channel.kind
    may_answer = conversation.is_open and may_write(conversation, reader)
    messages = list(messages)
    letters = letters_shown(conversation, messages, lens)
    drawn = [
        bubble_of(
            message,
            contact=conversation.contact,
            contact_name=name,
            reader=reader,
            lens=lens,
            channel_kind=kind,
            may_answer=may_answer,
            letter=letters.get(message.pk),
        )
        for message in messages
    ]
    if not may_answer:
        return drawn
    return [
        replace(bubble, remedy=_remedy(conversation, message))
        if message.status == MessageStatus.FAILED
        else bubble
        for bubble, message in zip(drawn, messages, strict=True)
    ]


def _remedy(conversation: Conversation, message: Message) -> Remedy:
    return remedy_of(
        message.error_code,
        has_templates=registry.has_face(conversation.channel.kind, Templates),
        is_free_text=message.kind != MessageKind.TEMPLATE,
        is_window_open=window_of(conversation).state != "fechada",
    )


def channel_trouble(channel: Channel) -> str:
    """Say why a channel sends nothing; "" when it does."""
    match channel.status:
        case ChannelStatus.ACTIVE:
            return ""
        case ChannelStatus.ERROR:
            said = _("O canal %(name)s está com erro e não envia. Avise um administrador.")
            why = f" {channel.status_detail}" if channel.status_detail else ""
            return f"{said % {'name': channel.name}}{why}"
    return _("O canal %(name)s não está ativo: nada sai por ele.") % {"name": channel.name}


def other_app_words(conversation: Conversation) -> str:
    """Say that another application answers a conversation; "" when ours does."""
    if not conversation.other_app:
        return ""
    known = registry.policy_of(conversation.channel.kind).other_apps
    return str(known.get(conversation.other_app) or _("Outro aplicativo responde a esta conversa."))


@dataclass(frozen=True, slots=True)
class Around:
    """What a thread says beside its messages: where older ones begin and unread ones did, the open
    ticket, what a reply costs, whether to ask whom the person writes about, and the comment that
    the next message would answer in private.
    """

    older_than: str = ""
    first_unread_seq: int | None = None
    ticket: Ticket | None = None
    cost: ReplyCost | None = None
    asks_about: bool = False
    comment: Message | None = None


def thread_of(
    conversation: Conversation,
    messages: Iterable[Message],
    reader: Membership,
    lens: Lens,
    around: Around | None = None,
) -> Thread:
    """Draw the open conversation with the given messages, oldest first."""
    around = around or Around()
    is_open = conversation.stage != Stage.CLOSED
    attendant = conversation.attendant
    contact, ticket = conversation.contact, around.ticket
    words, is_free = cost_words(around.cost)
    return Thread(
        id=conversation.pk,
        face=face_of(conversation, lens),
        about=about_of(conversation),
        asks_about=around.asks_about,
        channel_kind=conversation.channel.kind,
        channel_label=label_of(ChannelKind, conversation.channel.kind),
        channel_name=conversation.channel.name,
        channel_trouble=channel_trouble(conversation.channel) if is_open else "",
        other_app=other_app_words(conversation) if is_open else "",
        stage=conversation.stage,
        stage_label=label_of(Stage, conversation.stage),
        window=_window(conversation, around.comment),
        limits=limits_of(conversation.channel.kind),
        revision=conversation.revision,
        bubbles=bubbles_of(conversation, messages, reader, lens),
        older_than=around.older_than,
        unread=conversation.unread_count,
        first_unread_seq=around.first_unread_seq,
        attendant=first_name(attendant.user.name) if attendant else "",
        handle=lens.phone(contact) if visible(contact.name) else "",
        ticket=ticket.pk if ticket is not None and ticket.is_open else None,
        **_rights(conversation, reader),
        snoozed=snoozed_words(conversation),
        cost=words,
        is_free=is_free,
        letter=letter_box(conversation, reader, lens),
        signed_as=reader.user.name if is_signed(conversation, reader) else "",
    )


def _window(conversation: Conversation, comment: Message | None) -> ReplyWindow:
    """Return whether something may be written: where the window is closed, one answer to a comment
    still may.
    """
    if comment is None:
        return window_of(conversation)
    return replace(
        window_of(conversation),
        state="aberta",
        closes_at=comment_ends_at(comment),
        open_words=_("Comentário em público: uma única resposta privada, só com texto."),
    )


def _rights(conversation: Conversation, reader: Membership) -> dict[str, bool]:
    """Return what the reader may do with a conversation, by the names of Thread."""
    is_open = conversation.stage != Stage.CLOSED
    is_mine = conversation.attendant_id == reader.pk
    has_attendant = conversation.attendant_id is not None
    can_write = may_write(conversation, reader)
    is_robots = conversation.stage == Stage.BOT or not has_bot(conversation.channel)
    return {
        "is_mine": is_mine,
        "can_take": is_open and not is_mine and can_write,
        "can_release": is_open and has_attendant and can_write,
        "can_snooze": conversation.stage == Stage.HUMAN and has_attendant and can_write,
        "can_return_to_bot": is_open and can_write and not is_robots,
        "can_pause_bot": is_open and can_write and has_bot(conversation.channel),
        "can_close": is_open and can_write,
        "can_reopen": not is_open,
        "can_write": can_write,
        # A manager who reads along changes nothing, and should know it.
        "is_peeking": is_open and has_attendant and not is_mine and reader.is_manager,
    }
