"""From a mail to the facts in it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from contacts.refs import IdentityKind, IdentityRef, PersonRef, Proof
from providers.choices import MessageKind
from providers.email import mime
from providers.email.account import own_addresses
from providers.email.automatic import is_automatic
from providers.email.bounce import Report, report_of
from providers.email.caps import header_cut
from providers.email.fold import fold
from providers.email.html_text import text_of, without_quotes
from providers.email.invite import invite_of
from providers.email.mime import TakenApart, addresses, message_ids, take_apart
from providers.email.tags import TAG, tags_in
from providers.email.verdict import verdict_of
from providers.facts import (
    AccountRef,
    Bounce,
    Ignored,
    InboundMessage,
    Json,
    Mail,
    MailAddress,
    MediaRef,
    Parsed,
    ProviderFault,
    Verdict,
)
from providers.outgoing import Account
from providers.tolerant import AHEAD, EARLIEST, clean

# Who gets a mail, as the servers on its way noted it.
ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
# What a thread shows at once; the rest is in its body.
MOST_SAID = 20_000
REPLY = re.compile(r"^\s*(?:(?:re|res|fwd?|enc|aw|rv|sv|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
HERE = AccountRef("", by="door_key")


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as it came, for an account. `verdict` is the word of a provider that brought it."""

    account: Account
    raw: bytes
    verdict: Verdict = ""
    envelope: tuple[str, ...] = ()
    is_cut: bool = False


def facts_of(mail: RawMail, received_at: datetime) -> Iterator[Parsed]:
    """Give the one fact in a mail. Never raises."""
    found = take_apart(mail.raw)
    envelope = _envelope(found, mail)
    own = own_addresses(mail.account.settings)
    report = report_of(found, mail.raw)
    if report is not None:
        yield _bounce(report, _moment(found, received_at), own)
        return
    # Whoever does not say who they are is somebody else each time.
    nobody = MailAddress(f"{hashlib.sha256(mail.raw).hexdigest()[:16]}@sem-remetente.invalid")
    senders = addresses(found.headers.get("from", [])) or (nobody,)
    message_id = next(iter(message_ids(found.headers.get("message-id", []))), "")
    if any(tags_in(message_id)):
        # A copy of what we sent ourselves.
        yield Ignored(HERE, "mail.own")
        return
    yield _message(mail, found, _Letter(message_id, senders, envelope, own), received_at)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a header says of a mail that is a message."""

    message_id: str
    senders: tuple[MailAddress, ...]
    envelope: tuple[str, ...]
    own: frozenset[str]


def _message(
    mail: RawMail, found: TakenApart, letter: _Letter, received_at: datetime
) -> InboundMessage:
    whole = _mail(mail, found, letter)
    person, is_ours = _person(letter, whole)
    external_id = letter.message_id or f"{hashlib.sha256(mail.raw).hexdigest()}@sem-id"
    follows = tuple(dict.fromkeys((*reversed(whole.in_reply_to), *reversed(whole.references))))
    root = next(iter((*whole.references, *whole.in_reply_to)), external_id)
    if whole.verdict == "pass" and person == _ref(letter.senders[0]) and not _is_doubtful(letter):
        person = _ref(letter.senders[0], Proof.SENDER)
    is_forged = _plain(whole.sender.address) in letter.own and whole.verdict in ("fail", "none")
    metadata: Json = {"sender_doubtful": True} if _is_doubtful(letter) or is_forged else {}
    if whole.is_automatic:
        metadata["automatic"] = True
    if whole.verdict:
        metadata["verdict"] = whole.verdict
    if not found.is_readable:
        metadata["unsupported"] = {"type": "email"}
    return InboundMessage(
        account=HERE,
        external_id=external_id,
        person=person,
        kind=MessageKind.TEXT if found.is_readable else MessageKind.UNSUPPORTED,
        happened_at=_moment(found, received_at),
        text=_said(found, whole),
        media=tuple(_media(found)),
        metadata=metadata,
        is_echo=is_ours,
        thread_key=root,
        subject=subject_of(found.first("subject")),
        follows=follows,
        tokens=tuple(dict.fromkeys(_tokens(follows, letter.envelope, (*whole.to, *whole.cc)))),
        is_automatic=whole.is_automatic,
        mail=whole,
    )


def _mail(mail: RawMail, found: TakenApart, letter: _Letter) -> Mail:
    """Return all that is kept of a mail beside what is new in it."""
    headers, sender = found.headers, letter.senders[0]
    reply_to, to, cc = (addresses(headers.get(name, [])) for name in ("reply-to", "to", "cc"))
    replied, references = (message_ids(headers.get(n, [])) for n in ("in-reply-to", "references"))
    verdict = mail.verdict or verdict_of(
        headers.get("authentication-results", []),
        str(mail.account.settings.get("auth_host") or ""),
        sender.address,
    )
    return Mail(
        raw=mail.raw,
        message_id=letter.message_id,
        in_reply_to=replied,
        references=references,
        sender=sender,
        reply_to=reply_to,
        to=to,
        cc=cc,
        text=found.text.strip("\n") or (text_of(found.html) if found.html else ""),
        html=found.html,
        verdict=verdict,
        is_automatic=is_automatic(headers, sender.address, found.kind),
        is_readable=found.is_readable,
        is_cut=mail.is_cut,
        charset_guessed=found.charset_guessed,
        inline={one.content_id: one.part for one in found.files if one.content_id},
        invite=invite_of(found.calendar) if found.calendar else {},
        mark=_mark(mail, found, letter),
    )


def _mark(mail: RawMail, found: TakenApart, letter: _Letter) -> str:
    """Return a digest of who wrote what. Copies of a mail differ in how they came, and in nothing
    of this.
    """
    digest = hashlib.sha256()
    words = found.text if found.is_readable else header_cut(mail.raw)[1].decode("latin-1")
    people = (*letter.senders, *addresses(found.headers.get("reply-to", [])))
    for said in (found.first("subject"), words, found.html, *(one.address for one in people)):
        # Servers on the way break lines and end them otherwise.
        digest.update(" ".join(said.split()).encode("utf-8", "replace") + b"\0")
    for file in found.files:
        digest.update(file.digest)
    return digest.hexdigest()


def _said(found: TakenApart, whole: Mail) -> str:
    """Return what is new in a mail, by the marks in its HTML where it has nothing else."""
    text = whole.text
    if not found.text.strip() and (left := without_quotes(found.html)) is not None:
        text = text_of(left) or text
    return clean(fold(text))[:MOST_SAID].strip()


def _is_doubtful(letter: _Letter) -> bool:
    """Whether nobody knows which of the senders wrote, or whether anybody did."""
    return len(letter.senders) != 1 or letter.senders[0].address.endswith(".invalid")


def subject_of(written: str) -> str:
    """Return what a mail is about, without the marks of answers and forwards."""
    return REPLY.sub("", written).strip()[:255]


def _person(letter: _Letter, whole: Mail) -> tuple[PersonRef, bool]:
    """Return who a mail is from, and whether we wrote it ourselves from elsewhere; then it is whom
    it is for.
    """
    if _plain(whole.sender.address) not in letter.own:
        is_sure = whole.verdict == "pass" and not _is_doubtful(letter)
        return _ref(whole.sender, Proof.SENDER if is_sure else ""), False
    # A form of the clinic's site writes in the clinic's name, and names the person to answer.
    for one in whole.reply_to:
        if _plain(one.address) not in letter.own:
            return _ref(one), False
    # What our own server does not know for ours anybody wrote in our name.
    is_ours = whole.verdict in ("", "pass")
    for one in (*whole.to, *whole.cc) if is_ours else ():
        if _plain(one.address) not in letter.own:
            return _ref(one), True
    return _ref(whole.sender), False


def _ref(box: MailAddress, proof: Proof | Literal[""] = "") -> PersonRef:
    return PersonRef((IdentityRef(IdentityKind.EMAIL, box.address, proof=proof),), box.name)


def _envelope(found: TakenApart, mail: RawMail) -> tuple[str, ...]:
    named = (value for name in ENVELOPE for value in found.headers.get(name, ()))
    return tuple(dict.fromkeys((*mail.envelope, *(one.strip("<> ").lower() for one in named))))


def _tokens(
    follows: tuple[str, ...], envelope: tuple[str, ...], boxes: tuple[MailAddress, ...]
) -> Iterator[str]:
    """Give the tokens of our messages that a mail answers: by its ids, then by where it went."""
    for written in (*follows, *envelope, *(one.address for one in boxes)):
        yield from tags_in(written)


def _plain(address: str) -> str:
    """Return an address without a tag of ours."""
    local, _at, domain = address.rpartition("@")
    before, mark, tag = local.rpartition("+")
    return f"{before}@{domain}" if mark and TAG.fullmatch(tag) else address


def _media(found: TakenApart) -> Iterator[MediaRef]:
    for one in found.files:
        yield MediaRef(_kind(one), one.part, one.mime_type, filename=one.filename)


def _kind(one: mime.MailFile) -> MessageKind:
    main = one.mime_type.partition("/")[0]
    kinds = {"image": MessageKind.IMAGE, "audio": MessageKind.AUDIO, "video": MessageKind.VIDEO}
    return kinds.get(main, MessageKind.DOCUMENT)


def _moment(found: TakenApart, received_at: datetime) -> datetime:
    """Return when a mail says it was written, within reason."""
    try:
        when = parsedate_to_datetime(found.first("date"))
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        when = when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return received_at
    return min(when, received_at + AHEAD) if when >= EARLIEST else received_at


def _bounce(report: Report, happened_at: datetime, own: frozenset[str]) -> Bounce:
    recipient = report.recipient if report.recipient not in own else ""
    ref = IdentityRef(IdentityKind.EMAIL, recipient) if recipient else None
    fault = ProviderFault(report.code, detail=report.words[:400])
    return Bounce(HERE, report.tokens, ref, report.is_final, happened_at, fault)
