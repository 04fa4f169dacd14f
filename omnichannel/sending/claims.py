"""What a process claimed before it died: nobody knows whether it left, so it is not sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.slots import Slot

# A claim older than this belongs to a process that died: a call lasts at most 36 s.
CLAIM_LOST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one kind of sender, of all companies: those committed before a moment, and what
    calls them uncertain and returns how many those were.
    """

    before: Callable[[datetime], QuerySet[Any]]
    give_up: Callable[[QuerySet[Any]], int]


# Each package that sends names its own.
watched: Slot[Claims] = Slot()


def claims_lost() -> list[QuerySet[Any]]:
    """Return what the sweep finds, one queryset a sender."""
    moment = timezone.now() - CLAIM_LOST
    return [one.before(moment) for one in watched]


def claims_sweep() -> int:
    """Call uncertain what was claimed by processes that died; return how many."""
    pairs = zip(watched, claims_lost(), strict=True)
    return sum(one.give_up(lost) for one, lost in pairs)
