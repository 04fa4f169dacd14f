"""Delivery receipts: in any order, twice, early, foreign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnichannel.models import Conversation, Message, StatusReceipt
from omnichannel.sending.ranks import RANKS, is_further
from omnichannel.sending.told import MessageReceipts
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_retry, message_send
from omnichannel.services.receipts import (
    advance,
    receipts_apply,
    receipts_settle,
    receipts_sweep_all,
    token_of,
)
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
from providers.outgoing import SendResult
from tests import make
from tests.race import errors, together

S = MessageStatus
GOOD = (S.SENT, S.DELIVERED, S.READ, S.PLAYED)
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def told(status: str, external_id: str = "wamid.nossa", *, minute: int = 0, **more) -> StatusUpdate:
    return StatusUpdate(
        AccountRef("1"), external_id, MessageStatus(status), AT + timedelta(minutes=minute), **more
    )


@pytest.fixture
def sent(conversation, ana):
    """Give a message that WhatsApp took and nobody has seen yet."""
    return put(conversation, ana, "wamid.nossa", S.SENT)


def put(conversation, author, external_id, status) -> Message:
    row = message_send(conversation=conversation, author=author, text="Olá")
    Message.unscoped.filter(pk=row.pk).update(external_id=external_id, status=status)
    Conversation.unscoped.filter(pk=conversation.pk).update(last_message_status=status)
    return Message.unscoped.get(pk=row.pk)


def apply(channel, *updates) -> int:
    return receipts_apply(channel=channel, updates=updates)


# --- order, as a property ------------------------------------------------------------------------


def expected(updates) -> str:
    """Say what the order-free rule leaves: the furthest that was seen; failed only if unseen."""
    kinds = {update.status for update in updates}
    seen = [status for status in (S.PLAYED, S.READ, S.DELIVERED) if status in kinds]
    if seen:
        return seen[0]
    return S.FAILED if S.FAILED in kinds else S.SENT


@given(
    st.lists(st.sampled_from([*GOOD, S.FAILED]), min_size=1, max_size=10),
    st.sampled_from([S.PENDING, S.SENDING, S.UNCERTAIN, S.SENT]),
)
@settings(max_examples=400, deadline=None)
def test_in_any_order_a_message_ends_at_the_furthest_and_never_goes_back(kinds, start):
    message = Message(status=start)
    updates = [told(kind, minute=n) for n, kind in enumerate(kinds)]
    before = message.status
    for update in updates:
        advance(message, MessageReceipts.of(update), "whatsapp")
        assert RANKS[message.status] >= RANKS[before]
        before = message.status
    assert message.status == expected(updates)


def test_every_order_of_all_five_ends_played():
    for order in permutations([*GOOD, S.FAILED]):
        message = Message(status=S.SENDING)
        for minute, status in enumerate(order):
            advance(message, MessageReceipts.of(told(status, minute=minute)), "whatsapp")
        assert message.status == S.PLAYED, order
        assert (message.error_code, message.error_detail) == ("", ""), order


@given(st.lists(st.sampled_from(GOOD), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_every_moment_is_filled_once_by_the_first_receipt_that_tells_it(kinds):
    message = Message(status=S.SENDING)
    for minute, kind in enumerate(kinds):
        advance(message, MessageReceipts.of(told(kind, minute=minute)), "whatsapp")

    def first(*wanted) -> datetime | None:
        return next((AT + timedelta(minutes=n) for n, k in enumerate(kinds) if k in wanted), None)

    assert message.sent_at == first(*GOOD)
    assert message.delivered_at == first(S.DELIVERED, S.READ, S.PLAYED)
    assert message.read_at == first(S.READ, S.PLAYED)


def test_nothing_replaces_itself_and_every_receipt_replaces_what_waits():
    for status in (*GOOD, S.FAILED):
        assert not is_further(status, status)
        assert is_further(status, S.PENDING)


@given(data=st.data())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_in_the_database_shuffled_batches_end_at_the_furthest(channel, ana, data):
    conversation = make.inbound(channel).conversation
    rows = [put(conversation, ana, f"wamid.{make.next_number()}", S.SENT) for _ in range(3)]
    kinds = st.lists(st.sampled_from([*GOOD, S.FAILED]), min_size=1, max_size=4)
    drawn = {row.external_id: data.draw(kinds) for row in rows}
    updates = [told(kind, key) for key, kinds in drawn.items() for kind in kinds]
    shuffled = data.draw(st.permutations(updates))
    cut = data.draw(st.integers(0, len(shuffled)))
    apply(channel, *shuffled[:cut])
    apply(channel, *shuffled[cut:])
    for row in rows:
        mine = [update for update in updates if update.external_id == row.external_id]
        assert Message.unscoped.get(pk=row.pk).status == expected(mine)
    last = Message.unscoped.get(pk=rows[-1].pk)
    talk = Conversation.unscoped.get(pk=conversation.pk)
    assert talk.last_message_status == last.status
    assert talk.revision >= last.revision


@pytest.mark.django_db(transaction=True)
def test_receipts_in_parallel_never_take_a_message_back(channel, ana):
    conversation = make.inbound(channel).conversation
    for turn in range(8):
        row = put(conversation, ana, f"wamid.p{turn}", S.SENT)
        updates = [told(status, row.external_id) for status in (*GOOD, S.FAILED)]
        results = together(*(lambda u=u: apply(channel, u) for u in updates))
        assert errors(results) == []
        assert Message.unscoped.get(pk=row.pk).status == S.PLAYED


# --- one receipt ---------------------------------------------------------------------------------


def test_a_receipt_moves_the_message_the_list_and_the_revision(channel, sent, conversation):
    before = Conversation.unscoped.get(pk=conversation.pk).revision
    assert apply(channel, told("entregue")) == 1
    row, talk = Message.unscoped.get(pk=sent.pk), Conversation.unscoped.get(pk=conversation.pk)
    assert (row.status, row.delivered_at) == (S.DELIVERED, AT)
    assert talk.last_message_status == S.DELIVERED
    assert talk.revision == row.revision == before + 1


def test_a_repeated_receipt_changes_nothing_at_all(channel, sent, conversation):
    apply(channel, told("lida"))
    before = Conversation.unscoped.get(pk=conversation.pk).revision
    assert apply(channel, told("lida", minute=9), told("entregue", minute=9)) == 0
    talk = Conversation.unscoped.get(pk=conversation.pk)
    assert talk.revision == before


def test_a_receipt_of_an_older_message_leaves_the_lists_tick_alone(
    channel, sent, conversation, ana
):
    newer = put(conversation, ana, "wamid.nova", S.SENT)
    apply(channel, told("lida"))
    talk = Conversation.unscoped.get(pk=conversation.pk)
    assert (talk.last_message_seq, talk.last_message_status) == (newer.seq, S.SENT)


def test_a_failure_says_what_to_do_in_our_words(channel, sent):
    apply(channel, told("falha", fault=ProviderFault("131047", "Re-engagement", "patient text")))
    row = Message.unscoped.get(pk=sent.pk)
    assert row.status == S.FAILED
    assert row.error_code == "janela_fechada"
    assert "patient text" not in row.error_detail


@pytest.mark.parametrize("seen", [S.DELIVERED, S.READ, S.PLAYED])
def test_who_saw_the_message_saw_it_whatever_fails_later(channel, sent, seen):
    apply(channel, told(seen), told("falha", fault=ProviderFault("131026")))
    assert Message.unscoped.get(pk=sent.pk).status == seen


def test_a_delivery_after_a_failure_wins_and_takes_the_reason_away(channel, sent):
    apply(channel, told("falha", fault=ProviderFault("131026")))
    apply(channel, told("entregue"))
    row = Message.unscoped.get(pk=sent.pk)
    assert (row.status, row.error_code, row.error_detail) == (S.DELIVERED, "", "")


def test_a_late_sent_does_not_hide_a_failure(channel, sent):
    apply(channel, told("falha", fault=ProviderFault("131026")))
    apply(channel, told("enviada"))
    assert Message.unscoped.get(pk=sent.pk).status == S.FAILED


def test_the_price_is_kept_as_it_was_first_told(channel, sent):
    first = {"billable": True, "category": "service", "type": "regular"}
    apply(channel, told("enviada", pricing=first))
    apply(channel, told("entregue", pricing={"billable": False}))
    assert Message.unscoped.get(pk=sent.pk).pricing == first


# --- early, uncertain, foreign -------------------------------------------------------------------


def test_a_receipt_before_the_id_is_stored_is_kept_and_settles_later(channel, conversation, ana):
    row = message_send(conversation=conversation, author=ana, text="Olá")
    assert apply(channel, told("entregue", "wamid.cedo"), told("enviada", "wamid.cedo")) == 0
    assert StatusReceipt.unscoped.filter(settled_at=None).count() == 2
    assert receipts_sweep_all() == 0
    Message.unscoped.filter(pk=row.pk).update(external_id="wamid.cedo", status=S.SENT)
    assert receipts_sweep_all() == 1
    assert Message.unscoped.get(pk=row.pk).status == S.DELIVERED
    assert not StatusReceipt.unscoped.filter(settled_at=None).exists()
    assert receipts_sweep_all() == 0


def test_a_receipt_with_our_token_settles_an_uncertain_message_at_once(channel, conversation, ana):
    row = put(conversation, ana, None, S.UNCERTAIN)
    apply(channel, told("enviada", "wamid.achada", token=token_of(row)))
    row.refresh_from_db()
    assert (row.status, row.external_id) == (S.SENT, "wamid.achada")
    apply(channel, told("lida", "wamid.achada", token=token_of(row)))
    row.refresh_from_db()
    assert row.status == S.READ


def test_two_receipts_of_one_batch_settle_by_one_token(channel, conversation, ana):
    row = put(conversation, ana, None, S.UNCERTAIN)
    token = token_of(row)
    apply(channel, told("enviada", "wamid.x", token=token), told("lida", "wamid.x", token=token))
    row.refresh_from_db()
    assert (row.status, row.external_id) == (S.READ, "wamid.x")


def test_a_failed_uncertain_message_becomes_a_failure(channel, conversation, ana):
    row = put(conversation, ana, None, S.UNCERTAIN)
    apply(
        channel,
        told("falha", "wamid.f", token=token_of(row), fault=ProviderFault("131026")),
    )
    row.refresh_from_db()
    assert row.status == S.FAILED


def test_a_token_does_not_rename_a_message_that_has_its_id(channel, sent):
    apply(channel, told("lida", "wamid.outra", token=token_of(sent)))
    sent.refresh_from_db()
    assert (sent.external_id, sent.status) == ("wamid.nossa", S.SENT)
    # Not even beside a receipt that is really about it.
    apply(
        channel,
        told("entregue", "wamid.nossa"),
        told("lida", "wamid.outra", token=token_of(sent)),
    )
    sent.refresh_from_db()
    assert sent.status == S.DELIVERED


def test_a_late_failure_of_the_first_try_does_not_touch_the_second(
    channel, sent, ana, provider, conversation
):
    """Meta repeats webhooks for days; the failure of an attempt may come again after a retry."""
    first = token_of(sent)
    failure = told("falha", "wamid.nossa", token=first, fault=ProviderFault("131026"))
    apply(channel, failure)
    message_retry(message=sent, actor=ana)
    apply(channel, failure)
    sent.refresh_from_db()
    assert (sent.status, sent.external_id) == (S.PENDING, None)
    provider.on_send = lambda message: SendResult("wamid.segunda")
    conversation_deliver(conversation=conversation)
    apply(channel, failure)
    assert provider.sent[0].token == token_of(Message.unscoped.get(pk=sent.pk)) != first
    apply(channel, told("lida", "wamid.segunda", token=provider.sent[0].token))
    sent.refresh_from_db()
    assert (sent.status, sent.external_id) == (S.READ, "wamid.segunda")


@pytest.mark.parametrize("token", ["", "x", "msg:", "msg:nao-e-uuid", "msg:" + "9" * 300, "msg:::"])
def test_a_foreign_token_is_nobodys(channel, sent, token):
    assert apply(channel, told("lida", "wamid.alheia", token=token)) == 0
    sent.refresh_from_db()
    assert sent.status == S.SENT


def test_receipts_of_messages_we_never_sent_change_nothing(channel, conversation, sent):
    inbound = Message.unscoped.inbound().get()
    Message.unscoped.filter(pk=inbound.pk).update(status=S.DELIVERED, read_at=None)
    before = Conversation.unscoped.get(pk=conversation.pk).revision
    assert apply(channel, told("lida", "wamid.nunca"), told("lida", inbound.external_id)) == 0
    inbound.refresh_from_db()
    assert (inbound.status, inbound.read_at) == (S.DELIVERED, None)
    assert Conversation.unscoped.get(pk=conversation.pk).revision == before


def test_a_receipt_never_reaches_another_channel(channel, rival_channel, sent):
    assert apply(rival_channel, told("lida")) == 0
    assert apply(rival_channel, told("lida", "wamid.y", token=token_of(sent))) == 0
    sent.refresh_from_db()
    assert sent.status == S.SENT


def test_a_thousand_foreign_receipts_do_not_hold_up_ours(channel, conversation, ana):
    """Another system may send from the same number; its receipts never find a message here."""
    apply(channel, *(told("enviada", f"wamid.alheia{n}") for n in range(600)))
    row = message_send(conversation=conversation, author=ana, text="Olá")
    apply(channel, told("lida", "wamid.nova", minute=60))
    Message.unscoped.filter(pk=row.pk).update(external_id="wamid.nova", status=S.SENT)
    assert receipts_settle(channel=channel) == 1


def test_receipts_nobody_claimed_are_forgotten_after_a_week(channel, conversation):
    apply(channel, told("enviada", "wamid.velha"), told("enviada", "wamid.nova"))
    StatusReceipt.unscoped.filter(external_id="wamid.velha").update(
        created_at=timezone.now() - timedelta(days=8)
    )
    receipts_sweep_all()
    assert [row.external_id for row in StatusReceipt.unscoped.all()] == ["wamid.nova"]


@pytest.mark.django_db(transaction=True)
def test_a_receipt_that_overtakes_the_answer_wins(channel, ana, provider):
    """WhatsApp may tell "read" before our own request has returned."""
    conversation = make.inbound(channel).conversation
    row = message_send(conversation=conversation, author=ana, text="Olá")

    def before_the_answer(message):
        results = together(lambda: apply(channel, told("lida", "wamid.r", token=message.token)))
        assert errors(results) == []
        return SendResult("wamid.r")

    provider.on_send = before_the_answer
    conversation_deliver(conversation=conversation)
    row.refresh_from_db()
    assert (row.status, row.external_id) == (S.READ, "wamid.r")


@pytest.mark.django_db(transaction=True)
def test_a_receipt_without_token_that_overtakes_the_answer_is_applied_with_it(
    channel, ana, provider
):
    conversation = make.inbound(channel).conversation
    row = message_send(conversation=conversation, author=ana, text="Olá")

    def before_the_answer(message):
        together(lambda: apply(channel, told("lida", "wamid.r")))
        return SendResult("wamid.r")

    provider.on_send = before_the_answer
    conversation_deliver(conversation=conversation)
    row.refresh_from_db()
    assert (row.status, row.external_id) == (S.READ, "wamid.r")
    talk = Conversation.unscoped.get(pk=conversation.pk)
    assert talk.last_message_status == S.READ
