"""A mailbox over IMAP: opened, looked into and waited at; nothing in it is changed.

What is new is known by its number (UID) alone: "unread" is what somebody left so in Outlook, and a
window of days loses what came before an outage.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from providers.delivery import Delivery
from providers.email import mailbox_errors as errors
from providers.email.hosts import MailServer, is_allowed, may_connect, server_of
from providers.outgoing import Account
from providers.pulled import FolderItem, Source

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 30.0
# Larger ones are read to here: their words, and not their files.
LARGEST = 40 * 1024 * 1024
READ_OF_LARGE = 64 * 1024
# Fetched together while they are small.
AT_ONCE = 50
AT_ONCE_BYTES = 4 * 1024 * 1024
# What came while a server's clock was elsewhere.
MARGIN = timedelta(days=1)
NUMBER = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b", re.IGNORECASE)
CAME = re.compile(rb'\bINTERNALDATE "([^"]{10,40})"', re.IGNORECASE)
TROUBLE = (imaplib.IMAP4.error, ImapToolsError, OSError, ssl.SSLError, ValueError, EOFError)
T = TypeVar("T")


class ImapFolder(Source):
    """One folder of a mailbox."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        box.folder.set(folder, readonly=True)
        told = box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        self.era = int(told["UIDVALIDITY"])
        self._next = int(told["UIDNEXT"])

    def newest(self) -> int:
        """Return the number before the one that the next mail gets."""
        return self._next - 1

    def after(self, number: int) -> list[FolderItem]:
        """Return mails with a number above this one."""
        # A range that ends in * always holds the last mail, new or not.
        found = self._asked(lambda: self._listed(f"{number + 1}:*"))
        return [one for one, _came in found if one.number > number]

    def since(self, moment: datetime) -> list[FolderItem]:
        """Return mails that came at a moment or later."""
        day = f"{(moment - MARGIN).astimezone(UTC):%d-%b-%Y}"

        def ask() -> list[tuple[FolderItem, datetime | None]]:
            numbers = self._box.uids(f"SINCE {day}")
            found: list[tuple[FolderItem, datetime | None]] = []
            for at in range(0, len(numbers), 500):
                found += self._listed(",".join(numbers[at : at + 500]))
            return found

        # Servers write down the second in which a mail came, and no more.
        moment = moment.replace(microsecond=0)
        return [one for one, came in self._asked(ask) if came is None or came >= moment]

    def fetch(self, some: list[FolderItem]) -> Iterator[tuple[int, Delivery]]:
        """Give mails as they came; of the largest only how they begin."""
        group: list[FolderItem] = []
        for one in some:
            if one.size > LARGEST:
                yield from self._bodies([one], is_cut=True)
                continue
            if group and (
                len(group) == AT_ONCE or sum(w.size for w in group) + one.size > AT_ONCE_BYTES
            ):
                yield from self._bodies(group)
                group = []
            group.append(one)
        yield from self._bodies(group)

    def wait(self, seconds: float) -> None:
        """Wait for the server's word, or look again after so many seconds where it gives none."""

        def listen() -> None:
            with self._box.idle as idle:
                idle.poll(timeout=seconds)

        self._asked(listen)

    def close(self) -> None:
        """Log out, if the server still listens."""
        with suppress(*TROUBLE):
            self._box.client.shutdown()

    def _bodies(
        self, group: list[FolderItem], *, is_cut: bool = False
    ) -> list[tuple[int, Delivery]]:
        if not group:
            return []
        part = f"BODY.PEEK[]<0.{READ_OF_LARGE}>" if is_cut else "BODY.PEEK[]"
        numbers = ",".join(str(one.number) for one in group)
        answer = self._asked(lambda: self._box.client.uid("FETCH", numbers, f"(UID {part})"))
        found = []
        for number, body in _literals(answer[1]):
            found.append((number, whole(body, is_cut=is_cut)))
        return sorted(found, key=lambda one: one[0])

    def _listed(self, numbers: str) -> list[tuple[FolderItem, datetime | None]]:
        answer = self._box.client.uid("FETCH", numbers, "(UID RFC822.SIZE INTERNALDATE)")
        found = {}
        for line in answer[1]:
            text = line[0] if isinstance(line, tuple) else line
            number, size = (p.search(text) if text else None for p in (NUMBER, SIZE))
            if number and size:
                one = FolderItem(int(number[1]), int(size[1]))
                found[one.number] = (one, _came(text))
        return [found[number] for number in sorted(found)]

    def _asked(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except TROUBLE as problem:
            self.close()
            # Its words may quote a mail.
            logger.info("mailbox: %s", type(problem).__name__)
            raise errors.broken_off() from None


def whole(raw: bytes, *, is_cut: bool = False) -> Delivery:
    """Return a mail as the ledger keeps it."""
    headers = {"content-type": "message/rfc822"} | ({"x-cut": "1"} if is_cut else {})
    return Delivery("FETCH", "", headers, raw)


def folder_open(account: Account, secret: str, *, is_token: bool) -> ImapFolder:
    """Log in with a password or an access token and open the account's folder. Raises SendError."""
    server = server_of(account, "imap")
    box = _connect(server)
    user = str(account.settings.get("user") or account.settings.get("address") or "")
    folder = str(account.settings.get("folder") or "INBOX")
    try:
        if is_token:
            box.xoauth2(user, secret, initial_folder=None)
        elif user.isascii() and secret.isascii():
            box.login(user, secret, initial_folder=None)
        else:
            box.login_utf8(user, secret, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error) as problem:
        _hang_up(box)
        if isinstance(problem, imaplib.IMAP4.abort):
            raise errors.broken_off() from None
        raise errors.login_refused(str(problem), is_token=is_token) from None
    except TROUBLE:
        _hang_up(box)
        raise errors.broken_off() from None
    try:
        return ImapFolder(box, folder)
    except MailboxFolderSelectError:
        _hang_up(box)
        raise errors.no_folder(folder) from None
    except (*TROUBLE, KeyError):
        _hang_up(box)
        raise errors.broken_off() from None


def _connect(server: MailServer) -> BaseMailBox:
    if not may_connect(server.host, server.port):
        raise errors.foreign_server()
    context = ssl.create_default_context()
    box: BaseMailBox
    try:
        match server.security:
            case "tls":
                box = MailBox(server.host, server.port, CONNECT_SECONDS, ssl_context=context)
            case "starttls":
                box = MailBoxStartTls(server.host, server.port, CONNECT_SECONDS, context)
            case _:
                box = MailBoxUnencrypted(server.host, server.port, CONNECT_SECONDS)
    except ssl.SSLCertVerificationError:
        raise errors.bad_certificate() from None
    except ssl.SSLError:
        raise errors.wrong_security() from None
    except (ImapToolsError, imaplib.IMAP4.error):
        raise errors.wrong_security() from None
    except (OSError, ValueError, EOFError):
        raise errors.no_connection(server.host) from None
    if not is_allowed(server, box.client.sock):
        _hang_up(box)
        raise errors.foreign_server()
    return box


def _hang_up(box: BaseMailBox) -> None:
    with suppress(*TROUBLE):
        box.client.shutdown()


def _literals(lines: list[Any]) -> Iterator[tuple[int, bytes]]:
    """Give the bodies in an answer with their numbers, which may stand before or behind them."""
    for at, line in enumerate(lines):
        if not isinstance(line, tuple):
            continue
        behind = lines[at + 1] if at + 1 < len(lines) else b""
        number = NUMBER.search(line[0]) or (
            NUMBER.search(behind) if isinstance(behind, bytes) else None
        )
        if number:
            yield int(number[1]), bytes(line[1])


def _came(text: bytes) -> datetime | None:
    found = CAME.search(text)
    try:
        came = (
            datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
        )
    except ValueError:
        return None
    return came.astimezone(UTC) if came else None
