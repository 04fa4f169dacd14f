"""The simulator never runs where real patients are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


def refusal_for_production() -> str:
    """Say why this combination of settings is dangerous; empty when it is not."""
    if settings.SIMULATOR and not settings.DEBUG:
        return (
            "SIMULATOR=1 with DEBUG=0 is refused: the simulator has no login and speaks as Meta. "
            "Set SIMULATOR=0 in production, or DEBUG=1 on a machine for development."
        )
    return ""


def refusal_to_start() -> str:
    """Say why the simulator's own process must not start; empty when it may."""
    if not settings.SIMULATOR:
        return "The simulator is off. Start it with SIMULATOR=1 and DEBUG=1."
    return refusal_for_production()


@register()
def simulator_stays_out_of_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse SIMULATOR=1 with DEBUG=0 before anything is served."""
    reason = refusal_for_production()
    return [Error(reason, id="simulator.E001")] if reason else []
