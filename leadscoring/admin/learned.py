"""What was learned from outcomes, judged beside the rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import Company
from common.admin import CompanyAdmin, Panel, access_of, button
from common.tasks import ring
from leadscoring import bells
from leadscoring.models import LeadOutcome, LearnedModel
from leadscoring.services.learning import LEAST, LEAST_OF_EACH
from leadscoring.wording import feature_words


@admin.register(LearnedModel)
class LearnedModelAdmin(CompanyAdmin):
    """Models and how they do on people they have not seen."""

    is_read_only = True
    list_display = ("created_at", "is_current", "sizes", "auc", "brier", "shown_company")
    list_select_related = ("company",)
    list_before_template = "admin/leadscoring/outcomes.html"
    ordering = ("-id",)
    fields = ("created_at", ("won_count", "lost_count"), "is_current")
    readonly_fields = ("created_at", "won_count", "lost_count", "is_current")
    buttons = ("train",)

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the report."""
        report = obj.report
        weights = [(feature_words(name), weight) for name, weight in report.get("weights", [])]
        rows = [
            (name, report[key])
            for key, name in (("model", _("Modelo aprendido")), ("rules", _("Regras")))
            if key in report
        ]
        notes = [
            _("O modelo aparece ao lado das regras e nunca as substitui: quem explica são elas."),
            gettext("Comparação feita em %(count)d pessoas que nenhum dos dois viu no treino.")
            % {"count": report.get("held_out", 0)},
        ]
        part = {"rows": rows, "weights": weights}
        return Panel(notes=notes, parts=[("admin/leadscoring/report.html", part)])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say how many outcomes there are and how many it takes."""
        # The back-office narrows by the person's companies, not by one scope.
        rows = access_of(request).narrow(LeadOutcome.unscoped.all())
        counted = rows.values("company_id").annotate(
            won=Count("pk", filter=Q(is_won=True)), lost=Count("pk", filter=Q(is_won=False))
        )
        found = {row["company_id"]: row for row in counted.order_by()}
        companies = access_of(request).narrow(Company.objects.order_by("name"), "pk")
        told = [
            (company, found.get(company.pk, {"won": 0, "lost": 0})) for company in companies[:50]
        ]
        context = {"outcomes": told, "least": LEAST, "least_of_each": LEAST_OF_EACH}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @button(_("Treinar de novo"), icon="model_training")
    def train(self, request: HttpRequest, obj: LearnedModel) -> None:
        """Ask for a new model."""
        ring(bells.LEARN, str(obj.company_id))
        messages.success(
            request, gettext("Treino pedido. O novo modelo aparece na lista em instantes.")
        )

    @display(description=_("desfechos"))
    def sizes(self, obj: LearnedModel) -> str:
        """What it was trained on."""
        return gettext("%(won)d viraram pacientes, %(lost)d não") % {
            "won": obj.won_count,
            "lost": obj.lost_count,
        }

    @display(description=_("ordem (ROC AUC): modelo e regras"))
    def auc(self, obj: LearnedModel) -> str:
        """How well it tells who comes from who does not."""
        return _pair(obj.report, "auc")

    @display(description=_("erro (Brier): modelo e regras"))
    def brier(self, obj: LearnedModel) -> str:
        """How far its chances are from what came."""
        return _pair(obj.report, "brier")


def _pair(report: dict[str, Any], name: str) -> str:
    return " · ".join(f"{report[of][name]:.3f}" for of in ("model", "rules") if of in report)
