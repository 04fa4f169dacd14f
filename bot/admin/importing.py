"""Entries from a file in the back-office: what would happen first, then the import."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import Company
from bot.services.entry_import import (
    ImportedEntries,
    ReadEntry,
    entries_import,
    entries_read,
)
from common.admin import CompanyAdmin, access_of
from common.errors import DomainError

SALT = "bot.entries"
# Between seeing what would happen and letting it happen.
SECONDS = 3600
SAMPLE = (
    "pergunta;resposta;formas de perguntar;botao;categoria;vale de;vale ate;uso\r\n"
    "Tem estacionamento?;Temos estacionamento gratuito por duas horas.;"
    "onde paro o carro | a vaga é paga;Estacionamento;Atendimento;;;automático\r\n"
)


class EntryFileForm(forms.Form):
    """A file of entries, and whose they are."""

    company = forms.ModelChoiceField(
        Company.objects.none(), label=_("Empresa"), widget=UnfoldAdminSelectWidget
    )
    arquivo = forms.FileField(
        label=_("Arquivo"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=_("CSV ou Excel (XLSX), até 2 MB e 1.000 linhas."),
    )
    overwrites = forms.BooleanField(
        label=_("Atualizar as que já existem com a mesma pergunta"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    publishes = forms.BooleanField(
        label=_("Publicar as novas; sem isto entram como rascunho"),
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


class EntryImportPages(CompanyAdmin):
    """The pages of an import, beside the list."""

    def get_urls(self) -> list[URLPattern]:
        """Add the import and the example."""
        view = self.admin_site.admin_view
        return [
            path("importar/", view(self.import_view), name="bot_knowledgeentry_import"),
            path("exemplo.csv", view(self.sample_view), name="bot_knowledgeentry_sample"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would do; then, by the signed rows of that page, do it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        companies = self._companies(request)
        if "linhas" in request.POST:
            return self._imported(request, companies)
        form = EntryFileForm(companies, request.POST or None, request.FILES or None)
        seen: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            try:
                seen = _looked_at(request, form)
            except DomainError as refused:
                form.add_error("arquivo", refused.fields.get("arquivo", [str(refused.detail)]))
        return self._drawn(request, {"form": form, **seen})

    def _drawn(self, request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Importar entradas"),
            "opts": self.opts,
            **shown,
        }
        return TemplateResponse(request, "admin/bot/entry_import.html", context)

    def _imported(self, request: HttpRequest, companies: list[Company]) -> HttpResponse:
        address = reverse("admin:bot_knowledgeentry_import")
        try:
            given = signing.loads(request.POST["linhas"], salt=SALT, max_age=SECONDS)
        except signing.BadSignature:
            messages.error(request, gettext("A conferência expirou. Envie o arquivo de novo."))
            return HttpResponseRedirect(address)
        company = next((one for one in companies if str(one.pk) == given["company"]), None)
        if company is None or given["by"] != str(request.user.pk):
            raise PermissionDenied
        done = entries_import(
            company=company,
            actor=access_of(request).memberships.get(company.pk),
            rows=[_unpacked(row) for row in given["rows"]],
            overwrites=given["overwrites"],
            publishes=given["publishes"],
        )
        messages.success(request, _told(done))
        if done.refused:
            return self._drawn(request, {"refused": done.refused})
        return HttpResponseRedirect(reverse("admin:bot_knowledgeentry_changelist"))

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        """Give a file to fill in."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        answer = HttpResponse(SAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="entradas.csv"'
        return answer


def _looked_at(request: HttpRequest, form: EntryFileForm) -> dict[str, Any]:
    given = form.cleaned_data
    upload = given["arquivo"]
    found = entries_read(company=given["company"], file=upload.file, size=upload.size)
    rows = [*found.new, *found.changed]
    kept = {
        "company": str(given["company"].pk),
        "by": str(request.user.pk),
        "overwrites": given["overwrites"],
        "publishes": given["publishes"],
        "rows": [_packed(row) for row in rows],
    }
    taken = bool(found.new or (found.changed and given["overwrites"]))
    return {
        "found": found,
        "refused": found.refused,
        "options": given,
        "linhas": signing.dumps(kept, salt=SALT, compress=True) if taken else "",
    }


def _packed(row: ReadEntry) -> dict[str, Any]:
    days = {name: str(getattr(row, name) or "") for name in ("valid_from", "valid_until")}
    return {**asdict(row), **days}


def _unpacked(given: dict[str, Any]) -> ReadEntry:
    names = ("valid_from", "valid_until")
    days = {name: date.fromisoformat(given[name]) if given[name] else None for name in names}
    return ReadEntry(**{**given, **days, "aliases": tuple(given["aliases"])})


def _told(done: ImportedEntries) -> str:
    words = gettext(
        "%(added)d entradas novas, %(changed)d atualizadas, %(left)d deixadas como estavam,"
        " %(refused)d recusadas."
    )
    return words % {
        "added": done.added,
        "changed": done.changed,
        "left": done.left,
        "refused": len(done.refused),
    }
