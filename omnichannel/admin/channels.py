"""Channels: connecting one, seeing whether it works, and what its provider says about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.models import Company
from accounts.services.audit import audit_record
from common import phones
from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    Panel,
    QuestionFilter,
    access_of,
    since,
)
from common.admin.shown import list_link
from omnichannel.admin import colours
from omnichannel.admin.channel_buttons import REVEALED, ChannelButtons
from omnichannel.admin.channel_choice import chosen, query_of
from omnichannel.admin.channel_form import ChannelForm, fields_for, fieldsets_for, form_for
from omnichannel.admin.channel_panel import panel_of
from omnichannel.admin.notices import NoticePanel
from omnichannel.choices import ChannelStatus, Stage
from omnichannel.models import Channel
from omnichannel.services.channels import channel_delete, channel_save
from omnichannel.services.endings import token_warning
from omnichannel.services.proving import (
    channel_validate,
)
from providers.account import Field
from providers.choices import QUALITY_WORDS
from providers.offers import offers

# A working channel hears something from its provider (a receipt at least) on any working day.
QUIET = timedelta(hours=24)


class ChannelQuestions(QuestionFilter):
    """Questions about channels."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "erro": AdminQuestion(
            _("Com erro"), lambda rows, now: rows.filter(status=ChannelStatus.ERROR)
        ),
        "mudos": AdminQuestion(
            _("Ativos sem webhook há 24 h"),
            lambda rows, now: rows.filter(status=ChannelStatus.ACTIVE).filter(
                Q(last_webhook_at=None) | Q(last_webhook_at__lt=now - QUIET)
            ),
        ),
        "configurando": AdminQuestion(
            _("Ainda configurando"), lambda rows, now: rows.filter(status=ChannelStatus.CONFIGURING)
        ),
        "qualidade": AdminQuestion(
            _("Qualidade baixa"),
            lambda rows, now: rows.filter(health__quality__in=("RED", "YELLOW")),
        ),
    }


@admin.register(Channel)
class ChannelAdmin(ChannelButtons, CompanyAdmin):
    """Numbers and pages that patients write to."""

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
    actions = ("validate_all",)

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count the open conversations; secrets stay in the database."""
        is_open = ~Q(conversations__stage=Stage.CLOSED) & Q(conversations__isnull=False)
        return rows.annotate(open_count=Count("conversations", filter=is_open))

    # --- the form ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Ask what to connect first; its form comes next."""
        if chosen(request) is None and self.has_add_permission(request):
            shown = [
                {"label": one.label, "href": f"{request.path}?{urlencode(query_of(one))}"}
                for one in offers()
            ]
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Conectar canal"),
                "opts": self.opts,
                "offers": shown,
                "logins": self.login_offers(request, offers()),
                "companies": self._companies(request),
            }
            return TemplateResponse(request, "admin/omnichannel/channel_choice.html", context)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form of the channel's kind."""
        kind, settings = _kind(request, obj)
        kwargs["form"] = form_for(kind, settings, self._asked(request, obj))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Group what every channel has and what its kind declares."""
        fieldsets = fieldsets_for(_kind(request, obj)[0], self._asked(request, obj))
        if obj is None and len(self._companies(request)) > 1:
            return [(_("Empresa"), {"fields": ("company",)}), *fieldsets]
        return fieldsets

    def _asked(self, request: HttpRequest, obj: Any) -> tuple[Field, ...]:
        return fields_for(
            *_kind(request, obj),
            may_act=obj is None or self.may_act(request, obj),
            is_owner=access_of(request).is_owner,
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """Show the provider's news of channels that there are."""
        return super().get_inlines(request, obj) if obj is not None else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read an address without a scheme as https."""
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --- saving ---

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, which merges secrets and knows other companies' accounts."""
        given = form.cleaned_data
        columns = [*ChannelForm.Meta.fields, *(one.column for one in form.drawn if one.column)]
        names = [name for name in columns if name in form.changed_data or not change]
        stored = Channel.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = channel_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=access_of(request).memberships.get(obj.company_id),
            channel=stored,
            **form.account(),
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

    # --- actions ---

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
        """Show whether the channel works, what its account is worth at the provider, and how to
        point the provider's webhooks here.
        """
        is_shown = request.session.pop(REVEALED, "") == str(obj.pk)
        may_act = self.may_act(request, obj)
        return panel_of(request, obj, may_act=may_act, is_token_shown=is_shown)

    # --- columns ---

    @display(description=_("situação"), ordering="status", label=colours.CHANNEL)
    def shown_status(self, obj: Channel) -> tuple[str, str]:
        """The status, and what is about to end it."""
        if obj.status == ChannelStatus.ACTIVE and token_warning(obj):
            return ChannelStatus.ERROR, gettext("Token vencendo")
        return obj.status, obj.get_status_display()

    @display(description=_("número"), ordering="phone_number")
    def shown_number(self, obj: Channel) -> str:
        """The number as people read it."""
        shown = phones.display(obj.phone_number) if obj.phone_number else obj.account_id
        return format_html('<span class="whitespace-nowrap">{}</span>', shown)

    @display(description=_("qualidade"), label=colours.QUALITY)
    def quality(self, obj: Channel) -> tuple[str, str] | str:
        """The provider's rating of the number."""
        quality = obj.health.get("quality", "")
        return (quality, str(QUALITY_WORDS[quality])) if quality in QUALITY_WORDS else ""

    @display(description=_("abertas"), ordering="open_count")
    def talks(self, obj: Any) -> str:
        """How many conversations are open, with a link to them."""
        return list_link("omnichannel.conversation", obj.open_count, channel__id__exact=obj.pk)

    @display(description=_("último webhook"), ordering="last_webhook_at")
    def heard(self, obj: Channel) -> str:
        """When the provider last spoke."""
        return since(obj.last_webhook_at)


def _kind(request: HttpRequest, channel: Channel | None) -> tuple[str, dict[str, Any]]:
    """Return the kind that a form is for, and the settings that decide what it asks."""
    if channel is not None:
        return channel.kind, channel.settings
    offer = chosen(request)
    return (offer.kind, dict(offer.settings)) if offer else ("", {})
