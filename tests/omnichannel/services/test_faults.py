"""What an error of the provider's does beyond its message: one class, one action, however told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Purpose
from contacts.services.consent import consent_record, consent_state
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice, Message, StatusReceipt
from omnichannel.sending.verdict import MAX_ATTEMPTS
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply, token_of
from providers.choices import MessageStatus
from providers.facts import ProviderFault
from providers.meta.errors import GraphFault
from providers.whatsapp.errors import explain
from tests import make
from tests.omnichannel.services.test_receipts import told
from tests.race import together

FULL_STOPS = [131031, 131042, 190]


def refused(code: int):
    def answer(message):
        raise explain(GraphFault(http=400, code=code), is_send=True)

    return answer


def failing(channel, external_id: str, code: int, **more) -> None:
    errors = [{"code": code, "title": "x", "message": "x", "error_data": {"details": "y"}}]
    body = make.body(channel)
    value = body["entry"][0]["changes"][0]["value"]
    value["statuses"] = [make.receipt(external_id, "failed", errors=errors, **more)]
    (event,) = make.process(body)
    assert event.state == "processado"


def sent_to(conversation, ana) -> Message:
    row = message_send(conversation=conversation, author=ana, text="Olá")
    conversation_deliver(conversation=conversation)
    row.refresh_from_db()
    return row


def test_a_restricted_country_fails_only_its_recipient(conversation, ana, channel, provider):
    provider.on_send = refused(130497)
    row = sent_to(conversation, ana)
    assert (row.status, row.error_code) == (MessageStatus.FAILED, "pais_restrito")
    channel.refresh_from_db()
    assert channel.status == ChannelStatus.ACTIVE
    provider.on_send = lambda message: None
    other = make.inbound(channel, person=make.person("351912345678")).conversation
    assert sent_to(other, ana).status == MessageStatus.SENT


@pytest.mark.parametrize("code", FULL_STOPS)
@pytest.mark.parametrize("way", ["answer", "receipt", "value"])
def test_trouble_of_the_whole_channel_stops_it_however_it_is_told(
    conversation, ana, channel, provider, code, way
):
    if way == "answer":
        provider.on_send = refused(code)
        sent_to(conversation, ana)
    elif way == "receipt":
        failing(channel, sent_to(conversation, ana).external_id, code)
        assert Message.unscoped.outbound().get().status == MessageStatus.FAILED
    else:
        make.process(make.body(channel, errors=[{"code": code, "title": "x"}]))
    channel.refresh_from_db()
    assert channel.status == ChannelStatus.ERROR
    sentence = explain(GraphFault(http=400, code=code), is_send=True).detail
    assert channel.status_detail == str(sentence)
    notice = ChannelNotice.unscoped.get()
    assert (notice.code, notice.severity) == (f"error.{code}", "critico")


def test_a_receipt_of_before_the_channel_was_found_well_stops_nothing(
    conversation, ana, channel, provider
):
    row = sent_to(conversation, ana)
    Channel.unscoped.update(checked_at=timezone.now())
    failing(channel, row.external_id, 131042)
    channel.refresh_from_db()
    assert channel.status == ChannelStatus.ACTIVE
    row.refresh_from_db()
    assert row.status == MessageStatus.FAILED


@pytest.mark.parametrize("code", [131000, 131016, 130429, 131056, 131057, 134101, 2494100])
def test_a_failure_that_a_receipt_tells_asks_to_send_again(
    conversation, ana, channel, provider, code
):
    row = sent_to(conversation, ana)
    failing(channel, row.external_id, code)
    row.refresh_from_db()
    assert row.status == MessageStatus.FAILED
    assert "nvie de novo" in row.error_detail


@pytest.mark.parametrize("code", [131056, 130429, 131016])
def test_the_last_try_asks_to_send_again(conversation, ana, provider, code):
    provider.on_send = refused(code)
    row = message_send(conversation=conversation, author=ana, text="Olá")
    conversation_deliver(conversation=conversation)
    row.refresh_from_db()
    assert "nvie de novo" not in row.error_detail, "it is tried again by itself"
    Message.unscoped.update(attempts=MAX_ATTEMPTS - 1, send_after=timezone.now())
    conversation_deliver(conversation=conversation)
    row.refresh_from_db()
    assert row.status == MessageStatus.FAILED
    assert "nvie de novo" in row.error_detail


def test_a_refusal_told_late_does_not_take_back_a_later_yes(conversation, ana, channel, provider):
    row = sent_to(conversation, ana)
    now = timezone.now()
    consent_record(
        contact=conversation.contact,
        purpose=Purpose.MARKETING,
        channel="whatsapp",
        is_granted=True,
        source="palavra",
        occurred_at=now - timedelta(minutes=5),
    )
    failing(channel, row.external_id, 131050, at=(now - timedelta(hours=2)).timestamp())
    row.refresh_from_db()
    assert row.error_code == "marketing_recusado"
    assert consent_state(conversation.contact, Purpose.MARKETING, "whatsapp") is True


# --- a receipt is never lost ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_receipt_that_looks_while_the_sender_commits_finds_its_message(
    conversation, ana, channel, provider
):
    """Two looks, by the provider's id and by our token, with the sender's commit in between."""
    row = message_send(conversation=conversation, author=ana, text="Olá")
    Message.unscoped.filter(pk=row.pk).update(status=MessageStatus.SENDING)
    looks = 0

    def commit() -> None:
        Message.unscoped.filter(pk=row.pk).update(
            external_id="wamid.nossa", status=MessageStatus.SENT
        )

    def between(execute, sql, params, many, context):
        nonlocal looks
        answer = execute(sql, params, many, context)
        if sql.startswith("SELECT") and "omnichannel_message" in sql and "wamid.nossa" in params:
            looks += 1
            together(commit)
        return answer

    update = told(MessageStatus.DELIVERED, token=token_of(row))
    with connection.execute_wrapper(between):
        assert receipts_apply(channel=channel, updates=[update]) == 1
    assert looks
    row.refresh_from_db()
    assert row.status == MessageStatus.DELIVERED
    assert not StatusReceipt.unscoped.exists()


def test_a_fault_without_words_is_taken_as_well(conversation, ana, channel, provider):
    row = sent_to(conversation, ana)
    update = told(MessageStatus.FAILED, row.external_id, fault=ProviderFault("131031"))
    receipts_apply(channel=channel, updates=[update])
    channel.refresh_from_db()
    assert channel.status == ChannelStatus.ERROR
