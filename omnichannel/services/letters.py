"""What stands around a text where a kind of channel writes letters (policy.LetterRule): copies, a
signature, and what is answered, repeated below.

Copies and signature are kept with the message when it is written, so that whoever sends it again
sends the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError
from common.slots import Slot
from omnichannel.choices import Author, Direction
from omnichannel.external import whole_id
from omnichannel.models import Channel, Conversation, MailBody, Message, Signature
from omnichannel.services.addresses import recipient_for, recipient_of
from providers.letters import Letters
from providers.outgoing import ContentRefused, Letter, QuotedLetter
from providers.policy import LetterRule
from providers.registry import face_of, policy_of

# In a message's metadata: {"copies": [...], "signature": "..."}.
LETTER = "letter"
SIGNATURE_LENGTH = 1000
NO_COPIES = _("As mensagens deste canal não levam cópia.")
# Enough ids for any mail program; the kind cuts them further.
EARLIER = 25
# What is answered is repeated as far as anybody reads.
QUOTED_LENGTH = 20_000

# The number by which a package above knows a conversation; the first that has one is taken.
Reference = Callable[[Conversation], str]
references: Slot[Reference] = Slot()


def letters_of(channel: Channel) -> LetterRule | None:
    """Return the rule of letters of a channel, None where it is chat."""
    return policy_of(channel.kind).letters


def is_by_person(message: Message) -> bool:
    """Whether somebody of the clinic wrote it: no bot, no program, nothing automatic."""
    return message.author_kind == Author.ATTENDANT and not message.metadata.get("purpose")


def letter_written(message: Message, copies: Sequence[str]) -> dict[str, Any]:
    """Return what is kept in a message's metadata of the letter that it is; nothing in chats.
    Raises ContentRefused for copies there.
    """
    if letters_of(message.channel) is None:
        if copies:
            raise ContentRefused(NO_COPIES, fields={"copies": [NO_COPIES]})
        return {}
    kept: dict[str, Any] = {}
    if distinct := list(dict.fromkeys(one.strip().lower() for one in copies if one.strip())):
        kept["copies"] = distinct
    if message.author is not None and message.author_kind == Author.ATTENDANT:
        kept["signature"] = signature_of(message.author, message.channel)
    return {LETTER: kept} if kept else {}


def letter_of(message: Message) -> Letter | None:
    """Return what stands around a stored message, None in chats."""
    conversation = message.conversation
    if letters_of(conversation.channel) is None:
        return None
    kept = message.metadata.get(LETTER) or {}
    return Letter(
        sender=conversation.company.name,
        copies=tuple(kept.get("copies", ())),
        earlier=_earlier(message),
        signature=kept.get("signature", ""),
        quoted=_quoted(message),
        reference=next(filter(None, (known(conversation) for known in references)), ""),
        is_automatic=is_automatic(message),
    )


def is_automatic(message: Message) -> bool:
    """Whether nobody of the clinic wrote a message: a courtesy, or a bot's."""
    return bool(message.metadata.get("purpose")) or message.author_kind in (
        Author.SYSTEM,
        Author.BOT,
    )


def copies_known(conversation: Conversation) -> list[str]:
    """Return who has a copy of the newest letter of a conversation: the next one goes to them too,
    unless its writer takes them out.
    """
    rows = Message.unscoped.filter(conversation=conversation, is_internal=False, deleted_at=None)
    newest = rows.select_related("mail").order_by("-happened_at", "-seq").first()
    if newest is None or letters_of(conversation.channel) is None:
        return []
    if newest.direction == Direction.OUT:
        return list((newest.metadata.get(LETTER) or {}).get("copies", ()))
    return _copied(newest, conversation)


def signature_of(member: Membership, channel: Channel) -> str:
    """Return what stands under an attendant's letters of a channel: what they wrote themself, else
    their name and the clinic's.
    """
    own = Signature.unscoped.filter(member=member, channel=channel).first()
    return own.text if own else f"{member.user.name}\n{member.company.name}"


@transaction.atomic
def signature_save(*, member: Membership, channel: Channel, text: str) -> Signature:
    """Keep what an attendant wants under their letters of a channel; nothing signs nothing."""
    if letters_of(channel) is None:
        said = _("As mensagens deste canal não têm assinatura.")
        raise DomainError(said, code="canal_sem_assinatura")
    if len(text) > SIGNATURE_LENGTH:
        limit = _("A assinatura tem no máximo %(limit)s caracteres (tem %(size)s).")
        long = str(limit % {"limit": SIGNATURE_LENGTH, "size": len(text)})
        raise DomainError(long, code="assinatura_longa", fields={"text": [long]})
    kept, _made = Signature.unscoped.update_or_create(
        company_id=channel.company_id,
        member=member,
        channel=channel,
        defaults={"text": text.replace("\x00", "").strip()},
    )
    return kept


def forwarded_by(conversation: Conversation, body: MailBody) -> dict[str, str] | None:
    """Return {"address", "name"} of whoever wrote what a letter passes on; None where it passes
    nothing on, and where it is somebody of the conversation or the clinic itself.
    """
    channel = conversation.channel
    kind = face_of(channel.kind, Letters)
    found = kind.forwarded_from(body.text)
    if found is None:
        return None
    known = {recipient_of(conversation).address.casefold()}
    known.add(str(body.sender.get("address") or "").casefold())
    known |= kind.own_addresses(channel.whole_settings())
    return None if found[0].casefold() in known else {"address": found[0], "name": found[1]}


def _earlier(message: Message) -> tuple[str, ...]:
    rows = Message.unscoped.filter(conversation=message.conversation, is_internal=False)
    rows = rows.exclude(external_id=None).exclude(pk=message.pk)
    newest = rows.order_by("-happened_at", "-seq").only("external_id", "metadata")[:EARLIER]
    return tuple(whole_id(row) for row in reversed(newest))


def _quoted(message: Message) -> QuotedLetter | None:
    """Return the newest letter of whoever this one goes to; nobody else's words are repeated."""
    conversation = message.conversation
    rule = letters_of(conversation.channel)
    if rule is None or conversation.channel.whole_settings().get(rule.quotes_setting) is False:
        return None
    rows = Message.unscoped.inbound().filter(conversation=conversation, deleted_at=None)
    newest = rows.select_related("mail").order_by("-happened_at", "-seq").first()
    mail = getattr(newest, "mail", None)
    if newest is None or mail is None or not mail.is_readable:
        return None
    if mail.sender.get("address", "").casefold() != recipient_for(message).address.casefold():
        return None
    text = mail.text or newest.text
    at = timezone.localtime(newest.happened_at, conversation.company.zone)
    name = mail.sender.get("name") or conversation.contact.name or mail.sender["address"]
    return QuotedLetter(name, at, text[:QUOTED_LENGTH]) if text.strip() else None


def _copied(newest: Message, conversation: Conversation) -> list[str]:
    """Return whoever else an arrived letter went to, the clinic's own addresses left out."""
    mail = getattr(newest, "mail", None)
    if mail is None:
        return []
    channel = conversation.channel
    own = face_of(channel.kind, Letters).own_addresses(channel.whole_settings())
    own |= {recipient_of(conversation).address.casefold()}
    named = [one.get("address", "") for one in (*mail.sent_to, *mail.copied_to)]
    return list(dict.fromkeys(one for one in named if one and one.casefold() not in own))
