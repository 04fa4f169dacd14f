"""The back-office of queues: their rules and people, and every ticket with its history."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from accounts.models import Company
from common.admin import (
    CompanyAdmin,
    CompanyInline,
    Panel,
    Question,
    QuestionFilter,
    ReplacedInline,
    button,
    kept_rows,
    linked,
    register_inline,
    row_link,
    since,
)
from common.admin.filters import today
from contacts.models import Contact
from omnichannel.models import Conversation
from queues.choices import OPEN_STATUSES, TicketStatus
from queues.models import (
    NextWeights,
    Queue,
    QueueMember,
    Ticket,
    TicketEvent,
    is_at_risk,
    is_broken,
)
from queues.selectors import queue_numbers, ticket_explanation
from queues.services.processing import queue_drain
from queues.services.queues import members_set, queue_delete, queue_save, weights_save
from queues.services.tickets import ticket_finish, ticket_return
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
WEIGHTS = ("sla", "window", "priority", "waiting")
CLOSED_HERE = "encerrado na administração"
RETURNED_HERE = "devolvido na administração"


class MemberPanel(ReplacedInline):
    """Who works in a queue."""

    model = QueueMember
    ordering = ("order", "id")
    verbose_name_plural = _("atendentes")
    fields = ("membership", "capacity", "order", "is_active", "last_assigned_at")
    readonly_fields = ("last_assigned_at",)


@admin.register(Queue)
class QueueAdmin(CompanyAdmin):
    """Queues: rules, hours, people."""

    can_be_deleted = True
    list_display = (
        *("name", "distribution", "shown_calendar", "first_response_sla", "capacity"),
        *("is_active", "is_default", "shown_company"),
    )
    list_filter = ("is_active", "distribution")
    list_select_related = ("company", "calendar")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (MemberPanel,)
    buttons = ("drain",)
    actions = ("drain_chosen",)
    fieldsets = (
        (None, {"fields": (("name", "priority"), "description", ("is_active", "is_default"))}),
        (_("Distribuição"), {"fields": (("distribution", "capacity"), "is_sticky", "channels")}),
        (
            _("Prazos e horário"),
            {
                "fields": (
                    ("first_response_sla", "resolution_sla"),
                    ("abandon_after", "reopen_within"),
                    "calendar",
                )
            },
        ),
        (
            _("Mensagens automáticas"),
            {"fields": ("queue_message", "out_of_hours_message", "asks_rating")},
        ),
    )
    shown_calendar = linked("calendar", _("calendário"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how the queue stands."""
        zone = obj.company.time_zone
        row = queue_numbers([obj], zone=zone)[obj.pk]
        return Panel(
            facts=(
                (_("esperando"), str(row.waiting)),
                (_("em atendimento"), str(row.serving)),
                (_("online"), str(row.online)),
                (_("hoje"), str(row.today)),
                (_("abandonados hoje"), str(row.abandoned_today)),
                (_("SLA estourado"), str(row.broken)),
            )
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        given = dict(form.cleaned_data)
        given.pop("company", None)
        stored = Queue.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = queue_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            queue=stored,
            channels=list(given.pop("channels", ())),
            **given,
        )
        obj.pk = saved.pk
        form.instance = saved

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the people through the service; the channels went with the queue."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Replace the queue's people."""
        if formset.model is not QueueMember:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        members_set(
            queue=form.instance,
            actor=request.user,  # type: ignore[arg-type]
            members=kept_rows(formset, "membership", "capacity", "order", "is_active"),
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service, which keeps queues that had tickets."""
        queue_delete(queue=obj, actor=request.user)  # type: ignore[arg-type]

    @button(_("Distribuir agora"), icon="bolt")
    def drain(self, request: HttpRequest, obj: Queue) -> None:
        """Give away what waits."""
        count = queue_drain(queue=obj)
        messages.success(
            request, gettext("%(count)d atendimentos distribuídos.") % {"count": count}
        )

    @action(description=_("Distribuir agora"), permissions=["act"])
    def drain_chosen(self, request: HttpRequest, queryset: QuerySet[Queue]) -> None:
        """Give away what waits in each chosen queue."""
        done = gettext("%(count)d filas distribuídas.")
        self.act(request, queryset, lambda row: queue_drain(queue=row), done)


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

    questions: ClassVar[dict[str, Question]] = {
        "aguardando": Question(
            _("Aguardando"), lambda rows, now: rows.filter(status=TicketStatus.WAITING)
        ),
        "em_risco": Question(
            _("SLA em risco"),
            lambda rows, now: rows.filter(is_at_risk(now), status__in=OPEN_STATUSES),
        ),
        "estourado": Question(
            _("SLA estourado"),
            lambda rows, now: rows.filter(is_broken(now), status__in=OPEN_STATUSES),
        ),
        "sinalizados": Question(
            _("Atendente saiu"), lambda rows, now: rows.filter(flagged_at__isnull=False)
        ),
        "abandonados": Question(
            _("Abandonados hoje"),
            lambda rows, now: rows.filter(status=TicketStatus.ABANDONED, ended_at__gte=today(now)),
        ),
        "mal_avaliados": Question(_("Nota 1 ou 2"), lambda rows, now: rows.filter(rating__lte=2)),
    }


@admin.register(Ticket)
class TicketAdmin(CompanyAdmin):
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
    search_help_text = _("Protocolo ou nome")
    ordering = ("-entered_at", "-id")
    inlines = (EventPanel,)
    buttons = ("give_back", "finish")
    actions = ("give_back_chosen",)
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

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how it stands, and why this attendant."""
        facts: list[tuple[Any, Any]] = [
            (_("situação"), obj.get_status_display()),
            (_("na fila desde"), since(obj.entered_at)),
        ]
        told = ticket_explanation(obj)
        if told is not None:
            facts.append((_("por que este atendente?"), rule_words(told.rule) or "-"))
            facts += [
                (name, f"{row.load}/{row.limit} {reason_words(row.reason)}")
                for name, row in told.considered[:SHOWN_PEOPLE]
            ]
        return Panel(facts=facts)

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


@admin.register(NextWeights)
class NextWeightsAdmin(CompanyAdmin):
    """How a company orders "Próximo atendimento"."""

    list_display = ("shown_company", "sla", "window", "priority", "waiting")
    list_select_related = ("company",)
    fields = (("sla", "window"), ("priority", "waiting"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service; a company has one set of weights."""
        saved = weights_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            **{name: form.cleaned_data[name] for name in WEIGHTS},
        )
        obj.pk = saved.pk
        form.instance = saved


register_inline(Conversation, TicketPanel)
register_inline(Contact, TicketPanel)
