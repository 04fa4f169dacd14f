"""Reading a real mailbox: what is new reaches the ledger once, whatever happens on the way."""

from __future__ import annotations

import imaplib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import DomainError
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Message
from omnichannel.services.proving import channel_validate
from providers.base import Connection
from providers.pulled import Pulled
from providers.registry import face_of
from tests import imap, make
from tests.imap import ImapServer
from webhooks import mail_reader, pipeline, pulling
from webhooks.mail_reader import MailReader
from webhooks.models import FolderPosition, InboundEvent

# `make chaos` takes 10,000 and 30.
MAILS, KILLS = int(os.environ.get("CHAOS_MAILS", "120")), int(os.environ.get("CHAOS_KILLS", "10"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def _servers() -> Iterator[ImapServer]:
    with imap.imap_server() as server:
        yield server


@pytest.fixture
def server(_servers, settings) -> ImapServer:
    settings.MEDIA_EXTRA_HOSTS = [f"127.0.0.1:{_servers.port}"]
    return _servers


@pytest.fixture
def folder(server) -> Iterator[str]:
    name = f"Caixa {make.next_number()}"
    with server.client() as client:
        assert client.create(f'"{name}"')[0] == "OK"
    yield f'"{name}"'


def mailbox(clinic, server: ImapServer, folder: str, **more: str) -> Channel:
    where = {
        "imap_host": "127.0.0.1",
        "imap_port": str(server.port),
        "imap_security": "nenhuma",
        "folder": folder.strip('"'),
    }
    return make.email_channel(clinic, **{"address": imap.USER, **where, **more})


def read(channel: Channel) -> int:
    source = face_of(channel.kind, Pulled).source(channel.account())
    try:
        return pulling.folder_read(channel, source)
    finally:
        source.close()


def stored(channel: Channel) -> list[str]:
    pipeline.drain()
    return sorted(Message.unscoped.filter(channel=channel).values_list("text", flat=True))


def test_what_is_new_is_read_once_and_left_unread(clinic, server, folder) -> None:
    channel = mailbox(clinic, server, folder)
    server.deliver(make.mail("um"), make.mail("dois"), folder=folder)
    assert (read(channel), read(channel)) == (2, 0)
    server.deliver(make.mail("três"), folder=folder)
    assert (read(channel), stored(channel)) == (1, ["dois", "três", "um"])
    assert server.unseen(folder) == 3


def test_a_mail_of_the_second_in_which_the_channel_was_proven_is_read(clinic, server, folder):
    channel = mailbox(clinic, server, folder)
    # Servers keep whole seconds: a mail may seem to be a little older than the channel.
    now = timezone.now()
    with server.client() as client:
        when = imaplib.Time2Internaldate(now.replace(microsecond=0))
        client.append(folder, "", when, make.mail("um"))
    channel.proven_at = now.replace(microsecond=999_999)
    assert (read(channel), stored(channel)) == (1, ["um"])


def test_a_new_numbering_loses_and_doubles_nothing(clinic, server, folder) -> None:
    channel = mailbox(clinic, server, folder)
    server.deliver(make.mail("um"), make.mail("dois"), folder=folder)
    read(channel)
    era = FolderPosition.unscoped.get().era
    server.renumber(folder)
    server.deliver(make.mail("três"), folder=folder)
    read(channel)
    assert FolderPosition.unscoped.get().era != era
    assert stored(channel) == ["dois", "três", "um"]


def test_a_reader_that_dies_before_its_commit_reads_again(clinic, server, folder, monkeypatch):
    channel = mailbox(clinic, server, folder)
    server.deliver(*[make.mail(f"carta {n}") for n in range(6)], folder=folder)
    real, monkeypatched = pulling.events_keep, []

    def dies(events) -> None:
        real(events)
        if len(monkeypatched) < 3:
            monkeypatched.append(len(events))
            raise KeyboardInterrupt

    monkeypatch.setattr(pulling, "events_keep", dies)
    monkeypatch.setattr(pulling, "GROUP", 2)
    for _kill in range(3):
        with pytest.raises(KeyboardInterrupt):
            read(channel)
    read(channel)
    assert stored(channel) == [f"carta {n}" for n in range(6)]
    assert InboundEvent.objects.count() == 6


@pytest.mark.slow
@pytest.mark.chaos
def test_a_reader_that_is_killed_loses_and_doubles_nothing(clinic, server, folder) -> None:
    channel = mailbox(clinic, server, folder)
    server.deliver(*[make.mail(f"carta {n:05}") for n in range(MAILS)], folder=folder)
    chance, kills = random.Random(7), 0
    connection.close()
    while kills < KILLS:
        child = os.fork()
        if not child:
            pulling.GROUP = 2
            read(channel)
            os._exit(0)
        time.sleep(chance.uniform(0.02, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
    read(channel)
    assert InboundEvent.objects.count() == MAILS
    assert stored(channel) == [f"carta {n:05}" for n in range(MAILS)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"user": "outra@clinica.example"}, "credencial_invalida"),
        ({"folder": "Não existe"}, "pasta_inexistente"),
        ({"imap_security": "tls"}, "servidor_sem_recurso"),
        ({"imap_port": "1"}, "endereco_invalido"),
    ],
)
def test_validating_says_what_is_wrong(clinic, server, folder, changed, code) -> None:
    channel = mailbox(clinic, server, folder)
    assert face_of(channel.kind, Connection).validate(channel.account())
    channel.settings = {**channel.settings, **changed}
    channel.save(update_fields=["settings"])
    with pytest.raises(DomainError) as refused:
        channel_validate(channel=channel)
    assert refused.value.code == code and str(refused.value.detail)


@pytest.mark.slow
def test_one_mailbox_that_is_locked_stops_no_other(clinic, server, folder, monkeypatch) -> None:
    monkeypatch.setattr(mail_reader, "WAIT_SECONDS", 1.0)
    broken = mailbox(clinic, server, folder, user="ninguem@clinica.example")
    good = mailbox(clinic, server, folder)
    reader = MailReader()
    running = threading.Thread(target=reader.run)
    running.start()
    try:
        until(lambda: Channel.unscoped.get(pk=broken.pk).status == ChannelStatus.ERROR)
        assert "senha" in Channel.unscoped.get(pk=broken.pk).status_detail
        until(lambda: FolderPosition.unscoped.filter(channel=good).exists())
        # The server's own word wakes it, not the next look.
        monkeypatch.setattr(mail_reader, "WAIT_SECONDS", 30.0)
        server.deliver(make.mail("chegou"), folder=folder)
        until(lambda: InboundEvent.objects.exists())
    finally:
        reader.stop()
        running.join(20)
        # Nobody else ends what waits for the server.
        server.deliver(make.mail("fim"), folder=folder)
        reader.wait_idle(20)
    assert "chegou" in stored(good)
    assert Channel.unscoped.get(pk=good.pk).status == ChannelStatus.ACTIVE


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    connection.close()
