"""(m) Mails of a mailbox that are stored as messages per second by one reader, beside imap_tools
that only reads the same mails, from the same server in the same run.
"""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings
from imap_tools import MailBoxUnencrypted

from bench import cast
from bench.report import Report, middle
from bench.stack import HOST, Stack, free_port, until
from config import processes
from omnichannel.models import Channel, Message
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from providers.outgoing import AccountHealth
from providers.pulled import Pulled
from providers.registry import face_of, kinds_with
from simulator.mail.services import mailbox_ensure
from simulator.models import SimLetter, SimMailbox
from webhooks.pulling import folder_read

ROUNDS, MAILS, PEOPLE = 3, 300, 100
ADDRESS, PASSWORD = "contato@clinica.example", "senha-de-medida"
WORDS = "Preciso remarcar a consulta de quinta-feira. Pode ser na semana que vem, de manhã? "
QUOTE = "\n\nEm 30/11/2026 10:12, Clínica <contato@clinica.example> escreveu:\n> " + WORDS


def measure(stack: Stack, report: Report) -> None:
    """Measure both in turns."""
    (clinic,) = cast.clinics(1)
    port = free_port()
    settings.MEDIA_EXTRA_HOSTS = (f"{HOST}:{port}",)
    mailbox = mailbox_ensure(address=ADDRESS, key="chave", password=PASSWORD)
    stack.start(
        "simulator",
        processes.uvicorn("simulator.asgi:application", HOST, free_port()),
        SIMULATOR="1",
        DEBUG="1",
        SIMULATOR_MAIL_PORT=str(port),
    )
    stack.worker()
    stack.beat()
    stack.wait_for_worker()
    channel = _channel(clinic, port)
    ours, floor = [], []
    for number in range(ROUNDS):
        _write(mailbox, number)
        floor.append(_bare(port))
        ours.append(_stored(channel, MAILS * (number + 1)))
    report.add(
        "mail.stored_per_second",
        middle(ours),
        "mails/s",
        floor=middle(floor),
        goal="value >= 50",
        note="floor: imap_tools that reads and parses them",
    )


def _channel(clinic: cast.Clinic, port: int) -> Channel:
    (kind,) = kinds_with(Pulled)
    channel = channel_save(
        company=clinic.company,
        actor=None,
        kind=kind,
        name="E-mail",
        settings={
            **{"provider": "servidor", "address": ADDRESS},
            **{"imap_host": HOST, "imap_port": str(port), "imap_security": "nenhuma"},
            "smtp_host": "smtp.clinica.example.com",
        },
        credentials={"password": PASSWORD},
    )
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    channel.refresh_from_db()
    return channel


def _write(mailbox: SimMailbox, turn: int) -> None:
    """Put mails into the mailbox: words, the same as HTML, and what they answer."""
    first = turn * MAILS + 1
    letters = []
    for number in range(first, first + MAILS):
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Paciente {number % PEOPLE} <p{number % PEOPLE}@paciente.example>"
        mail["To"], mail["Subject"] = ADDRESS, f"Consulta {number}"
        mail["Message-ID"] = f"<{number}@paciente.example>"
        mail.set_content(WORDS * 4 + QUOTE)
        mail.add_alternative(f"<p>{WORDS * 4}</p><blockquote>{WORDS}</blockquote>", subtype="html")
        letters.append(
            SimLetter(mailbox=mailbox, number=number, raw=bytes(mail), sender=str(mail["From"]))
        )
    SimLetter.objects.bulk_create(letters)


def _bare(port: int) -> float:
    """Read everything as imap_tools does, and keep nothing."""
    with MailBoxUnencrypted(HOST, port).login(ADDRESS, PASSWORD, None) as box:
        box.folder.set("INBOX", readonly=True)
        began, count = time.monotonic(), 0
        for mail in box.fetch(mark_seen=False, bulk=50):
            assert mail.from_ and mail.subject and mail.text and mail.html
            count += 1
        return count / (time.monotonic() - began)


def _stored(channel: Channel, wanted: int) -> float:
    """Read what is new, as the process of mailboxes does, and wait for the last message of it."""
    rows = Message.unscoped.filter(channel=channel)
    source = face_of(channel.kind, Pulled).source(channel.account())
    began = time.monotonic()
    try:
        assert folder_read(channel, source) == MAILS
    finally:
        source.close()
    until(lambda: rows.count() >= wanted, 60, "mails are not stored")
    return MAILS / (time.monotonic() - began)
