"""Handing a mail to an SMTP server, once, with what is known of the outcome.

A mail is the server's from the moment it has all of it. If the connection breaks between our last
byte and its answer, nobody knows: such a mail is never sent again by itself. Before that moment it
certainly did not leave.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from providers.email.hosts import MailServer, is_allowed, may_connect, server_of
from providers.email.refusals import (
    bad_certificate,
    foreign_server,
    not_offered,
    not_sent,
    refused_data,
    refused_login,
    refused_recipient,
    refused_sender,
    uncertain,
)
from providers.outgoing import Account, SendError

logger = logging.getLogger(__name__)

# For each answer of the server; after the last byte it may look at the mail for that long.
ANSWER_SECONDS = 45.0
END_OF_MAIL = b"\r\n.\r\n"


class ForeignServer(OSError):
    """The name of the server led to an address that is not on the Internet."""


class WatchedSmtp(smtplib.SMTP):
    """Knows whether the server was given a whole mail, logs in by token where there is one, and
    hands nothing over when one of the addresses was refused.
    """

    def __init__(self, *args: Any, server: MailServer, is_token: bool, **given: Any) -> None:
        self._server, self._is_token = server, is_token
        self.is_handed_over = False
        self.turned_away: dict[str, tuple[int, bytes]] = {}
        super().__init__(*args, **given)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        connected = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        if not is_allowed(self._server, connected):
            connected.close()
            raise ForeignServer
        return connected

    def login(self, user: str, password: str, **given: Any) -> Any:
        """Log in; a token goes by XOAUTH2."""
        if not self._is_token:
            return super().login(user, password, **given)
        self.ehlo_or_helo_if_needed()
        said = f"user={user}\x01auth=Bearer {password}\x01\x01"
        return self.auth("XOAUTH2", partial(_token_answer, said), initial_response_ok=True)

    def sendmail(self, from_addr: str, to_addrs: Any, *rest: Any, **given: Any) -> Any:
        """Send one mail; what was known of the one before is forgotten."""
        self.is_handed_over, self.turned_away = False, {}
        return super().sendmail(from_addr, to_addrs, *rest, **given)

    def rcpt(self, recip: str, options: Any = ()) -> tuple[int, bytes]:
        """Name a recipient, and remember a refusal."""
        code, said = super().rcpt(recip, options)
        if code not in (250, 251):
            self.turned_away[recip] = (code, said)
        return code, said

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the mail over if all its addresses were taken. Raises SMTPRecipientsRefused."""
        if self.turned_away:
            self._rset()  # type: ignore[attr-defined]
            raise smtplib.SMTPRecipientsRefused(self.turned_away)
        return super().data(msg)

    def send(self, s: Any) -> None:
        """Send bytes, and note when they were the end of a mail."""
        super().send(s)
        if isinstance(s, bytes) and s.endswith(END_OF_MAIL):
            self.is_handed_over = True


class WatchedTls(WatchedSmtp, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class MailConnection(EmailBackend):
    """Django's connection to a channel's own server."""

    def __init__(self, server: MailServer, user: str, secret: str, *, is_token: bool) -> None:
        self._server, self._is_token = server, is_token
        super().__init__(
            host=server.host,
            port=server.port,
            username=user,
            password=secret,
            use_tls=server.security == "starttls",
            use_ssl=server.security == "tls",
            timeout=ANSWER_SECONDS,
        )

    @property
    def connection_class(self) -> Any:
        """Return what opens a connection."""
        made = WatchedTls if self.use_ssl else WatchedSmtp
        return partial(made, server=self._server, is_token=self._is_token)

    @property
    def is_handed_over(self) -> bool:
        """Whether the server was given the whole of the last mail."""
        return isinstance(self.connection, WatchedSmtp) and self.connection.is_handed_over


class SmtpSender:
    """One connection to a channel's server, for one mail or many; not for two threads."""

    def __init__(self, account: Account, secret: str, *, is_token: bool) -> None:
        self._server = server_of(account, "smtp")
        user = str(account.settings.get("user") or account.settings["address"])
        self._connection = MailConnection(self._server, user, secret, is_token=is_token)

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over, once. Raises SendError."""
        self._open()
        try:
            self._connection.send_messages([mail])
        except (smtplib.SMTPException, OSError) as problem:
            was_whole = self._connection.is_handed_over
            self.close()
            # Addresses and words of the server may repeat the mail: the class says enough.
            logger.info("smtp: %s", type(problem).__name__)
            raise _judged(problem, was_whole, mail) from None

    def check(self) -> None:
        """Log in and out. Raises SendError."""
        self._open()
        self.close()

    def close(self) -> None:
        """Take leave; a server that does not listen any more changes nothing."""
        try:
            self._connection.close()
        except (smtplib.SMTPException, OSError):
            self._connection.connection = None

    def _open(self) -> None:
        if not may_connect(self._server.host, self._server.port):
            raise foreign_server()
        try:
            self._connection.open()
        except ForeignServer:
            raise foreign_server() from None
        except ssl.SSLCertVerificationError:
            raise bad_certificate() from None
        except smtplib.SMTPAuthenticationError as problem:
            raise refused_login(problem.smtp_code, _bytes(problem.smtp_error)) from None
        except smtplib.SMTPNotSupportedError:
            raise not_offered() from None
        except (smtplib.SMTPException, OSError) as problem:
            logger.info("smtp connection: %s", type(problem).__name__)
            raise not_sent() from None


def _judged(problem: Exception, was_whole: bool, mail: EmailMessage) -> SendError:
    """Return what an error of a mail under way means."""
    match problem:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            first = mail.to[0] if mail.to else ""
            whose = first if first in refused else next(iter(refused))
            code, said = refused[whose]
            return refused_recipient(code, _bytes(said), is_copy=whose != first)
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=said):
            return refused_sender(code, _bytes(said))
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return refused_data(code, _bytes(said))
    return uncertain() if was_whole else not_sent()


def _token_answer(said: str, challenge: bytes | None = None) -> str:
    # A refused token is told in a challenge, which an empty answer ends with an error.
    return said if challenge is None else ""


def _bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else str(said).encode("utf-8", "replace")
