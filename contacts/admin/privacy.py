"""The desk of data protection: who looked at whom, what people asked, what is kept and how long."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    Panel,
    QuestionFilter,
    button,
    link_to,
    linked,
)
from contacts.admin.searching import PeopleSearched
from contacts.models import ContactView, DataRequest, LegalHold, RequestStatus, RetentionRule
from contacts.models.privacy import ANSWER_WITHIN, WARN_AFTER
from contacts.services.privacy import request_answer

SHOWN = 20
REQUEST_COLOURS = {
    RequestStatus.OPEN: "warning",
    RequestStatus.DONE: "success",
    RequestStatus.REFUSED: "",
}


@admin.register(ContactView)
class ViewAdmin(CompanyAdmin):
    """Who looked at whom. Found by a person's id; administrators only."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("created_at", "shown_member", "place", "people", "shown_company")
    list_filter: ClassVar[Any] = (
        ("place", ChoicesDropdownFilter),
        ("membership", AutocompleteSelectFilter),
    )
    list_select_related = ("membership__user", "company")
    search_fields = ("id",)
    search_help_text = _("Id de um contato")
    ordering = ("-pk",)
    fields = ("created_at", "shown_member", "place", "everybody")
    readonly_fields = fields
    shown_member = linked("membership", _("quem"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators only: a supervisor's own looks stand here too."""
        return self.may_act(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the looks at one person."""
        if not search_term.strip():
            return queryset, False
        try:
            person = UUID(search_term.strip())
        except ValueError:
            return queryset.none(), False
        return queryset.filter(contacts__contains=[person]), False

    @display(description=_("pessoas"))
    def people(self, obj: ContactView) -> int:
        """How many were shown."""
        return len(obj.contacts)

    @display(description=_("pessoas"))
    def everybody(self, obj: ContactView) -> Any:
        """Who was shown, by their records: names do not belong in a log of looks."""
        links = [(link_to("contacts.contact", pk, pk),) for pk in obj.contacts[:SHOWN]]
        return format_html_join(", ", "{}", links)


class RequestQuestions(QuestionFilter):
    """Questions about requests."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "abertos": AdminQuestion(
            _("Abertos"), lambda rows, now: rows.filter(status=RequestStatus.OPEN)
        ),
        "vencendo": AdminQuestion(
            _("Vencem em 5 dias"),
            lambda rows, now: rows.filter(
                status=RequestStatus.OPEN, received_at__lte=now - WARN_AFTER
            ),
        ),
        "atrasados": AdminQuestion(
            _("Atrasados"),
            lambda rows, now: rows.filter(
                status=RequestStatus.OPEN, received_at__lt=now - ANSWER_WITHIN
            ),
        ),
    }


@admin.register(DataRequest)
class RequestAdmin(PeopleSearched):
    """What people asked about their data, with the days that are left to answer."""

    list_display = ("shown_contact", "kind", "shown_status", "received_at", "left", "shown_company")
    list_filter: ClassVar[Any] = (RequestQuestions, ("status", ChoicesDropdownFilter), "kind")
    list_select_related = ("contact", "company")
    search_fields = ("contact__name",)
    ordering = ("received_at",)
    autocomplete_fields = ("contact",)
    buttons = ("answer", "refuse")
    fields = (("contact", "kind"), ("received_at", "status"), "answered_at", "notes")
    readonly_fields = ("status", "answered_at")
    shown_contact = linked("contact", _("pessoa"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Say until when an answer is due."""
        due = timezone.localtime(obj.due_at)
        warnings: tuple[Any, ...] = ()
        if obj.status == RequestStatus.OPEN and timezone.now() > obj.due_at:
            warnings = (_("O prazo de 15 dias passou. Responda hoje e registre o motivo."),)
        return Panel(
            facts=((_("responder até"), date_format(due, "d/m/Y")), (_("faltam"), self.left(obj))),
            warnings=warnings,
        )

    @button(_("Respondido"), icon="check_circle", is_main=True)
    def answer(self, request: HttpRequest, obj: DataRequest) -> None:
        """Record that the person has their answer."""
        self._close(request, obj, RequestStatus.DONE)

    @button(_("Recusado"), icon="cancel")
    def refuse(self, request: HttpRequest, obj: DataRequest) -> None:
        """Record that it was refused; the reason stands in the notes."""
        self._close(request, obj, RequestStatus.REFUSED)

    def _close(self, request: HttpRequest, obj: DataRequest, status: str) -> None:
        request_answer(request=obj, actor=self.member(request, obj), status=status)
        messages.success(request, gettext("Resposta registrada."))

    @display(description=_("situação"), ordering="status", label=REQUEST_COLOURS)
    def shown_status(self, obj: DataRequest) -> tuple[str, str]:
        """Where it stands."""
        return obj.status, obj.get_status_display()

    @display(description=_("faltam"))
    def left(self, obj: DataRequest) -> str:
        """The days that are left."""
        if obj.status != RequestStatus.OPEN:
            return "-"
        days = (obj.due_at - timezone.now()).days
        return ngettext("%d dia", "%d dias", days) % days


@admin.register(LegalHold)
class HoldAdmin(PeopleSearched):
    """Why a person's data may not be erased yet."""

    can_be_deleted = True
    list_display = ("shown_contact", "reason", "until", "shown_company")
    list_select_related = ("contact", "company")
    search_fields = ("contact__name", "reason")
    ordering = ("-pk",)
    autocomplete_fields = ("contact",)
    fields = ("contact", ("reason", "until"))
    shown_contact = linked("contact", _("pessoa"))


@admin.register(RetentionRule)
class RetentionAdmin(CompanyAdmin):
    """How long a company keeps kinds of data."""

    can_be_deleted = True
    list_display = ("data_class", "days", "shown_company")
    list_select_related = ("company",)
    ordering = ("data_class",)
    fields = (("data_class", "days"),)
