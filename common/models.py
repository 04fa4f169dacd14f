"""What every table has."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Base(models.Model):
    """A row with an id that sorts by time of creation (UUIDv7) and its two moments."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(_("criado em"), auto_now_add=True)
    updated_at = models.DateTimeField(_("atualizado em"), auto_now=True)

    class Meta:
        abstract = True


class Link(models.Model):
    """A row of a relation between two tables: what Django would make by itself, but with an id that
    sorts by time. `auto_created` in the Meta of a subclass lets forms and the back-office fill the
    relation as they fill Django's own, and keeps the row out of the migrations' states.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
