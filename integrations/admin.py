"""Webhooks for other systems in the back-office, for administrators alone."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    Panel,
    QuestionFilter,
    json_of,
    linked,
    since,
)
from common.admin.access import access_of
from common.admin.buttons import button
from common.admin.filters import today
from common.admin.narrowing import CompanyForm
from common.happenings import HappeningKind
from integrations.models import EventState, HookSubscription, OutgoingAttempt, OutgoingEvent
from integrations.notices import trouble_words
from integrations.services.settling import troubled
from integrations.services.subscriptions import (
    events_resend,
    hook_change,
    hook_create,
    hook_delete,
    hook_rotate,
    hook_test,
)

FIELDS = ("name", "url", "events", "is_active")
STATE_COLOURS = {
    EventState.PENDING: "info",
    EventState.SENDING: "info",
    EventState.DELIVERED: "success",
    EventState.EXPIRED: "danger",
    EventState.CANCELLED: "warning",
}


class AdministratorsPage(CompanyAdmin):
    """A page that supervisors do not see: addresses may hold keys of other systems."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators look."""
        access = access_of(request)
        if not isinstance(obj, Model):
            return access.is_changing_any
        return access.may_change(self.company_of(obj))

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the company along."""
        return rows.select_related("company")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out companies where the person only looks."""
        access = access_of(request)
        rows = super().get_queryset(request)
        if access.is_owner:
            return rows
        mine = [pk for pk, member in access.memberships.items() if member.is_administrator]
        return rows.filter(company__in=mine)


class HookForm(CompanyForm):
    """An address with what it is told."""

    events = forms.MultipleChoiceField(
        label=_("Eventos"), choices=HappeningKind.choices, widget=forms.CheckboxSelectMultiple
    )


class HookQuestions(QuestionFilter):
    """Questions about addresses."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "problemas": AdminQuestion(_("Com problemas"), lambda rows, now: troubled(rows)),
        "desligados": AdminQuestion(
            _("Desligados"), lambda rows, now: rows.filter(is_active=False)
        ),
    }


@admin.register(HookSubscription)
class HookAdmin(AdministratorsPage):
    """Other systems that are told what happens."""

    form = HookForm
    can_be_deleted = True
    list_display = ("name", "shown_events", "is_active", "shown_success", "lost_count")
    list_filter = (HookQuestions,)
    search_fields = ("name",)
    ordering = ("name", "id")
    fields = (("name", "is_active"), "url", "events")
    buttons = ("test", "rotate", "end_old", "resend")

    @display(description=_("eventos"))
    def shown_events(self, obj: HookSubscription) -> str:
        """How many kinds it is told."""
        count = len(obj.events)
        return ngettext("%(count)d evento", "%(count)d eventos", count) % {"count": count}

    @display(description=_("última entrega"), ordering="last_success_at")
    def shown_success(self, obj: HookSubscription) -> str:
        """When it last took something."""
        return since(obj.last_success_at)

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how it fares, and what needs somebody."""
        counts = dict.fromkeys((EventState.PENDING, EventState.EXPIRED), 0)
        for state in counts:
            rows = OutgoingEvent.unscoped.filter(subscription=obj, state=state)
            counts[state] = rows.count()
        warnings = trouble_words(obj)
        if lost := counts[EventState.EXPIRED]:
            said = ngettext(
                "%(count)d evento não foi entregue em 24 horas. Use Reenviar.",
                "%(count)d eventos não foram entregues em 24 horas. Use Reenviar.",
                lost,
            )
            warnings.append(said % {"count": lost})
        facts = (
            (_("última entrega"), since(obj.last_success_at)),
            (_("na fila"), str(counts[EventState.PENDING])),
            (_("falhas seguidas"), str(obj.failure_count)),
        )
        return Panel(facts=facts, warnings=warnings)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, and keep a new secret for the answer."""
        given = {name: form.cleaned_data[name] for name in FIELDS}
        actor = self.member(request, obj)
        if change:
            rows = HookSubscription.objects.for_company(obj.company_id)
            hook_change(row=rows.get(pk=obj.pk), actor=actor, **given)
            return
        saved, secret = hook_create(actor=actor, **given)
        obj.pk = saved.pk
        form.instance = saved
        request._new_secret = secret  # type: ignore[attr-defined]

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service."""
        hook_delete(row=obj, actor=self.member(request, obj))

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the new secret, this once."""
        return self._secret_page(request, obj, str(getattr(request, "_new_secret", "")))

    def is_offered(self, name: str, obj: Any) -> bool:
        """Send only where it is switched on; end the old secret while it signs."""
        if name == "end_old":
            return len(obj.sealed.get("secrets", [])) > 1
        return bool(obj.is_active) if name in ("test", "resend") else True

    @button(_("Enviar teste"), icon="send", is_main=True)
    def test(self, request: HttpRequest, obj: Any) -> None:
        """Send a test event."""
        hook_test(row=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Teste a caminho. Veja o resultado nas entregas."))

    @button(
        _("Trocar segredo"),
        icon="key",
        asks=_("O segredo atual ainda assina por 24 horas, junto com o novo. Trocar?"),
    )
    def rotate(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Make another secret and show it once."""
        secret = hook_rotate(row=obj, actor=self.member(request, obj))
        return self._secret_page(request, obj, secret)

    @button(
        _("Segredo vazou"),
        icon="key_off",
        asks=_("Todos os segredos deixam de assinar agora, e um novo é criado. Continuar?"),
    )
    def end_old(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Make another secret and end all others now."""
        secret = hook_rotate(row=obj, actor=self.member(request, obj), at_once=True)
        return self._secret_page(request, obj, secret)

    @button(_("Reenviar não entregues"), icon="replay", asks=_("Enviar de novo o que não chegou?"))
    def resend(self, request: HttpRequest, obj: Any) -> None:
        """Send again what was given up."""
        count = events_resend(row=obj, actor=self.member(request, obj))
        messages.success(request, gettext("%(count)d eventos a caminho.") % {"count": count})

    def _secret_page(self, request: HttpRequest, obj: Any, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(obj),
            "opts": self.opts,
            "secret": secret,
            "back": self.address(obj.pk),
        }
        response = TemplateResponse(request, "admin/integrations/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response


class AttemptPanel(CompanyInline):
    """How each try went."""

    model = OutgoingAttempt
    verbose_name_plural = _("tentativas")
    ordering = ("-at", "-id")
    show_change_link = False
    fields = ("at", "status", "milliseconds", "error")
    readonly_fields = fields


class DeliveryQuestions(QuestionFilter):
    """Questions about deliveries."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "nao_entregues": AdminQuestion(
            _("Não entregues"), lambda rows, now: rows.filter(state=EventState.EXPIRED)
        ),
        "tentando": AdminQuestion(
            _("Tentando de novo"),
            lambda rows, now: rows.filter(state=EventState.PENDING, attempts__gt=0),
        ),
        "hoje": AdminQuestion(_("Hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))),
    }


@admin.register(OutgoingEvent)
class OutgoingEventAdmin(AdministratorsPage):
    """What was told to other systems. A record."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("kind", "shown_hook", "shown_state", "attempts", "last_status", "shown_at")
    list_filter = (DeliveryQuestions, ("state", ChoicesDropdownFilter))
    list_select_related = ("subscription", "company")
    search_fields = ("id__exact", "lane__exact")
    search_help_text = _("ID do evento ou da conversa")
    ordering = ("-id",)
    fields = (
        ("kind", "shown_hook"),
        ("state", "attempts", "next_at"),
        ("last_status", "last_error", "settled_at"),
        "told",
    )
    readonly_fields = (
        *("kind", "shown_hook", "state", "attempts", "next_at", "last_status", "last_error"),
        *("settled_at", "told"),
    )
    inlines = (AttemptPanel,)
    buttons = ("resend",)
    actions = ("resend_chosen",)
    told = json_of("data", _("dados"))
    shown_hook = linked("subscription", _("webhook"), ordering="subscription__name")

    @display(description=_("quando"), ordering="id")
    def shown_at(self, obj: OutgoingEvent) -> str:
        """The moment it happened."""
        return since(obj.created_at)

    @display(description=_("situação"), ordering="state", label=STATE_COLOURS)
    def shown_state(self, obj: OutgoingEvent) -> tuple[str, str]:
        """What became of it."""
        return obj.state, obj.get_state_display()

    def is_offered(self, name: str, obj: Any) -> bool:
        """What is on its way is not sent again."""
        return obj.state not in (EventState.PENDING, EventState.SENDING)

    @button(_("Reenviar"), icon="replay")
    def resend(self, request: HttpRequest, obj: Any) -> None:
        """Send it again under its own id."""
        self._resend(request, obj)
        messages.success(request, gettext("Evento a caminho."))

    @action(description=_("Reenviar"), permissions=["act"])
    def resend_chosen(self, request: HttpRequest, queryset: QuerySet[OutgoingEvent]) -> None:
        """Send the chosen again."""
        self.act(
            request,
            queryset.order_by("number"),
            lambda row: self._resend(request, row),
            gettext("%(count)d eventos a caminho."),
        )

    def _resend(self, request: HttpRequest, obj: Any) -> None:
        events_resend(row=obj.subscription, actor=self.member(request, obj), events=[obj.pk])
