"""(g) Scoring a million people, beside the least that SQL does; one of them by the API."""

from __future__ import annotations

import resource
import time

import requests
from django.db import connection

from accounts.services.tokens import token_issue
from bench import bulk, cast
from bench.report import Report, middle, percentile
from bench.stack import Stack
from leadscoring.models import LeadScore, LeadScoreHistory
from leadscoring.services.scoring import scores_age, scores_recalculate

PEOPLE = 1_000_000
REQUESTS, WARM = 200, 20
API = "/central-atendimento"

# What counting keeps of ten million messages: ten for each person, words in one of three.
COUNTS = """
INSERT INTO leadscoring_contactfacts
    (id, created_at, updated_at, company_id, contact_id, talk_count, words, inbound_count,
     outbound_count, asked_count, reply_count, reply_seconds, daytime_count, day_count,
     talk_seconds, last_inbound_on, price_on, schedule_on, buying_on, urgency_on)
SELECT uuidv7(), now(), now(), company_id, id, 1 + n %% 3,
    CASE WHEN n %% 3 = 0 THEN ARRAY['quanto custa', 'agendar'] ELSE '{}' END,
    1 + n %% 9, 5, 4, n %% 5, (n %% 5) * (n %% 7000), n %% 9, 1 + n %% 6, n %% 4000,
    %(today)s::date - (n %% 45)::int,
    CASE WHEN n %% 3 = 0 THEN %(today)s::date - (n %% 45)::int END,
    CASE WHEN n %% 3 = 0 THEN %(today)s::date - (n %% 45)::int END,
    CASE WHEN n %% 7 = 0 THEN %(today)s::date - (n %% 45)::int END,
    CASE WHEN n %% 11 = 0 THEN %(today)s::date - (n %% 45)::int END
FROM (SELECT c.*, row_number() OVER (ORDER BY id) AS n FROM contacts_contact c) c
WHERE company_id = %(company)s;
VACUUM ANALYZE contacts_contact, leadscoring_contactfacts;
"""
# Everybody wrote some days earlier than a moment ago: all facts that time touches are others.
EARLIER = """
UPDATE leadscoring_contactfacts SET updated_at = now(), last_inbound_on = last_inbound_on - 5,
    price_on = price_on - 5, schedule_on = schedule_on - 5, buying_on = buying_on - 5,
    urgency_on = urgency_on - 5, inbound_count = inbound_count + 3
"""
# The least it takes: read a few numbers, add them up, keep the sum and a line of what it was.
BARE = """
DROP TABLE IF EXISTS bare_score, bare_history;
CREATE TABLE bare_score (contact_id uuid PRIMARY KEY, total int NOT NULL);
CREATE TABLE bare_history (id bigserial PRIMARY KEY, contact_id uuid, before int, after int);
INSERT INTO bare_score SELECT contact_id, 0 FROM leadscoring_contactfacts;
VACUUM ANALYZE bare_score;
"""
BARE_RUN = """
WITH scored AS (
    SELECT f.contact_id, b.total AS before,
        least(40, f.inbound_count * 4) + CASE WHEN c.email <> '' THEN 20 ELSE 0 END
        + greatest(0, 30 - coalesce(current_date - f.last_inbound_on, 30))
        + greatest(0, 25 - coalesce(current_date - f.price_on, 25)) AS after
    FROM leadscoring_contactfacts f JOIN contacts_contact c ON c.id = f.contact_id
    JOIN bare_score b ON b.contact_id = f.contact_id
), written AS (
    UPDATE bare_score b SET total = s.after FROM scored s WHERE b.contact_id = s.contact_id
)
INSERT INTO bare_history (contact_id, before, after) SELECT contact_id, before, after FROM scored
"""


def measure(stack: Stack, report: Report) -> None:
    """Score everybody for the first time, then after a change, then on the next day; ask one."""
    clinic, *_others = cast.clinics(1)
    _load(clinic, report)
    began = time.perf_counter()
    first = scores_recalculate(company_id=clinic.company.pk)
    _rate(report, "scoring.first_time", first.written, time.perf_counter() - began)
    _run(EARLIER)
    _run("VACUUM ANALYZE")
    floor = _bare(report)
    began = time.perf_counter()
    done = scores_recalculate(company_id=clinic.company.pk)
    seconds = time.perf_counter() - began
    assert done.written == PEOPLE, done
    assert done.changed > PEOPLE * 0.9, done
    assert LeadScoreHistory.unscoped.count() == first.changed + done.changed
    report.add(
        "scoring.rescored",
        done.written / seconds,
        "people/s",
        floor=floor,
        goal="value >= 20000",
        note=f"{done.changed:,} lines of history; floor: sums and history in SQL alone",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.add("scoring.memory_peak", peak, "MiB", goal="value <= 200")
    began = time.perf_counter()
    again = scores_recalculate(company_id=clinic.company.pk)
    assert not again.written
    report.add("scoring.nothing_changed", time.perf_counter() - began, "s")
    _due(clinic, report)
    _one(stack, clinic, report)


def _load(clinic: cast.Clinic, report: Report) -> None:
    began = time.monotonic()
    values = {"company": clinic.company.pk, "first": 0, "last": PEOPLE - 1}
    with connection.cursor() as cursor:
        dropped = bulk.drop_indexes(cursor)
        cursor.execute(bulk.PEOPLE, values)
        for definition in dropped:
            cursor.execute(definition)
        cursor.execute("SELECT current_date")
        values["today"] = cursor.fetchone()[0]
        for statement in COUNTS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
    report.say(f"       loaded in {time.monotonic() - began:.0f} s")


def _bare(report: Report) -> float:
    for statement in BARE.split(";\n"):
        if statement.strip():
            _run(statement)
    began = time.perf_counter()
    _run(BARE_RUN)
    return PEOPLE / (time.perf_counter() - began)


def _due(clinic: cast.Clinic, report: Report) -> None:
    """Let a tenth be due today, as on an ordinary day."""
    _run(
        "UPDATE leadscoring_leadscore SET next_on = current_date - 1"
        " WHERE ('x' || right(contact_id::text, 4))::bit(16)::int % 10 = 0"
    )
    began = time.perf_counter()
    done = scores_age(company_id=clinic.company.pk)
    _rate(report, "scoring.due_today", done.written, time.perf_counter() - began)


def _one(stack: Stack, clinic: cast.Clinic, report: Report) -> None:
    stack.web()
    stack.wait_for_web()
    token, _row = token_issue(user=clinic.attendant.user)
    session = requests.Session()
    session.headers["Authorization"] = f"Token {token}"
    people = LeadScore.unscoped.order_by("?").values_list("contact_id", flat=True)
    spans = []
    for pk in people[: REQUESTS + WARM]:
        began = time.perf_counter()
        answer = session.post(f"{stack.address}{API}/contatos/{pk}/score/recalcular/")
        spans.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    report.add(
        "scoring.recalculate_p95",
        percentile(spans[WARM:], 0.95) * 1000,
        "ms",
        goal="value <= 100",
        note=f"p50 {middle(spans[WARM:]) * 1000:.0f} ms, among a million people",
    )


def _rate(report: Report, name: str, count: int, seconds: float) -> None:
    report.add(name, count / seconds, "people/s", note=f"{count:,} people")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
