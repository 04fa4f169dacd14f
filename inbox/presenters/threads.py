"""The open conversation and the column beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from campaigns.selectors import SentTo
from contacts.masking import NUMBERS, Lens
from contacts.models import Contact
from contacts.refs import IdentityKind
from inbox.presenters.bubbles import bubble_of, file_of
from inbox.presenters.common import about_of, face_of, first_name, label_of, name_of, window_of
from inbox.presenters.costs import cost_words
from inbox.shapes import (
    AboutChoice,
    Bubble,
    Dependent,
    Identity,
    Limits,
    Panel,
    PastConversation,
    ScoreFacts,
    Thread,
    TicketFacts,
)
from omnichannel.adapters import registry
from omnichannel.adapters.whatsapp.media import MEDIA_LIMITS
from omnichannel.choices import ChannelKind, MessageKind, Stage
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.reply_cost import ReplyCost
from queues.models import Ticket

# Ids that say nothing to a person; the back-office shows them.
_OPAQUE = (IdentityKind.WA_BSUID, IdentityKind.WA_PARENT_BSUID, IdentityKind.WEBCHAT)
# Stickers are pictures made for the purpose; an attendant who picks a webp means a file.
_ATTACHABLE = (MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.AUDIO, MessageKind.DOCUMENT)


def limits_of(kind: str) -> Limits:
    """Return what the composer may offer on a kind of channel; nothing where no adapter speaks."""
    try:
        able = registry.adapter_for(kind).capabilities
    except registry.KindWithoutAdapter:
        return Limits()
    offered = MEDIA_LIMITS if kind == ChannelKind.WHATSAPP else {}
    files = {name: offered[name] for name in _ATTACHABLE if name in offered}
    return Limits(
        text=able.text_limit,
        caption=able.caption_limit,
        sizes={str(name): limit.max_bytes for name, limit in files.items()},
        types={str(name): sorted(limit.types) or ["*/*"] for name, limit in files.items()},
        templates=able.templates,
        replies=able.replies,
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
    able = limits_of(conversation.channel.kind).replies
    can_reply = able and conversation.is_open and may_write(conversation, reader)
    return [
        bubble_of(message, contact_name=name, reader=reader, can_reply=can_reply)
        for message in messages
    ]


def thread_of(
    conversation: Conversation,
    messages: Iterable[Message],
    reader: Membership,
    lens: Lens,
    *,
    older_than: str = "",
    first_unread_seq: int | None = None,
    ticket: Ticket | None = None,
    cost: ReplyCost | None = None,
    asks_about: bool = False,
) -> Thread:
    """Draw the open conversation with the given messages, oldest first."""
    is_mine = conversation.attendant_id == reader.pk
    is_open = conversation.stage != Stage.CLOSED
    attendant = conversation.attendant
    contact = conversation.contact
    words, is_free = cost_words(cost)
    return Thread(
        id=conversation.pk,
        face=face_of(conversation, lens),
        about=about_of(conversation),
        asks_about=asks_about,
        channel_kind=conversation.channel.kind,
        channel_label=label_of(ChannelKind, conversation.channel.kind),
        channel_name=conversation.channel.name,
        stage=conversation.stage,
        stage_label=label_of(Stage, conversation.stage),
        window=window_of(conversation),
        limits=limits_of(conversation.channel.kind),
        revision=conversation.revision,
        bubbles=bubbles_of(conversation, messages, reader, lens),
        older_than=older_than,
        unread=conversation.unread_count,
        first_unread_seq=first_unread_seq,
        attendant=first_name(attendant.user.name) if attendant else "",
        is_mine=is_mine,
        handle=lens.phone(contact) if contact.name else "",
        can_take=is_open and not is_mine and may_write(conversation, reader),
        can_release=is_open and attendant is not None and may_write(conversation, reader),
        can_close=is_open and may_write(conversation, reader),
        can_reopen=not is_open,
        can_write=may_write(conversation, reader),
        ticket=ticket.pk if ticket is not None and ticket.is_open else None,
        # A manager who reads along changes nothing, and should know it.
        is_peeking=is_open and attendant is not None and not is_mine and reader.is_manager,
        cost=words,
        is_free=is_free,
    )


def panel_of(
    conversation: Conversation,
    lens: Lens,
    *,
    family: Sequence[Contact] = (),
    consent: bool | None,
    past: Iterable[Conversation],
    files: Iterable[Attachment],
    ticket: TicketFacts | None = None,
    score: ScoreFacts | None = None,
    campaigns: Iterable[SentTo] = (),
) -> Panel:
    """Draw the contact column. Needs the contact with identities and tags loaded."""
    contact = conversation.contact
    identities = list(contact.identities.all())
    usernames = [row.username for row in identities if row.username]
    notes, custom = lens.text(contact, contact.notes), lens.custom(contact)
    has_numbers = bool(contact.phone) or any(row.kind in NUMBERS for row in identities)
    is_masked = not lens.sees(contact) and (
        has_numbers or notes != contact.notes or custom != contact.custom
    )
    return Panel(
        contact_id=contact.pk,
        face=face_of(conversation, lens),
        phone=lens.phone(contact),
        phone_e164=contact.phone if lens.sees(contact) else "",
        is_masked=is_masked,
        about=_about_choices(conversation, family, lens),
        family=tuple(Dependent(one.pk, one.name, _relation(one)) for one in family),
        relations=tuple(Contact.Relation.choices),
        guardian=contact.guardian.name if contact.guardian else "",
        notes=notes,
        custom=tuple((name, _plain(value)) for name, value in custom.items()),
        email=contact.email,
        username=usernames[0] if usernames else "",
        identities=tuple(
            Identity(label_of(IdentityKind, row.kind), lens.identity(contact, row.kind, row.value))
            for row in identities
            if row.kind not in _OPAQUE
        ),
        tags=tuple(tag.name for tag in contact.tags.all()),
        marketing=consent,
        first_seen_at=contact.created_at,
        last_contact_at=contact.last_contact_at,
        facts=_facts(conversation, contact),
        files=tuple((row.pk, file_of(row)) for row in files),
        past=tuple(_past(row) for row in past),
        ticket=ticket,
        score=score,
        campaigns=tuple(campaigns),
    )


def _about_choices(
    conversation: Conversation, family: Sequence[Contact], lens: Lens
) -> tuple[AboutChoice, ...]:
    """Whom the conversation may be about; nobody to choose from where the person is alone."""
    contact, about = conversation.contact, conversation.about
    if not family and about is None:
        return ()
    people = [(contact, name_of(conversation, lens)), *((one, one.name) for one in family)]
    # Who was one of the family then still is whom it is about.
    if about is not None and about.pk not in {one.pk for one, _name in people}:
        people.append((about, about.name))
    return tuple(
        AboutChoice(str(one.pk), name, about is not None and one.pk == about.pk)
        for one, name in people
    )


def _relation(contact: Contact) -> str:
    return label_of(Contact.Relation, contact.relation) if contact.relation else ""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("sim") if value else _("não")
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _channel(conversation: Conversation) -> str:
    return f"{label_of(ChannelKind, conversation.channel.kind)} · {conversation.channel.name}"


def _facts(conversation: Conversation, contact: Contact) -> tuple[tuple[str, str], ...]:
    attendant = conversation.attendant
    facts = [
        (_("Etapa"), label_of(Stage, conversation.stage)),
        (_("Atendente"), attendant.user.name if attendant else _("ninguém")),
        (_("Canal"), _channel(conversation)),
        (_("Aberta em"), _moment(conversation.opened_at)),
    ]
    if conversation.closed_at:
        facts.append((_("Encerrada em"), _moment(conversation.closed_at)))
    facts.append((_("Mensagens"), str(conversation.message_count)))
    facts.append((_("Cadastro"), label_of(Contact.Status, contact.status)))
    return tuple(facts)


def _moment(moment: object) -> str:
    return date_format(timezone.localtime(moment), "d/m H:i")  # type: ignore[arg-type]


def _past(conversation: Conversation) -> PastConversation:
    return PastConversation(
        id=conversation.pk,
        channel_kind=conversation.channel.kind,
        channel_label=label_of(ChannelKind, conversation.channel.kind),
        opened_at=conversation.opened_at,
        stage_label=label_of(Stage, conversation.stage),
        message_count=conversation.message_count,
    )
