"""Mailboxes of the simulator: read over IMAP, answered over SMTP, played on a page."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from imap_tools import MailBoxUnencrypted

from config.demo.letters import own_mailbox_make
from omnichannel.models import Message
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from providers.choices import MessageStatus
from providers.pulled import Pulled
from providers.registry import face_of
from simulator.mail import servers
from simulator.mail.services import AUTH_HOST, letter_write, mailbox_ensure
from simulator.middleware import MIDDLEWARE
from simulator.models import SimLetter, SimMail, SimMailbox
from tests import make
from webhooks import pipeline, pulling

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, PASSWORD = "exames@clinica.example", "senha-de-teste"
JOANA = ("Joana Dias", "joana@paciente.example")
FORM = {"caixa": ADDRESS, "nome": JOANA[0], "endereco": JOANA[1]}


@pytest.fixture
def mailbox(db) -> SimMailbox:
    return mailbox_ensure(address=ADDRESS, key="chave", password=PASSWORD)


@pytest.fixture
def port(settings, mailbox) -> Iterator[int]:
    """Serve the mailboxes as the simulator's process does."""
    settings.SIMULATOR_MAIL_PORT = port = _two_free()
    settings.MEDIA_EXTRA_HOSTS = [f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}"]
    ended = threading.Event()

    async def serve() -> None:
        served = asyncio.ensure_future(servers.serve())
        await asyncio.to_thread(ended.wait)
        served.cancel()

    # What still talks when it ends is cut, as when the process ends.
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    _until_open(port, port + 1)
    yield port
    ended.set()
    thread.join(10)
    connection.close()


@pytest.fixture
def patient(settings) -> Client:
    """Give the browser of whoever plays the patient."""
    settings.ROOT_URLCONF = "simulator.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    return Client()


def _two_free() -> int:
    for port in range(17000, 18000, 2):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two free ports")


def _until_open(*ports: int) -> None:
    for port in ports:
        for _time in range(1000):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                threading.Event().wait(0.01)


def channel_at(clinic, port: int):
    return make.email_channel(
        clinic,
        address=ADDRESS,
        auth_host=AUTH_HOST,
        **{"imap_host": "127.0.0.1", "imap_port": str(port), "imap_security": "nenhuma"},
        **{"smtp_host": "127.0.0.1", "smtp_port": str(port + 1), "smtp_security": "nenhuma"},
    )


def read(channel) -> list[str]:
    source = face_of(channel.kind, Pulled).source(channel.account())
    try:
        pulling.folder_read(channel, source)
    finally:
        source.close()
    pipeline.drain()
    rows = Message.unscoped.filter(channel=channel, direction="entrada").order_by("id")
    return list(rows.values_list("text", flat=True))


def test_a_patient_writes_the_clinic_answers_and_the_thread_goes_on(
    clinic, ana, port, patient
) -> None:
    channel = channel_at(clinic, port)
    form = {**FORM, "assunto": "Exame de sangue", "texto": "Bom dia, já saiu?\n.\nJoana"}
    assert patient.post("/mail/escrever/", form).status_code == 302
    assert read(channel) == ["Bom dia, já saiu?\n.\nJoana"]
    asked = Message.unscoped.select_related("conversation__contact").get()
    assert asked.conversation.subject == "Exame de sangue"
    assert asked.metadata["verdict"] == "pass"
    answer = message_send(
        conversation=asked.conversation, author=ana, text="Já, Joana.\n.\nAté sexta!"
    )
    conversation_deliver(conversation=asked.conversation)
    answer.refresh_from_db()
    assert answer.status == MessageStatus.SENT
    mail = SimMail.objects.get()
    assert mail.to == [JOANA[1]] and mail.subject == "Re: Exame de sangue"
    assert mail.text.startswith("Já, Joana.\n.\nAté sexta!")
    # The patient answers on the page: it is the same conversation, and the quote is folded.
    page = patient.get(f"/mail/?responder={mail.pk}").content.decode()
    assert 'value="Re: Exame de sangue"' in page and f'value="{JOANA[1]}"' in page
    again = {**FORM, "assunto": "Re: Exame de sangue", "texto": "Obrigada!"}
    patient.post("/mail/escrever/", {**again, "responder": str(mail.pk)})
    assert read(channel)[1:] == ["Obrigada!"]
    told = Message.unscoped.filter(channel=channel).values_list("conversation", flat=True)
    assert len(set(told)) == 1
    shown = patient.get("/mail/caixa/").content.decode()
    assert shown.index("Obrigada!") < shown.index("Até sexta!") < shown.index("já saiu?")


def test_who_waits_is_told_of_a_letter(mailbox, port) -> None:
    with MailBoxUnencrypted("127.0.0.1", port).login(ADDRESS, PASSWORD, None) as box:
        box.folder.set("INBOX", readonly=True)
        with box.idle as idle:
            letter_write(mailbox=mailbox, sender=JOANA, subject="Oi", text="Oi")
            assert idle.poll(timeout=10) == [b"* 1 EXISTS"]
        assert [one.subject for one in box.fetch(mark_seen=False)] == ["Oi"]


def test_numbers_dates_and_parts_are_told_as_servers_do(mailbox, port) -> None:
    for text in ("um", "dois"):
        letter_write(mailbox=mailbox, sender=JOANA, subject=text, text=text)
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(ADDRESS, PASSWORD)
        assert client.select('"INBOX"', readonly=True) == ("OK", [b"2"])
        # A range that ends in * holds the last one, new or not.
        assert len(client.uid("FETCH", "9:*", "(UID RFC822.SIZE)")[1]) == 1
        assert client.uid("SEARCH", "ALL")[1] == [b"1 2"]
        tomorrow = f"{timezone.now() + timedelta(days=2):%d-%b-%Y}"
        assert client.uid("SEARCH", f"SINCE {tomorrow}")[1] == [b""]
        (head, part), _end = client.uid("FETCH", "1", "(BODY.PEEK[]<0.7>)")[1]
        assert b"BODY[]<0> {7}" in head and part == b"Authent"
        with pytest.raises(imaplib.IMAP4.error):
            client.expunge()
        assert client.status("OUTRA", "(UIDNEXT)")[0] == "NO"


@pytest.mark.parametrize(
    ("address", "password"), [(ADDRESS, "errada"), (ADDRESS, ""), ("outra@x.example", PASSWORD)]
)
def test_who_has_no_password_neither_reads_nor_sends(port, address, password) -> None:
    mailbox_ensure(address="outra@x.example", key="so-a-chave")
    with imaplib.IMAP4("127.0.0.1", port) as client:
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            client.login(address, password)
        with pytest.raises(imaplib.IMAP4.error):
            client.select()
    with smtplib.SMTP("127.0.0.1", port + 1) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail(ADDRESS, ["a@b.example"], "Subject: x\r\n\r\nx")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(address, password)
    assert not SimMail.objects.exists()


def test_a_client_that_hangs_up_in_the_middle_of_a_mail_sent_none(port) -> None:
    client = smtplib.SMTP("127.0.0.1", port + 1)
    client.login(ADDRESS, PASSWORD)
    client.mail(ADDRESS)
    client.rcpt("a@b.example")
    client.docmd("DATA")
    client.send("Subject: x\r\n\r\nhalf")
    client.close()
    with smtplib.SMTP("127.0.0.1", port + 1) as other:
        other.login(ADDRESS, PASSWORD)
        other.sendmail(ADDRESS, ["a@b.example"], "Subject: y\r\n\r\ny")
    assert SimMail.objects.get().subject == "y"


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(mailbox, patient) -> None:
    form = {**FORM, "endereco": "joana", "assunto": "Dor\nBcc: a@b.example", "texto": "Dói aqui"}
    refused = patient.post("/mail/escrever/", form)
    page = refused.content.decode()
    assert refused.status_code == 400 and 'role="alert"' in page and ">Dói aqui</textarea>" in page
    patient.post("/mail/escrever/", {**form, "endereco": JOANA[1]})
    letter = SimLetter.objects.get()
    assert letter.subject == "Dor Bcc: a@b.example" and b"\nBcc" not in bytes(letter.raw)
    assert patient.post("/mail/escrever/", {**FORM, "caixa": "x"}).status_code == 404


def test_without_a_mailbox_the_page_only_shows(patient) -> None:
    mailbox_ensure(address=ADDRESS, key="chave")
    assert "<form" not in patient.get("/mail/?responder=x").content.decode()


def test_the_products_own_mails_lie_on_the_page_too(port, patient, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port + 1
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "central@central.example", "so-ours"
    settings.SIMULATOR_MAIL_PORT = port
    own_mailbox_make()
    send_mail("Convite", "Abra o link", "central@central.example", ["nova@clinica.example"])
    page = patient.get("/mail/").content.decode()
    assert "nova@clinica.example" in page and "Abra o link" in page
