"""Quick replies of queues and of the clinic; one's own stay in the inbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.admin import CompanyAdmin, CompanyInline, linked
from common.admin.narrowing import CompanyForm
from queues.choices import ReplyScope
from queues.models import QuickReply, QuickReplyFile
from queues.services.quick_replies import quick_reply_delete, quick_reply_save

FIELDS = ("scope", "queue", "folder", "name", "text")


class QuickFilePanel(CompanyInline):
    """Files that go along; they are added in the inbox."""

    model = QuickReplyFile
    verbose_name_plural = _("arquivos")
    fields = ("filename", "mime_type", "size")
    readonly_fields = fields
    show_change_link = False


class QuickReplyForm(CompanyForm):
    """A quick reply of a team."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.fields.get("scope")
        if isinstance(scope, forms.ChoiceField):
            # A personal one would be the administrator's.
            offered = [ReplyScope.COMPANY, ReplyScope.QUEUE]
            scope.choices = [(one.value, one.label) for one in offered]
            scope.initial = ReplyScope.COMPANY.value


@admin.register(QuickReply)
class QuickReplyAdmin(CompanyAdmin):
    """Quick replies that several people use."""

    form = QuickReplyForm
    can_be_deleted = True
    list_display = ("name", "folder", "scope", "shown_queue", "used_count", "shown_company")
    list_filter = ("scope",)
    list_select_related = ("company", "queue")
    search_fields = ("name", "folder", "text")
    ordering = ("name", "id")
    fields = (("scope", "queue"), ("name", "folder"), "text")
    inlines = (QuickFilePanel,)
    shown_queue = linked("queue", _("fila"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what people keep for themselves."""
        return super().get_queryset(request).exclude(scope=ReplyScope.PERSON)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        rows = QuickReply.objects.for_company(obj.company_id)
        saved = quick_reply_save(
            actor=self._actor(request, obj),
            reply=rows.get(pk=obj.pk) if change else None,
            **{name: form.cleaned_data[name] for name in FIELDS},
        )
        obj.pk = saved.pk
        form.instance = saved

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service."""
        quick_reply_delete(reply=obj, actor=self._actor(request, obj))

    def _actor(self, request: HttpRequest, row: Any) -> Membership:
        member: Membership = self.member(request, row)
        return member
