"""Flows in the back-office: what they send and carry, and who walked through them."""

from __future__ import annotations

import mimetypes
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordToggleWidget

from common.admin import CompanyAdmin, CompanyInline, linked
from common.admin.narrowing import CompanyForm
from common.files import files_delete
from flows.models import Flow, FlowFile, FlowRun, FlowSecret, FlowStep, FlowVersion

MOST_BYTES = 16 * 1024 * 1024


class FlowVersionPanel(CompanyInline):
    """What was published."""

    model = FlowVersion
    verbose_name_plural = _("versões")
    per_page = 10
    show_change_link = False
    fields = ("number", "created_at", "author")
    readonly_fields = fields


@admin.register(Flow)
class FlowAdmin(CompanyAdmin):
    """Flows as records; they are drawn, published and switched on their own pages."""

    is_read_only = True
    list_display = ("name", "is_active", "version", "priority", "shown_company")
    list_filter = ("is_active",)
    list_select_related = ("company", "version")
    search_fields = ("name",)
    ordering = ("priority", "name")
    inlines = (FlowVersionPanel,)
    fields = (("name", "is_active"), ("version", "priority"))


class FlowStepPanel(CompanyInline):
    """The path that was taken."""

    model = FlowStep
    verbose_name_plural = _("caminho")
    show_change_link = False
    fields = ("seq", "node", "exit", "error", "created_at")
    readonly_fields = fields
    ordering = ("seq",)


@admin.register(FlowRun)
class FlowRunAdmin(CompanyAdmin):
    """Who walked through flows, and how."""

    is_read_only = True
    list_display = ("created_at", "flow", "state", "outcome", "node", "seq", "shown_company")
    list_filter = ("state", "outcome")
    list_select_related = ("company", "flow")
    ordering = ("-pk",)
    inlines = (FlowStepPanel,)
    fields = (
        ("flow", "version"),
        "shown_conversation",
        ("state", "outcome"),
        ("node", "seq"),
        ("wake_at", "ended_at"),
    )
    readonly_fields = ("shown_conversation",)
    shown_conversation = linked("conversation", _("conversa"))


class FlowFileForm(CompanyForm):
    """A file with its name."""

    def clean_file(self) -> Any:
        """Refuse what no channel carries."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("O arquivo passa de 16 MB."))
        return file


@admin.register(FlowFile)
class FlowFileAdmin(CompanyAdmin):
    """Files that messages of flows send."""

    form = FlowFileForm
    list_display = ("name", "mime_type", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    can_be_deleted = True
    fields = ("name", "file")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep the file's type as its name tells; each send looks at the file itself."""
        if "file" in form.changed_data:
            obj.mime_type = mimetypes.guess_type(obj.file.name)[0] or "application/octet-stream"
            if change:
                files_delete([FlowFile.unscoped.get(pk=obj.pk).file])
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Let the file go with its row."""
        files_delete([obj.file])
        super().delete_model(request, obj)


class FlowSecretForm(CompanyForm):
    """A secret: its value goes in and never comes out."""

    value = forms.CharField(
        label=_("valor"),
        required=False,
        max_length=2000,
        strip=True,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "off"}),
        help_text=_("Em branco, o valor guardado continua valendo."),
    )


@admin.register(FlowSecret)
class FlowSecretAdmin(CompanyAdmin):
    """Values that calls of flows carry in their headers, as @nome."""

    form = FlowSecretForm
    list_display = ("name", "shown_kept", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    can_be_deleted = True
    fields = ("name", "value")

    @display(description=_("guardado"), boolean=True)
    def shown_kept(self, obj: FlowSecret) -> bool:
        """Whether there is a value."""
        return bool(obj.sealed)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Seal what was typed; an empty input keeps what there is."""
        if value := form.cleaned_data.get("value"):
            obj.sealed = {"value": value}
        super().save_model(request, obj, form, change)
