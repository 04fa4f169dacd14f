"""The proof of a channel: who gets an account, what ends it, what an unproved claim may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import DomainError
from omnichannel import tasks
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.channels import (
    AccountTaken,
    NotProven,
    channel_delete,
    channel_save,
    notice_record,
)
from omnichannel.services.profile import profile_read, profile_update
from omnichannel.services.proving import (
    channel_prove,
    channel_register,
    channel_subscribe,
    channel_validate,
)
from omnichannel.services.template_writing import template_create
from omnichannel.services.templates import templates_sync
from providers.outgoing import SendError, TemplateDraft
from tests import make
from tests.omnichannel.services.test_channels import notice
from tests.race import errors, together

DENIED = SendError("numero_inexistente", "Não é seu.", provider="100", scope="channel")
EXPIRED = SendError("credencial_invalida", "O token venceu.", provider="190", scope="channel")
AWAY = SendError("sem_conexao", "Sem conexão.", retryable=True)


def fresh(row):
    return Channel.unscoped.get(pk=row.pk)


@pytest.fixture
def claim(clinic):
    return make.claim(clinic, waba_id="")


# --- who gets it ---------------------------------------------------------------------------------


def test_two_companies_may_claim_one_account_and_the_first_that_proves_it_gets_it(
    clinic, rival, provider
):
    ours, theirs = make.claim(clinic), make.claim(rival)
    assert {ours.status, theirs.status} == {ChannelStatus.CONFIGURING}
    channel_validate(channel=theirs)
    with pytest.raises(AccountTaken):
        channel_validate(channel=ours)
    assert [fresh(row).proven_at is None for row in (ours, theirs)] == [True, False]
    # An unproved claim blocks nobody and goes away like any other row.
    channel_delete(channel=ours, actor=None)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_prove_one_account_at_once_one_gets_it(clinic, rival):
    rows = [make.claim(of, account_id="4242") for of in (clinic, rival, make.company("Terceira"))]
    results = together(
        *(lambda r=row: channel_prove(channel=r, answer=make.answer_for(r)) for row in rows)
    )
    assert [type(error) for error in errors(results)] == [AccountTaken] * 2
    assert Channel.unscoped.proven().filter(account_id="4242").count() == 1


def test_the_database_holds_it_whoever_writes(channel, rival):
    theirs = make.claim(rival)
    for change in (
        {"proven_at": timezone.now()},
        {"status": ChannelStatus.ACTIVE},
        {"is_waba_proven": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Channel.unscoped.filter(pk=theirs.pk).update(**change)


def test_what_the_provider_says_takes_the_place_of_what_was_typed(clinic, provider):
    row = make.claim(clinic, account_id="1", waba_id="da-vizinha")
    provider.health = make.answer_for(
        row,
        waba_id="55",
        is_waba_read=True,
        phone_number="+55 41 4000-1111",
        currency="BRL",
        time_zone="America/Belem",
    )
    channel_validate(channel=row)
    held = fresh(row)
    assert (held.waba_id, held.is_waba_proven) == ("55", True)
    assert (held.phone_number, held.currency, held.time_zone) == (
        "+554140001111",
        "BRL",
        "America/Belem",
    )


@pytest.mark.parametrize("is_read", [True, False])
def test_a_waba_that_is_not_the_numbers_is_proved_by_nothing(clinic, provider, is_read):
    row = make.claim(clinic, waba_id="da-vizinha")
    provider.health = make.answer_for(row, waba_id="", is_waba_read=is_read)
    channel_validate(channel=row)
    assert (fresh(row).status, fresh(row).is_waba_proven) == (ChannelStatus.ACTIVE, False)


def test_another_number_than_asked_proves_nothing(claim, provider):
    provider.health = make.answer_for(claim, account_id="9")
    with pytest.raises(DomainError) as caught:
        channel_validate(channel=claim)
    assert caught.value.code == "outra_conta"
    assert (fresh(claim).proven_at, fresh(claim).status) == (None, ChannelStatus.ERROR)


# --- what an unproved claim may do ---------------------------------------------------------------


def test_nothing_sets_a_claim_active(claim, ana, provider):
    with pytest.raises(NotProven) as caught:
        channel_save(company=claim.company, actor=ana, channel=claim, status="ativo")
    assert "status" in caught.value.fields
    with pytest.raises(NotProven):
        make.claim(claim.company, account_id="8", status="ativo")
    notice_record(channel=claim, notice=notice(resumes_channel=True))
    Channel.unscoped.filter(pk=claim.pk).update(status=ChannelStatus.ERROR)
    notice_record(channel=claim, notice=notice("outro", resumes_channel=True))
    assert fresh(claim).status == ChannelStatus.ERROR


@pytest.mark.parametrize(
    "act",
    [
        lambda row, ana: templates_sync(channel=row),
        lambda row, ana: profile_read(channel=row),
        lambda row, ana: profile_update(channel=row, actor=ana, changes={"about": "x"}),
        lambda row, ana: channel_subscribe(channel=row, actor=ana),
        lambda row, ana: channel_register(channel=row, actor=ana, pin="123456"),
        lambda row, ana: template_create(
            channel=row, actor=ana.user, draft=TemplateDraft("a", "pt_BR", "UTILITY", "Oi")
        ),
    ],
    ids=["sync", "profile", "profile_update", "subscribe", "register", "template"],
)
def test_a_claim_asks_the_provider_for_nothing_but_its_proof(claim, ana, provider, act):
    with pytest.raises(NotProven):
        act(claim, ana)
    assert provider.written == []


# --- what ends a proof ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": "77"},
        {"waba_id": "77"},
        {"credentials": {"access_token": "outro"}},
        {"credentials": {"app_secret": "outra"}},
        {"graph_url": "https://outra.example"},
    ],
)
def test_another_account_waba_or_secret_ends_the_proof(channel, ana, change):
    saved = channel_save(company=channel.company, actor=ana, channel=channel, **change)
    for row in (saved, fresh(channel)):
        assert (row.proven_at, row.is_waba_proven) == (None, False)
        assert row.status == ChannelStatus.CONFIGURING


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Outro"},
        {"account_id": make.ACCOUNT_ID, "waba_id": make.WABA_ID},
        {"credentials": {"access_token": "token-de-teste"}},
        {"status": "inativo"},
    ],
)
def test_the_same_again_or_anything_else_does_not(channel, ana, change):
    channel_save(company=channel.company, actor=ana, channel=channel, **change)
    assert fresh(channel).proven_at is not None


def test_a_stale_form_does_not_bring_an_ended_proof_back(channel, ana):
    stale = fresh(channel)
    channel_save(company=channel.company, actor=ana, channel=channel, account_id="77")
    saved = channel_save(company=channel.company, actor=ana, channel=stale, name="Outro")
    assert (saved.account_id, saved.proven_at) == ("77", None)


@pytest.mark.parametrize(
    ("refusal", "ends"), [(DENIED, True), (EXPIRED, False), (AWAY, False)], ids=lambda v: str(v)
)
def test_only_an_account_denied_on_two_days_ends_it(channel, provider, refusal, ends):
    provider.health = refusal
    for _ in range(3):
        with pytest.raises(DomainError):
            channel_validate(channel=fresh(channel))
    assert fresh(channel).proven_at is not None
    Channel.unscoped.exclude(doubted_at=None).update(doubted_at=timezone.now() - timedelta(days=1))
    with pytest.raises(DomainError):
        channel_validate(channel=fresh(channel))
    assert (fresh(channel).proven_at is None) is ends
    entries = AuditEntry.unscoped.filter(action="canal.comprovacao_encerrada")
    assert entries.exists() is ends


def test_a_good_answer_between_two_denials_ends_the_doubt(channel, provider):
    provider.health = DENIED
    with pytest.raises(DomainError):
        channel_validate(channel=fresh(channel))
    Channel.unscoped.update(doubted_at=timezone.now() - timedelta(days=1))
    provider.health = None
    channel_validate(channel=fresh(channel))
    assert (fresh(channel).doubted_at, fresh(channel).status) == (None, ChannelStatus.ACTIVE)


def test_a_waba_that_was_proved_stays_when_only_the_token_lost_sight_of_it(channel, provider):
    provider.health = make.answer_for(channel, waba_id="", is_waba_read=False)
    channel_validate(channel=fresh(channel))
    assert fresh(channel).is_waba_proven
    provider.health = make.answer_for(channel, waba_id="", is_waba_read=True)
    channel_validate(channel=fresh(channel))
    assert not fresh(channel).is_waba_proven


# --- webhooks and registration -------------------------------------------------------------------


@pytest.mark.parametrize("state", ["missing", "elsewhere"])
def test_webhooks_that_go_nowhere_are_asked_for_anew(channel, provider, state):
    code = {"missing": "sem_assinatura", "elsewhere": "assinatura_em_outro_endereco"}[state]
    provider.health = make.answer_for(channel, subscription=state, warnings=(code, "nome_pendente"))
    answer = channel_validate(channel=channel)
    assert provider.written == [("subscribe", channel.waba_id)]
    assert answer.warnings == ("nome_pendente",)
    assert fresh(channel).health["warnings"] == ["nome_pendente"]


def test_a_subscription_that_is_refused_stays_a_warning(channel, provider, monkeypatch):
    def refuse(account):
        raise SendError("permissao_negada", "Sem permissão.")

    monkeypatch.setattr(provider, "subscribe", refuse)
    provider.health = make.answer_for(channel, subscription="missing", warnings=("sem_assinatura",))
    assert channel_validate(channel=channel).warnings == ("sem_assinatura",)
    assert fresh(channel).health["warnings"] == ["sem_assinatura"]
    assert fresh(channel).status == ChannelStatus.ACTIVE


def test_the_daily_check_does_all_of_it_and_goes_on_past_one_that_breaks(
    channel, rival_channel, provider, monkeypatch
):
    def judge(account):
        if account.account_id == channel.account_id:
            raise RuntimeError("a fault of our own")
        return make.answer_for(rival_channel, subscription="missing")

    monkeypatch.setattr(provider, "validate", judge)
    tasks.channels_check()
    assert provider.written == [("subscribe", rival_channel.waba_id)]


def test_registering_asks_with_the_pin_looks_again_and_keeps_no_pin(channel, ana, provider):
    provider.health = make.answer_for(channel, status="CONNECTED")
    channel_register(channel=channel, actor=ana, pin="482915")
    assert provider.written == [("register", "482915")]
    assert fresh(channel).health["status"] == "CONNECTED"
    entry = AuditEntry.unscoped.get(action="canal.numero_registrado")
    assert "482915" not in f"{entry.detail}{fresh(channel).health}"
