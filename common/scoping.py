"""Tenancy: a query on a tenant's table says whose rows it wants, or it raises.

The scope is opened by few doors: API base view, page mixin, tasks, sockets, back-office, and per
item in the pipeline and the sender. tests/test_closed_lists.py lists them, and holds that pages and
API never read past the scope. `unscoped` managers are for the admin, migrations, sweeps, services.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models

from common.models import Base

_company: ContextVar[UUID | None] = ContextVar("company", default=None)
_every: ContextVar[bool] = ContextVar("every_company", default=False)

M = TypeVar("M", bound=models.Model)


class CompanyScopeMissing(RuntimeError):
    """A tenant's table was queried without saying whose rows are wanted: a bug, never a user's
    fault.
    """


@contextmanager
def company_scope(company: Any) -> Iterator[None]:
    """Let `Model.objects` mean this company's rows. Takes a Company or its id."""
    token = _company.set(getattr(company, "pk", company))
    try:
        yield
    finally:
        _company.reset(token)


@contextmanager
def every_company() -> Iterator[None]:
    """Let `Model.objects` mean all rows. For the admin of the platform's owner; nothing else opens
    it.
    """
    token = _every.set(True)
    try:
        yield
    finally:
        _every.reset(token)


def current_company_id() -> UUID:
    """Return the scope's company id. Raises CompanyScopeMissing when no scope is open."""
    company_id = _company.get()
    if company_id is None:
        raise CompanyScopeMissing("open company_scope() or use for_company()")
    return company_id


class CompanyQuerySet(models.QuerySet[M]):
    """A queryset that can be narrowed to one company."""

    def for_company(self, company: Any) -> Self:
        """Keep one company's rows. Takes a Company or its id."""
        return self.filter(company_id=getattr(company, "pk", company))


class CompanyManager(models.Manager[M]):
    """Rows of the scope's company; raises CompanyScopeMissing when no scope is open."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[M]:
        """Narrow to the open scope."""
        queryset = super().get_queryset()
        if _every.get():
            return queryset
        return queryset.filter(company_id=current_company_id())

    def for_company(self, company: Any) -> Any:
        """Open the explicit door: this company's rows, whatever the scope."""
        company_id = getattr(company, "pk", company)
        # Through get_queryset: a related manager (message.attachments) narrows to its object there.
        with company_scope(company_id):
            rows = self.get_queryset()
        return rows.filter(company_id=company_id) if _every.get() else rows


class CompanyOwned(Base):
    """A row that belongs to one company and is never shown to another."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.CASCADE, related_name="+", editable=False
    )

    objects = CompanyManager.from_queryset(CompanyQuerySet)()
    unscoped = models.Manager.from_queryset(CompanyQuerySet)()

    class Meta:
        abstract = True
