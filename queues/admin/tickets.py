"""Every ticket in the back-office, with its history and why it went to whom it went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
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
    linked,
    row_link,
    since,
)
from common.admin.access import access_of
from common.admin.filters import today
from common.folding import Word
from contacts.admin.searching import PeopleSearched
from queues.choices import OPEN_STATUSES, TicketStatus
from queues.models import (
    Queue,
    Ticket,
    TicketEvent,
    is_at_risk,
    is_broken,
)
from queues.search import protocol_of
from queues.selectors import QueueNumbers, queue_numbers, ticket_explanation
from queues.services.tickets import ticket_finish, ticket_return, ticket_transfer
from queues.wording import reason_words, rule_words

COLOURS = {
    TicketStatus.WAITING: "warning",
    TicketStatus.SERVING: "success",
    TicketStatus.FINISHED: "",
    TicketStatus.ABANDONED: "danger",
    TicketStatus.TRANSFERRED: "info",
}
# Of hundreds who were considered, the first say enough on a page of facts.
SHOWN_PEOPLE = 12
CLOSED_HERE = "encerrado na administração"
RETURNED_HERE = "devolvido na administração"
MOVED_HERE = "movido na administração"


class EventPanel(CompanyInline):
    """What happened to a ticket."""

    model = TicketEvent
    verbose_name_plural = _("histórico")
    ordering = ("at", "id")
    per_page = 50
    show_change_link = False
    fields = ("at", "kind", "actor", "detail")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the names along."""
        return rows.select_related("actor__user")


class TicketQuestions(QuestionFilter):
    """Questions about tickets."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "aguardando": AdminQuestion(
            _("Aguardando"), lambda rows, now: rows.filter(status=TicketStatus.WAITING)
        ),
        "em_risco": AdminQuestion(
            _("SLA em risco"),
            lambda rows, now: rows.filter(is_at_risk(now), status__in=OPEN_STATUSES),
        ),
        "estourado": AdminQuestion(
            _("SLA estourado"),
            lambda rows, now: rows.filter(is_broken(now), status__in=OPEN_STATUSES),
        ),
        "sinalizados": AdminQuestion(
            _("Atendente saiu"), lambda rows, now: rows.filter(flagged_at__isnull=False)
        ),
        "abandonados": AdminQuestion(
            _("Abandonados hoje"),
            lambda rows, now: rows.filter(status=TicketStatus.ABANDONED, ended_at__gte=today(now)),
        ),
        "mal_avaliados": AdminQuestion(
            _("Nota 1 ou 2"), lambda rows, now: rows.filter(rating__lte=2)
        ),
    }


@admin.register(Ticket)
class TicketAdmin(PeopleSearched):
    """Every wait for a person, with its history and why it went to whom it went."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        *("protocol", "shown_contact", "shown_queue", "shown_status", "shown_attendant"),
        *("entered", "due", "rating"),
    )
    list_filter = (
        TicketQuestions,
        ("status", ChoicesDropdownFilter),
        ("queue", AutocompleteSelectFilter),
        ("attendant", AutocompleteSelectFilter),
    )
    list_select_related = ("contact", "queue", "attendant__user")
    search_fields = ("protocol", "contact__name")
    search_help_text = _("Protocolo, nome ou telefone")
    ordering = ("-entered_at", "-id")
    inlines = (EventPanel,)
    list_before_template = "admin/queues/live.html"
    buttons = ("give_back", "finish")
    actions = ("give_back_chosen", "finish_chosen")
    fields = (
        ("protocol", "priority"),
        ("shown_contact", "shown_conversation"),
        ("shown_queue", "shown_attendant"),
        ("entered_at", "started_at", "ended_at"),
        ("first_response_due_at", "resolution_due_at"),
        ("end_reason", "rating", "rating_comment"),
    )
    readonly_fields = (
        *("protocol", "priority", "shown_contact", "shown_conversation", "shown_queue"),
        *("shown_attendant", "entered_at", "started_at", "ended_at", "first_response_due_at"),
        *("resolution_due_at", "end_reason", "rating", "rating_comment"),
    )
    shown_contact = linked("contact", _("pessoa"))
    shown_queue = linked("queue", _("fila"), ordering="queue__name")
    shown_attendant = linked("attendant", _("atendente"))

    def search_condition(self, columns: list[str], words: Sequence[Word], asked: str) -> Q:
        """Take a protocol however it is written."""
        found: Q = super().search_condition(columns, words, asked)
        protocol = protocol_of(asked)
        return found | Q(protocol=protocol) if protocol else found

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how it stands, and why this attendant."""
        facts: list[tuple[Any, Any]] = [
            (_("situação"), obj.get_status_display()),
            (_("chegou"), since(obj.entered_at)),
        ]
        told = ticket_explanation(obj)
        if told is not None:
            facts.append((_("por que este atendente?"), rule_words(told.rule) or "-"))
            facts += [
                (name, f"{row.load}/{row.limit} {reason_words(row.reason)}")
                for name, row in told.considered[:SHOWN_PEOPLE]
            ]
        return Panel(facts=facts)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show how each queue stands above the list."""
        return super().changelist_view(
            request, {**(extra_context or {}), "live_queues": self._live(request)}
        )

    def _live(self, request: HttpRequest) -> list[tuple[Queue, QueueNumbers, str]]:
        queues = self._queues(request)
        found: dict[Any, QueueNumbers] = {}
        for _company, group in groupby(queues, key=lambda queue: queue.company_id):
            rows = list(group)
            found |= queue_numbers(rows, zone=rows[0].company.time_zone)
        now = timezone.now()
        return [
            (queue, row, timesince(now - timedelta(seconds=row.longest_wait), now, depth=1))
            if (row := found[queue.pk]).longest_wait
            else (queue, row, "-")
            for queue in queues
        ]

    def _queues(self, request: HttpRequest) -> list[Queue]:
        # The back-office narrows by the person's companies, not by one scope.
        rows = access_of(request).narrow(Queue.unscoped.active().select_related("company"))
        return list(rows.order_by("company_id", "name"))

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer to move tickets to each queue there is."""
        found = super().get_actions(request)
        if self.has_act_permission(request):
            for queue in self._queues(request):
                # Django formats an action's words once more: a percent sign in a name stays one.
                name = str(queue).replace("%", "%%")
                words = gettext("Mover para %(queue)s") % {"queue": name}
                found[f"move_{queue.pk.hex}"] = (_moving(queue), f"move_{queue.pk.hex}", words)
        return found

    def is_offered(self, name: str, obj: Any) -> bool:
        """Offer to give back what somebody serves, and to end what is open."""
        serving = obj.status == Ticket.Status.SERVING
        return serving or (name == "finish" and obj.status == Ticket.Status.WAITING)

    @button(_("Devolver à fila"), icon="undo")
    def give_back(self, request: HttpRequest, obj: Ticket) -> None:
        """Let it wait again."""
        ticket_return(ticket=obj, actor=self.member(request, obj), reason=RETURNED_HERE)
        messages.success(request, gettext("Devolvido à fila, com a hora de entrada que tinha."))

    @button(_("Finalizar"), icon="check_circle")
    def finish(self, request: HttpRequest, obj: Ticket) -> None:
        """End it."""
        ticket_finish(ticket=obj, actor=self.member(request, obj), reason=CLOSED_HERE)
        messages.success(request, gettext("Atendimento finalizado."))

    @action(description=_("Devolver os escolhidos à fila"), permissions=["act"])
    def give_back_chosen(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """Let each chosen ticket wait again."""
        self.act(
            request,
            queryset,
            lambda row: ticket_return(ticket=row, actor=self.member(request, row)),
            gettext("%(count)d atendimentos devolvidos."),
        )

    @action(description=_("Finalizar os escolhidos"), permissions=["act"])
    def finish_chosen(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """End each chosen ticket."""
        self.act(
            request,
            queryset,
            lambda row: ticket_finish(
                ticket=row, actor=self.member(request, row), reason=CLOSED_HERE
            ),
            gettext("%(count)d atendimentos finalizados."),
        )

    @display(description=_("situação"), ordering="status", label=COLOURS)
    def shown_status(self, obj: Ticket) -> tuple[str, str]:
        """The state."""
        return obj.status, obj.get_status_display()

    @display(description=_("conversa"))
    def shown_conversation(self, obj: Ticket) -> Any:
        """The conversation, by its stage: it has no other name."""
        return row_link(obj.conversation, obj.conversation.get_stage_display())

    @display(description=_("entrou"), ordering="entered_at")
    def entered(self, obj: Ticket) -> str:
        """How long ago it entered."""
        return since(obj.entered_at)

    @display(description=_("prazo da 1ª resposta"), ordering="first_response_due_at")
    def due(self, obj: Ticket) -> Any:
        """When the first answer is due, while it is."""
        return "-" if obj.first_response_at else obj.first_response_due_at


def _moving(queue: Queue) -> Callable[..., None]:
    def move(page: TicketAdmin, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        page.act(
            request,
            queryset,
            lambda row: ticket_transfer(
                ticket=row, actor=page.member(request, row), reason=MOVED_HERE, queue=queue
            ),
            gettext("%(count)d atendimentos movidos."),
        )

    return move


class TicketPanel(CompanyInline):
    """Tickets of a person or a conversation."""

    model = Ticket
    verbose_name_plural = _("atendimentos")
    ordering = ("-entered_at", "-id")
    fields = ("protocol", "queue", "shown_status", "attendant", "entered_at", "ended_at", "rating")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the names along."""
        return rows.select_related("queue", "attendant__user")

    @display(description=_("situação"), label=COLOURS)
    def shown_status(self, obj: Ticket) -> tuple[str, str]:
        """The state."""
        return obj.status, obj.get_status_display()
