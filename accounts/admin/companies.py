"""Clinics."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import Company, Membership
from common.admin import (
    CompanyAdmin,
    CompanyInline,
    access_of,
    linked,
)

# IANA's zones of Brazil, each with a place that people know.
ZONES = (
    ("America/Sao_Paulo", _("Brasília (Sudeste, Sul, Goiás, Distrito Federal)")),
    ("America/Bahia", _("Bahia")),
    ("America/Recife", _("Pernambuco")),
    ("America/Fortaleza", _("Ceará, Maranhão, Paraíba, Piauí e Rio Grande do Norte")),
    ("America/Maceio", _("Alagoas e Sergipe")),
    ("America/Belem", _("Amapá e leste do Pará")),
    ("America/Santarem", _("Oeste do Pará")),
    ("America/Araguaina", _("Tocantins")),
    ("America/Cuiaba", _("Mato Grosso")),
    ("America/Campo_Grande", _("Mato Grosso do Sul")),
    ("America/Manaus", _("Amazonas")),
    ("America/Porto_Velho", _("Rondônia")),
    ("America/Boa_Vista", _("Roraima")),
    ("America/Eirunepe", _("Sudoeste do Amazonas")),
    ("America/Rio_Branco", _("Acre")),
    ("America/Noronha", _("Fernando de Noronha")),
)


class TeamPanel(CompanyInline):
    """Who works in a company."""

    model = Membership
    verbose_name_plural = _("equipe")
    fields = ("person", "role", "is_active", "created_at")
    readonly_fields = fields
    person = linked("user", _("pessoa"))

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the names along."""
        return rows.select_related("user")


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]
    """A clinic's settings; its time zone is one of Brazil's."""

    class Meta:
        model = Company
        fields = (
            "name",
            "time_zone",
            "is_active",
            "attendants_see_all",
            "attendants_see_private",
            "sign_messages",
            "idle_minutes",
            "two_factor",
        )
        widgets: ClassVar[dict[str, Any]] = {"time_zone": UnfoldAdminSelectWidget(choices=ZONES)}


@admin.register(Company)
class CompaniesAdmin(CompanyAdmin):
    """Clinics. Only the platform's owner opens one; none is deleted, its patients hang on it."""

    company_lookup = "pk"
    form = ClinicForm
    list_display = ("name", "team", "time_zone", "is_active", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ClinicForm.Meta.fields
    inlines = (TeamPanel,)

    def company_of(self, obj: Any) -> Any:
        """A company is its own."""
        return obj.pk

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The owner opens companies."""
        return access_of(request).is_owner

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the owner switches a company off."""
        return () if access_of(request).is_owner else ("is_active",)

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count the team."""
        # The team of each listed company, whichever they are.
        working = Membership.unscoped.active().filter(company=OuterRef("pk")).order_by()
        counted = working.values("company").annotate(n=Count("pk")).values("n")
        return rows.annotate(team_count=Coalesce(Subquery(counted), 0))

    @display(description=_("equipe"), ordering="team_count")
    def team(self, obj: Any) -> int:
        """How many people work there."""
        return int(obj.team_count)
