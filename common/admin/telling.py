"""What the back-office tells others: what was done there, and whose rows were shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from common.scoping import CompanyOwned
from common.slots import Slot

HISTORY = "admin:accounts_auditentry_changelist"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to a row: `action` is criado, alterado or apagado, `fields` are the
    names of those that changed.
    """

    request: HttpRequest
    obj: Model
    company_id: Any
    action: str
    fields: tuple[str, ...]


acted: Slot[Callable[[Act], None]] = Slot()
# Called with the request and rows of companies that are about to be shown.
shown: Slot[Callable[[HttpRequest, list[Any]], None]] = Slot()


class Telling(ModelAdmin):
    """A page that tells the audit what is done and seen there."""

    def company_of(self, obj: Any) -> Any:
        """Return the id of the company a row belongs to."""
        return obj.company_id

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Tell whose rows a list shows."""
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", None) or {}
        if "cl" in listed:
            self.tell_shown(request, list(listed["cl"].result_list))
        return response

    def tell_shown(self, request: HttpRequest, rows: list[Any]) -> None:
        """Tell that rows are about to be shown."""
        if issubclass(self.model, CompanyOwned):
            for listener in shown:
                listener(request, rows)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Tell the audit instead of Django's own log, which would copy names out of their rows."""
        self.tell(request, obj, "criado")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Tell the audit which fields changed."""
        self.tell(request, obj, "alterado", _fields(message))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Tell the audit."""
        for obj in queryset:
            self.tell(request, obj, "apagado")

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Sequence[str] = ()) -> None:
        """Let the audit hear of an act; pages whose service records it itself override this."""
        act = Act(request, obj, self.company_of(obj), action, tuple(fields))
        for listener in acted:
            listener(act)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row's entries in the audit."""
        # Before the look-up: whoever may not look learns nothing about which rows there are.
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        return HttpResponseRedirect(reverse(HISTORY, query={"q": str(obj.pk)}))


def _fields(message: Any) -> list[str]:
    parts = json.loads(message) if isinstance(message, str) and message[:1] == "[" else message
    changed = [part.get("changed", {}) for part in parts if isinstance(part, dict)]
    return [str(name) for part in changed for name in part.get("fields", [])]
