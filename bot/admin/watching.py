"""Looking at an assistant's work in the back-office: figures, and yesterday asked again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.services.viewing import BACK_OFFICE, viewed
from bot.models import Assistant
from bot.services.bot_metrics import PERIODS, BotFigures, figures_of
from common.admin import CompanyAdmin, access_of, button

DAYS_SHOWN = 7


class AssistantWatching(CompanyAdmin):
    """Two pages of an assistant."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages."""
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/numeros/", view(self.metrics_view), name="bot_assistant_figures"
            ),
            path("<path:object_id>/repetir/", view(self.replay_view), name="bot_assistant_again"),
            *super().get_urls(),
        ]

    @button(_("Números"), icon="monitoring", needs="view")
    def metrics(self, request: HttpRequest, obj: Assistant) -> HttpResponse:
        """Open the figures."""
        return HttpResponseRedirect(reverse("admin:bot_assistant_figures", args=[obj.pk]))

    @button(_("Repetir ontem"), icon="replay")
    def replay(self, request: HttpRequest, obj: Assistant) -> HttpResponse:
        """Open yesterday's talks, asked again."""
        return HttpResponseRedirect(reverse("admin:bot_assistant_again", args=[obj.pk]))

    def metrics_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the figures of the assistant's company, each with what it counts."""
        obj = self._watched(request, object_id)
        asked = request.GET.get("dias", "")
        days = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
        found = figures_of(obj.company, days)
        shown = {
            "title": gettext("Números do robô: %(company)s") % {"company": obj.company.name},
            "found": found,
            "lines": _lines(found),
            "periods": [
                {"days": one, "words": gettext("%d dias") % one, "is_on": one == days}
                for one in PERIODS
            ],
        }
        return self._watching(request, obj, "admin/bot/figures.html", shown)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask a day's talks again and show what would be done otherwise."""
        # Loads the model: only who asks again pays for it.
        from bot.services.replaying import MOST, replay

        obj = self._watched(request, object_id)
        if not self.may_act(request, obj):
            raise PermissionDenied
        today = timezone.now().astimezone(obj.company.zone).date()
        day = _day(request, today)
        rows = replay(obj, day)
        people = {row.turn.session.conversation.contact for row in rows}
        viewed(access_of(request).memberships.get(obj.company_id), BACK_OFFICE, people)
        shown = {
            "title": gettext("Conversas repetidas: %(name)s") % {"name": obj.name},
            "rows": rows,
            "most": MOST,
            "differing": sum(row.differs for row in rows),
            "changed": sum(row.has_changed for row in rows),
            "days": [
                {"value": one.isoformat(), "words": date_format(one, "d/m"), "is_on": one == day}
                for one in (today - timedelta(days=back) for back in range(1, DAYS_SHOWN + 1))
            ],
        }
        return self._watching(request, obj, "admin/bot/replay.html", shown)

    def _watched(self, request: HttpRequest, object_id: str) -> Assistant:
        obj: Assistant | None = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return obj

    def _watching(
        self, request: HttpRequest, obj: Assistant, template: str, shown: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "back": self.address(obj.pk),
            **shown,
        }
        return TemplateResponse(request, template, context)


def _day(request: HttpRequest, today: date) -> date:
    """Return the day that was asked for, of the last week; else yesterday."""
    try:
        asked = parse_date(request.GET.get("dia", ""))
    except ValueError:
        asked = None
    oldest, newest = today - timedelta(days=DAYS_SHOWN), today - timedelta(days=1)
    return asked if asked is not None and oldest <= asked <= newest else newest


def _lines(found: BotFigures) -> list[tuple[str, str, str]]:
    """Return each figure's name, value and definition."""
    return [
        (
            gettext("Contenção"),
            _percent(found.containment),
            gettext(
                "Sessões que o paciente confirmou (%(confirmed)d) ou deixou em silêncio"
                " (%(assumed)d), sem pessoa e sem voltar a escrever em 24 horas, de todas as"
                " encerradas (%(ended)d). Voltaram: %(came_back)d. Desistiram: %(given_up)d."
            )
            % _counts(found),
        ),
        (
            gettext("Passagens certas"),
            _percent(found.precision),
            gettext(
                "Das %(handed)d passadas pelo robô, as que precisavam de uma pessoa. Não precisavam"
                " as %(could_answer)d em que a equipe respondeu com uma entrada automática, sem"
                " mudar nada; pedido, recusa e emergência contam sempre como certas."
            )
            % _counts(found),
        ),
        (
            gettext("Passagens a tempo"),
            _percent(found.recall),
            gettext(
                "De quem precisou de uma pessoa (passadas: %(handed)d, assumidas pela equipe:"
                " %(taken)d, desistências: %(given_up)d), quem o robô passou sem que a dúvida se"
                " repetisse; foram tarde %(late)d."
            )
            % _counts(found),
        ),
        (
            gettext("Respostas com fonte"),
            _percent(found.grounded),
            gettext(
                "Respostas enviadas com uma entrada aprovada (%(answers)d), dessas e das que a"
                " conferência recusou (%(rejected)d)."
            )
            % _counts(found),
        ),
        (
            gettext("Sem resposta"),
            _percent(found.missed),
            gettext("Perguntas que o robô não respondeu (%(misses)d), de %(asked)d.")
            % _counts(found),
        ),
    ]


def _counts(found: BotFigures) -> dict[str, Any]:
    names = ("confirmed", "assumed", "ended", "came_back", "given_up", "handed", "could_answer")
    more = ("taken", "late", "answers", "rejected", "misses", "asked")
    return {name: getattr(found, name) for name in (*names, *more)}


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
