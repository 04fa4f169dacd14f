"""One UPDATE for many rows equals Django's own bulk_update."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.rows import update_rows
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Message
from omnichannel.services import inbound, receipts
from providers.choices import MessageStatus
from tests import make

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
moments = st.integers(1_600_000_000, 1_900_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
CONVERSATION = {
    "stage": st.sampled_from(Stage.values),
    "revision": st.integers(0, 2**60),
    "message_seq": st.integers(0, 2**60),
    "message_count": st.integers(0, 2**31 - 1),
    "unread_count": st.integers(0, 2**31 - 1),
    "last_message_at": st.none() | moments,
    "last_message_kind": st.just("texto"),
    "last_message_text": texts,
    "last_message_direction": st.sampled_from(["", "entrada", "saida"]),
    "last_message_status": st.sampled_from(["", *MessageStatus.values]),
    "last_message_seq": st.integers(0, 2**60),
    "last_inbound_at": st.none() | moments,
    "waiting_since": st.none() | moments,
    "closed_at": st.none() | moments,
    "reopen_until": st.none() | moments,
    "moved_at": st.none() | moments,
    "snoozed_at": st.none() | moments,
    "snoozed_until": st.none() | moments,
    "address": st.none() | st.dictionaries(texts, jsons, max_size=4),
    "other_app": st.sampled_from(["", "1217981644879628"]),
    "referral": st.dictionaries(texts, jsons, max_size=4),
}
MESSAGE = {
    "status": st.sampled_from(MessageStatus.values),
    "external_id": st.none(),
    "sent_at": st.none() | moments,
    "delivered_at": st.none() | moments,
    "read_at": st.none() | moments,
    "error_code": texts,
    "error_detail": texts,
    "pricing": st.none() | st.dictionaries(texts, jsons, max_size=4),
    "revision": st.integers(0, 2**60),
}
quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def both_ways(model, rows, drawn):
    """Write the same values by either way and return what the database then holds."""
    results = []
    for write in (
        lambda: model.unscoped.bulk_update(rows, list(drawn[0])),
        lambda: update_rows(rows, list(drawn[0])),
    ):
        model.unscoped.filter(pk__in=[row.pk for row in rows]).update(revision=77)
        for row, values in zip(rows, drawn, strict=True):
            for name, value in values.items():
                setattr(row, name, value)
        write()
        fresh = model.unscoped.in_bulk([row.pk for row in rows])
        results.append([{name: getattr(fresh[row.pk], name) for name in drawn[0]} for row in rows])
    return results


@quick
@given(drawn=st.lists(st.fixed_dictionaries(CONVERSATION), min_size=2, max_size=2))
def test_conversations_are_written_as_bulk_update_writes_them(channel, drawn):
    rows = list(Conversation.unscoped.filter(channel=channel))
    if not rows:
        for number in ("5541991110001", "5541991110002"):
            make.inbound(channel, person=make.person(number))
        rows = list(Conversation.unscoped.filter(channel=channel))
    by_django, by_us = both_ways(Conversation, rows, drawn)
    assert by_us == by_django


@quick
@given(drawn=st.lists(st.fixed_dictionaries(MESSAGE), min_size=2, max_size=2))
def test_messages_are_written_as_bulk_update_writes_them(channel, drawn):
    rows = list(Message.unscoped.filter(channel=channel))
    if not rows:
        rows = [make.inbound(channel), make.inbound(channel)]
    by_django, by_us = both_ways(Message, rows, drawn)
    assert by_us == by_django


def test_every_field_that_is_written_so_is_covered_here():
    assert set(inbound.SAVED) | {"revision", "last_message_status"} <= {
        *CONVERSATION,
        "identity",
        "attendant",
    }
    assert set(receipts.SAVED) == set(MESSAGE)


def test_a_foreign_key_is_written_by_its_id(channel, beto):
    first = make.inbound(channel).conversation
    first.attendant = beto
    update_rows([first], ["attendant"])
    assert Conversation.unscoped.get(pk=first.pk).attendant_id == beto.pk


def test_updated_at_moves_with_the_row(channel):
    row = make.inbound(channel)
    before = row.updated_at
    update_rows([row], ["text"])
    assert Message.unscoped.get(pk=row.pk).updated_at > before


def test_other_rows_stay_as_they_are(channel):
    one, two = make.inbound(channel, text="um"), make.inbound(channel, text="dois")
    one.text = "mudou"
    update_rows([one], ["text"])
    assert Message.unscoped.get(pk=two.pk).text == "dois"


@pytest.mark.django_db
def test_no_rows_need_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        update_rows([], ["text"])
