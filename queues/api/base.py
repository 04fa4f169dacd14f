"""What the endpoints of queues share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.base import CompanyView
from accounts.models import Membership
from common.api.permissions import IsMember
from common.errors import NotFound
from queues.models import Queue, Ticket


class ManagersWrite(IsMember):
    """Any member reads; administrators and supervisors write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the method, then at the role."""
        if not super().has_permission(request, view):
            return False
        return request.method in SAFE_METHODS or request.membership.is_manager  # type: ignore[attr-defined]


class QueuesView(CompanyView):
    """Finds what the caller may see; the rest is missing."""

    queryset: Any = Queue.unscoped.none()

    def queue(self, queue_id: UUID) -> Queue:
        """Return a queue the caller may see. Raises NotFound."""
        rows = Queue.objects.visible_to(self.membership).select_related("calendar")
        row: Queue | None = rows.filter(pk=queue_id).first()
        if row is None:
            raise NotFound
        return row

    def row_of(self, model: type[Any], pk: UUID) -> Any:
        """Return a row of the company, to name it in something written. Raises NotFound."""
        row = model.objects.filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row

    def ticket(self, ticket_id: UUID) -> Ticket:
        """Return a ticket the caller may see. Raises NotFound."""
        rows = Ticket.objects.visible_to(self.membership)
        row: Ticket | None = rows.select_related("routing_run").filter(pk=ticket_id).first()
        if row is None:
            raise NotFound
        self.saw([row])
        return row

    def person(self, membership_id: UUID) -> Membership:
        """Return a colleague. Raises NotFound."""
        row = Membership.objects.active().select_related("user").filter(pk=membership_id).first()
        if row is None:
            raise NotFound
        return row
