"""Names of tasks, for whoever rings for them."""

from __future__ import annotations

ADVANCE = "flows.tasks.advance"
SWEEP = "flows.tasks.sweep"
