"""Channels: connecting, checking, and what the provider says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import DomainError
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice
from omnichannel.services.channels import (
    AccountTaken,
    ChannelInUse,
    channel_delete,
    channel_save,
    channel_stop,
    notice_record,
    webhook_seen,
)
from omnichannel.services.proving import ChannelChanged, channel_validate
from providers.facts import AccountNotice, AccountRef
from providers.outgoing import SendError
from tests import make
from tests.race import errors, together

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
REFUSED = SendError("token_invalido", "O token venceu.", provider="190", scope="channel")


def fresh(row):
    return type(row).unscoped.get(pk=row.pk)


# --- saving --------------------------------------------------------------------------------------


def test_a_company_claims_an_account_once(channel):
    with pytest.raises(AccountTaken) as caught:
        make.claim(channel.company, account_id=channel.account_id)
    assert caught.value.fields["account_id"]
    assert Channel.unscoped.count() == 1


def test_an_absent_secret_keeps_the_stored_one(channel, ana):
    channel_save(company=channel.company, actor=ana, channel=channel, name="Novo")
    channel_save(
        company=channel.company,
        actor=ana,
        channel=channel,
        credentials={"access_token": "", "app_secret": "s"},
    )
    assert fresh(channel).credentials == {"access_token": "token-de-teste", "app_secret": "s"}


def test_the_audit_names_fields_and_no_secret(channel, ana):
    channel_save(
        company=channel.company,
        actor=ana,
        channel=channel,
        credentials={"access_token": "segredo-novo"},
    )
    entry = AuditEntry.unscoped.order_by("-created_at").first()
    assert entry.detail == {"campos": ["credentials.access_token"]}
    assert entry.actor_id == ana.user_id


@pytest.mark.django_db(transaction=True)
def test_two_defaults_at_once_leave_one(clinic):
    results = together(
        *(lambda n=n: make.channel(clinic, account_id=str(n), is_default=True) for n in range(4))
    )
    assert errors(results) == []
    assert Channel.unscoped.filter(is_default=True).count() == 1


def test_a_new_default_takes_the_place_of_the_old_in_its_company_only(clinic, rival):
    theirs = make.channel(rival, account_id="1", is_default=True)
    old = make.channel(clinic, account_id="2", is_default=True)
    new = make.channel(clinic, account_id="3", is_default=True)
    assert [fresh(row).is_default for row in (theirs, old, new)] == [True, False, True]


def test_an_unused_channel_is_deleted_though_the_company_has_conversations(conversation, clinic):
    unused = make.channel(clinic, account_id="77")
    channel_delete(channel=unused, actor=None)
    assert not Channel.unscoped.filter(account_id="77").exists()


def test_a_used_channel_is_not_deleted(conversation, channel):
    with pytest.raises(ChannelInUse):
        channel_delete(channel=channel, actor=None)


# --- validating ----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [ChannelStatus.CONFIGURING, ChannelStatus.ERROR])
def test_a_good_answer_activates(channel, provider, before):
    Channel.unscoped.update(status=before, status_detail="x")
    provider.health = make.answer_for(channel, phone_number="+55 11 4000-0000", quality="GREEN")
    channel_validate(channel=fresh(channel))
    row = fresh(channel)
    assert (row.status, row.status_detail) == (ChannelStatus.ACTIVE, "")
    assert (row.phone_number, row.health["quality"]) == ("+551140000000", "GREEN")
    assert row.checked_at is not None


def test_a_refusal_puts_the_channel_in_error_with_the_sentence(channel, provider):
    provider.health = REFUSED
    with pytest.raises(DomainError) as caught:
        channel_validate(channel=channel)
    assert caught.value.code == "token_invalido"
    assert (fresh(channel).status, fresh(channel).status_detail) == (
        ChannelStatus.ERROR,
        "O token venceu.",
    )


def test_a_provider_that_is_away_says_nothing_about_the_channel(channel, provider):
    provider.health = SendError("sem_conexao", "Sem conexão.", retryable=True)
    with pytest.raises(DomainError):
        channel_validate(channel=channel)
    assert fresh(channel).status == ChannelStatus.ACTIVE


@pytest.mark.parametrize("answer", ["good", REFUSED])
def test_a_channel_switched_off_stays_off_whatever_the_provider_says(channel, provider, answer):
    Channel.unscoped.update(status=ChannelStatus.INACTIVE)
    provider.health = make.answer_for(channel) if answer == "good" else answer
    for _ in range(2):
        try:
            channel_validate(channel=fresh(channel))
        except DomainError:
            pass
    assert fresh(channel).status == ChannelStatus.INACTIVE


def test_what_changes_while_the_provider_thinks_is_not_written_over(channel, provider, ana):
    """The call takes seconds; meanwhile somebody gives a new token and switches the channel off."""
    stale = fresh(channel)

    def slow(account):
        channel_save(
            company=channel.company,
            actor=ana,
            channel=fresh(channel),
            status=ChannelStatus.INACTIVE,
            name="Outro nome",
            credentials={"access_token": "novo"},
        )
        return make.answer_for(channel)

    provider.validate = slow
    with pytest.raises(ChannelChanged):
        channel_validate(channel=stale)
    row = fresh(channel)
    assert (row.status, row.name) == (ChannelStatus.INACTIVE, "Outro nome")
    assert row.credentials["access_token"] == "novo"
    # The answer was about the old token: the new one is proved by nothing.
    assert row.proven_at is None


# --- news ----------------------------------------------------------------------------------------


def notice(code="account_update.DISABLED_UPDATE", minute=0, **given) -> AccountNotice:
    values = {"severity": "critico", "happened_at": AT + timedelta(minutes=minute), **given}
    return AccountNotice(AccountRef("1"), code=code, **values)


def test_the_same_news_is_kept_once(channel):
    for _ in range(3):
        notice_record(channel=channel, notice=notice())
    notice_record(channel=channel, notice=notice(minute=5))
    assert ChannelNotice.unscoped.count() == 2


def test_news_that_stop_the_account_stop_the_channel_and_only_once(channel):
    notice_record(channel=channel, notice=notice(stops_channel=True))
    assert fresh(channel).status == ChannelStatus.ERROR
    Channel.unscoped.update(status=ChannelStatus.ACTIVE)
    # Meta repeats it for days: an administrator has looked since.
    notice_record(channel=channel, notice=notice(stops_channel=True))
    assert fresh(channel).status == ChannelStatus.ACTIVE


def test_news_that_resume_the_account_resume_only_what_is_in_error(channel):
    for before, after in (("erro", "ativo"), ("inativo", "inativo"), ("ativo", "ativo")):
        Channel.unscoped.update(status=before)
        notice_record(channel=channel, notice=notice(f"x.{before}", resumes_channel=True))
        assert fresh(channel).status == after


def test_health_is_merged(channel):
    notice_record(channel=channel, notice=notice("a", health={"quality": "RED"}))
    notice_record(channel=channel, notice=notice("b", health={"limit": "TIER_1K"}))
    assert fresh(channel).health.items() >= {"quality": "RED", "limit": "TIER_1K"}.items()


def test_a_channel_switched_off_is_not_put_in_error(channel):
    Channel.unscoped.update(status=ChannelStatus.INACTIVE)
    channel_stop(channel=channel, detail="x")
    assert fresh(channel).status == ChannelStatus.INACTIVE


def test_a_webhook_is_remembered_at_most_once_a_minute(channel, django_assert_num_queries):
    now = timezone.now()
    webhook_seen(channel, now)
    with django_assert_num_queries(0):
        webhook_seen(channel, now + timedelta(seconds=59))
    webhook_seen(channel, now + timedelta(seconds=61))
    assert fresh(channel).last_webhook_at == now + timedelta(seconds=61)
