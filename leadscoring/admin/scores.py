"""People by their score in the back-office, and the score on a person's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyInline,
    Panel,
    QuestionFilter,
    access_of,
    button,
    linked,
    since,
)
from common.ids import id_from
from contacts.admin.searching import PeopleSearched
from leadscoring.admin.charts import bars, line
from leadscoring.choices import Action
from leadscoring.models import LeadScore, LeadScoreHistory
from leadscoring.models.scores import HOT
from leadscoring.selectors import heat_of, told
from leadscoring.services.learning import chance_of
from leadscoring.services.scoring import score_recalculate
from omnichannel.models import Conversation

HEAT = {"hot": "danger", "warm": "warning", "cold": "info"}
ACTION_COLOURS = {
    Action.CALL_NOW: "danger",
    Action.PROPOSE: "success",
    Action.REENGAGE: "warning",
    Action.CONTENT: "info",
    Action.QUALIFY: "",
}
HOT_ONES = Q(temperature__gte=HOT)
# Of a long history, the newest changes say where it goes.
PLOTTED = 60
SHOWN = 4
COOLED_BY = 10


def _talks(**conditions: Any) -> Exists:
    # The back-office narrows by the person's companies, not by one scope.
    rows = Conversation.unscoped.open().filter(contact_id=OuterRef("contact_id"))
    return Exists(rows.filter(**conditions))


def _cooled(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    fell = LeadScoreHistory.unscoped.filter(
        contact_id=OuterRef("contact_id"),
        pk__gte=id_from(now - timedelta(days=7)),
        current__lte=F("previous") - COOLED_BY,
    )
    return rows.filter(Exists(fell))


class ScoreQuestions(QuestionFilter):
    """Questions about leads."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "ligar": AdminQuestion(
            _("Ligar agora"), lambda rows, now: rows.filter(recommended_action=Action.CALL_NOW)
        ),
        "quentes_sem_resposta": AdminQuestion(
            _("Quentes sem resposta"),
            lambda rows, now: rows.filter(HOT_ONES, _talks(waiting_since__isnull=False)),
        ),
        "quentes_parados": AdminQuestion(
            _("Quentes parados"),
            lambda rows, now: rows.filter(
                HOT_ONES, ~_talks(last_message_at__gte=now - timedelta(1))
            ),
        ),
        "esfriaram": AdminQuestion(_("Esfriaram esta semana"), _cooled),
        "reengajar": AdminQuestion(
            _("Para reengajar"), lambda rows, now: rows.filter(recommended_action=Action.REENGAGE)
        ),
        "incompletos": AdminQuestion(
            _("Bons com cadastro incompleto"),
            lambda rows, now: rows.filter(total__gte=40, profile__lt=60),
        ),
    }


class HistoryPanel(CompanyInline):
    """How a score changed."""

    model = LeadScoreHistory
    verbose_name_plural = _("histórico")
    per_page = 20
    show_change_link = False
    fields = ("created_at", "previous", "current", "reason", "parts")
    readonly_fields = fields

    @display(description=_("comportamento, perfil, engajamento, intenção, temperatura"))
    def parts(self, obj: LeadScoreHistory) -> str:
        """The parts before and after."""
        before, after = obj.details.get("antes"), obj.details.get("depois", [])
        return " · ".join(
            str(new) if before is None or before[at] == new else f"{before[at]} → {new}"
            for at, new in enumerate(after)
        )


class Shown:
    """What the list and the panel show alike."""

    @display(description=_("temperatura"), ordering="temperature", label=HEAT)
    def shown_temperature(self, obj: LeadScore) -> tuple[str, str]:
        """The temperature in a word and its number."""
        level, words = heat_of(obj.temperature)
        return level, f"{words} · {obj.temperature}"

    @display(description=_("ação recomendada"), ordering="recommended_action", label=ACTION_COLOURS)
    def shown_action(self, obj: LeadScore) -> tuple[str, str]:
        """What to do next."""
        return obj.recommended_action, obj.get_recommended_action_display()


@admin.register(LeadScore)
class ScoreAdmin(Shown, PeopleSearched):
    """People, the hottest first, and why."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        *("shown_contact", "total", "shown_temperature", "shown_action", "purchase_intent"),
        *("signals_shown", "calculated", "shown_company"),
    )
    list_filter = (ScoreQuestions, ("recommended_action", ChoicesDropdownFilter))
    list_select_related = ("contact", "company")
    search_fields = ("contact__name",)
    search_help_text = _("Nome ou telefone")
    ordering = ("-temperature", "-total")
    list_before_template = "admin/leadscoring/distribution.html"
    inlines = (HistoryPanel,)
    buttons = ("recalculate",)
    actions = ("recalculate_chosen",)
    fields = (
        ("shown_contact", "calculated_at"),
        ("total", "temperature", "purchase_intent"),
        ("behaviour", "profile", "engagement", "intent"),
        "signals_shown",
    )
    readonly_fields = (
        *("shown_contact", "calculated_at", "total", "temperature", "purchase_intent"),
        *("behaviour", "profile", "engagement", "intent", "signals_shown"),
    )
    shown_contact = linked("contact", _("pessoa"), ordering="contact__name")

    def title_of(self, obj: Any) -> str:
        """Name the page after the person."""
        return str(obj.contact)

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the reasons for every point, the way it went, and what the model says."""
        chance = chance_of(obj)
        level, words = heat_of(obj.temperature)
        facts = [
            (_("score das regras"), str(obj.total)),
            (_("temperatura"), f"{words} · {obj.temperature}"),
            (_("ação recomendada"), obj.get_recommended_action_display()),
        ]
        if chance is not None:
            facts.append((_("chance pelo modelo aprendido"), f"{chance:.0%}"))
        part = {"parts": told(obj, obj.company), "plot": plot_of(obj), "level": level}
        return Panel(facts=facts, parts=[("admin/leadscoring/score.html", part)])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show how the scores are spread above the list."""
        chart = distribution(access_of(request).narrow(LeadScore.unscoped.all()))
        return super().changelist_view(request, {**(extra_context or {}), "score_chart": chart})

    @button(_("Recalcular"), icon="refresh")
    def recalculate(self, request: HttpRequest, obj: LeadScore) -> None:
        """Score the person now."""
        row = score_recalculate(contact=obj.contact)
        messages.success(request, gettext("Score recalculado: %(total)d.") % {"total": row.total})

    @action(description=_("Recalcular os escolhidos"), permissions=["act"])
    def recalculate_chosen(self, request: HttpRequest, queryset: QuerySet[LeadScore]) -> None:
        """Score each chosen person now."""
        done = gettext("%(count)d scores recalculados.")
        self.act(request, queryset, lambda row: score_recalculate(contact=row.contact), done)

    @display(description=_("sinais"))
    def signals_shown(self, obj: LeadScore) -> str:
        """The words the person used."""
        return ", ".join(obj.signals) or "-"

    @display(description=_("calculado"), ordering="calculated_at")
    def calculated(self, obj: LeadScore) -> str:
        """How long ago it was made."""
        return since(obj.calculated_at)


class ScorePanel(Shown, CompanyInline):
    """A person's score, with its reasons and the way it went."""

    model = LeadScore
    verbose_name_plural = _("score")
    fields = ("total", "shown_temperature", "shown_action", "why", "plot")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the company along: its day is the one that counts."""
        return rows.select_related("company")

    @display(description=_("por que este score?"))
    def why(self, obj: LeadScore) -> str:
        """The weightiest reasons."""
        found = [one for part in told(obj, obj.company)[:-1] for one in part.reasons]
        found.sort(key=lambda one: -abs(one[0].points))
        return format_html_join(" ", "<p>{}</p>", [(text,) for _reason, text in found[:SHOWN]])

    @display(description=_("histórico"))
    def plot(self, obj: LeadScore) -> Any:
        """The total over time."""
        return plot_of(obj)


def plot_of(row: LeadScore) -> Any:
    """Draw a person's total over time."""
    # The row was narrowed to the person's companies already.
    rows = LeadScoreHistory.unscoped.filter(contact_id=row.contact_id).order_by("-id")
    newest = list(rows.values_list("created_at", "current")[:PLOTTED])
    return line(newest[::-1], gettext("Score ao longo do tempo"))


def distribution(rows: QuerySet[Any]) -> Any:
    """Draw how many people have which score."""
    counted = rows.values_list("total").annotate(count=Count("pk")).order_by()
    tens = [0] * 10
    for total, count in counted:
        tens[min(total // 10, 9)] += count
    if not any(tens):
        return ""
    names = [f"{at * 10}-{at * 10 + (10 if at == 9 else 9)}" for at in range(10)]
    return bars(list(zip(names, tens, strict=True)), gettext("Pessoas por score"))
