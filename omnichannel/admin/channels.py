"""Channels: connecting a number, seeing whether it works, and what Meta says about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.models import Company
from accounts.services.audit import audit_record
from common import phones
from common.admin import (
    CompanyAdmin,
    Panel,
    Question,
    QuestionFilter,
    access_of,
    button,
    since,
)
from common.admin.shown import list_link
from common.crypto import SecretUnreadable
from omnichannel.admin import colours
from omnichannel.admin.channel_form import ChannelForm
from omnichannel.admin.notices import NoticePanel
from omnichannel.choices import ChannelStatus, Stage
from omnichannel.models import Channel
from omnichannel.services.channels import channel_delete, channel_save, channel_validate
from omnichannel.services.costs import budget_state
from omnichannel.services.templates import templates_sync
from omnichannel.wording import QUALITY_WORDS, money

SECRETS = ("access_token", "app_secret")
ADDRESS = ("graph_url", "graph_version")
REVEALED = "back_office_verify_token"
# A working number hears something from Meta (a receipt at least) on any working day.
QUIET = timedelta(hours=24)


class ChannelQuestions(QuestionFilter):
    """Questions about channels."""

    questions: ClassVar[dict[str, Question]] = {
        "erro": Question(_("Com erro"), lambda rows, now: rows.filter(status=ChannelStatus.ERROR)),
        "mudos": Question(
            _("Ativos sem webhook há 24 h"),
            lambda rows, now: rows.filter(status=ChannelStatus.ACTIVE).filter(
                Q(last_webhook_at=None) | Q(last_webhook_at__lt=now - QUIET)
            ),
        ),
        "configurando": Question(
            _("Ainda configurando"), lambda rows, now: rows.filter(status=ChannelStatus.CONFIGURING)
        ),
        "qualidade": Question(
            _("Qualidade baixa"),
            lambda rows, now: rows.filter(health__quality__in=("RED", "YELLOW")),
        ),
    }


@admin.register(Channel)
class ChannelAdmin(CompanyAdmin):
    """Numbers and pages that patients write to."""

    form = ChannelForm
    can_be_deleted = True
    list_display = (
        "name",
        "shown_status",
        "shown_number",
        "quality",
        "talks",
        "heard",
        "shown_company",
    )
    list_filter = (ChannelQuestions, "kind", "status")
    list_select_related = ("company",)
    search_fields = ("name", "account_id", "phone_number")
    ordering = ("name",)
    inlines = (NoticePanel,)
    buttons = ("validate", "sync_templates", "show_verify_token")
    actions = ("validate_all",)
    fieldsets = (
        (
            _("Conexão"),
            {
                "fields": (
                    ("kind", "name"),
                    ("account_id", "waba_id"),
                    ("phone_number", "status"),
                    "is_default",
                )
            },
        ),
        (
            _("Segredos"),
            {
                "fields": ("access_token", "app_secret"),
                "description": _("Guardados cifrados. Ninguém os vê de novo, nem aqui."),
            },
        ),
        (
            _("Custo"),
            {"fields": (("currency", "monthly_budget"), "time_zone")},
        ),
        (
            _("Avançado"),
            {"fields": (ADDRESS,), "classes": ("collapse",)},
        ),
    )

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count the open conversations; secrets stay in the database."""
        is_open = ~Q(conversations__stage=Stage.CLOSED) & Q(conversations__isnull=False)
        return rows.annotate(open_count=Count("conversations", filter=is_open))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the inputs of secrets only to those who may change them."""
        hidden: set[Any] = set()
        if obj is not None and not self.may_act(request, obj):
            hidden.add("access_token")
        if not access_of(request).is_owner:
            # Whoever chooses the address chooses where the token goes and what we call.
            hidden.add(ADDRESS)
        fieldsets = super().get_fieldsets(request, obj)
        return [one for one in fieldsets if hidden.isdisjoint(one[1]["fields"])]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read an address without a scheme as https."""
        if db_field.name == "graph_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --- saving ---

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, which merges secrets and knows other companies' accounts."""
        given = form.cleaned_data
        columns = [name for name in form.Meta.fields if name not in SECRETS]
        names = [name for name in columns if name in form.changed_data or not change]
        stored = Channel.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = channel_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=access_of(request).memberships.get(obj.company_id),
            channel=stored,
            credentials={name: given[name] for name in SECRETS},
            **{name: given[name] for name in names if name in given},
        )
        obj.pk = saved.pk
        form.instance = saved
        self._name_actor(request, saved)

    def _name_actor(self, request: HttpRequest, channel: Channel) -> None:
        member = access_of(request).memberships.get(channel.company_id)
        if member is None:
            audit_record(
                company=channel.company_id,
                actor=request.user,
                action="canal.salvo_pela_plataforma",
                target=channel,
            )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service, which keeps channels that have conversations."""
        channel_delete(channel=obj, actor=access_of(request).memberships.get(obj.company_id))

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Stay on the new channel: validating it comes next."""
        messages.success(request, gettext("Canal salvo. Agora valide para começar a usar."))
        return HttpResponseRedirect(self.address(obj.pk))

    # --- buttons and actions ---

    @button(_("Validar"), icon="verified", is_main=True)
    def validate(self, request: HttpRequest, obj: Channel) -> None:
        """Ask Meta whether the number works."""
        member = access_of(request).memberships.get(obj.company_id)
        health = channel_validate(channel=obj, actor=member)
        messages.success(
            request,
            gettext("O canal funciona: a Meta respondeu como %(name)s.")
            % {"name": health.verified_name or health.phone_number or health.account_id},
        )
        for sentence in health.warnings:
            messages.warning(request, str(sentence))

    @button(_("Sincronizar modelos"), icon="sync")
    def sync_templates(self, request: HttpRequest, obj: Channel) -> None:
        """Fetch the templates of the account."""
        count = templates_sync(channel=obj)
        messages.success(
            request, gettext("%(count)d modelos em dia com a Meta.") % {"count": count}
        )

    @button(_("Mostrar token de verificação"), icon="key")
    def show_verify_token(self, request: HttpRequest, obj: Channel) -> None:
        """Show the token once, for pasting at Meta."""
        audit_record(
            company=obj.company_id,
            actor=request.user,
            action="canal.token_de_verificacao.revelado",
            target=obj,
        )
        request.session[REVEALED] = str(obj.pk)

    @action(description=_("Validar os escolhidos"), permissions=["act"])
    def validate_all(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        """Validate each chosen channel."""
        members = access_of(request).memberships
        self.act(
            request,
            queryset,
            lambda row: channel_validate(channel=row, actor=members.get(row.company_id)),
            gettext("%(count)d canais funcionam."),
        )

    # --- the panel ---

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show whether the channel works, what the number is worth at Meta, and how to point Meta's
        webhook here.
        """
        health = obj.health
        is_shown = request.session.pop(REVEALED, "") == str(obj.pk)
        webhook = {
            "address": f"{settings.PUBLIC_URL}/webhooks/{obj.kind}/",
            "token": settings.META_VERIFY_TOKEN if is_shown else "",
        }
        return Panel(
            facts=(
                (_("situação"), self._status_badge(obj)),
                (_("verificado"), since(obj.checked_at)),
                (_("último webhook"), since(obj.last_webhook_at)),
                (_("nome verificado"), health.get("verified_name")),
                (_("qualidade"), QUALITY_WORDS.get(health.get("quality"), health.get("quality"))),
                (_("limite de conversas iniciadas"), health.get("messaging_limit")),
                (_("vazão"), health.get("throughput")),
                (_("token de acesso"), self._secret_words(obj)),
                (
                    _("conversas"),
                    list_link(
                        "omnichannel.conversation",
                        gettext("%(count)d abertas") % {"count": obj.open_count},
                        channel__id__exact=obj.pk,
                    ),
                ),
                (_("gasto no mês"), self._spent(obj)),
                (
                    _("modelos"),
                    list_link("omnichannel.template", _("ver"), waba_id=obj.waba_id),
                ),
            ),
            warnings=[obj.status_detail] if obj.status_detail else [],
            parts=(("admin/omnichannel/webhook.html", webhook),),
        )

    def _spent(self, obj: Channel) -> str:
        """Say what the month has cost, of its budget if there is one."""
        state = budget_state(obj)
        words = {"spent": money(state.spent, state.currency), "budget": ""}
        if state.budget is not None:
            words["budget"] = money(state.budget, state.currency)
            words["spent"] = gettext("%(spent)s de %(budget)s") % words
        return list_link("omnichannel.messagecost", words["spent"], month=state.month.isoformat())

    def _status_badge(self, obj: Channel) -> str:
        return str(obj.get_status_display())

    def _secret_words(self, obj: Channel) -> str:
        """Say whether a token is there and can be opened, never a character of it."""
        try:
            return str(_("guardado") if obj.credentials.get("access_token") else _("falta"))
        except SecretUnreadable:
            return str(_("guardado com uma chave que esta instalação não tem: informe de novo"))

    # --- columns ---

    @display(description=_("situação"), ordering="status", label=colours.CHANNEL)
    def shown_status(self, obj: Channel) -> tuple[str, str]:
        """The status."""
        return obj.status, obj.get_status_display()

    @display(description=_("número"), ordering="phone_number")
    def shown_number(self, obj: Channel) -> str:
        """The number as people read it."""
        shown = phones.display(obj.phone_number) if obj.phone_number else obj.account_id
        return format_html('<span class="whitespace-nowrap">{}</span>', shown)

    @display(description=_("qualidade"), label=colours.QUALITY)
    def quality(self, obj: Channel) -> tuple[str, str] | str:
        """Meta's rating of the number."""
        quality = obj.health.get("quality", "")
        return (quality, str(QUALITY_WORDS[quality])) if quality in QUALITY_WORDS else ""

    @display(description=_("abertas"), ordering="open_count")
    def talks(self, obj: Any) -> str:
        """How many conversations are open, with a link to them."""
        return list_link("omnichannel.conversation", obj.open_count, channel__id__exact=obj.pk)

    @display(description=_("último webhook"), ordering="last_webhook_at")
    def heard(self, obj: Channel) -> str:
        """When Meta last spoke."""
        return since(obj.last_webhook_at)
