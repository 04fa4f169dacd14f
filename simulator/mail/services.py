"""Mailboxes and what is sent from them."""

from __future__ import annotations

from typing import Any

from simulator.mail.models import SimMail, SimMailbox


def mailbox_ensure(*, address: str, key: str) -> SimMailbox:
    """Make a mailbox, or give the one there is another key."""
    mailbox, _is_new = SimMailbox.objects.update_or_create(address=address, defaults={"key": key})
    return mailbox


def mail_accept(*, mailbox: SimMailbox, given: dict[str, Any]) -> SimMail:
    """Keep a mail that is on its way out, in the provider's own words (Postal, `send/message`)."""
    files = [
        {name: str(one.get(name, ""))[:255] for name in ("name", "content_type")}
        for one in given.get("attachments", ())
    ]
    return SimMail.objects.create(
        mailbox=mailbox,
        to=[*given.get("to", ()), *given.get("cc", ())],
        subject=given.get("subject", ""),
        text=given.get("plain_body", ""),
        files=files,
    )
