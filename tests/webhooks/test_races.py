"""Several workers on one ledger: nothing doubled, nothing lost, order kept."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from random import Random

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from contacts.models import Contact
from omnichannel.models import Conversation, Message
from tests import make
from tests.race import errors, together
from webhooks import pipeline
from webhooks.models import LANES, InboundEvent, InboundIssue

pytestmark = pytest.mark.django_db(transaction=True)
State = InboundEvent.State


def keep(bodies: list[bytes], lanes=None) -> None:
    """Put bodies into the ledger at once, in this order."""
    from webhooks.ledger import dedupe_of, lane_of

    InboundEvent.objects.bulk_create(
        InboundEvent(
            source="whatsapp",
            body=body,
            dedupe=dedupe_of("whatsapp", body),
            lane=lane_of("whatsapp", body) if lanes is None else lanes[at],
        )
        for at, body in enumerate(bodies)
    )


def drained_by(workers: int) -> None:
    results = together(*(pipeline.drain for _ in range(workers)), seconds=60)
    assert errors(results) == []
    pipeline.drain()


def test_a_thousand_messages_of_ten_people_are_stored_in_order_by_four_workers(clinic):
    """Arrival is shuffled across few seconds; people read them by time, then by arrival."""
    random, now = Random(3), int(timezone.now().timestamp()) - 60
    channels = [
        make.channel(clinic, name=f"C{n}", account_id=f"90{n}", waba_id="") for n in range(4)
    ]
    oracle: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    bodies = []
    for at in range(1000):
        person, second = random.randrange(10), random.randrange(5)
        phone, text = f"55119700000{person:02d}", f"{person}-{at}"
        message = make.said(text, at=now + second, **{"from": phone})
        bodies.append(json.dumps(make.body(channels[person % 4], message)).encode())
        oracle[phone].append((second, at, text))
    keep(bodies)
    drained_by(4)
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()
    assert Contact.unscoped.count() == Conversation.unscoped.count() == 10
    for phone, told in oracle.items():
        rows = Message.unscoped.filter(conversation__identity__value=phone)
        shown = [row.text for row in rows.order_by("happened_at", "seq")]
        assert shown == [text for _, _, text in sorted(told)]
        assert sorted(row.seq for row in rows) == list(range(1, len(told) + 1))
        talk = Conversation.unscoped.get(identity__value=phone)
        assert (talk.message_count, talk.unread_count) == (len(told), len(told))
        assert talk.last_message_text == shown[-1]


def test_the_same_messages_in_every_lane_at_once_are_stored_once(channel):
    """The worst case: bodies that overlap, in lanes that several workers empty together."""
    random = Random(5)
    messages = [
        make.said(str(n), **{"from": f"55119711111{n % 6:02d}"}, id=f"wamid.dup{n}")
        for n in range(120)
    ]
    bodies = []
    for _ in range(240):
        some = random.sample(messages, random.randrange(1, 8))
        bodies.append(json.dumps(make.body(channel, *some)).encode())
    bodies.append(json.dumps(make.body(channel, *messages)).encode())
    bodies = list(dict.fromkeys(bodies))
    keep(bodies, [random.randrange(LANES) for _ in bodies])
    drained_by(4)
    pipeline.drain()
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()
    assert not InboundIssue.objects.exists()
    assert Message.unscoped.count() == 120
    assert Contact.unscoped.count() == Conversation.unscoped.count() == 6
    for talk in Conversation.unscoped.all():
        seqs = Message.unscoped.filter(conversation=talk).order_by("seq")
        assert [row.seq for row in seqs] == list(range(1, talk.message_seq + 1))
        assert talk.message_count == talk.message_seq == talk.unread_count


def test_bodies_of_two_companies_in_opposite_orders_end_in_both(channel, rival_channel):
    """Two workers lock the same rows from different ends: the database may ask to try again."""

    def both(n: int, flip: bool) -> bytes:
        pair = [
            make.body(channel, make.said(f"a{n}", **{"from": "5511988880001"})),
            make.body(rival_channel, make.said(f"b{n}", **{"from": "5511988880002"})),
        ]
        entries = [body["entry"][0] for body in (pair[::-1] if flip else pair)]
        return json.dumps({**pair[0], "entry": entries}).encode()

    bodies = [both(n, n % 2 == 1) for n in range(80)]
    keep(bodies, [n % 8 for n in range(80)])
    drained_by(4)
    for _ in range(5):
        pipeline.drain()
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()
    for owner in (channel, rival_channel):
        assert Message.objects.for_company(owner.company_id).count() == 80


def test_a_lane_is_emptied_by_one_worker_at_a_time(channel, monkeypatch):
    keep([json.dumps(make.body(channel, make.said(str(n)))).encode() for n in range(20)])
    inside, most, guard = [], [], threading.Lock()
    real = pipeline._work

    def work(events):
        with guard:
            inside.append(1)
            most.append(len(inside))
        try:
            return real(events)
        finally:
            inside.pop()

    monkeypatch.setattr(pipeline, "_work", work)
    monkeypatch.setattr(pipeline, "GROUP", 2)
    drained_by(4)
    assert max(most) == 1
    assert Message.unscoped.count() == 20


def test_rows_that_somebody_holds_do_not_make_a_worker_spin(channel):
    keep([json.dumps(make.body(channel, make.said("presa"))).encode()])
    with transaction.atomic():
        InboundEvent.objects.select_for_update().get()
        assert together(pipeline.drain, seconds=10) == [0]
    assert pipeline.drain() == 1


def test_a_worker_whose_connection_dies_leaves_its_lane_to_the_next(channel, monkeypatch):
    keep([json.dumps(make.body(channel, make.said("sobrevive"))).encode()])
    real = pipeline.facts_apply

    def cut(**given):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        together(lambda: _terminate(pid))
        real(**given)

    monkeypatch.setattr(pipeline, "facts_apply", cut)
    (result,) = together(pipeline.drain)
    assert result == 0 or isinstance(result, OperationalError)
    assert InboundEvent.objects.get().state == State.PROCESSING
    assert not Message.unscoped.exists()
    monkeypatch.setattr(pipeline, "facts_apply", real)
    assert pipeline.drain() == 1
    assert Message.unscoped.get().text == "sobrevive"


def _terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_channel_connected_at_the_same_moment_gets_every_event(clinic, monkeypatch):
    """Whatever the order of the two commits, nothing stays behind as unrouted."""
    for turn in range(6):
        account = f"60{turn}"
        ghost = make.Channel(account_id=account, waba_id="")
        keep([json.dumps(make.body(ghost, make.said(f"{turn}-{n}"))).encode() for n in range(5)])
        results = together(
            pipeline.drain,
            lambda a=account: make.channel(clinic, name=a, account_id=a, waba_id=""),
        )
        assert errors(results) == []
        pipeline.drain()
        assert Message.unscoped.filter(channel__account_id=account).count() == 5
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()
