"""What administrators are told of addresses that need them, on their pages and on the first one of
the back-office.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from integrations.models import HookSubscription

# More than these are seen in the list, by its question "Com problemas".
NAMED_MOST = 5


def trouble_words(row: HookSubscription) -> list[str]:
    """Say what is wrong with an address, if anything is."""
    if row.stop_reason and row.stopped_at:
        words = {"when": _moment(row.stopped_at), "why": row.get_stop_reason_display()}
        sentence = gettext("Parou em %(when)s: %(why)s. Corrija o outro sistema e ligue de novo.")
        return [sentence % words]
    if row.failing_since:
        sentence = gettext("Falha desde %(when)s. Veja as entregas para saber por quê.")
        return [sentence % {"when": _moment(row.failing_since)}]
    return []


def notices(rows: Iterable[HookSubscription]) -> list[str]:
    """Name addresses of other systems that need somebody, each with what is wrong."""
    named = []
    for row in list(rows)[:NAMED_MOST]:
        lost = gettext("Há eventos que não foram entregues em 24 horas.")
        for words in trouble_words(row) or [lost]:
            named.append(
                gettext("Webhook %(name)s: %(trouble)s") % {"name": row.name, "trouble": words}
            )
    return named


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
