"""A screen on the wall: who waits, who is there, how the day goes, and what needs somebody now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.live import Now, live
from analytics.ranges import Range, today
from analytics.selectors import report
from inbox.reports.presenters import figures_of
from inbox.reports.shapes import WallQueue
from inbox.reports.views import ReportPage
from inbox.shell.clocks import since
from queues import selectors
from queues.models import Queue

# Those of the day that one reads from across a room.
SHOWN = ("entered", "wait", "response", "response_on_time", "gave_up", "satisfied")


class WallPage(ReportPage):
    """For managers: it shows everybody's numbers, and no patient's name. Others go to their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the page, or as a fragment what changes on it."""
        if not self.membership.is_manager:
            return redirect("inbox:reports")
        context = self._now()
        if self.is_fragment:
            return self.draw("inbox/reports/_wall.html", context)
        return self.shown("inbox/reports/wall.html", context)

    def _now(self) -> dict[str, Any]:
        now = timezone.now()
        day = today(self.membership.company.zone, now)
        stands = live(self.membership)
        queues = list(Queue.objects.filter(is_active=True).order_by("name"))
        numbers = selectors.queue_numbers(queues, zone=self.membership.company.time_zone, now=now)
        rows = [_queue(queue, numbers[queue.pk], now) for queue in queues]
        figures = figures_of(report(self.membership.company, Range(day, day)).whole, None)
        oldest = stands.oldest_wait
        return {
            "now": stands,
            "oldest": since(now - timedelta(seconds=oldest), now=now) if oldest else None,
            "queues": rows,
            "figures": [one for one in figures if one.key in SHOWN],
            "alerts": _alerts(stands, rows, sum(row.broken for row in numbers.values())),
        }


def _queue(queue: Queue, row: selectors.QueueNumbers, now: Any) -> WallQueue:
    longest = row.longest_wait
    return WallQueue(
        name=queue.name,
        waiting=row.waiting,
        serving=row.serving,
        online=row.online,
        longest=since(now - timedelta(seconds=longest), now=now) if longest is not None else None,
        is_late=bool(row.broken),
    )


def _alerts(stands: Now, queues: list[WallQueue], broken: int) -> list[str]:
    """Return what needs somebody now, in words."""
    found = []
    if broken:
        found.append(
            ngettext(
                "%(count)s atendimento com o SLA estourado",
                "%(count)s atendimentos com o SLA estourado",
                broken,
            )
            % {"count": broken}
        )
    found += [
        _("Ninguém online na fila %(queue)s, e há quem espera") % {"queue": one.name}
        for one in queues
        if one.waiting and not one.online
    ]
    if stands.waiting and not stands.online:
        found.append(_("Ninguém da equipe está online"))
    return found
