"""The floor's app, known only to its own settings."""

from __future__ import annotations

from django.apps import AppConfig


class FloorConfig(AppConfig):
    """One table like the ledger's."""

    name = "bench.floor"
    label = "floor"
    default_auto_field = "django.db.models.BigAutoField"
