"""A table like the ledger's; the benchmark makes it, no migration knows it."""

from __future__ import annotations

from django.db import models

from common.models import Base


class FloorEvent(Base):
    """One body, as a plain project would keep it."""

    source = models.CharField(max_length=20)
    body = models.BinaryField()
    dedupe = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(max_length=12, default="pendente", db_index=True)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return str(self.pk)
