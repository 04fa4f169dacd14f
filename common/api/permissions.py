"""Who may call: a member of a company, and for some acts a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class IsMember(BasePermission):
    """The caller has an active membership in an active company."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask the request, where accounts put the membership."""
        return getattr(request, "membership", None) is not None


class ManagersDelete(IsMember):
    """Any member reads and writes; administrators and supervisors remove."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the method, then at the role."""
        if not super().has_permission(request, view):
            return False
        return request.method != "DELETE" or request.membership.is_manager  # type: ignore[attr-defined]


class ManagersOnly(IsMember):
    """Only the company's administrators and supervisors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the role."""
        return super().has_permission(request, view) and request.membership.is_manager  # type: ignore[attr-defined]


class AdministratorsWrite(IsMember):
    """Any member reads; only administrators write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the method, then at the role."""
        if not super().has_permission(request, view):
            return False
        return request.method in SAFE_METHODS or request.membership.is_administrator  # type: ignore[attr-defined]


class AdministratorsOnly(IsMember):
    """Only the company's administrators."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Look at the role."""
        return super().has_permission(request, view) and request.membership.is_administrator  # type: ignore[attr-defined]
