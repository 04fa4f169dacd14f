"""Mailboxes, what is sent from them and what patients write to them."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from simulator.mail.models import SimLetter, SimMail, SimMailbox

# Who says in each letter that its sender is who they say.
AUTH_HOST = "mx.simulador.example"


def mailbox_ensure(*, address: str, key: str, password: str = "") -> SimMailbox:
    """Make a mailbox, or give the one there is another key and password."""
    mailbox, _is_new = SimMailbox.objects.update_or_create(
        address=address, defaults={"key": key, "password": password}
    )
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


def mail_take(*, mailbox: SimMailbox, to: list[str], raw: bytes) -> SimMail:
    """Keep a mail that was handed in over SMTP, for those whom its envelope names."""
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain", "html"))
    files = [
        {"name": part.get_filename() or "", "content_type": part.get_content_type()}
        for part in mail.iter_attachments()
    ]
    return SimMail.objects.create(
        mailbox=mailbox,
        to=to,
        subject=str(mail["Subject"] or ""),
        text=body.get_content().replace("\r\n", "\n") if body else "",
        files=files,
        message_id=str(mail["Message-ID"] or "").strip(),
        answers_to=str(mail["Reply-To"] or mail["From"] or ""),
    )


@transaction.atomic
def letter_write(
    *,
    mailbox: SimMailbox,
    sender: tuple[str, str],
    subject: str,
    text: str,
    answered: SimMail | None = None,
) -> SimLetter:
    """Put a patient's mail into the clinic's mailbox; `sender` is a name and an address."""
    mail = EmailMessage(policy=policy.SMTP)
    domain = sender[1].rpartition("@")[2]
    mail["Authentication-Results"] = f"{AUTH_HOST}; dmarc=pass header.from={domain}"
    mail["From"] = formataddr(sender)
    mail["To"] = (answered.answers_to if answered else "") or mailbox.address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = make_msgid(domain=domain)
    words = text
    if answered:
        if answered.message_id:
            mail["In-Reply-To"] = mail["References"] = answered.message_id
        words += "\n\n" + _quoted(answered)
    mail.set_content(words)
    # Two at once would want the same number.
    SimMailbox.objects.select_for_update().get(pk=mailbox.pk)
    last = mailbox.letters.aggregate(last=Max("number"))["last"] or 0
    return SimLetter.objects.create(
        mailbox=mailbox,
        number=last + 1,
        raw=bytes(mail),
        sender=formataddr(sender),
        subject=subject,
        text=text,
    )


def _quoted(mail: SimMail) -> str:
    """Repeat what is answered, as Gmail in Portuguese does."""
    when = timezone.localtime(mail.created_at)
    lines = "\n".join(f"> {line}" for line in mail.text.splitlines())
    return f"Em {when:%d/%m/%Y %H:%M}, <{mail.mailbox.address}> escreveu:\n{lines}"
