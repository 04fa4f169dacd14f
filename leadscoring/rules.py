"""How a score comes about. Pure: facts of one person go in, a score with its reasons comes out, and
the same facts always give the same score, so that an explanation is the score made once more.

The rules are a table. `score` reads it for one person; `statement` compiles the same table to SQL
for a million. Time enters as whole days, so a recalculation on the same day changes nothing; bands
over days are what decay means here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace

from leadscoring.choices import Action, Dimension

# Grows with every change of the table: what was scored by an older one is scored anew.
VERSION = 1
# Stands for "it never happened" where days or seconds are counted.
NEVER = 1_000_000
# Of the total (spec: LeadScoringService). The temperature is no part of it.
WEIGHTS = {
    Dimension.BEHAVIOUR: 25,
    Dimension.PROFILE: 20,
    Dimension.ENGAGEMENT: 30,
    Dimension.INTENT: 25,
}
# From this intention on a person means to buy; from the other one they are called at once.
INTENT_LEAST = 15
CALL_OVER, PROPOSE_OVER, CONTENT_FROM, INACTIVE_AFTER = 80, 60, 40, 30
# The reason that makes up for what a dimension cannot have: less than 0 or more than 100.
LIMIT = "limite"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a person on one day, all of it whole numbers.

    Days are since it last happened, NEVER if it did not; `is_`/`has_` are 0 or 1; `interest` is the
    youngest of the signals that speak for buying.
    """

    messages: int = 0
    reply_seconds: int = NEVER
    answered_percent: int = 0
    daytime_percent: int = 0
    silent_days: int = NEVER
    contact_days: int = 0
    talk_minutes: int = 0
    talks: int = 0
    name_words: int = 0
    has_email: int = 0
    has_phone: int = 0
    is_phone_proven: int = 0
    has_details: int = 0
    price_days: int = NEVER
    schedule_days: int = NEVER
    offer_days: int = NEVER
    buying_days: int = NEVER
    insurance_days: int = NEVER
    urgency_days: int = NEVER
    refusal_days: int = NEVER
    interest_days: int = NEVER

    def later(self, days: int) -> Facts:
        """Return the same facts as they stand some days later."""
        aged = {name: value + days for name in DAYS if (value := getattr(self, name)) < NEVER}
        return replace(self, **aged)


NAMES = tuple(field.name for field in fields(Facts))
DAYS = tuple(name for name in NAMES if name.endswith("_days") and name != "contact_days")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the table: a fact below `edges[0]` is worth `points[0]`, from `edges[0]` on
    `points[1]`, and so on.
    """

    dimension: Dimension
    code: str
    fact: str
    edges: tuple[int, ...]
    points: tuple[int, ...]

    def worth(self, facts: Facts) -> int:
        """Return the points that the facts give."""
        return self.points[bisect_right(self.edges, getattr(facts, self.fact))]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some points were given or taken; `value` is the fact behind it."""

    dimension: Dimension
    code: str
    points: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """What the facts come to. For each dimension the reasons add up to its number."""

    behaviour: int
    profile: int
    engagement: int
    intent: int
    temperature: int
    total: int
    purchase_intent: bool
    recommended_action: Action
    reasons: tuple[Reason, ...]


_B, _P, _E, _I, _T = Dimension
# Days since a signal was heard: today, this week, the fortnight, the month.
_HEARD = (1, 4, 8, 15, 31)
_BAD_NEWS = (1, 4, 8, 15, 31)

CRITERIA: tuple[Criterion, ...] = (
    Criterion(_B, "mensagens", "messages", (1, 3, 6, 12), (0, 12, 22, 30, 35)),
    Criterion(
        _B, "rapidez", "reply_seconds", (300, 1800, 7200, 43200, NEVER), (30, 24, 16, 9, 3, 0)
    ),
    Criterion(_B, "responde", "answered_percent", (1, 40, 70), (0, 5, 10, 15)),
    Criterion(_B, "horario", "daytime_percent", (1, 50, 80), (0, 8, 14, 20)),
    Criterion(_B, "esfriou", "silent_days", (31, 61, 91, 181, NEVER), (0, -15, -30, -45, -60, 0)),
    Criterion(_P, "nome", "name_words", (1, 2), (0, 15, 30)),
    Criterion(_P, "email", "has_email", (1,), (0, 25)),
    Criterion(_P, "telefone", "has_phone", (1,), (0, 25)),
    Criterion(_P, "telefone_confirmado", "is_phone_proven", (1,), (0, 10)),
    Criterion(_P, "dados", "has_details", (1,), (0, 10)),
    Criterion(_E, "recencia", "silent_days", (1, 4, 8, 15, 31), (40, 34, 26, 18, 8, 0)),
    Criterion(_E, "frequencia", "contact_days", (1, 2, 4, 8), (0, 8, 16, 24, 30)),
    Criterion(_E, "duracao", "talk_minutes", (1, 5, 15, 30), (0, 6, 12, 17, 20)),
    Criterion(_E, "conversas", "talks", (2, 4), (0, 6, 10)),
    Criterion(_E, "ausencia", "silent_days", (61, 91, 181, NEVER), (0, -10, -20, -40, 0)),
    Criterion(_I, "preco", "price_days", _HEARD, (35, 30, 24, 16, 8, 0)),
    Criterion(_I, "agendamento", "schedule_days", _HEARD, (40, 35, 28, 18, 9, 0)),
    Criterion(_I, "oferta", "offer_days", _HEARD, (25, 22, 17, 11, 5, 0)),
    Criterion(_I, "compra", "buying_days", _HEARD, (35, 30, 24, 16, 8, 0)),
    Criterion(_I, "convenio", "insurance_days", _HEARD, (20, 17, 13, 9, 4, 0)),
    Criterion(_I, "urgencia", "urgency_days", _HEARD, (20, 17, 12, 6, 2, 0)),
    Criterion(_I, "desistencia", "refusal_days", _BAD_NEWS, (-60, -50, -40, -25, -10, 0)),
    Criterion(_T, "recencia", "silent_days", (1, 2, 4, 8, 15, 31), (40, 32, 24, 15, 8, 3, 0)),
    Criterion(_T, "interesse", "interest_days", _HEARD, (35, 30, 22, 14, 7, 0)),
    Criterion(_T, "urgencia", "urgency_days", (1, 3, 8, 15), (25, 18, 10, 4, 0)),
    Criterion(_T, "desistencia", "refusal_days", _BAD_NEWS, (-50, -40, -30, -15, -5, 0)),
)


def score(facts: Facts) -> Score:
    """Apply the table."""
    found = {dimension: tuple(_reasons(dimension, facts)) for dimension in Dimension}
    values = {
        dimension: sum(reason.points for reason in reasons) for dimension, reasons in found.items()
    }
    total = (sum(weight * values[name] for name, weight in WEIGHTS.items()) + 50) // 100
    is_buying = values[Dimension.INTENT] >= INTENT_LEAST
    return Score(
        behaviour=values[Dimension.BEHAVIOUR],
        profile=values[Dimension.PROFILE],
        engagement=values[Dimension.ENGAGEMENT],
        intent=values[Dimension.INTENT],
        temperature=values[Dimension.TEMPERATURE],
        total=total,
        purchase_intent=is_buying,
        recommended_action=action_of(total, values[Dimension.INTENT], facts.silent_days),
        reasons=tuple(reason for reasons in found.values() for reason in reasons),
    )


def _reasons(dimension: Dimension, facts: Facts) -> Iterator[Reason]:
    raw = 0
    for criterion in CRITERIA:
        if criterion.dimension == dimension and (points := criterion.worth(facts)):
            raw += points
            yield Reason(dimension, criterion.code, points, getattr(facts, criterion.fact))
    kept = min(max(raw, 0), 100)
    if kept != raw:
        yield Reason(dimension, LIMIT, kept - raw)


def action_of(total: int, intent: int, silent_days: int) -> Action:
    """Choose what to do next by the spec's table, from its first line down; where no line fits, a
    person with a good score gets something to read and others are to be qualified.
    """
    if total > CALL_OVER and intent >= INTENT_LEAST:
        return Action.CALL_NOW
    if total > PROPOSE_OVER and intent > 0:
        return Action.PROPOSE
    if INACTIVE_AFTER < silent_days < NEVER:
        return Action.REENGAGE
    return Action.CONTENT if total >= CONTENT_FROM else Action.QUALIFY


def edges_of(name: str) -> tuple[int, ...]:
    """Return every number of days at which a fact changes what something is worth."""
    own = {edge for one in CRITERIA if one.fact == name for edge in one.edges if edge < NEVER}
    if name == "silent_days":
        own.add(INACTIVE_AFTER + 1)
    return tuple(sorted(own))


def next_change(facts: Facts) -> int | None:
    """Return in how many days time alone changes the score's grounds, None when it never will."""
    waits = []
    for name in DAYS:
        value, edges = getattr(facts, name), edges_of(name)
        at = bisect_right(edges, value)
        if at < len(edges):
            waits.append(edges[at] - value)
    return min(waits, default=None)


def facts_of(values: list[int]) -> Facts:
    """Read facts as they are stored: their values in the order of the fields."""
    return Facts(*values)


def values_of(facts: Facts) -> list[int]:
    """Return facts as they are stored."""
    return list(astuple(facts))
