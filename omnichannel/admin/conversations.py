"""Conversations: who holds them, how long people wait, and their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyInline,
    Panel,
    QuestionFilter,
    button,
    json_of,
    linked,
    since,
)
from common.admin.filters import titled
from common.admin.shown import list_link
from contacts.admin.searching import PeopleSearched
from contacts.refs import IdentityKind
from omnichannel.admin import colours
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_close, conversation_release
from providers.registry import windows


def _by_window(rows: QuerySet[Any], left: timedelta, now: datetime) -> QuerySet[Any]:
    """Keep open conversations whose kind has a window with at most so much of it left."""
    closing = Q(pk=None)
    for kind, window in windows().items():
        began = now - timedelta(hours=window.hours)
        closing |= Q(channel__kind=kind, last_inbound_at__lte=began + left)
    return rows.exclude(stage=Stage.CLOSED).filter(closing)


class ConversationQuestions(QuestionFilter):
    """Questions about conversations."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "abertas": AdminQuestion(_("Abertas"), lambda rows, now: rows.exclude(stage=Stage.CLOSED)),
        "sem_atendente": AdminQuestion(
            _("Sem atendente"), lambda rows, now: rows.filter(stage=Stage.QUEUE)
        ),
        "esperando": AdminQuestion(
            _("Sem resposta há 1 h"),
            lambda rows, now: rows.exclude(stage=Stage.CLOSED).filter(
                waiting_since__lt=now - timedelta(hours=1)
            ),
        ),
        "fechando": AdminQuestion(
            _("Janela fecha em 2 h"),
            lambda rows, now: _by_window(rows, timedelta(hours=2), now).exclude(
                pk__in=_by_window(rows, timedelta(0), now).values("pk")
            ),
        ),
        "janela_fechada": AdminQuestion(
            _("Janela fechada"),
            lambda rows, now: _by_window(rows, timedelta(0), now),
        ),
    }


class ConversationPanel(CompanyInline):
    """A person's conversations."""

    model = Conversation
    fk_name = "contact"
    verbose_name_plural = _("conversas")
    ordering = ("-opened_at", "-id")
    fields: tuple[str, ...] = (
        "shown_channel",
        "shown_stage",
        "shown_attendant",
        "message_count",
        "opened_at",
        "closed_at",
    )
    readonly_fields: tuple[str, ...] = fields
    shown_channel = linked("channel", _("canal"))
    shown_attendant = linked("attendant", _("atendente"))

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the names along."""
        return rows.select_related("channel", "attendant__user", "contact")

    @display(description=_("etapa"), label=colours.STAGE)
    def shown_stage(self, obj: Conversation) -> str:
        """The stage in words."""
        return obj.get_stage_display()


class HeldPanel(ConversationPanel):
    """What an attendant holds now."""

    fk_name = "attendant"
    verbose_name_plural = _("conversas em mãos")
    fields = ("shown_contact", "shown_stage", "shown_channel", "message_count", "opened_at")
    readonly_fields = fields
    shown_contact = linked("contact", _("pessoa"))

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Leave out what has ended."""
        return super().annotate(rows).exclude(stage=Stage.CLOSED)


@admin.register(Conversation)
class ConversationAdmin(PeopleSearched):
    """Facts about conversations. Writing happens in the inbox."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("person", "shown_stage", "holder", "shown_channel", "wait", "window", "last")
    list_filter = (
        ConversationQuestions,
        ("stage", ChoicesDropdownFilter),
        ("channel", titled(AutocompleteSelectFilter, _("canal"))),
        ("attendant", AutocompleteSelectFilter),
    )
    list_select_related = ("contact", "channel", "attendant__user")
    search_fields = ("contact__name",)
    search_help_text = _("Nome ou telefone")
    ordering = ("-last_message_at", "-pk")
    actions = ("close_chosen", "release_chosen")
    buttons = ("close", "release")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_contact", "shown_about"),
                    "identity_words",
                    ("shown_channel", "shown_attendant"),
                    ("opened_at", "closed_at"),
                    "subject",
                    "ad",
                )
            },
        ),
    )
    readonly_fields = (
        "shown_contact",
        "shown_about",
        "identity_words",
        "shown_channel",
        "shown_attendant",
        "opened_at",
        "closed_at",
        "subject",
        "ad",
    )
    shown_contact = linked("contact", _("pessoa"))
    shown_about = linked("about", _("sobre quem"))
    shown_attendant = linked("attendant", _("atendente"))
    shown_channel = linked("channel", _("canal"), ordering="channel__name")
    ad = json_of("referral", _("anúncio de origem"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring along what the page of one conversation shows too."""
        return (
            super()
            .get_queryset(request)
            .select_related("contact", "about", "channel", "attendant__user", "identity")
        )

    def title_of(self, obj: Conversation) -> str:
        """Name it by who it is with."""
        return str(obj.contact)

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how the conversation stands."""
        return Panel(
            facts=(
                (_("etapa"), obj.get_stage_display()),
                (_("atendente"), obj.attendant or _("ninguém")),
                (_("esperando"), since(obj.waiting_since)),
                (_("janela de 24 h"), self.window(obj)),
                (
                    _("mensagens"),
                    list_link("omnichannel.message", obj.message_count, conversation=obj.pk),
                ),
                (_("não lidas"), str(obj.unread_count)),
                (_("última mensagem"), since(obj.last_message_at)),
                (_("no atendimento"), self._inbox_link(obj)),
            )
        )

    def _inbox_link(self, obj: Conversation) -> str:
        try:
            address = reverse("inbox:conversation", args=[obj.pk])
        except NoReverseMatch:
            return "-"
        return format_html('<a class="text-link" href="{}">{}</a>', address, _("abrir"))

    @button(_("Encerrar"), icon="check_circle")
    def close(self, request: HttpRequest, obj: Conversation) -> None:
        """End the conversation."""
        conversation_close(conversation=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Conversa encerrada."))

    @button(_("Liberar"), icon="move_up")
    def release(self, request: HttpRequest, obj: Conversation) -> None:
        """Put the conversation back where everyone may take it."""
        conversation_release(conversation=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Conversa liberada: qualquer atendente pode assumir."))

    @action(description=_("Encerrar as escolhidas"), permissions=["act"])
    def close_chosen(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        """End each chosen conversation."""
        self.act(
            request,
            queryset,
            lambda row: conversation_close(conversation=row, actor=self.member(request, row)),
            gettext("%(count)d conversas encerradas."),
        )

    @action(description=_("Liberar as escolhidas"), permissions=["act"])
    def release_chosen(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        """Put each chosen conversation back."""
        self.act(
            request,
            queryset,
            lambda row: conversation_release(conversation=row, actor=self.member(request, row)),
            gettext("%(count)d conversas liberadas."),
        )

    @display(description=_("pessoa"), ordering="contact__name")
    def person(self, obj: Conversation) -> str:
        """Who it is with."""
        return format_html("<bdi>{}</bdi>", str(obj.contact))

    @display(description=_("etapa"), ordering="stage", label=colours.STAGE)
    def shown_stage(self, obj: Conversation) -> tuple[str, str]:
        """The stage."""
        return obj.stage, obj.get_stage_display()

    @display(description=_("atendente"), ordering="attendant__user__name")
    def holder(self, obj: Conversation) -> str:
        """Who holds it."""
        return str(obj.attendant) if obj.attendant else "-"

    @display(description=_("identidade"))
    def identity_words(self, obj: Conversation) -> str:
        """How the provider names the person here."""
        kind = dict(IdentityKind.choices).get(obj.identity.kind, obj.identity.kind)
        return f"{kind}: {obj.identity.value}"

    @display(description=_("esperando"), ordering="waiting_since")
    def wait(self, obj: Conversation) -> str:
        """How long the person has waited for an answer."""
        return since(obj.waiting_since)

    @display(description=_("janela"), ordering="last_inbound_at")
    def window(self, obj: Conversation) -> str:
        """Whether free text may still be sent."""
        if obj.channel.kind not in windows():
            return "-"
        if not obj.is_window_open:
            return str(_("fechada"))
        closes = obj.window_closes_at
        return gettext("até %(time)s") % {"time": _clock(closes)} if closes else "-"

    @display(description=_("última"), ordering="last_message_at")
    def last(self, obj: Conversation) -> str:
        """When something was last said."""
        return since(obj.last_message_at)


def _clock(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%d/%m %H:%M")
