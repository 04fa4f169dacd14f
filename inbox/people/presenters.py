"""The column beside the open conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.selectors import SentTo
from common import phones
from contacts.keys import canonical_of
from contacts.masking import Lens
from contacts.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    DuplicatePair,
    DuplicateReason,
)
from contacts.refs import PHONE_KINDS, IdentityKind, IdentityRef, Proof
from inbox.agenda.presenters import AppointmentLine
from inbox.people.shapes import (
    AboutChoice,
    ContactPanel,
    Dependent,
    Identity,
    ParticipantLine,
    PastConversation,
    ReadingLine,
    ScoreSummary,
    Suggestion,
    TicketSummary,
)
from inbox.shell.presenters import face_of, label_of, name_of
from inbox.talk.attached import file_of
from omnichannel.choices import Stage
from omnichannel.models import Attachment, Conversation
from providers.choices import ChannelKind
from visitors.showing import VisitorNow

# Ids that say nothing to a person; the back-office shows them.
_OPAQUE = (IdentityKind.WA_BSUID, IdentityKind.WA_PARENT_BSUID, IdentityKind.WEBCHAT)


@dataclass(frozen=True, slots=True)
class PersonFound:
    """What was found of a conversation's person. `consent` is whether promotions may reach them on
    its kind of channel, None when nobody asked; `past` are earlier conversations.
    """

    family: Sequence[Contact]
    consent: bool | None
    past: Sequence[Conversation]
    first_opened: datetime | None
    files: Sequence[Attachment]
    ticket: TicketSummary | None
    score: ScoreSummary | None
    campaigns: Sequence[SentTo]
    has_picture: bool = False
    visitor: VisitorNow | None = None
    may_block_network: bool = False
    suggestions: Sequence[DuplicatePair] = ()
    merge: ContactMerge | None = None
    readings: tuple[ReadingLine, ...] = ()
    appointments: tuple[AppointmentLine, ...] = ()
    professionals: tuple[tuple[UUID, str], ...] = ()
    participants: tuple[ParticipantLine, ...] = ()


def panel_of(conversation: Conversation, lens: Lens, known: PersonFound) -> ContactPanel:
    """Draw the contact column. Needs the contact with identities and tags loaded."""
    contact = conversation.contact
    identities = [row for row in contact.identities.all() if not row.has_left]
    usernames = [row.username for row in identities if row.username]
    notes, custom = lens.text(contact, contact.notes), lens.custom(contact)
    has_numbers = bool(contact.phone or contact.email) or any(
        row.kind in PHONE_KINDS for row in identities
    )
    is_masked = not lens.sees(contact) and (
        has_numbers or notes != contact.notes or custom != contact.custom
    )
    return ContactPanel(
        contact_id=contact.pk,
        face=face_of(conversation, lens),
        phone=lens.phone(contact),
        phone_e164=contact.phone if lens.sees(contact) else "",
        is_masked=is_masked,
        about=_about_choices(conversation, known.family, lens),
        family=tuple(Dependent(one.pk, one.name, _relation(one)) for one in known.family),
        relations=tuple(Contact.Relation.choices),
        guardian=contact.guardian.name if contact.guardian else "",
        notes=notes,
        custom=tuple((name, _plain(value)) for name, value in custom.items()),
        email=lens.email(contact, contact.email),
        username=usernames[0] if usernames else "",
        identities=tuple(_identities(identities, contact, lens)),
        tags=tuple(tag.name for tag in contact.tags.all()),
        marketing=known.consent,
        first_seen_at=min(contact.created_at, known.first_opened or contact.created_at),
        last_contact_at=contact.last_contact_at,
        facts=_facts(conversation, contact),
        files=tuple((row.pk, file_of(row)) for row in known.files),
        past=tuple(_past(row) for row in known.past),
        suggestions=tuple(_suggestion(pair, contact, lens) for pair in known.suggestions),
        merge=(known.merge.pk, _called(known.merge.gone, lens)) if known.merge else None,
        is_phone_verified=_is_verified(identities, contact.phone),
        is_email_verified=_is_verified(identities, contact.email),
        readings=known.readings,
        appointments=known.appointments,
        professionals=known.professionals,
        participants=known.participants,
        is_following=any(one.is_me for one in known.participants),
        ticket=known.ticket,
        score=known.score,
        campaigns=tuple(known.campaigns),
        has_picture=known.has_picture,
        visitor=_visitor(known.visitor, contact, lens),
        may_block_network=known.may_block_network,
    )


def _identities(
    rows: Sequence[ContactIdentity], contact: Contact, lens: Lens
) -> Iterator[Identity]:
    for row in rows:
        if row.kind not in _OPAQUE:
            proof = label_of(Proof, row.proof) if row.proof else ""
            yield Identity(label_of(IdentityKind, row.kind), _identity(row, contact, lens), proof)


def _visitor(visitor: VisitorNow | None, contact: Contact, lens: Lens) -> VisitorNow | None:
    """Show a typed number as the reader sees the person's own."""
    if visitor is None or lens.sees(contact) or not visitor.phone:
        return visitor
    number = phones.canonical(visitor.phone)
    return replace(visitor, phone=phones.masked(number) if number else "")


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


def _suggestion(pair: DuplicatePair, contact: Contact, lens: Lens) -> Suggestion:
    """Draw the other record of a pair."""
    other = pair.second if pair.first_id == contact.pk else pair.first
    kinds = dict.fromkeys(row.kind for row in other.identities.all() if not row.has_left)
    return Suggestion(
        id=pair.pk,
        name=_called(other, lens),
        reason=label_of(DuplicateReason, pair.reason),
        is_strong=pair.is_strong,
        reach=tuple(label_of(IdentityKind, kind) for kind in kinds if kind not in _OPAQUE[:2]),
    )


def _called(contact: Contact, lens: Lens) -> str:
    mail = lens.email(contact, contact.email) if contact.email else ""
    return contact.name or mail or lens.phone(contact) or _("sem nome")


def _is_verified(identities: Sequence[ContactIdentity], address: str) -> bool:
    """Whether it is proven that an address of the record is the person's."""
    return any(
        row.is_verified and address.casefold() in (row.value.casefold(), _number(row))
        for row in identities
    )


def _number(row: ContactIdentity) -> str:
    return canonical_of(IdentityRef(IdentityKind(row.kind), row.value))


def _identity(row: ContactIdentity, contact: Contact, lens: Lens) -> str:
    """Say what a provider calls the person; a number as people read it."""
    shown = lens.identity(contact, row.kind, row.value)
    return phones.display(shown) if row.kind in PHONE_KINDS and lens.sees(contact) else shown


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
