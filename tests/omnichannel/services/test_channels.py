"""Channels: connecting, checking, and what the provider says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import DomainError
from omnichannel.adapters.facts import AccountNotice, AccountRef
from omnichannel.adapters.outgoing import AccountHealth, SendError
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice
from omnichannel.services.channels import (
    AccountTaken,
    ChannelInUse,
    channel_delete,
    channel_save,
    channel_stop,
    channel_validate,
    notice_record,
    webhook_seen,
)
from tests import make
from tests.race import errors, together

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
REFUSED = SendError("token_invalido", "O token venceu.", provider="190", scope="channel")


def fresh(row):
    return type(row).unscoped.get(pk=row.pk)


# --- saving --------------------------------------------------------------------------------------


def test_an_account_belongs_to_one_channel_of_one_company(channel, rival):
    with pytest.raises(AccountTaken) as caught:
        make.channel(rival, account_id=channel.account_id)
    assert caught.value.fields["account_id"]
    assert Channel.unscoped.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_companies_that_connect_one_account_at_once_do_not_both_get_it(clinic, rival):
    results = together(
        *(lambda c=c: make.channel(c, account_id="4242") for c in (clinic, rival) * 2)
    )
    assert [type(error) for error in errors(results)] == [AccountTaken] * 3
    assert Channel.unscoped.filter(account_id="4242").count() == 1


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
    assert entry.detail == {"campos": ["credentials"]}
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
    provider.health = AccountHealth("1", phone_number="+55 11 4000-0000", quality="GREEN")
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


@pytest.mark.parametrize("answer", [AccountHealth("1"), REFUSED])
def test_a_channel_switched_off_stays_off_whatever_the_provider_says(channel, provider, answer):
    Channel.unscoped.update(status=ChannelStatus.INACTIVE)
    provider.health = answer
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
        return AccountHealth("1")

    provider.validate = slow
    channel_validate(channel=stale)
    row = fresh(channel)
    assert (row.status, row.name) == (ChannelStatus.INACTIVE, "Outro nome")
    assert row.credentials["access_token"] == "novo"
    assert stale.status == ChannelStatus.INACTIVE


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
    assert fresh(channel).health == {"quality": "RED", "limit": "TIER_1K"}


def test_a_channel_switched_off_is_not_put_in_error(channel):
    Channel.unscoped.update(status=ChannelStatus.INACTIVE)
    channel_stop(channel=channel, detail="x")
    assert fresh(channel).status == ChannelStatus.INACTIVE


def test_a_webhook_is_remembered_at_most_every_five_seconds(channel, django_assert_num_queries):
    now = timezone.now()
    webhook_seen(channel, now)
    with django_assert_num_queries(0):
        webhook_seen(channel, now + timedelta(seconds=4))
    webhook_seen(channel, now + timedelta(seconds=6))
    assert fresh(channel).last_webhook_at == now + timedelta(seconds=6)
