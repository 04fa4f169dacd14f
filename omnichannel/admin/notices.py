"""What providers told us about accounts and templates."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    QuestionFilter,
    json_of,
    linked,
    since,
)
from common.admin.filters import today
from omnichannel.admin import colours
from omnichannel.models import ChannelNotice


class NoticePanel(CompanyInline):
    """What the provider told us about the account."""

    model = ChannelNotice
    verbose_name_plural = _("avisos do provedor")
    ordering = ("-occurred_at", "-id")
    fields = ("occurred_at", "shown_severity", "code")
    readonly_fields = fields

    @display(description=_("gravidade"), label=colours.SEVERITY)
    def shown_severity(self, obj: ChannelNotice) -> str:
        """The severity in words."""
        return obj.get_severity_display()


class NoticeQuestions(QuestionFilter):
    """Questions about the provider's news."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "criticos": AdminQuestion(
            _("Críticos"),
            lambda rows, now: rows.filter(severity=ChannelNotice.Severity.CRITICAL),
        ),
        "hoje": AdminQuestion(
            _("Hoje"), lambda rows, now: rows.filter(occurred_at__gte=today(now))
        ),
    }


@admin.register(ChannelNotice)
class NoticeAdmin(CompanyAdmin):
    """What providers told us. A record."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("shown_at", "shown_severity", "code", "shown_channel")
    list_filter = (NoticeQuestions, "severity")
    list_select_related = ("channel",)
    search_fields = ("code",)
    ordering = ("-occurred_at", "-pk")
    fields = (("occurred_at", "severity"), ("code", "shown_channel"), "said")
    readonly_fields = ("occurred_at", "severity", "code", "shown_channel", "said")
    said = json_of("data", _("dados"))
    shown_channel = linked("channel", _("canal"), ordering="channel__name")

    @display(description=_("quando"), ordering="occurred_at")
    def shown_at(self, obj: ChannelNotice) -> str:
        """The moment."""
        return since(obj.occurred_at)

    @display(description=_("gravidade"), ordering="severity", label=colours.SEVERITY)
    def shown_severity(self, obj: ChannelNotice) -> tuple[str, str]:
        """How serious it is."""
        return obj.severity, obj.get_severity_display()
