"""Ids of any length: stored under a key, found by it, and given back whole to the provider."""

from __future__ import annotations

import hashlib

import pytest
from django.utils import timezone

from omnichannel.external import PREFIX, WHOLE, external_key
from omnichannel.models import EarlyChange, Message, Reaction, StatusReceipt
from omnichannel.services import changes
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply, receipts_settle, token_of
from omnichannel.tasks import read_receipt
from providers.choices import MessageStatus
from providers.facts import AccountRef, EditUpdate, ReactionUpdate, RevokeUpdate, StatusUpdate
from providers.outgoing import SendResult
from tests import make

pytestmark = pytest.mark.django_db
DIGEST = PREFIX + hashlib.sha256(b"x").hexdigest()
LENGTHS = [255, 256, 998]


def ids(length: int) -> tuple[str, str]:
    """Two ids of a length that differ in their last character."""
    start = "<" + "c" * (length - 2)
    return start + "1", start + "2"


@pytest.mark.parametrize("length", LENGTHS)
def test_a_message_is_stored_once_whatever_the_length_of_its_id(channel, length):
    one, other = ids(length)
    for _ in range(2):
        make.inbounds(channel, *(make.fact(channel, external_id=value) for value in (one, other)))
    make.inbounds(channel, *(make.fact(channel, external_id=one) for _ in range(2)))
    assert Message.unscoped.count() == 2
    for value in (one, other):
        row = Message.unscoped.get(external_id=external_key(value))
        assert row.metadata.get(WHOLE, row.external_id) == value


def test_short_ids_are_their_own_keys_and_nobody_can_choose_anothers():
    assert external_key("wamid.1") == "wamid.1"
    assert external_key("a" * 255) == "a" * 255
    assert external_key(external_key("a" * 256)) != external_key("a" * 256)
    assert external_key(DIGEST) != DIGEST
    assert len(external_key("é" * 998)) <= 255


@pytest.mark.parametrize("length", LENGTHS)
def test_quotes_reactions_edits_and_deletions_find_it(channel, length):
    one, other = ids(length)
    first = make.inbound(channel, external_id=one)
    quoting = make.inbound(channel, external_id=other, reply_to=one)
    assert quoting.reply_to_id == first.pk
    about = (AccountRef(channel.account_id), make.person(), one)
    now = timezone.now()
    changes.reaction_apply(channel=channel, update=ReactionUpdate(*about, "👍", now))
    assert Reaction.unscoped.get().message_id == first.pk
    changes.edit_apply(channel=channel, update=EditUpdate(*about, "Oi, mudei", now))
    first.refresh_from_db()
    assert first.text == "Oi, mudei"
    changes.revoke_apply(channel=channel, update=RevokeUpdate(*about, now))
    first.refresh_from_db()
    assert first.deleted_at is not None


@pytest.mark.parametrize("length", LENGTHS)
def test_what_came_before_its_message_waits_for_it(channel, length):
    from omnichannel.services.early import early_settle

    one, other = ids(length)
    about = (AccountRef(channel.account_id), make.person(), one)
    changes.reaction_apply(channel=channel, update=ReactionUpdate(*about, "👍", timezone.now()))
    make.inbound(channel, external_id=other, reply_to=one)
    assert EarlyChange.unscoped.count() == 1
    row = make.inbound(channel, external_id=one)
    early_settle(channel=channel, external_ids=[row.external_id])
    assert Reaction.unscoped.get().message_id == row.pk
    assert Message.unscoped.exclude(pk=row.pk).get().reply_to_id == row.pk


def test_an_edit_that_comes_first_stands_in_under_the_same_key(channel):
    one, _other = ids(998)
    about = (AccountRef(channel.account_id), make.person(), one)
    changes.edit_apply(channel=channel, update=EditUpdate(*about, "15h", timezone.now()))
    make.inbounds(channel, make.fact(channel, external_id=one, text="14h"))
    row = Message.unscoped.get()
    assert (row.text, row.external_id) == ("15h", external_key(one))


def receipt(channel, external_id: str, status: MessageStatus, token: str = "") -> StatusUpdate:
    account = AccountRef(channel.account_id)
    return StatusUpdate(account, external_id, status, timezone.now(), token=token)


@pytest.mark.parametrize("length", LENGTHS)
def test_receipts_find_what_we_sent(channel, conversation, beto, provider, length):
    one, _other = ids(length)
    make.inbound(channel)
    provider.on_send = lambda message: SendResult(one)
    row = message_send(conversation=conversation, author=beto, text="Bom dia")
    early = receipt(channel, one, MessageStatus.DELIVERED)
    receipts_apply(channel=channel, updates=[early])
    assert StatusReceipt.unscoped.get().external_id == external_key(one)
    conversation_deliver(conversation=conversation)
    receipts_settle(channel=channel, external_ids=[external_key(one)])
    row.refresh_from_db()
    assert (row.status, row.external_id) == (MessageStatus.DELIVERED, external_key(one))
    receipts_apply(channel=channel, updates=[receipt(channel, one, MessageStatus.READ)])
    row.refresh_from_db()
    assert row.status == MessageStatus.READ


def test_a_receipt_that_brings_the_id_by_our_token_keeps_its_key(
    channel, conversation, beto, provider
):
    one, _other = ids(998)
    make.inbound(channel)
    row = message_send(conversation=conversation, author=beto, text="Bom dia")
    told = receipt(channel, one, MessageStatus.SENT, token_of(row))
    receipts_apply(channel=channel, updates=[told])
    row.refresh_from_db()
    assert row.external_id == external_key(one)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_provider_hears_the_whole_id(channel, beto, provider, length):
    one, _other = ids(length)
    asked = make.inbound(channel, external_id=one)
    message_send(conversation=asked.conversation, author=beto, text="Sim", reply_to=asked)
    conversation_deliver(conversation=asked.conversation)
    assert provider.sent[0].reply_to == one
    read_receipt(str(asked.company_id), str(asked.pk))
    assert {told for told, _typing in provider.marked} == {one}
