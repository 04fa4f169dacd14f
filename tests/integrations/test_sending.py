"""What was written is told: at least once, signed, in order, and not after a day."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import AuditEntry, Company, Membership
from common.happenings import Happening
from integrations import sending
from integrations.models import EventState, HookSubscription, OutgoingAttempt, OutgoingEvent
from integrations.sending import send_slice
from integrations.services.claiming import claims_return, events_due, parcels_claim
from integrations.services.outbox import outbox_hear
from integrations.services.settling import events_purge
from integrations.services.subscriptions import (
    events_resend,
    hook_change,
    hook_rotate,
    hook_test,
    secrets_of,
)
from tests.integrations.receiver import Other, example
from tests.processes import given_database

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(settings.BASE_DIR)
SENDER = (
    "import django; django.setup(); from integrations.sending import send_slice; send_slice(60)"
)


def tell(company: Company, lane: UUID, *numbers: int) -> None:
    with transaction.atomic():
        outbox_hear(
            company.pk,
            [Happening("conversa.movida", lane, {"n": n, "lane": lane}) for n in numbers],
        )


def states() -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for state in OutgoingEvent.unscoped.values_list("state", flat=True):
        found[state] += 1
    return dict(found)


def hurry() -> None:
    """Let what waits be due, as if its time had come."""
    OutgoingEvent.unscoped.filter(state=EventState.PENDING).update(next_at=timezone.now())
    HookSubscription.unscoped.update(next_probe_at=None)


def in_order(other: Other) -> None:
    """Hold that each lane came in its order, whatever came twice."""
    by_lane: dict[str, list[int]] = defaultdict(list)
    for event in other.taken:
        numbers = by_lane[event["data"]["lane"]]
        if event["data"]["n"] not in numbers:
            numbers.append(event["data"]["n"])
    for numbers in by_lane.values():
        assert numbers == sorted(numbers)


@pytest.fixture
def lane() -> UUID:
    return uuid7()


def test_it_is_posted_signed_with_its_type_its_moment_and_its_ids(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    tell(clinic, lane, 1)
    assert send_slice(5) == 1
    (event,) = other.taken
    assert event["type"] == "conversa.movida" and event["data"] == {"n": 1, "lane": str(lane)}
    row = OutgoingEvent.unscoped.get()
    assert other.ids == [str(row.pk)]
    assert (row.state, row.last_status) == ("entregue", 204)
    tried = OutgoingAttempt.unscoped.get()
    assert (tried.status, tried.error) == (204, "") and tried.milliseconds < 5000


def test_a_receiver_that_fails_a_third_of_the_time_gets_all_in_order(
    hook: HookSubscription, other: Other, clinic: Company
):
    lanes = [uuid7() for _ in range(10)]
    for n in range(12):
        for one in lanes:
            tell(clinic, one, n)
    other.share = 1 / 3
    for _round in range(60):
        send_slice(5)
        if states() == {"entregue": 120}:
            break
        hurry()
    assert states() == {"entregue": 120}
    assert len({event_id for event_id in other.ids}) == 120
    in_order(other)


def test_a_receiver_that_restarts_gets_what_it_missed(
    hook: HookSubscription, clinic: Company, lane: UUID, settings: Any, ana: Membership
):
    again = Other()
    with again.listening():
        port = again.port
        hook_change(row=hook, actor=ana, url=again.url)
        again.secret = hook_rotate(row=hook, actor=ana, at_once=True)
        tell(clinic, lane, 1)
        send_slice(5)
    tell(clinic, lane, 2, 3)
    send_slice(2)
    assert states() == {"entregue": 1, "pendente": 2}
    assert OutgoingAttempt.unscoped.filter(error="inacessivel").count() == 1
    with again.listening(port):
        hurry()
        send_slice(5)
    assert [event["data"]["n"] for event in again.taken] == [1, 2, 3]


def test_a_slow_receiver_is_left_after_its_time_and_keeps_no_other_waiting(
    hook: HookSubscription,
    other: Other,
    clinic: Company,
    lane: UUID,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(sending, "TOTAL_SECONDS", 0.3)
    answered = other.fault

    def slow() -> Any:
        if other.requests == 0:
            other.requests += 1
            time.sleep(1)
        return answered()

    monkeypatch.setattr(other, "fault", slow)
    tell(clinic, lane, 1)
    tell(clinic, uuid7(), 2)
    send_slice(3)
    assert states() == {"entregue": 1, "pendente": 1}
    assert OutgoingAttempt.unscoped.filter(error="demorou").count() == 1


def test_a_redirect_is_not_followed(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    other.faults = ["inside"]
    tell(clinic, lane, 1)
    send_slice(2)
    tried = OutgoingAttempt.unscoped.get()
    assert (tried.status, tried.error, other.requests) == (302, "redirecionou", 1)
    assert states() == {"pendente": 1}


def test_waits_grow_and_nothing_is_told_after_a_day(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    other.share = 1.0
    tell(clinic, lane, 1)
    begun = timezone.now()
    moments = []
    with time_machine.travel(begun, tick=True) as clock:
        for _try in range(40):
            event = OutgoingEvent.unscoped.get()
            if event.state != "pendente":
                break
            clock.move_to(max(event.next_at, timezone.now()) + timedelta(milliseconds=10))
            HookSubscription.unscoped.update(next_probe_at=None)
            count = other.requests
            send_slice(2)
            if other.requests > count:
                moments.append(timezone.now() - begun)
    assert OutgoingEvent.unscoped.get().state == "expirada"
    assert len(moments) > 8 and max(moments) < timedelta(hours=24)
    assert moments[-1] > timedelta(hours=20)
    gaps = [b - a for a, b in pairwise(moments[:-1])]
    assert all(b > a * 0.9 for a, b in pairwise(gaps[:8]))
    assert AuditEntry.unscoped.filter(action="integracao.perdida").count() == 1


def test_what_was_given_up_lets_the_next_pass_and_is_told_in_its_body(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    tell(clinic, lane, 1)
    long_ago = timezone.now() - timedelta(hours=25)
    OutgoingEvent.unscoped.update(begun_at=long_ago, next_at=long_ago)
    tell(clinic, lane, 2)
    send_slice(2)
    assert states() == {"entregue": 1, "expirada": 1}
    (event,) = other.taken
    assert (event["data"]["n"], event["lost"]) == (2, 1)
    tell(clinic, lane, 3)
    send_slice(2)
    assert "lost" not in other.taken[-1]


def test_an_address_that_fails_for_a_day_is_switched_off_and_that_is_told(
    hook: HookSubscription, other: Other, clinic: Company
):
    other.share = 1.0
    day = timezone.now() - timedelta(hours=25)
    HookSubscription.unscoped.update(failure_count=30, failing_since=day)
    tell(clinic, uuid7(), 1)
    send_slice(2)
    hook.refresh_from_db()
    assert (hook.is_active, hook.stop_reason) == (False, "falhas")
    assert states() == {"cancelada": 1}
    assert AuditEntry.unscoped.filter(action="integracao.desligada").count() == 1


def test_an_address_that_says_it_is_gone_is_switched_off_at_once(
    hook: HookSubscription, other: Other, clinic: Company
):
    other.faults = [410]
    tell(clinic, uuid7(), 1)
    send_slice(2)
    hook.refresh_from_db()
    assert (hook.is_active, hook.stop_reason) == (False, "410")


def test_a_broken_address_gets_one_try_a_minute(
    hook: HookSubscription, other: Other, clinic: Company
):
    HookSubscription.unscoped.update(failure_count=20)
    other.share = 1.0
    for n in range(5):
        tell(clinic, uuid7(), n)
    send_slice(2)
    send_slice(2)
    assert other.requests == 1
    assert not any(rows.exists() for rows in events_due())


def test_a_claim_is_committed_and_what_a_dead_sender_had_comes_back(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    tell(clinic, lane, 1, 2)
    (parcel,) = parcels_claim(10)
    # It died here. Its lane waits, and nobody else takes what it claimed.
    assert send_slice(1) == 0
    assert other.taken == []
    OutgoingEvent.unscoped.filter(pk=parcel.id).update(
        claimed_at=timezone.now() - timedelta(minutes=2)
    )
    assert any(rows.exists() for rows in events_due())
    assert claims_return() == 1
    send_slice(3)
    assert [event["data"]["n"] for event in other.taken] == [1, 2]


@pytest.mark.slow
def test_senders_that_are_killed_lose_nothing_and_no_order(
    hook: HookSubscription, other: Other, clinic: Company
):
    lanes = [uuid7() for _ in range(6)]
    for n in range(20):
        for one in lanes:
            tell(clinic, one, n)
    for count in (10, 40, 70):
        with subprocess.Popen(
            [sys.executable, "-c", SENDER],
            env={**given_database(), "WEBHOOKS_OUT_HOSTS": "127.0.0.1"},
            cwd=ROOT,
        ) as sender:
            assert other.until(count)
            sender.kill()
        # Their minute is over.
        OutgoingEvent.unscoped.filter(state=EventState.SENDING).update(
            claimed_at=timezone.now() - timedelta(minutes=2)
        )
    # On a machine that others use too a slice may end before everything is told.
    for _slice in range(4):
        send_slice(30)
        if states() == {"entregue": 120}:
            break
    assert states() == {"entregue": 120}
    assert len(set(other.ids)) == 120
    in_order(other)


def test_of_a_lane_only_the_oldest_is_claimed_and_of_an_address_so_many(
    hook: HookSubscription, other: Other, clinic: Company
):
    lanes = [uuid7() for _ in range(20)]
    for one in lanes:
        tell(clinic, one, 1, 2)
    first = parcels_claim(200)
    assert len(first) == 16
    numbers = OutgoingEvent.unscoped.filter(pk__in=[one.id for one in first])
    assert {row.data["n"] for row in numbers} == {1}
    assert parcels_claim(200) == []


def test_two_secrets_sign_while_one_is_changed(
    hook: HookSubscription, other: Other, ana: Membership, clinic: Company, lane: UUID
):
    old = other.secret
    new = hook_rotate(row=hook, actor=ana)
    for number, secret in enumerate((old, new)):
        other.secret = secret
        tell(clinic, lane, number)
        send_slice(2)
    assert len(other.taken) == 2
    hook.refresh_from_db()
    assert secrets_of(hook, timezone.now() + timedelta(hours=25)) == [new]
    assert old not in hook.__dict__["sealed"]


def test_what_was_sent_may_be_sent_again_under_its_own_id(
    hook: HookSubscription, other: Other, ana: Membership, clinic: Company, lane: UUID
):
    tell(clinic, lane, 1)
    send_slice(2)
    row = OutgoingEvent.unscoped.get()
    assert events_resend(row=hook, actor=ana, events=[row.pk]) == 1
    send_slice(2)
    assert other.ids == [str(row.pk)] * 2
    OutgoingEvent.unscoped.update(state="expirada")
    assert events_resend(row=hook, actor=ana) == 1


def test_a_test_event_is_told_at_once(hook: HookSubscription, other: Other, ana: Membership):
    hook_test(row=hook, actor=ana)
    send_slice(2)
    assert other.taken[0]["type"] == "teste.ping"


def test_settled_deliveries_are_forgotten_after_a_month(
    hook: HookSubscription, other: Other, clinic: Company, lane: UUID
):
    tell(clinic, lane, 1)
    send_slice(2)
    assert events_purge() == 0
    OutgoingEvent.unscoped.update(settled_at=timezone.now() - timedelta(days=31))
    assert events_purge() == 1 and OutgoingAttempt.unscoped.count() == 0


def test_an_example_that_is_signed_otherwise_is_refused(other: Other):
    headers = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    with pytest.raises(example.SignatureRefused):
        example.verify("whsec_AAAA", headers, b"{}", now=1.0)
    with pytest.raises(example.SignatureRefused):
        example.verify("whsec_AAAA", headers, b"{}", now=1000.0)


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
