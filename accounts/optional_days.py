"""Days on which many clinics close although no law says so. They move with Easter, so nobody should
have to type them every year.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

# By the calendar's field: days from Easter Sunday, and what each is called.
DAYS: dict[str, tuple[tuple[int, Any], ...]] = {
    "closes_carnival": (
        (-48, _("Segunda-feira de Carnaval")),
        (-47, _("Terça-feira de Carnaval")),
    ),
    "closes_ash_wednesday": ((-46, _("Quarta-feira de Cinzas")),),
    "closes_corpus_christi": ((60, _("Corpus Christi")),),
}


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def optional_days(names: Iterable[str], years: Iterable[int]) -> dict[date, str]:
    """Return the chosen days of some years, with their names."""
    chosen = [day for name in names for day in DAYS[name]]
    return {
        easter(year) + timedelta(days=apart): str(words)
        for year in years
        for apart, words in chosen
    }
