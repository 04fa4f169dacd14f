"""(m) The common hour: one number, 200 people, short texts, at the pace a clinic lives with.

HOUR_SHARE shortens every part (0.15: about a minute), HOUR_ONLY names the parts to measure. What
cannot be measured says why and does not stop the rest.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.urls import reverse

from bench import bare, cast, hour_client, load, meters
from bench.figures import accept, hour_rest
from bench.floor import up
from bench.report import Report, middle, percentile
from bench.stack import Stack, until
from omnichannel.models import Conversation, Message

SHARE = float(os.environ.get("HOUR_SHARE", "1"))
ONLY = os.environ.get("HOUR_ONLY", "").split()
PATIENTS = 200
CONNECTIONS = 16
# A pace (messages/s), for how long, and the most that p50 may be of the floor's.
PACES = ((5.0, 16.0, 1.8), (20.0, 20.0, 1.8), (100.0, 8.0, 2.5))
HIGH_PACE = 500.0
FLOOD_SECONDS = 60.0
# Others have numbers of their own, in another clinic. A message a minute each would give 50
# latencies in a minute; so many a second give as many in a third of it.
OTHERS, OTHERS_PACE, OTHERS_SECONDS = 50, 2.5, 24.0
# Unlike those of `cast.first_bodies`.
FIRST_OTHER = 700_000

logger = logging.getLogger(__name__)


def measure(stack: Stack, report: Report) -> None:
    """Measure part by part."""
    hour = Hour(stack, report)
    parts: dict[str, Callable[[], None]] = {
        "accept": hour.accept,
        "rest": hour.rest,
        "paces": hour.paces,
        "page": hour.page,
        "flood": hour.flood,
        "high": hour.high,
        "others": hour.others,
        "memory": lambda: hour_rest.memory(stack, report, SHARE),
    }
    hour.begin()
    for name, part in parts.items():
        if ONLY and name not in ONLY:
            continue
        if name != "accept":
            hour.staff()
        try:
            part()
        except Exception as failure:
            # One figure's trouble is told, and is not the others'.
            logger.exception("hour: %s", name)
            reason = f"{type(failure).__name__}: {failure}".splitlines()[0][:200]
            report.miss(f"hour.{name}", reason)


class Hour:
    """One installation with one busy number, and what its parts have found out."""

    def __init__(self, stack: Stack, report: Report) -> None:
        self.stack = stack
        self.report = report
        self.capacity = 0.0
        self.idle_floor = 0.0
        self.at_20: tuple[float, float] | None = None

    def begin(self) -> None:
        """Make the clinics, the floor and the web process."""
        self.busy, self.other = cast.clinics(2)
        cast.numbers(self.other, first=2, count=OTHERS - 1)
        self.cookies = {
            clinic.company.pk: cast.session_cookie(clinic.attendant)
            for clinic in (self.busy, self.other)
        }
        self.floor_port = up(self.stack)
        self.stack.web()
        self.stack.wait_for_web()

    def staff(self) -> None:
        """Start everything else, once, and let everybody write once."""
        if "worker" in self.stack.processes:
            return
        cast.empty_ledger()
        self.stack.worker()
        self.stack.campaigns()
        self.stack.beat()
        self.stack.wait_for_worker()
        self._load("first", seconds=30.0, most=PATIENTS)
        others = [(number + 1, FIRST_OTHER + number) for number in range(OTHERS)]
        hour_client.run(self._spec("other", 50.0, 1.0, self.other, others))
        self._until_quiet()
        self.writers = [(0, number * 7919 % PATIENTS) for number in range(PATIENTS)]
        self.other_writers = others

    # --- parts -----------------------------------------------------------------------------------

    def accept(self) -> None:
        """Measure what is taken while no worker is there to be waited for."""
        seconds = max(4.0 * SHARE, 1.0)
        ours, floors = [], []
        for number in range(3):
            floors.append(
                accept.insert(self.stack, self.floor_port, f"hf{number}", seconds=seconds)
            )
            ours.append(accept.take(self.stack, f"ha{number}", seconds=seconds))
        self.report.add(
            "hour.accept_per_second",
            middle([one.per_second for one in ours]),
            "POST/s",
            floor=middle([one.per_second for one in floors]),
            goal="ratio >= 8",
            note="nothing is worked off",
        )

    def rest(self) -> None:
        """Count what an hour costs in which nobody writes."""
        seconds = max(10.0 * SHARE, 3.0)
        now = time.monotonic()
        work = meters.work_between(self.stack, now + 2, now + 2 + seconds)
        for name in ("commits", "updates", "tasks", "publishes"):
            self.report.add(f"hour.rest_{name}", getattr(work, name) / seconds, "/s")
        self.report.add("hour.rest_cores", work.cpu_seconds / seconds, "cores", note=_cpu(work))

    def paces(self) -> None:
        """Measure POST to hint beside the floor at each pace, and the work at 20/s."""
        for pace, seconds, limit in PACES:
            seconds = max(seconds * SHARE, 3.0)
            floor = hour_client.run(
                self._spec(f"f{pace:.0f}", pace, seconds, self.busy, self.writers, is_floor=True)
            )
            ours, work = self._paced(f"p{pace:.0f}", pace, seconds)
            self._hints(f"at_{pace:.0f}", ours, floor, limit)
            self.idle_floor = self.idle_floor or middle(floor.hints) * 1000
            if pace == 20:
                self._work(work, pace, seconds)

    def page(self) -> None:
        """Measure when the words are on the page that shows their conversation."""
        talks = self._talks(self.busy)
        shown, (wa_id, _revision) = next(iter(talks.items()))
        patient = int(wa_id.removeprefix("55419"))
        spec = self._spec(
            "page", 5.0, max(14.0 * SHARE, 4.0), self.busy, [(0, patient)], shown=shown
        )
        heard = hour_client.run(spec)
        if not heard.texts:
            self.report.miss("hour.page_p50", "no words came to the page")
            return
        self.report.add(
            "hour.page_p50",
            middle(heard.texts) * 1000,
            "ms",
            floor=middle(heard.hints) * 1000,
            goal="ratio <= 1.4",
            note=f"floor: its hint; {'sent' if heard.in_one_step else 'fetched'},"
            f" p99 {percentile(heard.texts, 0.99) * 1000:.0f} ms",
        )

    def flood(self) -> None:
        """Let 16 connections post without pause."""
        seconds = max(FLOOD_SECONDS * SHARE, 6.0)
        floor = bare.one_by_one("hour")
        stored = Message.unscoped.count()
        with meters.Watch() as watch:
            result = self._load("flood", seconds=seconds, most=round(seconds * 3000))
            time.sleep(max(0.0, result.ended_at + 1 - time.monotonic()))
            left = meters.waiting()
            self.capacity = (Message.unscoped.count() - stored) / (result.seconds + 1)
        self._until_quiet(240)
        add = self.report.add
        note = f"{CONNECTIONS} connections, {result.seconds:.0f} s"
        add(
            *("hour.stored_per_second", self.capacity, "msg/s"),
            floor=floor,
            goal="ratio >= 2.5",
            note=note,
        )
        oldest = max(watch.oldest, default=0.0)
        add("hour.oldest_waiting", oldest, "s", goal="value <= 3", note=f"most {watch.most}")
        add("hour.waiting_1s_after", left, "events", goal="value <= 0")
        add(
            "hour.flood_accepted_per_second",
            result.per_second,
            "POST/s",
            note=f"p99 {percentile(result.latencies, 0.99) * 1000:.0f} ms",
        )
        self._lost("flood", result)

    def high(self) -> None:
        """Measure at 80 % of capacity, and the CPU at 500/s or what it can keep up with."""
        if not self.capacity:
            self.report.miss("hour.p50_at_80_percent", "the capacity is not known: measure flood")
            return
        seconds = max(8.0 * SHARE, 3.0)
        pace = self.capacity * 0.8
        ours, work = self._paced("p80", pace, seconds)
        self.report.add(
            "hour.p50_at_80_percent",
            middle(ours.hints) * 1000,
            "ms",
            floor=self.idle_floor or None,
            goal="ratio <= 6" if self.idle_floor else "",
            note=f"{pace:.0f}/s, p99 {percentile(ours.hints, 0.99) * 1000:.0f} ms,"
            f" {ours.unheard} unheard; floor: at {PACES[0][0]:.0f}/s",
        )
        if pace > HIGH_PACE:
            pace = HIGH_PACE
            _ours, work = self._paced("p500", pace, seconds)
        cores = work.cpu_seconds / seconds
        self.report.add("hour.cores_at_high", cores, "cores", note=f"{pace:.0f}/s; {_cpu(work)}")
        if self.at_20:
            self.report.add(
                "hour.cores_at_20_beside_high",
                self.at_20[0],
                "cores",
                floor=cores,
                goal="ratio <= 0.1",
                note=f"floor: at {pace:.0f}/s",
            )

    def others(self) -> None:
        """Hold what other numbers' people wait while one number has all the load beside alone."""
        seconds = max(OTHERS_SECONDS * SHARE, 8.0)
        alone = hour_client.run(
            self._spec("alone", OTHERS_PACE, seconds, self.other, self.other_writers)
        )
        spec = self._spec("beside", OTHERS_PACE, seconds, self.other, self.other_writers)
        with ThreadPoolExecutor(1) as pool, hour_client.talking(spec) as (begins_at, heard):
            most = round((seconds + hour_client.AHEAD) * 3000)
            flood = pool.submit(self._load, "mono", seconds=seconds, most=most)
            time.sleep(max(0.0, begins_at - time.monotonic()))
            beside = heard.result()
            result = flood.result()
        self._until_quiet(240)
        self.report.add(
            "hour.others_p99",
            percentile(beside.hints, 0.99) * 1000 if beside.hints else float("inf"),
            "ms",
            floor=percentile(alone.hints, 0.99) * 1000,
            goal="ratio <= 3",
            note=f"{len(beside.hints)} heard, {beside.unheard} unheard, p50"
            f" {middle(beside.hints) * 1000 if beside.hints else 0:.0f} beside"
            f" {middle(alone.hints) * 1000:.0f}; one number has {result.per_second:.0f}/s",
        )
        self._lost("mono", result)

    # --- how -------------------------------------------------------------------------------------

    def _paced(
        self, run: str, pace: float, seconds: float
    ) -> tuple[hour_client.Heard, meters.Work]:
        spec = self._spec(run, pace, seconds, self.busy, self.writers)
        with hour_client.talking(spec) as (begins_at, heard):
            work = meters.work_between(self.stack, begins_at, begins_at + seconds)
            result = heard.result()
        self._until_quiet()
        return result, work

    def _hints(
        self, name: str, ours: hour_client.Heard, floor: hour_client.Heard, limit: float
    ) -> None:
        for share, most in ((0.5, limit), (0.99, 3.0)):
            self.report.add(
                f"hour.p{share * 100:.0f}_{name}",
                percentile(ours.hints, share) * 1000,
                "ms",
                floor=percentile(floor.hints, share) * 1000,
                goal=f"ratio <= {most}",
                note=f"{len(ours.hints)} messages, {ours.unheard} unheard",
            )

    def _work(self, work: meters.Work, pace: float, seconds: float) -> None:
        count = round(pace * seconds)
        goals = {"commits": 3, "tasks": 0.3, "publishes": 1.2, "updates": 4}
        for name, most in goals.items():
            self.report.add(
                f"hour.{name}_per_message",
                getattr(work, name) / count,
                name,
                goal=f"value <= {most}",
                note="at 20/s, all processes",
            )
        self.at_20 = (work.cpu_seconds / seconds, work.cpu_seconds / count)
        self.report.add(
            "hour.cpu_per_message",
            work.cpu_seconds / count * 1000,
            "ms",
            goal="before <= 0.2",
            note=f"at 20/s, {work.cpu_seconds / seconds:.2f} cores; {_cpu(work)}",
        )

    def _lost(self, run: str, result: load.Result) -> None:
        ids = Message.unscoped.filter(external_id__startswith=f"wamid.{run}.")
        found = ids.values_list("external_id", flat=True)
        count, distinct = len(found), len(set(found))
        lost = result.answered - distinct
        self.report.add(f"hour.{run}_lost", max(lost, 0), "messages", goal="value <= 0")
        self.report.add(f"hour.{run}_doubled", count - distinct, "messages", goal="value <= 0")

    def _load(self, run: str, *, seconds: float, most: int) -> load.Result:
        return load.run(
            load.Spec(
                port=self.stack.port,
                secret=self.stack.secret,
                run=run,
                connections=CONNECTIONS,
                seconds=seconds,
                accounts=1,
                patients=PATIENTS,
                most=most,
            )
        )

    def _spec(
        self,
        run: str,
        rate: float,
        seconds: float,
        clinic: cast.Clinic,
        writers: list[tuple[int, int]],
        *,
        shown: str = "",
        is_floor: bool = False,
    ) -> hour_client.Spec:
        return hour_client.Spec(
            port=self.floor_port if is_floor else self.stack.port,
            secret=self.stack.secret,
            run=run,
            rate=rate,
            seconds=seconds,
            company=str(clinic.company.pk),
            cookie=self.cookies[clinic.company.pk],
            writers=writers,
            talks=self._talks(clinic),
            shown=shown,
            changes=reverse("inbox:messages", args=[shown]) if shown else "",
            is_floor=is_floor,
        )

    def _talks(self, clinic: cast.Clinic) -> dict[str, tuple[str, int]]:
        rows = Conversation.unscoped.filter(company=clinic.company, closed_at=None)
        named = rows.values_list("pk", "identity__value", "revision")
        return {str(pk): (wa_id, revision) for pk, wa_id, revision in named}

    def _until_quiet(self, seconds: float = 60) -> None:
        until(lambda: meters.waiting() == 0, seconds, "the backlog does not end")


def _cpu(work: meters.Work) -> str:
    total = work.cpu_seconds or 1.0
    return ", ".join(f"{name} {used / total:.0%}" for name, used in work.cpu.most_common())
