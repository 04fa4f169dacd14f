"""Entries and test cases made of what patients asked, in the back-office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from accounts.services.viewing import BACK_OFFICE, viewed
from bot.models import BotTurn
from bot.services.learning import (
    case_make,
    draft_make,
    ids_of,
    missed_draft,
    missed_groups,
    words_of,
)
from common.admin import CompanyAdmin, access_of
from common.errors import DomainError

SHOWN = 50


def _mine(request: HttpRequest) -> Any:
    """Return the turns of the companies that the reader manages."""
    rows = access_of(request).narrow(BotTurn.unscoped.all())
    return rows.select_related("session__conversation__contact", "session__conversation__company")


def _may(request: HttpRequest, company_id: Any) -> bool:
    return access_of(request).may_change(company_id)


def _to(model: str, row: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:bot_{model}_change", args=[row.pk]))


def _refusal(refused: DomainError) -> str:
    said = [str(one) for ones in refused.fields.values() for one in ones]
    return " ".join(said) or str(refused.detail)


class TurnLearning(CompanyAdmin):
    """A page for one turn: what was asked and answered, masked, to be made into something."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.learn_view)
        own = path("turno/<uuid:turn_id>/aproveitar/", view, name="bot_botsession_learn")
        return [own, *super().get_urls()]

    def learn_view(self, request: HttpRequest, turn_id: UUID) -> HttpResponse:
        """Show the words, then make a draft or a test case of what the person left of them."""
        turn = _mine(request).filter(pk=turn_id).first()
        if turn is None:
            raise Http404
        if not _may(request, turn.company_id):
            raise PermissionDenied
        member = access_of(request).memberships.get(turn.company_id)
        words = words_of(turn)
        given = {"question": words.question[:200], "answer": words.answer[:900]}
        if request.method == "POST":
            given = {name: request.POST.get(name, "") for name in given}
            try:
                if "teste" in request.POST:
                    case = case_make(turn=turn, actor=member, text=given["question"])
                    messages.success(request, gettext("Caso de teste criado. Confira."))
                    return _to("evalcase", case)
                entry = draft_make(turn=turn, actor=member, aliases=(), **given)
                messages.success(request, gettext("Rascunho criado. Confira."))
                return _to("knowledgeentry", entry)
            except DomainError as refused:
                messages.error(request, _refusal(refused))
        viewed(member, BACK_OFFICE, [turn.session.conversation.contact])
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Virar FAQ ou teste"),
            "opts": self.opts,
            "given": given,
            "turn": turn,
            "back": reverse("admin:bot_botsession_change", args=[turn.session_id]),
        }
        return TemplateResponse(request, "admin/bot/learn.html", context)


class MissedPages(CompanyAdmin):
    """What the bot did not answer, grouped; one click makes a draft of a group."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.missed_view)
        own = path("sem-resposta/", view, name="bot_knowledgeentry_missed")
        return [own, *super().get_urls()]

    def missed_view(self, request: HttpRequest) -> HttpResponse:
        """Show the groups of each company; make a draft of the one that was sent."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        companies = self._companies(request)
        if request.method == "POST":
            return self._drafted(request)
        parts = []
        for company in companies:
            groups = missed_groups(company.pk)[:SHOWN]
            seen = _mine(request).filter(pk__in=[pk for one in groups for pk in one.turns])
            people = {turn.session.conversation.contact for turn in seen}
            viewed(access_of(request).memberships.get(company.pk), BACK_OFFICE, people)
            parts.append((company, groups))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Perguntas sem resposta"),
            "opts": self.opts,
            "parts": parts,
        }
        return TemplateResponse(request, "admin/bot/missed.html", context)

    def _drafted(self, request: HttpRequest) -> HttpResponse:
        turns = list(_mine(request).filter(pk__in=ids_of(request.POST.getlist("turno"))))
        company_ids = {turn.company_id for turn in turns}
        if len(company_ids) != 1:
            raise Http404
        company_id = company_ids.pop()
        if not _may(request, company_id):
            raise PermissionDenied
        member = access_of(request).memberships.get(company_id)
        try:
            row = missed_draft(turns=turns, actor=member)
        except DomainError as refused:
            messages.error(request, _refusal(refused))
            return HttpResponseRedirect(reverse("admin:bot_knowledgeentry_missed"))
        messages.success(request, gettext("Rascunho criado. Confira."))
        return _to("knowledgeentry", row)
