"""Prices in the back-office: typed in, or brought as a file, and marked until somebody compared."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import Company
from common.admin import AdminQuestion, CompanyAdmin, QuestionFilter
from common.admin.narrowing import CompanyForm
from common.errors import DomainError
from omnichannel.models import Rate
from omnichannel.services.rates import (
    SAMPLE,
    Imported,
    rate_save,
    rates_confirm,
    rates_import,
    sample_import,
)
from omnichannel.wording import unit_price


class RateQuestions(QuestionFilter):
    """Questions about prices."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "conferir": AdminQuestion(
            _("A conferir"), lambda rows, now: rows.filter(is_confirmed=False)
        ),
        "futuras": AdminQuestion(
            _("Que ainda vão valer"),
            lambda rows, now: rows.filter(valid_from__gt=timezone.localdate(now)),
        ),
        "faixas": AdminQuestion(
            _("Faixas de volume"), lambda rows, now: rows.filter(tier_from__gt=0)
        ),
    }


class ImportForm(forms.Form):
    """A file of prices, and whose they are."""

    company = forms.ModelChoiceField(
        Company.objects.none(), label=_("Empresa"), widget=UnfoldAdminSelectWidget
    )
    arquivo = forms.FileField(label=_("Arquivo CSV"), widget=UnfoldAdminFileFieldWidget)
    is_confirmed = forms.BooleanField(
        label=_("Já conferi estes valores com a tabela do provedor"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, companies: list[Company], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["company"]
        field.queryset = Company.objects.filter(pk__in=[company.pk for company in companies])
        self.initial["company"] = companies[0]
        if len(companies) == 1:
            field.widget = forms.HiddenInput()


class RateForm(CompanyForm):
    """A price; countries and currencies are capital letters, however they are typed."""

    def clean_market(self) -> str:
        """Fold the country, so that a second price of the same is seen."""
        return str(self.cleaned_data["market"]).strip().upper()

    def clean_currency(self) -> str:
        """Fold the currency."""
        return str(self.cleaned_data["currency"]).strip().upper()


@admin.register(Rate)
class RateAdmin(CompanyAdmin):
    """What one message, or one part of it, costs from a day on."""

    form = RateForm
    list_display = (
        "shown_market",
        "category",
        "shown_price",
        "shown_since",
        "shown_tier",
        "shown_mark",
        "source",
        "shown_company",
    )
    list_filter = (RateQuestions, "category", "currency")
    list_select_related = ("company",)
    search_fields = ("market", "source")
    ordering = ("-valid_from", "market", "category", "tier_from")
    list_before_template = "admin/omnichannel/rates.html"
    actions = ("confirm",)
    can_be_deleted = True
    fields = (
        ("market", "category"),
        ("currency", "price"),
        ("valid_from", "tier_from"),
        ("is_confirmed", "source"),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, which prices the month's costs again."""
        given = {name: value for name, value in form.cleaned_data.items() if name != "company"}
        stored = Rate.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = rate_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            rate=stored,
            **given,
        )
        obj.pk = saved.pk
        form.instance = saved

    @action(description=_("Marcar como conferidas"), permissions=["act"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Rate]) -> None:
        """Say that somebody compared them with Meta's own card."""
        mine = [row for row in queryset if self.may_act(request, row)]
        count = rates_confirm(rates=mine, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, gettext("%(count)d tarifas conferidas.") % {"count": count})

    # --- files ---

    def get_urls(self) -> list[URLPattern]:
        """Add the import, the sample as a file, and the sample as rows."""
        view = self.admin_site.admin_view
        name = "omnichannel_rate"
        return [
            path("importar/", view(self.import_view), name=f"{name}_import"),
            path("exemplo.csv", view(self.sample_view), name=f"{name}_sample"),
            path("exemplo/", view(self.fill_view), name=f"{name}_fill"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file of prices."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        companies = self._companies(request)
        form = ImportForm(companies, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                done = rates_import(
                    company=form.cleaned_data["company"],
                    actor=request.user,  # type: ignore[arg-type]
                    content=form.cleaned_data["arquivo"].read(),
                    is_confirmed=form.cleaned_data["is_confirmed"],
                )
            except DomainError as refused:
                form.add_error("arquivo", [str(refused.detail), *refused.fields.get("arquivo", [])])
            else:
                return self._told(request, done)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Importar tarifas"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/omnichannel/rate_import.html", context)

    def sample_view(self, request: HttpRequest) -> FileResponse:
        """Give Brazil's figures as a file to correct and bring back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return FileResponse(SAMPLE.open("rb"), as_attachment=True, filename=SAMPLE.name)

    def fill_view(self, request: HttpRequest) -> HttpResponse:
        """Add Brazil's figures, to be confirmed, where none were entered."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        done = Imported()
        for company in self._companies(request):
            one = sample_import(company=company, actor=request.user)  # type: ignore[arg-type]
            done.added += one.added
            done.repriced += one.repriced
        return self._told(request, done)

    def _told(self, request: HttpRequest, done: Imported) -> HttpResponse:
        words = {"added": done.added, "changed": done.changed, "repriced": done.repriced}
        messages.success(
            request,
            gettext(
                "%(added)d tarifas novas, %(changed)d atualizadas;"
                " %(repriced)d custos recalculados."
            )
            % words,
        )
        return HttpResponseRedirect(reverse("admin:omnichannel_rate_changelist"))

    # --- columns ---

    @display(description=_("país"), ordering="market")
    def shown_market(self, obj: Rate) -> str:
        """The country, or all others."""
        return gettext("demais países") if obj.market == "*" else obj.market

    @display(description=_("preço"), ordering="price")
    def shown_price(self, obj: Rate) -> str:
        """The price with its currency."""
        return unit_price(obj.price, obj.currency)

    @display(description=_("vale desde"), ordering="valid_from")
    def shown_since(self, obj: Rate) -> str:
        """The day."""
        return date_format(obj.valid_from, "d/m/Y")

    @display(description=_("faixa"), ordering="tier_from")
    def shown_tier(self, obj: Rate) -> str:
        """From how many on."""
        if not obj.tier_from:
            return ""
        return gettext("acima de %(count)d no mês") % {"count": obj.tier_from}

    @display(
        description=_("conferência"),
        ordering="is_confirmed",
        label={"sim": "success", "nao": "warning"},
    )
    def shown_mark(self, obj: Rate) -> tuple[str, str]:
        """Whether somebody compared it."""
        if obj.is_confirmed:
            return "sim", gettext("Conferida")
        return "nao", gettext("Confirmar")
