"""Where a message goes: the address that the person wrote from in that conversation.

It is kept with the conversation when a message arrives, and with a message when it is written, so
that no merge, edit or later number of the person's leads it elsewhere. Only the provider's word
that they left an address changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from common import phones
from contacts.models import ContactIdentity
from contacts.refs import FORGOTTEN, PHONE_KINDS, IdentityKind, IdentityRef
from contacts.services.identities import identity_move
from omnichannel.models import Channel, Conversation, Message
from providers import registry
from providers.choices import MessageStatus
from providers.facts import IdentityChange
from providers.outgoing import Destination

Address = dict[str, str]
# Written and not yet gone; a failed one may be sent again.
WAITING = (MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.FAILED)


def address_of(kind: str, refs: Iterable[IdentityRef]) -> Destination:
    """Return the address that a person's ids make on a kind of channel; nowhere where nothing
    speaks for the kind.
    """
    adapter = registry.ADAPTERS.get(kind)
    return adapter.recipient(refs) if adapter else Destination()


def recipient_of(conversation: Conversation) -> Destination:
    """Return where to write to the person of a conversation: the exact ids they wrote from in it.

    A conversation that keeps none yet has the one id it is held by, and no other of the person's.
    """
    if conversation.address:
        return kept(conversation.address)
    mine = conversation.identity
    if mine.has_left or mine.value.startswith(FORGOTTEN):
        return Destination()
    own = IdentityRef(IdentityKind(mine.kind), mine.value)
    return address_of(conversation.channel.kind, [own])


def recipient_for(message: Message) -> Destination:
    """Return where a written message goes: where its conversation stood when it was written."""
    return kept(message.address) if message.address else recipient_of(message.conversation)


def stored(to: Destination) -> Address | None:
    """Return an address as conversations and messages keep it."""
    if to.is_nowhere:
        return None
    more = {"address": to.address, "comment_id": to.comment_id}
    return {
        "phone": to.phone,
        "user_id": to.user_id,
        **{name: value for name, value in more.items() if value},
    }


def kept(address: Address | None) -> Destination:
    """Return an address that a conversation or a message keeps."""
    return Destination(**(address or {}))


def address_note(conversation: Conversation, now: Destination) -> None:
    """Keep, in memory, where a person wrote from. What this message leaves out (a hidden number,
    say) is still known when the other half is the same.
    """
    known = kept(conversation.address)
    phone, user_id = now.phone, now.user_id
    if not phone and user_id == known.user_id:
        phone = known.phone
    if not user_id and same_number(phone, known.phone):
        user_id = known.user_id
    conversation.address = stored(replace(now, phone=phone, user_id=user_id))


def number_of(to: Destination) -> str:
    """Return the number or e-mail of an address in its one form, "" when it has neither."""
    place = to.phone or to.address
    known = phones.from_wa_id(place) if place else None
    return phones.folded(known) if known else place.casefold()


def same_number(one: str, other: str) -> bool:
    """Whether two phone ids or e-mails are forms of one."""
    if not one or not other:
        return False
    return number_of(Destination(phone=one)) == number_of(Destination(phone=other))


def holds(to: Destination, ref: IdentityRef) -> bool:
    """Whether an address is or contains an id."""
    if ref.kind in PHONE_KINDS or ref.kind == IdentityKind.EMAIL:
        return same_number(to.phone or to.address, ref.value)
    return bool(ref.value) and to.user_id == ref.value


def address_leave(*, contact_id: Any, old: IdentityRef, new: Sequence[IdentityRef]) -> None:
    """Write from now on to `new` whoever is written to at `old`: in their conversations, open or
    ended, and in what waits to be sent. Without a new one that the kind of channel writes to, what
    else the address holds remains.
    """
    talks = Conversation.unscoped.filter(contact_id=contact_id).exclude(address=None)
    for talk in talks.select_related("channel").select_for_update(of=("self",)).order_by("id"):
        if holds(kept(talk.address), old):
            talk.address = stored(without(talk.channel.kind, kept(talk.address), old, new))
            talk.save(update_fields=["address", "updated_at"])
    rows = Message.unscoped.outbound().filter(
        conversation__contact_id=contact_id, status__in=WAITING
    )
    for row in rows.exclude(address=None).select_related("channel"):
        if holds(kept(row.address), old):
            address = stored(without(row.channel.kind, kept(row.address), old, new))
            Message.unscoped.filter(pk=row.pk, status__in=WAITING).update(address=address)


def without(
    kind: str, known: Destination, old: IdentityRef, new: Sequence[IdentityRef]
) -> Destination:
    """Return an address that held `old` as it is on a kind of channel once its person has `new`."""
    now = address_of(kind, new)
    if not now.is_nowhere:
        return now
    if old.kind in PHONE_KINDS or old.kind == IdentityKind.EMAIL:
        return Destination(user_id=known.user_id)
    return replace(known, user_id="")


def identity_left(
    before: ContactIdentity, after: ContactIdentity | None, now: Sequence[IdentityRef]
) -> None:
    """Hear that an id is a person's no longer (contacts.services.identities.leavers): nothing of
    theirs goes there any more, and their open conversations go on at the new one.
    """
    old = IdentityRef(IdentityKind(before.kind), before.value)
    address_leave(contact_id=before.contact_id, old=old, new=now)
    if after is None or after.contact_id != before.contact_id or after.kind != before.kind:
        # Heard of from another kind of channel: theirs has no new one to go on at.
        return
    talks = Conversation.unscoped.filter(identity=before).open()
    for talk in talks.select_for_update(of=("self",)).order_by("id"):
        taken = Conversation.unscoped.filter(
            channel=talk.channel_id, identity=after, thread_key=talk.thread_key
        ).open()
        # They may have written from the new one before we heard of it: that goes on by itself.
        if not taken.exists():
            talk.identity = after
            talk.save(update_fields=["identity", "updated_at"])


def identity_changed(*, channel: Channel, change: IdentityChange) -> None:
    """Move a person to the provider id they have now."""
    identity_move(company=channel.company_id, old=change.old, new=change.new, now=change.address)
