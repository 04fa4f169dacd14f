"""Mails that tell that another one did not arrive (RFC 3464, and what servers write instead). Pure.

Of hundreds of real ones half hold the standard's report; four in five hold the Message-ID of what
did not arrive somewhere; what is left is known by its words (flufl.bounce).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flufl.bounce import all_failures

from providers.email.mime import ADDRESS, TakenApart
from providers.email.tags import tags_in
from providers.tolerant import clean

MOST_RAW = 512 * 1024
# Two dozen dialects are tried on each line: a hundred thousand lines took seconds.
MOST_LINES = 10_000
DAEMON = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|bounces?)(?:[+@._-]|$)", re.IGNORECASE
)
SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has failed)|returned (?:mail|to sender)|failure notice|"
    r"mail delivery|n[aã]o (?:foi )?entreg|falha na entrega|devolvid|delivery incomplete|"
    r"delayed|warning: could not send",
    re.IGNORECASE,
)
ACTION = re.compile(r"^action:\s*([a-z]+)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"^status:\s*([245])\.(\d{1,3})\.(\d{1,3})", re.IGNORECASE | re.MULTILINE)
RECIPIENT = re.compile(
    r"^(?:final|original)-recipient:[ \t]{0,9}(?:(?:rfc822|utf-8)[ \t]{0,9})?;?\s{0,9}"
    r"<?([^\s<>;@]{1,200}@[^\s<>;]{1,255})>?",
    re.IGNORECASE | re.MULTILINE,
)
DIAGNOSTIC = re.compile(r"^diagnostic-code:\s*([^\r\n]{1,400})", re.IGNORECASE | re.MULTILINE)
INLINE_STATUS = re.compile(r"\b([45])\.(\d{1,3})\.(\d{1,3})\b")
SMTP_CODE = re.compile(r"\b(5[0-9]{2}|4[0-9]{2})[ -]")
WAITING = frozenset({"delayed", "relayed", "expanded", "delivered"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a bounce says: which messages of ours (tokens), to whom, and whether for good."""

    tokens: tuple[str, ...]
    recipient: str
    is_final: bool
    code: str
    words: str


def report_of(mail: TakenApart, raw: bytes) -> Report | None:
    """Return what a mail reports; None for one that is no bounce."""
    if not _is_bounce(mail):
        return None
    text = clean(raw[:MOST_RAW].decode("utf-8", "replace"))
    action = next(iter(ACTION.findall(text)), "").lower()
    status = _status(text)
    is_final = action not in WAITING and (action == "failed" or status[0] != "4")
    if not action and not status[0] and _is_delay(mail.headers):
        is_final = False
    code = ".".join(status) if status[0] else ""
    words = next(iter(DIAGNOSTIC.findall(text)), "")
    tokens = tuple(dict.fromkeys(tags_in(text)))
    is_short = raw.count(b"\n") <= MOST_LINES
    return Report(tokens, _recipient(text, mail, is_short=is_short), is_final, code, words.strip())


def _is_bounce(mail: TakenApart) -> bool:
    if mail.kind == "multipart/report":
        kind = mail.first("content-type").lower()
        return "delivery-status" in kind or "report-type" not in kind
    sender = mail.first("from")
    found = ADDRESS.search(sender)
    is_daemon = bool(found and DAEMON.match(found[0])) or "mailer-daemon" in sender.lower()
    is_empty = mail.first("return-path").strip() == "<>"
    return (is_daemon or is_empty) and SUBJECT.search(mail.first("subject")) is not None


def _status(text: str) -> tuple[str, str, str]:
    found = STATUS.search(text)
    if found and found[1] != "2":
        return (found[1], found[2], found[3])
    inline = INLINE_STATUS.search(text)
    return (inline[1], inline[2], inline[3]) if inline else ("", "", "")


def _is_delay(headers: Mapping[str, Sequence[str]]) -> bool:
    subject = next(iter(headers.get("subject", ())), "").lower()
    return "delay" in subject or "warning" in subject or "atras" in subject


def _recipient(text: str, mail: TakenApart, *, is_short: bool) -> str:
    found = RECIPIENT.search(text)
    if found and ADDRESS.fullmatch(found[1]):
        return found[1].lower()
    failed = mail.first("x-failed-recipients")
    if named := ADDRESS.search(failed):
        return named[0].lower()
    try:
        others = all_failures(mail.root) if mail.root is not None and is_short else ()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        # It reads two dozen dialects: whatever it stumbles over, the mail is a bounce all the same.
        return ""
    for address in (one for some in others for one in some):
        decoded = address.decode("ascii", "replace") if isinstance(address, bytes) else str(address)
        if ADDRESS.fullmatch(decoded):
            return decoded.lower()
    return ""
