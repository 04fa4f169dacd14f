"""By which channels a person can be reached from a conversation, and what each would take: whether
free text arrives, what it costs, and why not where it does not.

An address is one the person wrote from, or one that they gave the clinic. What may be sent there is
asked of the kind's policy, and of the gate again when something is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from common import phones
from contacts.keys import canonical_of
from contacts.models import Contact, ContactIdentity
from contacts.refs import FORGOTTEN, PHONE_KINDS, IdentityKind, IdentityRef
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Template
from omnichannel.services.addresses import address_of, number_of, recipient_of
from omnichannel.services.leaving import has_left
from omnichannel.services.reply_cost import ReplyCost, reply_cost, template_prices
from omnichannel.services.wording import text_measure
from providers.base import Templates
from providers.choices import PriceCategory, TemplateStatus
from providers.registry import has_face, policy_of

# Of conversations with one person so many are looked at, the newest.
TALKS_MOST = 60


@dataclass(frozen=True, slots=True)
class WayTo:
    """One way to a person: a channel and an address on it.

    state      aberta: free text arrives; tarde: a person may still answer, nothing automatic;
               modelo: an approved template does; fechada: nothing until they write (again);
               saiu: they asked to be left alone there
    talk       the conversation held there now or last; None where there was none yet
    address    what a new conversation there begins with
    closed_at  when the window closed; until is when it, or the time to answer late, will
    cost       of free text; `price` that of a template; `parts` how many a measured text makes
    """

    channel: Channel
    address: str
    state: Literal["aberta", "tarde", "modelo", "fechada", "saiu"]
    talk: Conversation | None = None
    is_verified: bool = False
    closed_at: datetime | None = None
    until: datetime | None = None
    cost: ReplyCost | None = None
    price: Decimal | None = None
    parts: int | None = None

    @property
    def key(self) -> str:
        """Name it within its person's, without saying the address."""
        where = str(self.talk.pk) if self.talk else self.address
        return hashlib.sha256(f"{self.channel.pk}|{where}".encode()).hexdigest()[:32]

    @property
    def is_usable(self) -> bool:
        """Whether something can be sent there now."""
        return self.state in ("aberta", "tarde", "modelo")


def reaches_of(conversation: Conversation, text: str = "") -> list[WayTo]:
    """Return the ways to a conversation's person but its own: where they wrote last comes first,
    what can be used before what cannot. `text` is what would be sent, to be measured.
    """
    contact = conversation.contact
    known = list(ContactIdentity.objects.for_company(contact.company_id).filter(contact=contact))
    ids = [row for row in known if not row.has_left and not row.value.startswith(FORGOTTEN)]
    talks = _talks(contact)
    found: list[WayTo] = []
    for channel in _channels(contact.company_id):
        mine = [talk for talk in talks if talk.channel_id == channel.pk]
        held = list(_held(mine, conversation))
        taken = {number_of(recipient_of(talk)) for talk in mine} - {""}
        found += [_reach(channel, talk, _address_of(talk), ids, text) for talk in held]
        if not held:
            fresh = _addresses(channel, contact, ids)
            found += [
                _reach(channel, _draft(channel, contact, ref), ref.value, ids, text)
                for ref in fresh
                if number_of(address_of(channel.kind, [ref])) not in taken
            ]
    return sorted(found, key=_order, reverse=True)


def _order(reach: WayTo) -> tuple[bool, float]:
    said = reach.talk.last_inbound_at if reach.talk else None
    return reach.is_usable, said.timestamp() if said else 0.0


def _channels(company_id: Any) -> Iterable[Channel]:
    rows = Channel.objects.for_company(company_id).filter(status=ChannelStatus.ACTIVE)
    return rows.select_related("company").order_by("kind", "name")


def _talks(contact: Contact) -> list[Conversation]:
    rows = Conversation.objects.for_company(contact.company_id).filter(contact=contact)
    rows = rows.select_related("channel__company", "company", "identity", "contact", "attendant")
    return list(rows.order_by("-opened_at")[:TALKS_MOST])


def _held(talks: Iterable[Conversation], here: Conversation) -> Iterator[Conversation]:
    """Give, by address, the conversation that goes on there: the open one, else the newest."""
    own = (here.channel_id, number_of(recipient_of(here)), here.identity_id)
    best: dict[Any, Conversation] = {}
    for talk in talks:
        number = number_of(recipient_of(talk))
        if talk.pk == here.pk or (talk.channel_id == own[0] and _is_same(talk, number, own)):
            continue
        place = number or talk.identity_id
        if place not in best or (talk.is_open and not best[place].is_open):
            best[place] = talk
    for talk in best.values():
        if not recipient_of(talk).is_nowhere:
            yield talk


def _is_same(talk: Conversation, number: str, own: tuple[Any, str, Any]) -> bool:
    return number == own[1] if number else talk.identity_id == own[2]


def _addresses(channel: Channel, contact: Contact, ids: list[ContactIdentity]) -> list[IdentityRef]:
    """Return the addresses at which somebody may be written to first on a channel: of the first of
    the kind's ids that any is known of.
    """
    for kind in policy_of(channel.kind).starts_with:
        if kind in PHONE_KINDS:
            numbers = [canonical_of(_ref(row)) for row in ids] + [contact.phone]
            values = [number.removeprefix("+") for number in numbers]
        elif kind == IdentityKind.EMAIL:
            values = [row.value for row in ids if row.kind == kind] + [contact.email.lower()]
        else:
            values = [row.value for row in ids if row.kind == kind and not row.realm]
        if found := list(dict.fromkeys(filter(None, values))):
            return [IdentityRef(kind, value) for value in found]
    return []


def _ref(row: ContactIdentity) -> IdentityRef:
    return IdentityRef(IdentityKind(row.kind), row.value, row.realm)


def _address_of(talk: Conversation) -> str:
    to = recipient_of(talk)
    return to.phone or to.address or to.user_id


def _draft(channel: Channel, contact: Contact, ref: IdentityRef) -> Conversation:
    """Return a conversation as it would begin, to ask prices and windows of; it is not stored."""
    return Conversation(
        company_id=channel.company_id,
        channel=channel,
        contact=contact,
        identity=ContactIdentity(contact=contact, kind=ref.kind, value=ref.value),
        message_seq=0,
    )


def _reach(
    channel: Channel, talk: Conversation, address: str, ids: list[ContactIdentity], text: str
) -> WayTo:
    measured = text_measure(channel, text) if text else None
    state = _state(talk)
    prices = template_prices(talk) if state == "modelo" else {}
    late = policy_of(channel.kind).window
    closes = talk.window_closes_at
    is_closed = closes is not None and not talk.is_window_open
    ends = talk.last_inbound_at if state == "tarde" and late else None
    return WayTo(
        channel=channel,
        address=address,
        state=state,
        # A draft was never opened.
        talk=None if talk._state.adding else talk,
        is_verified=_is_verified(ids, address),
        closed_at=closes if is_closed else None,
        until=(ends + late.late_span if ends and late else None) or (None if is_closed else closes),
        cost=reply_cost(talk) if state in ("aberta", "tarde") else None,
        price=prices.get(PriceCategory.UTILITY),
        parts=measured.count if measured else None,
    )


def _state(talk: Conversation) -> Any:
    if has_left(talk.contact, talk.channel.kind):
        return "saiu"
    if talk.is_window_open:
        return "aberta"
    if talk.may_answer_late:
        return "tarde"
    return "modelo" if _has_templates(talk.channel) else "fechada"


def _has_templates(channel: Channel) -> bool:
    if not has_face(channel.kind, Templates):
        return False
    rows = Template.objects.for_company(channel.company_id).filter(waba_id=channel.waba_id)
    return rows.filter(status=TemplateStatus.APPROVED).exists()


def _is_verified(ids: list[ContactIdentity], address: str) -> bool:
    number = phones.from_wa_id(address)
    return any(
        row.is_verified and (row.value == address or (number and canonical_of(_ref(row)) == number))
        for row in ids
    )
