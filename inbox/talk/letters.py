"""Letters as a thread shows them: who they are from and for, and what of them is folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from accounts.models import Membership
from contacts.masking import Lens
from inbox.talk.invites import InviteCard, invite_card
from omnichannel.choices import Direction
from omnichannel.models import Conversation, MailBody, Message
from omnichannel.services.letters import LETTER, copies_known, letters_of, signature_of

# Said of a sender whose server vouched for nothing.
DOUBTED = frozenset({"fail", "none"})


@dataclass(frozen=True, slots=True)
class LetterShown:
    """What a bubble says of a letter beside its new words.

    other     the address it came from, where that is not the conversation's
    copies    who else has it
    warnings  what its reader should know before they believe it
    has_rest  there is more than its new words: quotes, a signature
    """

    id: UUID
    other: str = ""
    copies: str = ""
    signature: str = ""
    warnings: tuple[str, ...] = ()
    is_automatic: bool = False
    has_rest: bool = False
    has_original: bool = False
    invite: InviteCard | None = None


@dataclass(frozen=True, slots=True)
class LetterBox:
    """What the composer of a letter shows; `together` are the bytes that all its files may have."""

    subject: str
    copies: str
    signature: str
    together: int
    together_words: str


def letters_shown(
    conversation: Conversation, messages: Iterable[Message], lens: Lens
) -> dict[UUID, LetterShown]:
    """Return what is said of each letter among some messages of a conversation, by its id."""
    if letters_of(conversation.channel) is None:
        return {}
    rows = [row for row in messages if not row.is_internal and row.deleted_at is None]
    came = [row.pk for row in rows if row.direction == Direction.IN]
    bodies = {body.message_id: body for body in _bodies(came)} if came else {}
    found: dict[UUID, LetterShown] = {}
    for row in rows:
        if row.direction == Direction.OUT:
            found[row.pk] = _ours(row, conversation, lens)
        elif row.pk in bodies:
            found[row.pk] = _theirs(row, bodies[row.pk], conversation, lens)
    return found


def letter_box(conversation: Conversation, reader: Membership, lens: Lens) -> LetterBox | None:
    """Return what the composer of a letter shows, None in chats."""
    rule = letters_of(conversation.channel)
    if rule is None:
        return None
    contact = conversation.contact
    return LetterBox(
        subject=conversation.subject,
        copies=", ".join(lens.email(contact, one) for one in copies_known(conversation)),
        signature=signature_of(reader, conversation.channel),
        together=rule.together,
        together_words=str(rule.together_words),
    )


def copies_given(typed: str, conversation: Conversation, lens: Lens) -> list[str]:
    """Return the addresses that a composer sent as copies; one sent back as it was shown masked is
    the one behind it.
    """
    known = copies_known(conversation) if typed.strip() else []
    behind = {lens.email(conversation.contact, one): one for one in known}
    found = (one.strip() for one in re.split(r"[,;\n]", typed))
    return [behind.get(one, one) for one in found if one]


def people_words(
    people: Iterable[Mapping[str, Any]], conversation: Conversation, lens: Lens
) -> str:
    """Return names and addresses as a header has them, masked for whom they are."""
    contact = conversation.contact
    said = []
    for one in people:
        address = lens.email(contact, str(one.get("address") or ""))
        name = str(one.get("name") or "")
        said.append(f"{name} <{address}>" if name and name != address else address)
    return ", ".join(said)


def _bodies(ids: list[UUID]) -> Iterable[MailBody]:
    """Read what bubbles need: neither the page nor the whole text, which may be long."""
    rows = MailBody.objects.filter(message__in=ids).defer("text", "html", "refers_to")
    return rows.annotate(text_length=Length("text"), html_length=Length("html"))


def _ours(row: Message, conversation: Conversation, lens: Lens) -> LetterShown:
    kept = row.metadata.get(LETTER) or {}
    copies = [{"address": one} for one in kept.get("copies", ())]
    return LetterShown(
        row.pk,
        copies=people_words(copies, conversation, lens),
        signature=str(kept.get("signature") or ""),
    )


def _theirs(row: Message, body: Any, conversation: Conversation, lens: Lens) -> LetterShown:
    sender = str(body.sender.get("address") or "")
    known = str((conversation.address or {}).get("address") or conversation.identity.value)
    is_other = bool(sender) and sender.casefold() != known.casefold()
    said = []
    if is_other:
        said.append(_("outro remetente"))
    if body.verdict in DOUBTED:
        said.append(_("remetente não verificado"))
    if body.is_cut:
        said.append(_("incompleto: os arquivos ficaram na caixa de entrada"))
    if not body.is_readable:
        said.append(_("e-mail ilegível, baixe o original"))
    return LetterShown(
        row.pk,
        other=people_words([body.sender], conversation, lens) if is_other else "",
        copies=people_words(body.copied_to, conversation, lens),
        warnings=tuple(said),
        is_automatic=body.is_automatic,
        # Line ends and blanks at the edges are no words.
        has_rest=body.text_length > len(row.text.strip()) + 2,
        has_original=bool(body.raw) or body.html_length > 0,
        invite=invite_card(body.invite),
    )


def rest_of(message: Message, body: MailBody) -> str:
    """Return what of a letter is not in its bubble: all of it, where the new words are cut out of
    its middle.
    """
    whole, new = body.text.strip(), message.text.strip()
    return whole[len(new) :].strip() if new and whole.startswith(new) else whole
