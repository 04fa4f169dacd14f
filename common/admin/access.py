"""Whose rows a person may see and change in the back-office. The role decides, nothing else does:
Django's own permission table is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.scoping import company_scope, every_company


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may do: the platform's owner (superuser) everything, a supervisor looks, an
    administrator changes, an attendant has no business here.
    """

    is_owner: bool = False
    memberships: dict[UUID, Any] = field(default_factory=dict)
    # A company of theirs opens once they have the second factor that it wants.
    is_owing: bool = False

    @property
    def is_any(self) -> bool:
        """Whether there is anything to see."""
        return self.is_owner or bool(self.memberships)

    @property
    def is_changing_any(self) -> bool:
        """Whether there is a company to change."""
        return self.is_owner or any(m.is_administrator for m in self.memberships.values())

    def may_view(self, company_id: Any) -> bool:
        """Whether a company's rows may be looked at."""
        return self.is_owner or company_id in self.memberships

    def may_change(self, company_id: Any) -> bool:
        """Whether a company's rows may be changed."""
        member = self.memberships.get(company_id)
        return self.is_owner or (member is not None and member.is_administrator)

    def narrow(self, rows: QuerySet[Any], lookup: str = "company_id") -> QuerySet[Any]:
        """Keep the rows of companies that may be looked at."""
        return rows if self.is_owner else rows.filter(**{f"{lookup}__in": list(self.memberships)})

    def scope(self) -> Any:
        """Return the scope in which this person's request does its work."""
        if not self.is_owner and len(self.memberships) == 1:
            return company_scope(next(iter(self.memberships)))
        # Several companies at once: every page narrows its rows itself.
        return every_company()


def access_of(request: HttpRequest) -> Access:
    """Return what the request's user may do, looked up once for each request."""
    known: Access | None = getattr(request, "_back_office_access", None)
    if known is None:
        known = _look_up(request.user)
        request._back_office_access = known  # type: ignore[attr-defined]
    return known


def _look_up(user: Any) -> Access:
    # A password that somebody else typed opens nothing.
    if not (user.is_authenticated and user.is_active) or user.must_change_password:
        return Access()
    # Which companies a person works in is what this looks up, so there is no scope yet.
    with every_company():
        rows = list(user.memberships.active().select_related("company", "user"))
    managed = [row for row in rows if row.is_manager]
    proven = {row.company_id: row for row in managed if _is_proven(user, row)}
    return Access(user.is_superuser, proven, is_owing=len(proven) < len(managed))


def _is_proven(user: Any, row: Any) -> bool:
    return user.has_two_factor or not row.needs_two_factor


def zone_of(request: HttpRequest) -> tzinfo:
    """Return the clock of lists: of the company that the person manages, of the one they joined
    first when there are several; the platform's owner reads by the installation's.
    """
    members = access_of(request).memberships.values()
    first = min(members, key=lambda member: member.created_at, default=None)
    return timezone.get_default_timezone() if first is None else first.company.zone


@contextmanager
def request_scope(request: HttpRequest) -> Iterator[None]:
    """Open the scope of the request's user."""
    with access_of(request).scope():
        yield
