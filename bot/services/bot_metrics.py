"""What the bot is good for, counted from what it and people did. Nothing here is judged by a model;
each figure's definition stands on its page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Company
from bot.choices import (
    EntryUse,
    HandoverReason,
    SessionOutcome,
    SessionState,
    SuggestionState,
    TurnAct,
    TurnState,
)
from bot.models import AiUsage, BotSession, BotSuggestion, BotTurn
from bot.services.learning import MISSED
from omnichannel.choices import Direction
from omnichannel.models import Message

RETURN = timedelta(hours=24)
PERIODS = (7, 30, 90)
# A person is given what they ask for, and whatever is dangerous, whether or not an entry fits.
ALWAYS_RIGHT = (HandoverReason.ASKED, HandoverReason.EMERGENCY, HandoverReason.REFUSED_BOT)


@dataclass(frozen=True, slots=True)
class BotDay:
    """One day's counts; `costs` are sums by currency."""

    day: date
    sessions: int = 0
    contained: int = 0
    handed: int = 0
    answers: int = 0
    misses: int = 0
    costs: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class BotFigures:
    """A period's figures. Shares are None where nothing was counted."""

    ended: int
    confirmed: int
    assumed: int
    given_up: int
    came_back: int
    handed: int
    taken: int
    could_answer: int
    late: int
    answers: int
    rejected: int
    misses: int
    asked: int
    days: list[BotDay] = field(default_factory=list)

    @property
    def containment(self) -> float | None:
        """Ended without a person and without a return."""
        return _share(self.confirmed + self.assumed, self.ended)

    @property
    def precision(self) -> float | None:
        """Handed over, and rightly so."""
        return _share(self.handed - self.could_answer, self.handed)

    @property
    def recall(self) -> float | None:
        """Of those who needed a person, whom the bot handed over in time."""
        return _share(self.handed - self.late, self.handed + self.taken + self.given_up)

    @property
    def grounded(self) -> float | None:
        """Answers that came from an entry, of all that were tried."""
        return _share(self.answers, self.answers + self.rejected)

    @property
    def missed(self) -> float | None:
        """Questions without an answer, of all questions."""
        return _share(self.misses, self.asked)


def figures_of(company: Company, days: int) -> BotFigures:
    """Count a company's last days, today included, by its clock."""
    today = timezone.now().astimezone(company.zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time.min, tzinfo=company.zone)
    sessions = _sessions(company, since)
    turns = BotTurn.objects.for_company(company).filter(
        created_at__gte=since, state=TurnState.DONE, session__is_shadow=False
    )
    handed = Q(outcome=SessionOutcome.HANDED)
    late = Q(reason=HandoverReason.REPEATED) | Q(reason=HandoverReason.ASKED, misses__gt=0)
    counted = sessions.aggregate(
        ended=Count("pk"),
        confirmed=Count("pk", filter=Q(outcome=SessionOutcome.CONFIRMED, is_back=False)),
        assumed=Count("pk", filter=Q(outcome=SessionOutcome.ASSUMED, is_back=False)),
        given_up=Count("pk", filter=Q(outcome=SessionOutcome.GIVEN_UP)),
        came_back=Count("pk", filter=_alone() & Q(is_back=True)),
        handed=Count("pk", filter=handed),
        taken=Count("pk", filter=Q(outcome=SessionOutcome.TAKEN)),
        could_answer=Count("pk", filter=handed & ~Q(reason__in=ALWAYS_RIGHT) & Q(is_known=True)),
        late=Count("pk", filter=handed & late),
    )
    said = turns.aggregate(
        answers=Count("pk", filter=_answered()),
        rejected=Count("pk", filter=Q(reason=HandoverReason.REJECTED)),
        misses=Count("pk", filter=Q(reason__in=MISSED)),
        asked=Count("pk", filter=Q(act__in=(TurnAct.ANSWER, TurnAct.OFFER)) | Q(reason__in=MISSED)),
    )
    return BotFigures(**counted, **said, days=_days(company, first, today, sessions, turns))


def _sessions(company: Company, since: datetime) -> QuerySet[BotSession]:
    """Return what ended, with whether its patient came back and whether an entry would do."""
    back = Message.unscoped.filter(
        conversation=OuterRef("conversation"),
        direction=Direction.IN,
        created_at__gt=OuterRef("ended_at"),
        created_at__lte=OuterRef("ended_at") + RETURN,
    )
    used = BotSuggestion.unscoped.filter(
        conversation=OuterRef("conversation"),
        state=SuggestionState.USED,
        entry__use=EntryUse.AUTOMATIC,
        created_at__gte=OuterRef("created_at"),
        created_at__lte=OuterRef("ended_at") + RETURN,
    )
    rows = BotSession.objects.for_company(company).filter(
        created_at__gte=since,
        is_shadow=False,
        state__in=(SessionState.HANDED, SessionState.ENDED),
        ended_at__isnull=False,
    )
    return rows.annotate(is_back=Exists(back), is_known=Exists(used))


def _alone() -> Q:
    return Q(outcome__in=(SessionOutcome.CONFIRMED, SessionOutcome.ASSUMED))


def _answered() -> Q:
    return Q(act=TurnAct.ANSWER, entry__isnull=False, message__isnull=False)


def _days(company: Company, first: date, today: date, sessions: Any, turns: Any) -> list[BotDay]:
    """Return the days newest first, by three sums."""
    by_day = TruncDate("created_at", tzinfo=company.zone)
    found: dict[date, dict[str, Any]] = {}
    counted = sessions.order_by().annotate(day=by_day).values("day")
    for row in counted.annotate(
        sessions=Count("pk"),
        contained=Count("pk", filter=_alone() & Q(is_back=False)),
        handed=Count("pk", filter=Q(outcome=SessionOutcome.HANDED)),
    ):
        found.setdefault(row.pop("day"), {}).update(row)
    said = turns.order_by().annotate(day=by_day).values("day")
    for row in said.annotate(
        answers=Count("pk", filter=_answered()),
        misses=Count("pk", filter=Q(reason__in=MISSED)),
    ):
        found.setdefault(row.pop("day"), {}).update(row)
    costs: dict[date, list[tuple[str, Decimal]]] = {}
    used = AiUsage.objects.for_company(company).filter(day__gte=first, day__lte=today)
    for day, currency, total in (
        used.order_by()
        .values("day", "currency")
        .annotate(total=Sum("cost"))
        .values_list("day", "currency", "total")
    ):
        costs.setdefault(day, []).append(
            (currency, (total or Decimal(0)).quantize(Decimal("0.0001")))
        )
    return [
        BotDay(day, **found.get(day, {}), costs=tuple(costs.get(day, ())))
        for day in sorted({*found, *costs}, reverse=True)
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
