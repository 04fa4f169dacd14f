"""Message templates as Meta keeps them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    Panel,
    QuestionFilter,
    json_of,
    row_link,
    since,
)
from omnichannel.admin import colours
from omnichannel.admin.template_form import TemplateForm
from omnichannel.admin.template_phone import phone_of
from omnichannel.models import Channel, Template
from omnichannel.services.template_filling import template_info
from omnichannel.services.template_writing import (
    EDITABLE,
    template_channel,
    template_create,
    template_delete,
    template_draft,
    template_edit,
)
from omnichannel.wording import category_words, reason_words
from providers.base import Templates
from providers.choices import QUALITY_WORDS, TemplateStatus
from providers.registry import kinds_with

READ_ONLY = (
    (None, {"fields": (("name", "language"), ("shown_category", "variables"))}),
    (_("No provedor"), {"fields": (("external_id", "waba_id"), "parts"), "classes": ("collapse",)}),
)
WRITTEN = (
    (
        _("Conteúdo"),
        {"fields": ("header", "header_text", "header_file", "body", "examples", "footer")},
    ),
    (_("Botões"), {"fields": ("buttons",)}),
    (_("Como chega ao paciente"), {"fields": ("phone",)}),
)


class TemplateQuestions(QuestionFilter):
    """Questions about templates."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "prontos": AdminQuestion(
            _("Prontos para enviar"), lambda rows, now: rows.filter(status=TemplateStatus.APPROVED)
        ),
        "analise": AdminQuestion(
            _("Em análise"),
            lambda rows, now: rows.filter(
                status__in=(TemplateStatus.PENDING, TemplateStatus.IN_APPEAL)
            ),
        ),
        "rejeitados": AdminQuestion(
            _("Rejeitados"), lambda rows, now: rows.filter(status=TemplateStatus.REJECTED)
        ),
        "parados": AdminQuestion(
            _("Pausados ou desativados"),
            lambda rows, now: rows.filter(
                status__in=(TemplateStatus.PAUSED, TemplateStatus.DISABLED)
            ),
        ),
    }


@admin.register(Template)
class TemplateAdmin(CompanyAdmin):
    """Our copy of the templates. Writing, editing and deleting happen at Meta, through here."""

    form = TemplateForm
    can_be_deleted = True
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
    links = ("waba_id",)
    search_fields = ("name",)
    ordering = ("name", "language")
    readonly_fields = ("shown_category", "variables", "external_id", "waba_id", "parts", "phone")
    parts = json_of("components", _("componentes"))

    class Media:
        js = ("omnichannel/template_form.js",)

    # --- what may be done ---

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators edit what Meta lets be edited, if we can write all of its parts."""
        if not super().has_change_permission(request, obj) or not isinstance(obj, Template):
            return super().has_change_permission(request, obj)
        return obj.status in EDITABLE and template_draft(obj) is not None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators delete what is still there."""
        is_gone = isinstance(obj, Template) and obj.status == TemplateStatus.DELETED
        return not is_gone and self.may_act(request, obj)

    # --- the form ---

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer the channels of the companies that the person may change."""
        made = super().get_form(request, obj, change=change, **kwargs)
        own = [company.pk for company in self._companies(request)]
        rows = Channel.unscoped.filter(kind__in=kinds_with(Templates), company_id__in=own)
        made.channels = rows.filter(is_waba_proven=True).order_by("name", "id")
        return made

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for a name once; show what cannot be written here as it is."""
        if obj is None:
            identity = ("channel", ("name", "language"), "category")
            written: Any = [(_("Modelo"), {"fields": identity}), *WRITTEN]
            if len(self._companies(request)) > 1:
                return [(_("Empresa"), {"fields": ("company",)}), *written]
            return written
        if not self.has_change_permission(request, obj):
            return READ_ONLY
        return [(_("Modelo"), {"fields": (("name", "language"), "category")}), *WRITTEN]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the name and the language of what exists."""
        found = [*super().get_readonly_fields(request, obj)]
        if obj is not None:
            found += ["name", "language"]
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand it to Meta through the service."""
        if not change:
            saved = template_create(
                channel=form.cleaned_data["channel"],
                actor=request.user,  # type: ignore[arg-type]
                draft=form.draft(),
                sample=form.sample(),
            )
        else:
            stored = Template.objects.for_company(obj.company_id).get(pk=obj.pk)
            saved = template_edit(
                template=stored,
                channel=template_channel(stored),
                actor=request.user,  # type: ignore[arg-type]
                draft=form.draft(),
                sample=form.sample(),
            )
        obj.pk = saved.pk
        form.instance = saved

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete at Meta through the service."""
        template_delete(
            template=obj,
            channel=template_channel(obj),
            actor=request.user,  # type: ignore[arg-type]
        )

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the new template, where its verdict will show."""
        messages.success(
            request, gettext("Modelo enviado. A situação muda quando o provedor responder.")
        )
        return HttpResponseRedirect(self.address(obj.pk))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on its page."""
        messages.success(request, gettext("Alteração enviada. O modelo volta para análise."))
        return HttpResponseRedirect(self.address(obj.pk))

    # --- the panel ---

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how it stands at Meta, and why it cannot be sent."""
        channels: QuerySet[Channel] = Channel.objects.for_company(obj.company_id)
        channel = channels.filter(waba_id=obj.waba_id).order_by("id").first()
        warnings = [reason_words(obj.rejected_reason)] if obj.rejected_reason else []
        if obj.coming_category:
            sentence = gettext("O provedor vai mudar a categoria para %(category)s: o preço muda.")
            warnings.append(sentence % {"category": category_words(obj.coming_category)})
        may_edit = self.has_change_permission(request, obj)
        drawn = [] if may_edit else [("admin/omnichannel/phone.html", phone_of(template_info(obj)))]
        return Panel(
            facts=(
                (_("situação"), obj.get_status_display()),
                (_("qualidade"), QUALITY_WORDS.get(obj.quality, _("ainda sem nota"))),
                (_("canal"), row_link(channel)),
                (_("sincronizado"), since(obj.synced_at)),
            ),
            warnings=warnings,
            parts=drawn,
        )

    @display(description="")
    def phone(self, obj: Template) -> str:
        """The template on a patient's phone; the script keeps it in step with the form."""
        info = template_info(obj) if obj.pk and obj.components else None
        return render_to_string("admin/omnichannel/phone.html", {"part": phone_of(info)})

    @display(description=_("categoria"), ordering="category")
    def shown_category(self, obj: Template) -> str:
        """The category in words."""
        return category_words(obj.category)

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
