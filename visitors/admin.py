"""Who may not write by the chat of a site; deleting one hears them again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from common.admin import CompanyAdmin, linked, since
from visitors.models import VisitorBlock
from visitors.services.blocking import visitor_unblock


@admin.register(VisitorBlock)
class VisitorBlockAdmin(CompanyAdmin):
    """Blocked visitors and networks. They are blocked from their conversation."""

    can_be_added = False
    can_be_deleted = True
    list_display = ("shown_at", "kind", "shown_channel", "shown_visitor", "author")
    list_filter = ("kind",)
    list_select_related = ("channel", "session", "author__user")
    ordering = ("-created_at",)
    fields = ("shown_at", "kind", "shown_channel", "shown_visitor", "author")
    readonly_fields: ClassVar[Any] = fields
    shown_channel = linked("channel", _("canal"), ordering="channel__name")

    @display(description=_("quando"), ordering="created_at")
    def shown_at(self, obj: VisitorBlock) -> str:
        """The moment."""
        return since(obj.created_at)

    @display(description=_("nome digitado"))
    def shown_visitor(self, obj: VisitorBlock) -> str:
        """What the visitor called themselves."""
        return obj.session.name if obj.session and obj.session.name else "-"

    def delete_model(self, request: HttpRequest, obj: VisitorBlock) -> None:
        """Unblock through the service, which writes it down."""
        visitor_unblock(block=obj, actor=self.member(request, obj).user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VisitorBlock]) -> None:
        """Unblock one by one."""
        for block in queryset:
            self.delete_model(request, block)

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The service writes it down."""
