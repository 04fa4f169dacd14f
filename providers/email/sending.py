"""Handing mails over by whatever way an account has, one or many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from providers.base import BulkSender
from providers.email.account import ESP
from providers.email.build import mail_of
from providers.email.esp import EspSender
from providers.email.limits import mail_check
from providers.email.oauth import login_secret
from providers.email.smtp import SmtpSender
from providers.outgoing import Account, OutgoingMessage, SendError, SendResult

# How many of a campaign's mails are under way at once: mailboxes take a few connections.
AT_ONCE = 4


def sender_for(account: Account) -> SmtpSender | EspSender:
    """Return what hands an account's mails over. Raises SendError where OAuth refuses."""
    if account.settings.get("provider") == ESP:
        return EspSender(account)
    secret = login_secret(account)
    return SmtpSender(account, secret.value, is_token=secret.is_token)


def way_out_check(account: Account) -> None:
    """Log in where an account's mails leave, and out again; the API of a service is asked by the
    first mail. Raises SendError.
    """
    sender = sender_for(account)
    if isinstance(sender, SmtpSender):
        sender.check()


def mail_send(account: Account, message: OutgoingMessage) -> SendResult:
    """Hand one mail over, once. Raises SendError; ContentRefused before anything left."""
    sender = sender_for(account)
    try:
        return _handed_over(sender, account, message)
    finally:
        sender.close()


def _handed_over(
    sender: SmtpSender | EspSender, account: Account, message: OutgoingMessage
) -> SendResult:
    mail_check(message)
    mail = mail_of(account, message)
    sender.send(mail)
    return SendResult(mail.extra_headers["Message-ID"].strip("<>"))


class MailBulk(BulkSender):
    """Many mails at once, each as a single one would be: in threads, each with a connection that it
    keeps while all goes well.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")
        self._own = threading.local()
        self._open: list[Callable[[], None]] = []

    async def __aexit__(self, *problem: Any) -> None:
        self._threads.shutdown(wait=False)
        for close in self._open:
            close()

    async def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one over, once. Raises SendError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, account, message)

    def _send(self, account: Account, message: OutgoingMessage) -> SendResult:
        senders: dict[str, SmtpSender | EspSender] = self._own.__dict__
        if account.account_id not in senders:
            made = senders[account.account_id] = sender_for(account)
            self._open.append(made.close)
        sender = senders[account.account_id]
        try:
            return _handed_over(sender, account, message)
        except SendError:
            # The next one begins with a new connection.
            sender.close()
            del senders[account.account_id]
            raise
