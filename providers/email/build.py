"""A message as a mail: pure, and the same for SMTP and for the APIs of services.

What a person wrote can only end up inside of a value. Headers are cleaned of everything that ends
a line, and Django refuses a newline in one besides.
"""

from __future__ import annotations

import re
from email import encoders
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from providers.email.limits import SUBJECT_LENGTH
from providers.email.tags import message_id_for, plus_address
from providers.file_types import UNKNOWN, named, plain
from providers.outgoing import Account, Letter, OutgoingMedia, OutgoingMessage, QuotedLetter

# Microsoft 365 refused mails whose list of earlier ids had grown too long.
MOST_REFERENCES = 20
# Without its angle brackets.
MESSAGE_ID = re.compile(r"[!-;=?-~]{1,248}@[!-;=?-~]{1,248}")
LONGEST_ID = 250
ANSWERS = re.compile(r"^\s*(?:(?:re|res|aw|antwort|rv)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# What XML and mail programs take for the end of a text; line breaks and tabs stay.
UNFIT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINK = re.compile(r"https?://[^\s<>\"']{1,2000}[^\s<>\"'.,;:!?)\]]")


def mail_of(account: Account, message: OutgoingMessage) -> EmailMultiAlternatives:
    """Return a message as a mail that Django's connections send. `from_email` is the envelope's
    sender; what the person reads as the sender stands in the header From.
    """
    given = account.settings
    address = str(given["address"])
    letter = message.letter or Letter()
    has_plus = given.get("plus_addresses") is True
    mail = EmailMultiAlternatives(
        subject=subject_of(message, letter, has_plus=has_plus),
        body=text_body(message.text, letter),
        from_email=plus_address(address, message.token) if has_plus else address,
        to=[message.to.address],
        cc=[one for one in letter.copies if one.casefold() != message.to.address.casefold()],
        headers={
            "From": sender_of(account, letter),
            **_headers(address, message, letter, has_plus=has_plus),
        },
    )
    # Some servers still change bytes of eight bits, and with them what DKIM signed.
    mail.encoding = utf8_charset_qp
    mail.attach_alternative(html_body(message.text, letter), "text/html")
    for media in message.media:
        mail.attach(_enclosed(media))
    return mail


def recipients_of(message: OutgoingMessage) -> list[str]:
    """Return everybody whom a message is for, the person first."""
    return [message.to.address, *(message.letter.copies if message.letter else ())]


def subject_of(message: OutgoingMessage, letter: Letter, *, has_plus: bool) -> str:
    """Return the subject: an answer's begins with Re:, and names the conversation where no address
    of ours does.
    """
    bare = _plain_header(ANSWERS.sub("", message.subject)) or _("Mensagem da clínica")
    begin = "Re: " if letter.earlier else ""
    mark = f"[#{letter.reference}]" if letter.reference and not has_plus else ""
    end = f" {mark}" if mark and mark not in bare else ""
    return f"{begin}{bare[: SUBJECT_LENGTH - len(begin) - len(end)].rstrip()}{end}"


def text_body(text: str, letter: Letter) -> str:
    """Return what a reader without HTML sees."""
    parts = [_plain_text(text).rstrip()]
    if letter.signature:
        # The mark by which mail programs know a signature (RFC 3676, 4.3).
        parts.append(f"-- \n{_plain_text(letter.signature).strip()}")
    if letter.leave_url:
        parts.append(f"{_leave_words()}: {letter.leave_url}")
    if letter.quoted:
        lines = _plain_text(letter.quoted.text).strip().splitlines()
        quoted = "\n".join(f"> {line}" if line else ">" for line in lines)
        parts.append(f"{attribution(letter.quoted)}\n{quoted}")
    return "\n\n".join(part for part in parts if part) + "\n"


def html_body(text: str, letter: Letter) -> str:
    """Return the same as a page that every mail program draws."""
    parts = [f'<div dir="auto">{_lines(text)}</div>']
    if letter.signature:
        parts.append(
            f'<div class="signature" dir="auto"><br>-- <br>{_lines(letter.signature)}</div>'
        )
    if letter.leave_url:
        link = f'<a href="{escape(letter.leave_url)}">{escape(_leave_words())}</a>'
        parts.append(f'<p style="font-size:12px;color:#666">{link}</p>')
    if letter.quoted:
        # The names under which Gmail and others fold what is repeated.
        above = escape(attribution(letter.quoted))
        parts.append(
            f'<br><div class="gmail_quote"><div dir="auto">{above}</div>'
            '<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;'
            f'padding-left:1ex" dir="auto">{_lines(letter.quoted.text.strip())}</blockquote></div>'
        )
    return f"<!DOCTYPE html><html><body>{''.join(parts)}</body></html>"


def attribution(quoted: QuotedLetter) -> str:
    """Return the line above what is repeated, as mail programs know it."""
    at = quoted.written_at
    who = _plain_header(quoted.author) or _("paciente")
    values = {"day": date_format(at, "DATE_FORMAT"), "clock": f"{at:%H:%M}", "author": who}
    return _("Em %(day)s às %(clock)s, %(author)s escreveu:") % values


def sender_of(account: Account, letter: Letter) -> str:
    """Return the header From: the clinic's name and address."""
    address = str(account.settings["address"])
    name = _plain_header(str(account.settings.get("sender_name") or "") or letter.sender)
    return str(Address(display_name=name[:100], addr_spec=address))


def _headers(
    address: str, message: OutgoingMessage, letter: Letter, *, has_plus: bool
) -> dict[str, str]:
    found = {
        "Message-ID": message_id_for(message.token, address.rpartition("@")[2]),
        "Date": format_datetime(timezone.now()),
    }
    if has_plus:
        found["Reply-To"] = plus_address(address, message.token)
    if earlier := references_of(letter, message.reply_to):
        found["References"] = " ".join(f"<{one}>" for one in earlier)
        found["In-Reply-To"] = f"<{earlier[-1]}>"
    if letter.is_automatic:
        # RFC 3834; the second one is Microsoft's.
        found["Auto-Submitted"] = "auto-replied" if earlier else "auto-generated"
        found["X-Auto-Response-Suppress"] = "All"
    if letter.leave_url:
        # RFC 8058: one POST without a question.
        found["List-Unsubscribe"] = f"<{letter.leave_url}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def references_of(letter: Letter, reply_to: str) -> list[str]:
    """Return the ids that an answer names, the newest last: what it answers, and before it the
    newest of the conversation.
    """
    told = [one for one in letter.earlier if one != reply_to]
    if reply_to:
        told.append(reply_to)
    good = [one for one in told if len(one) <= LONGEST_ID and MESSAGE_ID.fullmatch(one)]
    return good[-MOST_REFERENCES:]


def _enclosed(media: OutgoingMedia) -> MIMEBase:
    """Return a file as a part of a mail, byte by byte as it is stored."""
    assert media.opened is not None, "files go inside of a mail"
    main, _slash, sub = (plain(media.mime_type) or UNKNOWN).partition("/")
    part = MIMEBase(main, sub)
    with media.opened() as file:
        part.set_payload(file.read())
    encoders.encode_base64(part)
    name = _plain_header(named(media.filename, media.mime_type))
    shown = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=shown)
    return part


def _leave_words() -> str:
    return _("Não quero mais receber e-mails como este")


def _plain_header(text: str) -> str:
    return re.sub(r"\s+", " ", UNFIT.sub(" ", text)).strip()


def _plain_text(text: str) -> str:
    return UNFIT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _lines(text: str) -> str:
    """Return a text as HTML: its lines, and its web addresses as links."""
    words = _plain_text(text)
    drawn: list[str] = []
    end = 0
    for link in LINK.finditer(words):
        where = escape(link[0])
        drawn.append(escape(words[end : link.start()]))
        drawn.append(f'<a href="{where}">{where}</a>')
        end = link.end()
    drawn.append(escape(words[end:]))
    return "".join(drawn).replace("\n", "<br>\n")
