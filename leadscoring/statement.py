"""The rules' table as SQL, so that a million people are scored where their rows are.

Only names and numbers of our own stand in the text; a test holds it against `rules.score` on facts
nobody would think of. One statement reads facts, scores them, writes the scores and, where a number
changed, a line of history.

Two that score the same person at once: the second finds another `calculated_at` than it read and
writes nothing of that row, neither score nor history; `services.scoring` then looks again.
"""

from __future__ import annotations

from functools import lru_cache

from leadscoring import rules
from leadscoring.choices import Action, Dimension
from leadscoring.rules import CRITERIA, DAYS, NAMES, NEVER, Criterion

# The facts of rules.Facts, from `f` (ContactFacts), `c` (Contact) and the company's day.
SIGNALS = ("price", "schedule", "offer", "buying", "insurance", "urgency", "refusal")
INTERESTS = ("price", "schedule", "offer", "buying", "insurance")


def _days(column: str) -> str:
    # GREATEST passes NULL over, so what never happened is told apart first.
    return f"greatest(0, coalesce(%(today)s::date - {column}, {NEVER}))"


FACTS: dict[str, str] = {
    "messages": "coalesce(f.inbound_count, 0)",
    "reply_seconds": (
        f"CASE WHEN f.reply_count > 0"
        f" THEN least(f.reply_seconds / f.reply_count, {NEVER - 1})::int ELSE {NEVER} END"
    ),
    "answered_percent": (
        "CASE WHEN f.asked_count > 0 THEN least(100, 100 * f.reply_count / f.asked_count)"
        " ELSE 0 END"
    ),
    "daytime_percent": (
        "CASE WHEN f.inbound_count > 0 THEN 100 * f.daytime_count / f.inbound_count ELSE 0 END"
    ),
    "silent_days": _days("f.last_inbound_on"),
    "contact_days": "coalesce(f.day_count, 0)",
    "talk_minutes": "coalesce(f.talk_seconds / 60, 0)",
    "talks": "coalesce(f.talk_count, 0)",
    "name_words": (
        "CASE WHEN c.name = '' THEN 0 WHEN position(' ' IN btrim(c.name)) > 0 THEN 2 ELSE 1 END"
    ),
    "has_email": "(c.email <> '')::int",
    "has_phone": "(c.phone <> '')::int",
    "is_phone_proven": "(c.phone <> '' AND f.inbound_count > 0 IS TRUE)::int",
    "has_details": "(c.custom <> '{}' OR c.notes <> '')::int",
    **{f"{name}_days": _days(f"f.{name}_on") for name in SIGNALS},
    "interest_days": _days(f"greatest({', '.join(f'f.{name}_on' for name in INTERESTS)})"),
}
assert tuple(FACTS) == NAMES
NUMBERS = ("total", "behaviour", "profile", "engagement", "intent", "temperature")
DIMENSIONS = dict(zip(Dimension, (*NUMBERS[1:],), strict=True))


def _worth(one: Criterion) -> str:
    steps = zip(one.edges, one.points, strict=False)
    cases = " ".join(f"WHEN v.{one.fact} < {edge} THEN {points}" for edge, points in steps)
    return f"CASE {cases} ELSE {one.points[-1]} END"


def _dimension(dimension: Dimension) -> str:
    parts = " + ".join(_worth(one) for one in CRITERIA if one.dimension == dimension)
    return f"greatest(0, least(100, {parts}))"


def _wait(name: str) -> str:
    cases = " ".join(
        f"WHEN v.{name} < {edge} THEN {edge} - v.{name}" for edge in rules.edges_of(name)
    )
    return f"CASE {cases} END"


def _total() -> str:
    parts = " + ".join(f"{weight} * {DIMENSIONS[name]}" for name, weight in rules.WEIGHTS.items())
    return f"({parts} + 50) / 100"


def _action() -> str:
    return f"""CASE
        WHEN total > {rules.CALL_OVER} AND intent >= {rules.INTENT_LEAST} THEN '{Action.CALL_NOW}'
        WHEN total > {rules.PROPOSE_OVER} AND intent > 0 THEN '{Action.PROPOSE}'
        WHEN silent_days > {rules.INACTIVE_AFTER} AND silent_days < {NEVER} THEN '{Action.REENGAGE}'
        WHEN total >= {rules.CONTENT_FROM} THEN '{Action.CONTENT}' ELSE '{Action.QUALIFY}' END"""


def scored_sql(source: str) -> str:
    """Return a SELECT that adds to the rows of `source`, which have a column for each fact, the
    numbers of `rules.score`, the action and the days until the next change.
    """
    numbers = ", ".join(f"{_dimension(one)} AS {name}" for one, name in DIMENSIONS.items())
    waits = ", ".join(_wait(name) for name in DAYS)
    # OFFSET 0 keeps the planner from folding the layers into one, where every number would be
    # computed anew wherever it is used.
    return f"""
SELECT *, intent >= {rules.INTENT_LEAST} AS purchase_intent, {_action()} AS recommended_action
FROM (
    SELECT *, {_total()} AS total FROM (
        SELECT v.*, {numbers}, least({waits}) AS wait FROM ({source}) v OFFSET 0
    ) n OFFSET 0
) t"""  # noqa: S608  (names and numbers of our own only)


# What has to be scored anew: never scored, by older rules, when time or a change says so.
STALE = f"""
AND (s.id IS NULL OR s.rules <> {rules.VERSION} OR s.next_on <= %(today)s::date
    OR c.updated_at <> s.record_seen OR f.updated_at IS DISTINCT FROM s.counts_seen)
"""


COUNTS = "leadscoring_contactfacts f"

SAME = ", ".join(f"n.{name}" for name in (*NUMBERS, "recommended_action"))
OLD = ", ".join((*(f"n.old_{name}" for name in NUMBERS), "n.old_action"))
HISTORY = """
    INSERT INTO leadscoring_leadscorehistory
        (id, created_at, updated_at, company_id, contact_id, score_id, previous, current, reason,
         details, facts)
    SELECT uuidv7(), stamp.at, stamp.at, w.company_id, w.contact_id, w.id, w.previous, w.total,
        %(reason)s, jsonb_build_object(
            'antes', w.before, 'depois', w.after, 'acao', w.recommended_action
        ), w.facts
    FROM written w, stamp WHERE w.is_changed
    RETURNING contact_id"""


@lru_cache(maxsize=8)
def write_sql(chosen: str, counts: str = COUNTS, *, is_changed: bool = False) -> str:
    """Return the statement that scores the contacts of a company for which `chosen` holds, a
    condition over c, f and s; `counts` names what stands for f, and with `is_changed` only those
    whose numbers come out different are found. It gives one row: people found, scores written,
    scores changed and, where `lists` is true, whose.
    """
    scored = scored_sql(_source_sql(chosen, counts))
    if is_changed:
        scored = f"SELECT * FROM ({scored}) n WHERE ({SAME}) IS DISTINCT FROM ({OLD})"  # noqa: S608
    # The time of the clock, not the transaction's: two runs must never write the same moment.
    # What was written brings along all that its history says. Joining them again would be planned
    # as a loop in a loop, because the planner takes what is stale for a single row.
    return f"""
WITH scored AS MATERIALIZED ({scored}),
stamp AS MATERIALIZED (SELECT clock_timestamp() AS at),
updated AS ({_update_sql()}), inserted AS ({_insert_sql()}), written AS (
    SELECT * FROM updated UNION ALL SELECT * FROM inserted
), history AS ({HISTORY})
SELECT (SELECT count(*) FROM scored), (SELECT count(*) FROM written),
    (SELECT count(*) FROM history),
    (SELECT array_agg(contact_id) FROM history WHERE %(lists)s)
"""  # noqa: S608  (names and numbers of our own only)


def _source_sql(chosen: str, counts: str) -> str:
    """What a score is made of, and what the last one said."""
    facts = ", ".join(f"{sql} AS {name}" for name, sql in FACTS.items())
    return f"""
        SELECT c.id AS contact_id, c.company_id, c.status AS contact_status,
            c.updated_at AS record_seen, f.updated_at AS counts_seen, s.id AS score_id,
            s.calculated_at AS seen_at, s.total AS old_total, s.behaviour AS old_behaviour,
            s.profile AS old_profile, s.engagement AS old_engagement, s.intent AS old_intent,
            s.temperature AS old_temperature, s.recommended_action AS old_action,
            coalesce(f.words, '{{}}') AS words, {facts}
        FROM contacts_contact c
        LEFT JOIN {counts} ON f.contact_id = c.id
        LEFT JOIN leadscoring_leadscore s ON s.contact_id = c.id
        WHERE c.company_id = %(company)s::uuid AND c.merged_into_id IS NULL AND {chosen}
        OFFSET 0"""  # noqa: S608


def _update_sql() -> str:
    """Write the scores of those who have one, unless somebody was faster."""
    before = ", ".join(f"n.old_{name}::int" for name in NUMBERS[1:])
    after = ", ".join(f"s.{name}::int" for name in NUMBERS[1:])
    return f"""
    UPDATE leadscoring_leadscore s SET
        {", ".join(f"{name} = n.{name}" for name in NUMBERS)},
        purchase_intent = n.purchase_intent, recommended_action = n.recommended_action,
        signals = n.words, facts = ARRAY[{", ".join(f"n.{name}" for name in NAMES)}],
        contact_status = n.contact_status, rules = {rules.VERSION},
        record_seen = n.record_seen, counts_seen = n.counts_seen,
        calculated_at = stamp.at, calculated_on = %(today)s::date,
        next_on = %(today)s::date + n.wait, updated_at = stamp.at
    FROM scored n, stamp WHERE s.id = n.score_id AND s.calculated_at = n.seen_at
    RETURNING s.id, s.company_id, s.contact_id, n.old_total AS previous, s.total,
        ARRAY[{before}] AS before, ARRAY[{after}] AS after, s.recommended_action, s.facts,
        ({SAME}) IS DISTINCT FROM ({OLD}) AS is_changed"""  # noqa: S608


def _insert_sql() -> str:
    """Write the first scores of people."""
    array = ", ".join(NAMES)
    after = ", ".join(f"{name}::int" for name in NUMBERS[1:])
    return f"""
    INSERT INTO leadscoring_leadscore
        (id, created_at, updated_at, company_id, contact_id, {", ".join(NUMBERS)}, purchase_intent,
         recommended_action, signals, facts, contact_status, rules, record_seen, counts_seen,
         calculated_at, calculated_on, next_on)
    SELECT uuidv7(), stamp.at, stamp.at, company_id, contact_id, {", ".join(NUMBERS)},
        purchase_intent, recommended_action, words, ARRAY[{array}], contact_status,
        {rules.VERSION}, record_seen, counts_seen, stamp.at, %(today)s::date,
        %(today)s::date + wait
    FROM scored, stamp WHERE score_id IS NULL
    ON CONFLICT (contact_id) DO NOTHING
    RETURNING id, company_id, contact_id, NULL::int AS previous, total, NULL::int[] AS before,
        ARRAY[{after}] AS after, recommended_action, facts, true AS is_changed"""  # noqa: S608
