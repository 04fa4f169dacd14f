"""What a channel's account takes, whatever its kind: kept, proved, told and refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, DomainError
from omnichannel import tasks
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.accounts import AccountRefused
from omnichannel.services.channels import (
    AccountTaken,
    NotProven,
    channel_rekey,
    channel_save,
    webhook_seen,
)
from omnichannel.services.proving import (
    SILENT,
    NeedsTest,
    channel_validate,
    health_of,
    warnings_of,
)
from omnichannel.services.trying import TriedJustNow, channel_try
from providers.account import REQUIRED
from providers.outgoing import SendError, SendResult
from providers.sms.adapter import SmsAdapter
from tests.couriers import KIND, SECRET, courier_channel, courier_connect

MINE = "(41) 99888-7766"


def fresh(row):
    return Channel.unscoped.get(pk=row.pk)


@pytest.fixture
def courier(monkeypatch):
    return courier_connect(monkeypatch)


@pytest.fixture
def pigeon(courier, clinic):
    return courier_channel(clinic)


def save(row, actor=None, **values):
    return channel_save(company=row.company, actor=actor, channel=row, **values)


# --- what is kept --------------------------------------------------------------------------------


def test_an_adapter_gets_settings_with_defaults_and_secrets(pigeon):
    account = fresh(pigeon).account()
    assert account.account_id == "pombo:5541"
    assert account.settings == {
        **{"carrier": "pombo", "sender": "5541", "host": "https://pombo.example"},
        **{"is_plain": True, "note": "", "depot": ""},
    }
    assert account.secrets == {"token": SECRET}
    assert fresh(pigeon).settings.keys() == {"carrier", "sender", "host"}


def test_each_channel_has_an_address_of_its_own(courier, clinic, rival, settings):
    ours, theirs = courier_channel(clinic), courier_channel(rival)
    assert len(ours.door_key) == 22 and ours.door_key != theirs.door_key
    assert fresh(ours).callback_url() == f"{settings.PUBLIC_URL}/webhooks/{KIND}/{ours.door_key}/"
    assert save(fresh(ours), name="Outro").door_key == ours.door_key


def test_a_kind_whose_door_has_no_key_has_one_address(channel, settings):
    assert (channel.door_key, channel.callback_url()) == (
        None,
        f"{settings.PUBLIC_URL}/webhooks/whatsapp/",
    )
    with pytest.raises(DomainError):
        channel_rekey(channel=channel, actor=None)


def test_another_key_takes_the_place_of_the_old_and_ends_no_proof(pigeon, ana):
    channel_try(channel=pigeon, actor=ana, number=MINE)
    old = pigeon.door_key
    channel_rekey(channel=pigeon, actor=ana)
    assert fresh(pigeon).door_key not in (None, old)
    assert fresh(pigeon).proven_at is not None
    entry = AuditEntry.unscoped.get(action="canal.endereco_trocado")
    assert (entry.actor_id, entry.detail) == (ana.user_id, {})


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"settings": {"cor": "azul"}}, "settings.cor"),
        ({"credentials": {"senha": "x"}}, "credentials.senha"),
        ({"settings": {"sender": ""}}, "settings.sender"),
        ({"settings": {"carrier": "asa"}}, "settings.carrier"),
        ({"settings": {"host": "https://filial.example"}}, "settings.host"),
        ({"waba_id": "1"}, "waba_id"),
        ({"graph_url": "https://mau.example"}, "graph_url"),
        ({"account_id": "outra"}, "account_id"),
        # What only the provider says.
        ({"phone_number": "+5541"}, "phone_number"),
        ({"proven_at": timezone.now()}, "proven_at"),
        ({"door_key": "k" * 22}, "door_key"),
        ({"kind": "whatsapp"}, "kind"),
    ],
)
def test_what_the_kind_does_not_take_is_refused_and_nothing_is_written(pigeon, given, path):
    before = Channel.unscoped.filter(pk=pigeon.pk).values().get()
    with pytest.raises(AccountRefused) as caught:
        save(pigeon, **given)
    assert list(caught.value.fields) == [path]
    assert Channel.unscoped.filter(pk=pigeon.pk).values().get() == before


def test_the_audit_names_what_changed_and_no_value(pigeon, ana):
    values = {"sender": "5542", "note": "anotação secreta", "host": "https://pombo.example"}
    save(pigeon, ana, name="Mensageiro", settings=values, credentials={"proof": "prova-nova"})
    entry = AuditEntry.unscoped.filter(action="canal.salvo").latest("created_at")
    assert entry.detail == {"campos": ["credentials.proof", "settings.note", "settings.sender"]}


# --- the proof -----------------------------------------------------------------------------------


def test_a_provider_that_confirms_accounts_is_asked(courier, clinic):
    row = courier_channel(clinic, "asa")
    channel_validate(channel=row)
    assert (fresh(row).status, fresh(row).proven_at is None) == (ChannelStatus.ACTIVE, False)
    assert courier.asked[0].secrets == {"token": SECRET}
    with pytest.raises(Conflict):
        channel_try(channel=row, actor=None, number=MINE)
    assert courier.sent == []


def test_where_none_does_a_test_message_is_the_proof(courier, pigeon, ana, clinic):
    with pytest.raises(NeedsTest):
        channel_validate(channel=pigeon, actor=ana)
    with pytest.raises(NotProven):
        save(pigeon, status=ChannelStatus.ACTIVE)
    channel_try(channel=pigeon, actor=ana, number=MINE)
    assert (fresh(pigeon).status, fresh(pigeon).proven_at is None) == (ChannelStatus.ACTIVE, False)
    ((account, message),) = courier.sent
    assert (account.account_id, message.to.address) == ("pombo:5541", "5541998887766")
    assert clinic.name in message.text
    told = AuditEntry.unscoped.get(action="canal.testado")
    assert (told.actor_id, told.detail) == (ana.user_id, {})
    assert courier.asked == []


def test_a_refused_test_proves_nothing_and_says_why(courier, pigeon):
    courier.refusal = SendError("credencial_invalida", "O token não vale.", scope="channel")
    with pytest.raises(DomainError) as caught:
        channel_try(channel=pigeon, actor=None, number=MINE)
    assert (caught.value.code, str(caught.value)) == ("credencial_invalida", "O token não vale.")
    row = fresh(pigeon)
    assert (row.proven_at, row.status) == (None, ChannelStatus.ERROR)
    assert row.status_detail == "O token não vale."


def test_one_test_leaves_at_a_time(courier, pigeon):
    channel_try(channel=pigeon, actor=None, number=MINE)
    with pytest.raises(TriedJustNow):
        channel_try(channel=fresh(pigeon), actor=None, number=MINE)
    assert len(courier.sent) == 1
    Channel.unscoped.update(checked_at=timezone.now() - timedelta(seconds=31))
    channel_try(channel=fresh(pigeon), actor=None, number=MINE)
    assert len(courier.sent) == 2


def test_what_cannot_leave_is_told_before_anything_does(courier, pigeon):
    with pytest.raises(DomainError) as caught:
        channel_try(channel=pigeon, actor=None, number="amanhã")
    assert list(caught.value.fields) == ["phone_number"]
    pigeon.credentials = {}
    pigeon.save()
    with pytest.raises(AccountRefused) as missing:
        channel_try(channel=pigeon, actor=None, number=MINE)
    assert missing.value.fields == {"credentials.token": [REQUIRED]}
    assert courier.sent == [] and fresh(pigeon).checked_at is None


@pytest.mark.parametrize("carrier", ["asa", "pombo"])
def test_secrets_that_no_key_opens_are_told_and_asked_for_anew(courier, clinic, ana, carrier):
    row = courier_channel(clinic, carrier)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE omnichannel_channel SET credentials = 'v1:outra:AAAA'")
    row = fresh(row)
    with pytest.raises(DomainError) as caught:
        channel_validate(channel=row) if carrier == "asa" else channel_try(
            channel=row, actor=ana, number=MINE
        )
    assert caught.value.code in ("credencial_ilegivel", "dados_invalidos")
    assert (courier.asked, courier.sent, fresh(row).checked_at) == ([], [], None)
    assert save(row, credentials={"token": "novo"}).credentials == {"token": "novo"}


def test_one_account_is_proved_by_one_company(courier, pigeon, rival):
    theirs = courier_channel(rival)
    channel_try(channel=theirs, actor=None, number=MINE)
    with pytest.raises(AccountTaken):
        channel_try(channel=pigeon, actor=None, number=MINE)
    assert fresh(pigeon).proven_at is None
    # No test leaves that could prove nothing.
    assert len(courier.sent) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"sender": "5542"}},
        {"settings": {"host": "https://outro.example"}},
        {"credentials": {"token": "outro"}},
        {"credentials": {"proof": "outra"}},
    ],
)
def test_what_names_or_opens_the_account_ends_the_proof(courier, pigeon, change):
    channel_try(channel=pigeon, actor=None, number=MINE)
    row = save(pigeon, **change)
    assert (row.proven_at, row.status) == (None, ChannelStatus.CONFIGURING)


def test_what_does_neither_leaves_it(courier, pigeon):
    channel_try(channel=pigeon, actor=None, number=MINE)
    row = save(pigeon, settings={"note": "x", "is_plain": False}, credentials={"token": ""})
    assert row.proven_at is not None


def test_the_daily_check_sends_no_message(courier, pigeon, clinic, caplog):
    asked = courier_channel(clinic, "asa", sender="5543")
    tasks.channels_check()
    assert caplog.messages == []
    assert courier.sent == []
    assert [one.account_id for one in courier.asked] == [asked.account_id]
    assert fresh(pigeon).status == ChannelStatus.CONFIGURING


def test_the_provider_is_called_by_its_name(courier, clinic, pigeon):
    row = courier_channel(clinic, "asa")
    courier.refusal = SendError("sem_conexao", "x", retryable=True)
    with pytest.raises(DomainError) as caught:
        channel_validate(channel=row)
    assert str(caught.value).startswith("A Asa não respondeu")
    assert pigeon.provider_words() == "o Pombo"


def test_health_and_warnings_are_the_kinds_words(pigeon, clinic):
    pigeon.health = {"balance": "R$ 5", "warnings": ["saldo_baixo"]}
    assert health_of(pigeon) == [("saldo", "R$ 5")]
    assert warnings_of(pigeon) == ["saldo_baixo"]


def test_a_provider_that_never_posted_is_told_of_where_nobody_can_ask_it(pigeon, channel):
    assert warnings_of(pigeon) == []
    channel_try(channel=pigeon, actor=None, number=MINE)
    assert warnings_of(fresh(pigeon)) == [SILENT]
    webhook_seen(pigeon, timezone.now())
    assert warnings_of(fresh(pigeon)) == []
    # Meta says by itself whether it posts here.
    assert warnings_of(channel) == []


# --- a described SMS provider --------------------------------------------------------------------


@pytest.fixture
def described(clinic, monkeypatch):
    """Give a channel of a provider that an administrator described, and whose test is taken."""
    monkeypatch.setattr(SmsAdapter, "send", lambda self, account, message: SendResult("1"))
    return channel_save(
        company=clinic,
        actor=None,
        kind="sms",
        name="SMS",
        settings={"provider": "generico", "sender": "27900", "url": "https://sms.example/enviar"},
    )


def test_a_described_sms_provider_is_proven_by_a_test(described):
    with pytest.raises(NeedsTest):
        channel_validate(channel=described)
    channel_try(channel=described, actor=None, number=MINE)
    row = fresh(described)
    assert (row.status, row.phone_number, row.currency) == ("ativo", "27900", "BRL")


def test_a_channel_is_in_its_currency_before_it_is_proven(described):
    assert fresh(described).currency == "BRL"


def test_another_currency_holds_at_once_and_ends_no_proof(described):
    channel_try(channel=described, actor=None, number=MINE)
    row = save(fresh(described), settings={"currency": "EUR"})
    assert (fresh(row).currency, row.proven_at is None) == ("EUR", False)
    # What a provider said of it stays while nobody says otherwise.
    Channel.unscoped.update(currency="USD")
    assert save(fresh(row), name="Outro").currency == "USD"
