"""Queues in the back-office: their rules, hours and people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.models import Company
from common.admin import (
    CompanyAdmin,
    Panel,
    ReplacedInline,
    button,
    kept_rows,
    linked,
)
from common.zones import zone_named
from queues.models import (
    NextWeights,
    Queue,
    QueueMember,
)
from queues.selectors import queue_numbers
from queues.services.opening import schedule_of
from queues.services.processing import queue_drain
from queues.services.queues import members_set, queue_delete, queue_save, weights_save

WEIGHTS = ("sla", "window", "priority", "waiting")


class MemberPanel(ReplacedInline):
    """Who works in a queue."""

    model = QueueMember
    ordering = ("order", "id")
    verbose_name_plural = _("atendentes")
    fields = ("membership", "capacity", "order", "is_active", "last_assigned_at")
    readonly_fields = ("last_assigned_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring along whose rows they are."""
        return super().get_queryset(request).select_related("membership__user")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Read who may be chosen once for the whole form: a row's own list would be read again for
        each row, and each name of it too.
        """
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "membership":
            field.queryset = field.queryset.select_related("user")
            field.choices = list(field.choices)
        found: forms.ModelChoiceField[Any] | None = field
        return found


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
                (_("agora"), _hours_now(obj)),
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


def _hours_now(queue: Queue) -> str:
    now = timezone.now()
    schedule = schedule_of(queue, now)
    if schedule.is_open(now):
        return gettext("aberta")
    opens = schedule.add(now, 1)
    if opens is None:
        return gettext("fechada, sem horário à frente")
    local = opens.astimezone(zone_named(queue.calendar.time_zone)) if queue.calendar else opens
    return gettext("fechada até %(when)s") % {"when": date_format(local, "d/m H:i")}


@admin.register(NextWeights)
class NextWeightsAdmin(CompanyAdmin):
    """How a company orders "Próximo atendimento"."""

    list_display = ("shown_company", "sla", "window", "priority", "waiting")
    list_select_related = ("company",)
    fields = (("sla", "window"), ("priority", "waiting"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offer to add only while a company of the person's has no weights."""
        if not super().has_add_permission(request, obj):
            return False
        own = {company.pk for company in self._companies(request)}
        return bool(own - set(self._own(request).values_list("company_id", flat=True)))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead whoever saves twice to the weights that stand already."""
        row = None if self.has_add_permission(request) else self._own(request).first()
        if row is not None:
            return HttpResponseRedirect(self.address(row.pk))
        page: HttpResponse = super().add_view(request, form_url, extra_context)
        return page

    def _own(self, request: HttpRequest) -> QuerySet[NextWeights]:
        # Asked over the companies the person administers.
        return NextWeights.unscoped.filter(company__in=self._companies(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service; a company has one set of weights."""
        saved = weights_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            **{name: form.cleaned_data[name] for name in WEIGHTS},
        )
        obj.pk = saved.pk
        form.instance = saved
