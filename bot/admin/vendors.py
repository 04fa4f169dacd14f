"""Providers of AI in the back-office: their keys go in and never come out, and a button asks them
what they can do.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordToggleWidget

from accounts.models import Company
from accounts.services.audit import audit_record
from bot.models import AiPolicy, AiProvider
from bot.services.ai_ledger import nearly_used, spent_of, today_in
from bot.services.ai_rates import known_rates_fill
from bot.services.probing import provider_probe
from bot.services.vendors import provider_save
from common.admin import CompanyAdmin, Panel, button
from common.admin.narrowing import CompanyForm

PROBED = {
    "texto": _("Resposta em texto"),
    "esquema": _("Resposta em JSON"),
    "ferramentas": _("Ferramentas"),
    "contagem": _("Contagem de uso"),
    "transcricao": _("Transcrição"),
}
SEEN = {"text": "texto", "schema": "esquema", "tools": "ferramentas", "usage": "contagem"}


class AiProviderForm(CompanyForm):
    """A provider, with its key."""

    key = forms.CharField(
        label=_("chave"),
        required=False,
        max_length=400,
        strip=True,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "off"}),
        help_text=_(
            "Em branco, o valor guardado continua valendo; sem nenhum, vale o da instalação."
        ),
    )


@admin.register(AiProvider)
class AiProviderAdmin(CompanyAdmin):
    """Where language models and transcription come from."""

    form = AiProviderForm
    list_display = ("name", "kind", "model", "transcription_model", "shown_state", "shown_company")
    list_filter = ("kind", "is_active")
    list_select_related = ("company",)
    search_fields = ("name", "model")
    buttons = ("probe",)
    fields = (
        ("name", "kind"),
        "base_url",
        "key",
        ("model", "priced_as"),
        ("effort", "transcription_model"),
        ("is_abroad", "region_note"),
        "is_active",
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take an address typed without a scheme as https."""
        if db_field.name == "base_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, which seals the key and forgets what another address could."""
        given = {n: v for n, v in form.cleaned_data.items() if n not in ("company", "key")}
        company = Company.objects.get(pk=obj.company_id)
        stored = AiProvider.objects.for_company(company).get(pk=obj.pk) if change else None
        saved = provider_save(
            company=company,
            actor=request.user,
            provider=stored,
            key=form.cleaned_data.get("key", ""),
            **given,
        )
        known_rates_fill(company=company, actor=request.user)
        obj.pk = saved.pk
        form.instance = saved

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show what the last test saw."""
        facts: list[tuple[Any, Any]] = [
            (PROBED[word], gettext("sim") if obj.capabilities.get(name) else gettext("não"))
            for name, word in SEEN.items()
            if name in obj.capabilities
        ]
        if obj.probed_at:
            facts.append((gettext("testado em"), date_format(obj.probed_at, "d/m/Y H:i")))
        warnings = [obj.status_detail] if obj.status_detail else []
        if obj.is_resting:
            warnings.append(gettext("Pausado por alguns minutos: muitas chamadas falharam."))
        notes = [
            gettext(
                "Nomes, telefones, documentos e e-mails são trocados por códigos antes de sair;"
                " o assunto da conversa e a voz de um áudio não podem ser escondidos."
            )
        ]
        return Panel(facts=facts, warnings=warnings, notes=notes)

    @button(_("Testar conexão"), icon="bolt", is_main=True)
    def probe(self, request: HttpRequest, obj: AiProvider) -> HttpResponse | None:
        """Ask the provider for everything that is needed of it."""
        for one in provider_probe(provider=obj, actor=request.user):
            told = f"{PROBED[one.name]}: " + (
                gettext("funcionou em %(ms)d ms") % {"ms": one.ms}
                if one.is_good
                else one.detail or gettext("não funcionou")
            )
            (messages.success if one.is_good else messages.warning)(request, told)
        return None

    @display(
        description=_("situação"),
        label={"ligado": "success", "pausado": "warning", "desligado": "danger"},
    )
    def shown_state(self, obj: AiProvider) -> tuple[str, str]:
        """Whether it answers."""
        if not obj.is_active:
            return "desligado", obj.status_detail or gettext("Desligado")
        return ("pausado", gettext("Pausado")) if obj.is_resting else ("ligado", gettext("Ligado"))


@admin.register(AiPolicy)
class AiPolicyAdmin(CompanyAdmin):
    """What a company allows of AI."""

    list_display = (
        "__str__",
        "is_transcribing",
        "may_go_abroad",
        "monthly_budget",
        "shown_company",
    )
    list_select_related = ("company",)
    fields = (
        "may_go_abroad",
        ("is_transcribing", "transcriber"),
        ("transcription_minutes_a_day", "keywords"),
        "writer",
        ("currency", "monthly_budget", "daily_budget"),
        ("calls_a_day", "calls_at_once"),
        "kept_days",
    )

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show what the month cost, and when that is most of its budget."""
        day = today_in(obj.company_id)
        used = spent_of(obj, day).month
        is_near = nearly_used(obj, day) is not None
        return Panel(
            facts=((_("gasto do mês"), f"{obj.currency} {used:.2f}"),),
            warnings=[gettext("O orçamento de IA do mês está quase no fim.")] if is_near else [],
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and write down who changed it."""
        super().save_model(request, obj, form, change)
        audit_record(
            company=obj.company_id,
            actor=request.user,
            action="regra_ia.alterada",
            target=obj,
            detail={"campos": sorted(form.changed_data)},
        )
