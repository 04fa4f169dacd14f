"""The inbound ledger, for the platform's owner: one body may hold several companies' patients."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce, Length
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from accounts.models import Company
from accounts.services.audit import audit_record
from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    Panel,
    QuestionFilter,
    button,
    since,
)
from common.admin.access import access_of
from common.admin.filters import titled, today
from omnichannel.models import Channel
from providers.registry import ADAPTERS
from webhooks.masking import masked_delivery, whole_delivery
from webhooks.models import InboundEvent, InboundIssue
from webhooks.retention import events_replay

logger = logging.getLogger(__name__)

State = InboundEvent.State
REVEALED = "back_office_event"
COLOURS = {
    State.PENDING: "info",
    State.PROCESSING: "info",
    State.DONE: "success",
    State.UNROUTED: "warning",
    State.QUARANTINED: "danger",
}
WAITING = (State.PENDING, State.PROCESSING)
COVERED = _("Nomes, telefones, textos e segredos estão cobertos. Revelar fica registrado.")


class IssuePanel(CompanyInline):
    """Items of a body that could not be stored, with the reason."""

    model = InboundIssue
    verbose_name_plural = _("itens não processados")
    ordering = ("position",)
    fields = ("position", "reason", "account", "detail")
    readonly_fields = fields
    show_change_link = False
    tab = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The ledger has no company; only owners get here."""
        return InboundIssue.objects.order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the platform's owner."""
        return access_of(request).is_owner


class EventQuestions(QuestionFilter):
    """Questions about what arrived."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "quarentena": AdminQuestion(
            _("Em quarentena"), lambda rows, now: rows.filter(state=State.QUARANTINED)
        ),
        "sem_canal": AdminQuestion(
            _("Sem canal"), lambda rows, now: rows.filter(state=State.UNROUTED)
        ),
        "parados": AdminQuestion(
            _("Parados há mais de 1 min"),
            lambda rows, now: rows.filter(
                state__in=WAITING, created_at__lt=now - timedelta(minutes=1)
            ),
        ),
        "repetidos": AdminQuestion(
            _("Precisaram de mais de uma tentativa"), lambda rows, now: rows.filter(attempts__gt=1)
        ),
        "hoje": AdminQuestion(
            _("De hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))
        ),
    }


@admin.register(InboundEvent)
class EventAdmin(CompanyAdmin):
    """Every body a provider gave us. A record; an event may be replayed."""

    owner_only = True
    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        "shown_at",
        "source",
        "shown_state",
        "shown_size",
        "attempts",
        "issue_count",
        "error",
    )
    list_filter = (
        EventQuestions,
        ("state", ChoicesDropdownFilter),
        "source",
        ("error", FieldTextFilter),
        ("issues__account", titled(FieldTextFilter, _("conta sem canal"))),
    )
    search_fields = ("id__exact",)
    search_help_text = _("ID do evento")
    ordering = ("-pk",)
    actions = ("replay_chosen",)
    buttons = ("replay", "reveal")
    inlines = (IssuePanel,)
    fields: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the bodies in the database: the list needs only their size."""
        rows = InboundEvent.objects.defer("body", "dedupe").order_by(*self.ordering)
        return rows.annotate(
            byte_count=Coalesce("size", Length("body")), issue_total=Count("issues")
        )

    def company_of(self, obj: Any) -> Any:
        """An event has no company."""
        return None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The panel shows everything."""
        return ()

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show what happened to the event, and its body with people covered."""
        is_shown = request.session.pop(REVEALED, "") == str(obj.pk)
        return Panel(
            facts=(
                (_("situação"), obj.get_state_display()),
                (_("origem"), obj.source),
                (_("recebido"), since(obj.created_at)),
                (_("processado"), since(obj.processed_at)),
                (_("tentativas"), str(obj.attempts)),
                (_("tamanho"), filesizeformat(obj.byte_count)),
                (_("raia"), str(obj.lane)),
                (_("ID"), str(obj.pk)),
            ),
            warnings=[obj.error] if obj.error else [],
            notes=[] if is_shown else [COVERED],
            parts=(
                (
                    "admin/webhooks/body.html",
                    {"text": _text(obj, is_shown=is_shown)},
                ),
            ),
        )

    @button(_("Reprocessar"), icon="replay", is_main=True)
    def replay(self, request: HttpRequest, obj: InboundEvent) -> None:
        """Put the event back in line."""
        if events_replay(InboundEvent.objects.filter(pk=obj.pk)):
            messages.success(request, gettext("O evento voltou para a fila."))
        else:
            messages.warning(request, gettext("O evento já está na fila."))

    @button(_("Revelar"), icon="visibility")
    def reveal(self, request: HttpRequest, obj: InboundEvent) -> None:
        """Show the whole body once, on the record of every company whose channels it names."""
        address = request.META.get("REMOTE_ADDR") or None
        for company in _concerned(obj):
            audit_record(
                company=company,
                actor=request.user,
                action="webhook.revelado",
                target=obj,
                address=address,
            )
        logger.warning("event %s revealed by user %s", obj.pk, request.user.pk)
        request.session[REVEALED] = str(obj.pk)

    @action(description=_("Reprocessar os escolhidos"), permissions=["act"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> None:
        """Put the chosen events back in line."""
        chosen = InboundEvent.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        count = events_replay(chosen)
        done = gettext("%(count)d eventos voltaram para a fila.")
        messages.success(request, done % {"count": count})

    @display(description=_("recebido"), ordering="created_at")
    def shown_at(self, obj: InboundEvent) -> str:
        """When it came."""
        return since(obj.created_at)

    @display(description=_("situação"), ordering="state", label=COLOURS)
    def shown_state(self, obj: InboundEvent) -> tuple[str, str]:
        """The state."""
        return obj.state, obj.get_state_display()

    @display(description=_("tamanho"), ordering="byte_count")
    def shown_size(self, obj: Any) -> str:
        """The size of the body."""
        return filesizeformat(obj.byte_count)

    @display(description=_("itens com problema"), ordering="issue_total")
    def issue_count(self, obj: Any) -> int:
        """How many items were not stored."""
        return int(obj.issue_total)


def _text(event: InboundEvent, *, is_shown: bool) -> str:
    try:
        delivery = event.delivery
    except OSError:
        return gettext("O arquivo deste corpo não existe mais.")
    if is_shown:
        return whole_delivery(delivery)
    adapter = ADAPTERS.get(event.source)
    return masked_delivery(delivery, adapter.harmless if adapter else None)


def _concerned(event: InboundEvent) -> list[Any]:
    """Return the ids of the companies an event is about: that of the channel whose key it came to,
    or those whose account stands in its body, every one when none does.
    """
    # The event says whose it is, so there is no scope yet. A mere claim makes nothing theirs.
    rows = Channel.unscoped.filter(kind=event.source)
    if event.key:
        found = set(rows.filter(door_key=event.key).values_list("company_id", flat=True))
    else:
        found = _named(rows.proven(), _raw(event))
    return list(found or Company.objects.values_list("pk", flat=True))


def _named(rows: Any, body: bytes) -> set[Any]:
    return {
        row.company_id
        for row in rows.only("company_id", "account_id", "waba_id", "is_waba_proven")
        if row.account_id.encode() in body or (row.is_waba_proven and row.waba_id.encode() in body)
    }


def _raw(event: InboundEvent) -> bytes:
    try:
        return event.raw
    except OSError:
        return b""
