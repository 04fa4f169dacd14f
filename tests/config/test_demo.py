"""The demo clinic: whole, believable, and silent towards providers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django import conf
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Company, Membership, User
from contacts.models import Contact, DuplicatePair
from contacts.services.duplicates import pair_confirm
from omnichannel.choices import AttachmentState, Direction, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message, Template
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind, MessageStatus, TemplateStatus
from providers.meta.client import Graph
from simulator.models import (
    SimAccount,
    SimChat,
    SimDirect,
    SimMessage,
    SimNumber,
    SimSms,
    SimSmsLine,
    SimWebhook,
)

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "chefe@clinica.example", "uma-senha-de-demo"


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_EMAIL", EMAIL)
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def calls() -> list[Any]:
    """Collect what would have gone to a provider."""
    return []


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, calls: list[Any]) -> Iterator[Company]:
    """Load once for all tests of this file: each test's own changes are undone inside of it."""

    def call(self: Graph, *args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        raise AssertionError("no provider is called")

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setenv("DEMO_EMAIL", EMAIL)
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        # As the launcher sets it, so that channels may speak with the simulator.
        hosts = [f"127.0.0.1:{port}" for port in (8001, 8002, 8003)]
        patch.setattr(conf.settings, "MEDIA_EXTRA_HOSTS", hosts)
        patch.setattr(conf.settings, "SIMULATOR_MAIL_PORT", 8002)
        for name in [name for name, member in vars(Graph).items() if callable(member)]:
            if not name.startswith("_"):
                patch.setattr(Graph, name, call)
        load()
        yield Company.objects.get(name="Clínica Vida Leve")
        transaction.set_rollback(True)


def load(*arguments: str) -> str:
    said = StringIO()
    call_command("demo_load", *arguments, stdout=said)
    return said.getvalue()


def test_it_fills_an_empty_installation_without_a_call_to_any_provider(demo, calls):
    conversations = Conversation.objects.for_company(demo)
    assert 25 <= conversations.count() <= 40
    assert 150 <= Message.objects.for_company(demo).count() <= 300
    assert set(conversations.values_list("stage", flat=True)) == {
        Stage.QUEUE,
        Stage.HUMAN,
        Stage.CLOSED,
    }
    assert calls == []
    assert not SimWebhook.objects.exists()


def test_the_administrator_logs_in_and_colleagues_have_the_same_password(demo):
    owner = User.objects.get(email="chefe@clinica.example")
    assert owner.is_superuser and owner.is_staff
    members = Membership.objects.for_company(demo).select_related("user")
    assert {m.user.email.rpartition("@")[2] for m in members} == {"clinica.example"}
    assert all(m.user.check_password("uma-senha-de-demo") for m in members)
    assert sorted(members.values_list("role", flat=True)) == [
        "administrador",
        "atendente",
        "atendente",
        "supervisor",
    ]


def test_every_kind_of_trouble_and_most_kinds_of_message_are_there(demo):
    messages = Message.objects.for_company(demo)
    kinds = set(messages.values_list("kind", flat=True))
    assert kinds >= set(MessageKind.values) - {"video", "pedido", "reacao"}
    statuses = set(messages.values_list("status", flat=True))
    assert statuses >= {"falha", "incerta", "entregue", "lida", "reproduzida", "enviada"}
    assert messages.filter(is_internal=True, kind=MessageKind.TEXT).exists()
    assert messages.exclude(reply_to=None).exists()
    assert messages.exclude(edited_at=None).exists()
    assert messages.exclude(deleted_at=None).exists()
    sides = set(messages.values_list("reactions__direction", flat=True)) - {None}
    assert sides == set(Direction.values)


def test_windows_are_open_closed_and_about_to_close(demo):
    rows = Conversation.objects.for_company(demo).open().select_related("channel")
    left = [row.window_closes_at - timezone.now() for row in rows if row.window_closes_at]
    minutes = [one.total_seconds() / 60 for one in left]
    assert any(one < 0 for one in minutes)
    assert any(0 < one < 30 for one in minutes)
    assert any(one > 600 for one in minutes)


def test_what_the_list_shows_equals_what_the_messages_say(demo):
    said: dict[Any, list[Message]] = defaultdict(list)
    for message in Message.objects.for_company(demo).order_by("seq"):
        said[message.conversation_id].append(message)
    for row in Conversation.objects.for_company(demo):
        messages = said[row.pk]
        assert [one.seq for one in messages] == list(range(1, row.message_seq + 1))
        shown = [one for one in messages if not one.is_internal]
        assert row.message_count == len(shown)
        unread = [one for one in shown if one.direction == Direction.IN and one.read_at is None]
        assert row.unread_count == len(unread)
        assert max(one.revision for one in messages) <= row.revision
        newest = [one for one in shown if one.seq == row.last_message_seq]
        ours = [one for one in newest if one.direction == Direction.OUT]
        assert all(one.status == row.last_message_status for one in ours)
        moments = [one.happened_at for one in messages]
        assert moments == sorted(moments)
        assert max(moments) <= timezone.now()


def test_every_file_is_in_storage(demo):
    files = Attachment.objects.for_company(demo)
    assert set(files.values_list("state", flat=True)) == {AttachmentState.READY}
    assert all(len(one.file.read()) == one.size > 0 for one in files)


def test_templates_equal_the_simulators(demo):
    ours = Template.objects.for_company(demo)
    assert ours.get(name="retorno_exame").parameter_format == "NAMED"
    assert set(ours.values_list("status", flat=True)) >= {
        TemplateStatus.APPROVED,
        TemplateStatus.REJECTED,
        TemplateStatus.PAUSED,
    }


def test_the_phone_shows_the_same_history(demo):
    # The site shows what the product keeps, and a mailbox only what leaves.
    elsewhere = Channel.objects.for_company(demo).filter(kind__in=["webchat", "email"])
    ours = (
        Message.objects.for_company(demo).filter(is_internal=False).exclude(channel__in=elsewhere)
    )
    known = set(ours.exclude(external_id=None).values_list("external_id", flat=True))
    theirs = set(SimMessage.objects.values_list("wamid", flat=True))
    theirs |= set(SimSms.objects.values_list("external_id", flat=True))
    theirs |= set(SimDirect.objects.values_list("external_id", flat=True))
    assert known <= theirs
    # Two left no id: one failed, one nobody knows of.
    assert len(theirs) == ours.count()
    number = SimNumber.objects.get()
    channel = Channel.objects.for_company(demo).get(name="WhatsApp da recepção")
    assert channel.credentials["access_token"] == number.access_token
    line, texts = (
        SimSmsLine.objects.get(),
        Channel.objects.for_company(demo).get(name__startswith="SMS"),
    )
    assert texts.credentials["auth_token"] == line.secret
    assert line.callback_url == texts.callback_url()
    for account in SimAccount.objects.all():
        direct = Channel.objects.for_company(demo).get(account_id=account.account_id)
        assert direct.credentials["access_token"] == account.token
        assert account.webhook_url == direct.callback_url()
    assert SimAccount.objects.count() == 2
    assert SimChat.objects.exclude(last_inbound_at=None).count() >= 25


def test_one_patient_of_four_channels_waits_for_two_clicks(demo):
    mine = Contact.objects.for_company(demo).filter(name="Marina Sales", merged_into=None)
    assert mine.count() == 3
    (person,) = mine.exclude(phone="")
    open_pairs = DuplicatePair.objects.for_company(demo).filter(status="aberto")
    pairs = open_pairs.filter(Q(first=person) | Q(second=person))
    assert sorted(pairs.values_list("reason", flat=True)) == ["email", "mesmo_nome"]
    for pair in pairs:
        pair_confirm(pair=pair, actor=Membership.objects.for_company(demo).first())
    (person,) = Contact.objects.for_company(demo).filter(name="Marina Sales", merged_into=None)
    talks = Conversation.objects.for_company(demo).filter(contact=person)
    kinds = set(talks.values_list("channel__kind", flat=True))
    assert kinds == {"whatsapp", "webchat", "email", "instagram"}
    assert not open_pairs.filter(Q(first=person) | Q(second=person)).exists()


def test_an_attendant_may_write_at_once(demo):
    row = Conversation.objects.for_company(demo).filter(stage=Stage.HUMAN)
    row = row.order_by("-last_inbound_at").first()
    sent = message_send(conversation=row, author=row.attendant, text="Olá!")
    assert sent.status == MessageStatus.PENDING


def test_a_second_load_changes_nothing_but_follows_the_simulator(demo, settings):
    before = Message.objects.for_company(demo).count()
    assert "nothing done" in load()
    settings.SIMULATOR_URL = "http://127.0.0.1:8011"
    settings.SIMULATOR_MAIL_PORT = 8012
    assert "follows the simulator" in load()
    mailbox = Channel.objects.for_company(demo).get(name="E-mail dos exames")
    ports = (mailbox.settings["imap_port"], mailbox.settings["smtp_port"])
    assert ports == ("8012", "8013")
    rows = {one.kind: one for one in Channel.objects.for_company(demo).exclude(pk=mailbox.pk)}
    asked = {kind: row.graph_url or row.settings.get("api_url") for kind, row in rows.items()}
    assert asked == {
        "whatsapp": "http://127.0.0.1:8011",
        "instagram": "http://127.0.0.1:8011/direct/graph",
        "facebook": "http://127.0.0.1:8011/direct/graph",
        "sms": "http://127.0.0.1:8011/sms/twilio",
        "email": "http://127.0.0.1:8011/mail/",
        "webchat": None,
    }
    assert "http://127.0.0.1:8011" in rows["webchat"].settings["origins"]
    assert Message.objects.for_company(demo).count() == before
