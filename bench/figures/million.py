"""(k) The campaign sender's memory: ten thousand people, then a million."""

from __future__ import annotations

import resource
import sys
import time

from django.conf import settings

from bench import bulk, cast
from bench.figures.campaigns import allow, place_of, ready, send
from bench.report import Report
from bench.stack import HOST, Stack, free_port
from campaigns.models import Recipient

NUMBERS, FEW, MANY = 3, 10_000, 1_000_000


def measure(stack: Stack, report: Report) -> None:
    """Send both and hold the peaks against each other; the list is frozen in PostgreSQL."""
    port = free_port()
    stack.start("graph", [sys.executable, "-m", "bench.quick_graph", str(port)])
    settings.META_GRAPH_URL = f"http://{HOST}:{port}"
    time.sleep(1)
    peaks, first = [], 0
    places = [place_of(clinic) for clinic in cast.clinics(NUMBERS)]
    began = time.perf_counter()
    for people in (FEW, MANY - FEW):
        for place in places:
            each = people // NUMBERS
            bulk.people(place.clinic.company.pk, first=first, count=each)
            allow(place.clinic.company.pk)
            first += each
        campaigns = [ready(place) for place in places]
        began = time.perf_counter()
        send(campaigns)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    count = Recipient.unscoped.filter(campaign__in=campaigns, sent_at__isnull=False).count()
    report.add(
        "campaigns.peak_memory_at_1000000",
        peaks[1],
        "MiB",
        floor=peaks[0],
        goal="ratio <= 1.1",
        note=f"floor: at {FEW}; {count} sent at {count / (time.perf_counter() - began):,.0f}/s",
    )
