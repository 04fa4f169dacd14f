"""What a process counts of itself, for Prometheus: each process has its own numbers and tells them
by its own /metrics. Labels are of closed sets: never a company, a person, a channel or an address.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

OWN = CollectorRegistry()

REQUESTS = Counter(
    "central_requests_total",
    "Requests answered, by door and class of status",
    ("door", "status"),
    registry=OWN,
)
SECONDS = Histogram(
    "central_request_seconds",
    "How long requests took, by door",
    ("door",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    registry=OWN,
)
SOCKETS = Gauge("central_sockets_open", "Sockets open now, by door", ("door",), registry=OWN)
