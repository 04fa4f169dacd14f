"""Several workers on one ledger: nothing doubled, nothing lost, order kept."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from random import Random

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from contacts.models import Contact
from omnichannel.models import Conversation, Message
from tests import make
from tests.race import errors, together
from webhooks import claiming, pipeline
from webhooks.claiming import LANE_LOCKS
from webhooks.lanes import PEOPLE
from webhooks.ledger import connection_parameters
from webhooks.models import InboundEvent, InboundIssue
from webhooks.new_event import plain_event

pytestmark = pytest.mark.django_db(transaction=True)
State = InboundEvent.State


def keep(bodies: list[bytes], lanes=None) -> None:
    """Put bodies into the ledger at once, in this order."""
    InboundEvent.objects.bulk_create(
        InboundEvent(
            source="whatsapp",
            body=new.body,
            dedupe=new.dedupe,
            lane=new.lane,
            lanes=new.lanes if lanes is None else [lanes[at]],
        )
        for at, new in enumerate(plain_event("whatsapp", body) for body in bodies)
    )


def drained_by(workers: int) -> None:
    results = together(*(pipeline.drain for _ in range(workers)), seconds=60)
    assert errors(results) == []
    pipeline.drain()


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_many_messages_of_ten_people_are_stored_in_order_by_four_workers(clinic, count):
    """Arrival is shuffled across few seconds; people read them by time, then by arrival."""
    random, now = Random(3), int(timezone.now().timestamp()) - 60
    channels = [
        make.channel(clinic, name=f"C{n}", account_id=f"90{n}", waba_id="") for n in range(4)
    ]
    oracle: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    bodies = []
    for at in range(count):
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
    keep(bodies, [random.randrange(PEOPLE) for _ in bodies])
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


@pytest.mark.parametrize("turns", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_the_same_people_at_several_numbers_of_a_company_at_once_block_nobody(
    clinic, monkeypatch, turns
):
    """Each worker meets some of the numbers in one transaction, all of them the same people."""
    again: list[float] = []

    class Waits:
        def uniform(self, least: float, most: float) -> float:
            again.append(most)
            return least

    monkeypatch.setattr(pipeline, "_random", Waits())
    monkeypatch.setattr(claiming, "GROUP", 3)
    channels = [
        make.channel(clinic, name=f"C{n}", account_id=f"91{n}", waba_id="") for n in range(9)
    ]
    random = Random(11)
    people = [f"55119722222{n:02d}" for n in range(12)]
    bodies, lanes = [], []
    for turn in range(turns):
        for at, channel in enumerate(channels):
            random.shuffle(people)
            said = [make.said(f"{turn}", **{"from": phone}) for phone in people[:4]]
            bodies.append(json.dumps(make.body(channel, *said)).encode())
            lanes.append(at)
    keep(bodies, lanes)
    drained_by(3)
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()
    assert Contact.unscoped.count() == 12
    assert Message.unscoped.count() == len(bodies) * 4
    assert again == []


def wrote(channel, text: str, *people: str) -> bytes:
    said = [make.said(text, **{"from": person}) for person in people]
    return json.dumps(make.body(channel, *said)).encode()


def test_a_person_is_worked_off_by_one_worker_at_a_time(channel, monkeypatch):
    keep([wrote(channel, str(n), make.PHONE) for n in range(20)])
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
    monkeypatch.setattr(claiming, "GROUP", 2)
    drained_by(4)
    assert max(most) == 1
    assert Message.unscoped.count() == 20


def test_two_people_of_one_channel_are_worked_off_at_the_same_time(channel, monkeypatch):
    """One busy number uses all workers: each is inside while the other is."""
    both = threading.Barrier(2)
    real = pipeline.facts_apply

    def meet(**given):
        both.wait(10)
        real(**given)

    monkeypatch.setattr(pipeline, "facts_apply", meet)
    monkeypatch.setattr(claiming, "GROUP", 1)
    keep([wrote(channel, "um", "5511988880001")])
    keep([wrote(channel, "dois", "5511988880002")])
    monkeypatch.setattr(
        claiming,
        "portions",
        lambda waiting, stuck: (claiming.choose(waiting, stuck, n) for n in range(claiming.PARTS)),
    )
    taken = threading.Lock()
    real_choose = claiming.choose

    def choose(waiting, stuck, part):
        # Each begins with another of the two.
        mine = waiting[:1] if taken.acquire(blocking=False) else waiting[1:]
        return real_choose(mine, stuck, None)

    monkeypatch.setattr(claiming, "choose", choose)
    assert sorted(together(pipeline.drain, pipeline.drain)) == [1, 1]
    assert Message.unscoped.count() == 2


def test_whoever_holds_a_body_of_several_people_holds_each_of_them(channel, monkeypatch):
    """What one of them wrote later waits, and so does what comes after that."""
    ana, rui, eva = (f"551198888000{n}" for n in range(3))
    monkeypatch.setattr(claiming, "GROUP", 1)
    keep([wrote(channel, "1", ana, rui), wrote(channel, "2", rui, eva), wrote(channel, "3", eva)])
    seen: list[int] = []
    real = pipeline.facts_apply

    def apply(**given):
        if not seen:
            # Another worker looks while we are about the first.
            seen.append(-1)
            seen.extend(together(pipeline.drain))
        real(**given)

    monkeypatch.setattr(pipeline, "facts_apply", apply)
    assert pipeline.drain() == 3
    assert seen == [-1, 0]
    for person, told in ((ana, "1"), (rui, "12"), (eva, "23")):
        rows = Message.unscoped.filter(conversation__identity__value=person).order_by("seq")
        assert "".join(row.text for row in rows) == told


def test_a_worker_that_hangs_holds_its_people_only_and_is_cut_off(channel, monkeypatch):
    monkeypatch.setattr(claiming, "TAKE", claiming.TAKE.replace("'15s'", "'500ms'"))
    keep([wrote(channel, "presa", "5511988880001")])
    hangs, go_on = threading.Event(), threading.Event()
    real = pipeline.facts_apply

    def hang(**given):
        hangs.set()
        assert go_on.wait(10)
        real(**given)

    def worker() -> int:
        try:
            return pipeline.drain()
        except OperationalError:
            return -1

    def others() -> list[int]:
        assert hangs.wait(10)
        monkeypatch.setattr(pipeline, "facts_apply", real)
        keep([wrote(channel, "livre", "5511988880002")])
        ended = [pipeline.drain()]
        while Message.unscoped.count() < 2:
            ended.append(pipeline.drain())
        go_on.set()
        return ended

    monkeypatch.setattr(pipeline, "facts_apply", hang)
    hung, ended = together(worker, others)
    # The free one at once, the held one when the server has let go of it.
    assert ended[0] >= 1
    assert sum(ended) == 2
    assert hung == 0
    assert InboundEvent.objects.filter(state=State.DONE).count() == 2


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
    assert InboundEvent.objects.get().state == State.PENDING
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


def test_who_is_left_to_another_after_a_failure_is_not_overtaken_by_their_later_words(
    channel, monkeypatch
):
    keep([wrote(channel, "um", "5511988880001")])
    keep([wrote(channel, "dois", "5511988880001")])
    first = InboundEvent.objects.earliest("id")
    real_work, real_take = pipeline._work, claiming.take_again
    other = psycopg.connect(**connection_parameters())

    def fails_once(events):
        monkeypatch.setattr(pipeline, "_work", real_work)
        raise RuntimeError

    def another_is_quicker(chosen):
        """Somebody holds the first one's person at that moment, and no longer."""
        is_first = [one.id for one in chosen] == [first.pk]
        if is_first:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LANE_LOCKS, first.lanes[0]])
        found = real_take(chosen)
        other.rollback()
        return found

    monkeypatch.setattr(pipeline, "_work", fails_once)
    monkeypatch.setattr(claiming, "take_again", another_is_quicker)
    with other:
        outcome = pipeline.work_off()
    assert (outcome.ended, outcome.was_refused) == (0, True)
    monkeypatch.setattr(claiming, "take_again", real_take)
    pipeline.drain()
    assert [row.text for row in Message.unscoped.order_by("seq")] == ["um", "dois"]


def test_what_was_tried_before_does_not_overtake_an_earlier_one_that_fails(channel, monkeypatch):
    keep([wrote(channel, "um", "5511988880001")])
    keep([wrote(channel, "dois", "5511988880001")])
    InboundEvent.objects.filter(pk=InboundEvent.objects.latest("id").pk).update(attempts=1)
    real, error = pipeline.facts_apply, OperationalError("away")

    def fails(**given):
        if any(getattr(fact, "text", "") == "um" for fact in given["facts"]):
            raise error
        real(**given)

    monkeypatch.setattr(pipeline, "facts_apply", fails)
    pipeline.drain()
    assert not Message.unscoped.exists()
    monkeypatch.setattr(pipeline, "facts_apply", real)
    pipeline.drain()
    assert [row.text for row in Message.unscoped.order_by("seq")] == ["um", "dois"]
