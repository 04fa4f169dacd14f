"""What patient and clinic wrote to each other in one ticket, on paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from contacts.masking import Lens
from inbox.shell.presenters import name_of, preview_of
from inbox.talk.bubbles import author_name
from omnichannel.models import Conversation, Message
from omnichannel.selectors import parts_load
from providers.choices import MessageKind
from queues.models import Ticket

# A thread beyond this is cut, and says so: paper for a whole year helps nobody.
MOST = 5_000
CHUNK = 500


@dataclass(frozen=True, slots=True)
class PaperPart:
    """The part of a conversation that belongs to one ticket; without tickets all of it."""

    ticket: Ticket | None
    start: datetime | None
    end: datetime | None


def span_of(conversation: Conversation, ticket: Ticket | None) -> PaperPart:
    """Return the part of a ticket: from the end of the one before. A transfer keeps the moment of
    entry, so those who passed a patient on are within.
    """
    if ticket is None:
        return PaperPart(None, None, None)
    others = Ticket.objects.filter(conversation=conversation, ended_at__lt=ticket.entered_at)
    start = others.exclude(pk=ticket.pk).aggregate(last=Max("ended_at"))["last"]
    return PaperPart(ticket, start, ticket.ended_at)


def messages_within(conversation: Conversation, span: PaperPart) -> list[Message]:
    """Return what both sides said in it, oldest first: neither notes nor lines of the system."""
    rows = (
        Message.objects.filter(conversation=conversation, is_internal=False)
        .exclude(kind__in=(MessageKind.SYSTEM, MessageKind.REACTION))
        .select_related("author__user", "conversation__contact")
        .order_by("happened_at", "seq")
    )
    if span.start is not None:
        rows = rows.filter(happened_at__gt=span.start)
    if span.end is not None:
        rows = rows.filter(happened_at__lte=span.end)
    return list(rows[: MOST + 1])


def paper_of(conversation: Conversation, span: PaperPart, reader: Membership, lens: Lens) -> bytes:
    """Draw the transcript as PDF."""
    # Imported here: it brings typefaces and pictures along, which no other request needs.
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("Helvetica", size=8)
            self.cell(0, 6, f"{self.page_no()}/{{nb}}", align="C")

    pdf = Paper()
    pdf.set_auto_page_break(auto=True, margin=16)
    pdf.add_page()
    write = _Writer(pdf)
    write.line(reader.company.name, size=10, height=6)
    write.line(_("Transcrição do atendimento"), bold=True, size=16, height=9)
    for label, value in _facts(conversation, span, lens):
        write.line(f"{label}: {value}", size=10, height=5.5)
    rows = messages_within(conversation, span)
    day = None
    name = name_of(conversation, lens)
    for at in range(0, min(len(rows), MOST), CHUNK):
        part = rows[at : min(at + CHUNK, MOST)]
        parts_load(part)
        for message in part:
            local = timezone.localtime(message.happened_at)
            if local.date() != day:
                day = local.date()
                pdf.ln(3)
                write.line(
                    date_format(local, "l, d/m/Y").capitalize(), bold=True, size=11, height=7
                )
            who = _author(message, name, reader)
            write.line(f"{local:%H:%M} {who}", bold=True, size=9, height=5)
            write.line(_words(message), size=10, height=5)
            pdf.ln(1)
    if not rows:
        write.line(_("Nada foi escrito neste atendimento."), size=10, height=6)
    if len(rows) > MOST:
        write.line(_("A conversa continua: aqui estão as primeiras %d mensagens.") % MOST, size=10)
    return bytes(pdf.output())


class _Writer:
    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf

    def line(self, text: str, *, size: int = 10, height: float = 5, bold: bool = False) -> None:
        """Write a text over the whole width, as many lines as it needs."""
        self.pdf.set_font("Helvetica", "B" if bold else "", size)
        self.pdf.multi_cell(0, height, printable(text), new_x="LMARGIN", new_y="NEXT", align="L")


def _facts(conversation: Conversation, span: PaperPart, lens: Lens) -> Iterable[tuple[str, str]]:
    ticket = span.ticket
    if ticket is not None:
        yield _("Protocolo"), ticket.protocol
        yield _("Fila"), ticket.queue.name
    yield _("Paciente"), name_of(conversation, lens)
    if number := lens.phone(conversation.contact):
        yield _("Telefone"), number
    yield _("Canal"), conversation.channel.name
    holder = ticket.attendant if ticket is not None else conversation.attendant
    if holder is not None:
        yield _("Atendente"), holder.user.name
    start = ticket.entered_at if ticket is not None else conversation.opened_at
    yield _("Início"), _moment(start)
    end = ticket.ended_at if ticket is not None else conversation.closed_at
    if end is not None:
        yield _("Fim"), _moment(end)
    if ticket is not None and ticket.end_reason:
        yield _("Motivo do fim"), ticket.end_reason
    yield _("Gerada em"), _moment(timezone.now())


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "d/m/Y H:i")


def _author(message: Message, name: str, reader: Membership) -> str:
    """Name who wrote: on paper nobody is "you"."""
    if message.author is not None:
        return message.author.user.name
    return author_name(message, name, reader)


def _words(message: Message) -> str:
    if message.deleted_at is not None:
        return _("Mensagem apagada")
    _icon, line = preview_of(message.kind, "")
    found = message.attachments.all() if message.has_files else ()
    files = [file.filename or line for file in found]
    said = [f"[{name}]" for name in files]
    if message.text:
        said.append(message.text)
    return "\n".join(said) or f"[{line}]"


def printable(text: str) -> str:
    """Return a text in the letters that the typeface has: what it lacks is simplified, or named as
    an emoji, so that nobody reads a sentence with holes as a whole one.
    """
    made: list[str] = []
    for letter in text.replace("\t", " "):
        if letter == "\n" or (letter.isascii() and letter.isprintable()):
            made.append(letter)
            continue
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Cf") or (kind in ("Mn", "Me", "Sk") and ord(letter) > 255):
            continue
        for piece in (letter, _SIGNS.get(letter, ""), unicodedata.normalize("NFKD", letter)):
            plain = piece.encode("latin-1", "ignore").decode("latin-1")
            if plain.strip() and plain.isprintable():
                made.append(plain)
                break
        else:
            sign = EMOJI if kind in ("So", "Cn", "Co") else "?" if kind[0] in "LN" else " "
            if sign != EMOJI or not made or made[-1] != EMOJI:
                made.append(sign)
    return "".join(made)


EMOJI = "(emoji)"
_SIGNS = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "…": "...",
    "•": "-",
    "€": "EUR",
}
