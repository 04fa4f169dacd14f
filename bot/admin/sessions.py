"""What the bot did, turn by turn: a record."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from bot.admin.learning import TurnLearning
from bot.models import BotSession, BotTurn
from common.admin import CompanyInline, Panel, linked


class TurnPanel(CompanyInline):
    """The turns of a session."""

    model = BotTurn
    verbose_name_plural = _("turnos")
    per_page = 30
    show_change_link = False
    fields = ("created_at", "state", "act", "band", "reason", "text", "best", "learned")
    readonly_fields = fields

    @display(description=_("candidatas"))
    def best(self, obj: BotTurn) -> str:
        """The entries that were near, with their scores."""
        return " · ".join(f"{one['label']} {one['score']}" for one in obj.candidates[:3])

    @display(description=_("aproveitar"))
    def learned(self, obj: BotTurn) -> str:
        """Make an entry or a test case of it."""
        address = reverse("admin:bot_botsession_learn", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Virar FAQ ou teste"))


@admin.register(BotSession)
class BotSessionAdmin(TurnLearning):
    """Sessions of the bot."""

    is_read_only = True
    paginator = InfinitePaginator
    show_full_result_count = False
    list_display = (
        *("created_at", "assistant", "state", "outcome", "reason", "turn_count", "is_shadow"),
        "shown_company",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        "is_shadow",
    )
    list_select_related = ("company", "assistant")
    ordering = ("-created_at",)
    inlines = (TurnPanel,)
    fields = (
        ("assistant", "shown_conversation"),
        ("state", "outcome", "reason"),
        ("turn_count", "misses", "is_shadow"),
        ("created_at", "ended_at"),
    )
    readonly_fields = (
        *("assistant", "shown_conversation", "state", "outcome", "reason", "turn_count", "misses"),
        *("is_shadow", "created_at", "ended_at"),
    )
    shown_conversation = linked("conversation", _("conversa"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Say what it is."""
        return Panel(
            notes=[_("O que o paciente escreveu está na conversa; aqui está o porquê do robô.")]
        )
