"""Message templates as Meta keeps them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from common.admin import (
    CompanyAdmin,
    Panel,
    Question,
    QuestionFilter,
    json_of,
    row_link,
    since,
)
from omnichannel.adapters import registry
from omnichannel.admin import colours
from omnichannel.choices import ChannelKind, TemplateStatus
from omnichannel.models import Channel, Template
from omnichannel.services.outbound import template_info

CATEGORY_WORDS = {
    "UTILITY": _("Utilidade"),
    "MARKETING": _("Marketing"),
    "AUTHENTICATION": _("Autenticação"),
}
QUALITY_WORDS = {"GREEN": _("Alta"), "YELLOW": _("Média"), "RED": _("Baixa")}
# Meta, message_template_status_update, `reason`.
REASON_WORDS = {
    "INCORRECT_CATEGORY": _("A categoria não combina com o conteúdo. Crie com outra categoria."),
    "TAG_CONTENT_MISMATCH": _("O idioma ou a categoria não combinam com o texto."),
    "INVALID_FORMAT": _("O formato é inválido: confira variáveis e exemplos."),
    "ABUSIVE_CONTENT": _("A Meta considerou o conteúdo abusivo. Reescreva o texto."),
    "PROMOTIONAL": _("O texto é promocional: use a categoria Marketing."),
    "SCAM": _("A Meta considerou o conteúdo enganoso. Reescreva o texto."),
}


def reason_words(reason: str) -> str:
    """Say why Meta refused a template, in words where the code is known."""
    return str(REASON_WORDS.get(reason, reason))


class TemplateQuestions(QuestionFilter):
    """Questions about templates."""

    questions: ClassVar[dict[str, Question]] = {
        "prontos": Question(
            _("Prontos para enviar"), lambda rows, now: rows.filter(status=TemplateStatus.APPROVED)
        ),
        "analise": Question(
            _("Em análise"),
            lambda rows, now: rows.filter(
                status__in=(TemplateStatus.PENDING, TemplateStatus.IN_APPEAL)
            ),
        ),
        "rejeitados": Question(
            _("Rejeitados"), lambda rows, now: rows.filter(status=TemplateStatus.REJECTED)
        ),
        "parados": Question(
            _("Pausados ou desativados"),
            lambda rows, now: rows.filter(
                status__in=(TemplateStatus.PAUSED, TemplateStatus.DISABLED)
            ),
        ),
    }


@admin.register(Template)
class TemplateAdmin(CompanyAdmin):
    """Our copy of the templates; they are written at Meta and fetched from a channel's page."""

    is_read_only = True
    list_display = (
        "name",
        "language",
        "shown_category",
        "shown_status",
        "shown_quality",
        "synced",
    )
    list_filter = (
        TemplateQuestions,
        ("status", ChoicesDropdownFilter),
        "category",
        "language",
        "waba_id",
    )
    search_fields = ("name",)
    ordering = ("name", "language")
    fields = (
        ("name", "language"),
        ("shown_category", "variables"),
        ("external_id", "waba_id"),
        "parts",
    )
    readonly_fields = (
        "name",
        "language",
        "shown_category",
        "variables",
        "external_id",
        "waba_id",
        "parts",
    )
    parts = json_of("components", _("componentes"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the text as a person reads it, and why Meta does not let it out."""
        adapter = registry.adapter_for(ChannelKind.WHATSAPP)
        channels: QuerySet[Channel] = Channel.objects.for_company(obj.company_id)
        channel = channels.filter(waba_id=obj.waba_id).order_by("id").first()
        return Panel(
            facts=(
                (_("situação"), obj.get_status_display()),
                (_("qualidade"), QUALITY_WORDS.get(obj.quality, _("ainda sem nota"))),
                (_("canal"), row_link(channel)),
                (_("sincronizado"), since(obj.synced_at)),
            ),
            warnings=[reason_words(obj.rejected_reason)] if obj.rejected_reason else [],
            parts=(
                (
                    "admin/omnichannel/template.html",
                    {"text": adapter.template_preview(template_info(obj), {})},
                ),
            ),
        )

    @display(description=_("categoria"), ordering="category")
    def shown_category(self, obj: Template) -> str:
        """The category in words."""
        return str(CATEGORY_WORDS.get(obj.category, obj.category))

    @display(description=_("situação"), ordering="status", label=colours.TEMPLATE)
    def shown_status(self, obj: Template) -> tuple[str, str]:
        """The status."""
        return obj.status, obj.get_status_display()

    @display(description=_("qualidade"), ordering="quality", label=colours.QUALITY)
    def shown_quality(self, obj: Template) -> tuple[str, str] | str:
        """Meta's rating."""
        words = QUALITY_WORDS.get(obj.quality)
        return (obj.quality, str(words)) if words else ""

    @display(description=_("variáveis"))
    def variables(self, obj: Template) -> str:
        """Whether places have names or numbers."""
        return str(_("Por nome") if obj.parameter_format == "NAMED" else _("Por posição"))

    @display(description=_("sincronizado"), ordering="synced_at")
    def synced(self, obj: Template) -> str:
        """When our copy was last compared."""
        return since(obj.synced_at)
