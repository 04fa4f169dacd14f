"""The buttons of a channel: proving it, and telling its provider where to post."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.services.audit import audit_record
from common.admin import access_of, button
from common.errors import DomainError
from omnichannel.admin.channel_connect import ChannelConnect
from omnichannel.admin.channel_form import PinForm, TestForm
from omnichannel.admin.channel_site import site_context
from omnichannel.admin.channel_start import StartScreenForm
from omnichannel.models import Channel
from omnichannel.services.authorising import login_words
from omnichannel.services.channels import channel_rekey
from omnichannel.services.proving import (
    channel_register,
    channel_subscribe,
    channel_validate,
    is_asked,
)
from omnichannel.services.start_screen import start_screen_read, start_screen_set
from omnichannel.services.templates import templates_sync
from omnichannel.services.trying import channel_try
from providers import registry
from providers.base import Connection, Registration, Sender, Subscription, Templates
from providers.opening import Opening
from providers.site import Hosted

# Whose verify token the next page shows, in the session.
REVEALED = "back_office_verify_token"


class ChannelButtons(ChannelConnect):
    """What may be done to a channel; what its kind lacks is not offered."""

    buttons = (
        *("validate", "connect", "test", "register", "subscribe", "sync_templates"),
        *("embed", "start_screen", "rekey", "show_verify_token"),
    )

    @button(_("Validar"), icon="verified", is_main=True)
    def validate(self, request: HttpRequest, obj: Channel) -> None:
        """Ask the provider whether the account works."""
        member = access_of(request).memberships.get(obj.company_id)
        health = channel_validate(channel=obj, actor=member)
        named = {
            "provider": obj.provider_words(),
            "name": health.verified_name or health.phone_number or health.account_id,
        }
        messages.success(
            request, gettext("O canal funciona: %(provider)s respondeu como %(name)s.") % named
        )
        adapter = registry.face_of(obj.kind, Connection)
        for code in health.warnings:
            messages.warning(request, str(adapter.warning_words(code)))

    def is_offered(self, name: str, obj: Any) -> bool:
        """Offer what the channel's kind has."""
        kind = obj.kind
        offered = {
            "validate": is_asked(obj),
            "connect": bool(login_words(kind, obj.settings)),
            "test": registry.has_face(kind, Sender) and not is_asked(obj),
            "register": registry.has_face(kind, Registration),
            "subscribe": registry.has_face(kind, Subscription),
            "sync_templates": registry.has_face(kind, Templates),
            "embed": registry.has_face(kind, Hosted),
            "start_screen": registry.has_face(kind, Opening),
            "rekey": obj.door_key is not None,
            "show_verify_token": bool(registry.shape_of(kind).verify_token()),
        }
        return offered[name]

    @button(_("Reconectar por login"), icon="login")
    def connect(self, request: HttpRequest, obj: Channel) -> HttpResponse:
        """Go to the provider's login, for the credentials of this account anew."""
        shape = registry.shape_of(obj.kind)
        settings = {shape.chosen_by: obj.settings[shape.chosen_by]} if shape.chosen_by else {}
        return self.login_page(request, obj.company, obj.kind, settings, obj)

    @button(_("Registrar número"), icon="app_registration")
    def register(self, request: HttpRequest, obj: Channel) -> HttpResponse | None:
        """Ask for the PIN, then register the number at the provider."""
        form = PinForm(request.POST if "pin" in request.POST else None)
        if not form.is_valid():
            return self._ask_with(request, obj, form, "admin/omnichannel/register.html")
        channel_register(
            channel=obj,
            actor=access_of(request).memberships.get(obj.company_id),
            pin=form.cleaned_data["pin"],
        )
        messages.success(request, gettext("Número registrado no provedor."))
        return None

    @button(_("Enviar teste"), icon="send", is_main=True)
    def test(self, request: HttpRequest, obj: Channel) -> HttpResponse | None:
        """Ask for a phone, then send it the message that proves the channel."""
        form = TestForm(request.POST if "number" in request.POST else None)
        if not form.is_valid():
            return self._ask_with(request, obj, form, "admin/omnichannel/channel_test.html")
        channel_try(
            channel=obj,
            actor=access_of(request).memberships.get(obj.company_id),
            number=form.cleaned_data["number"],
        )
        messages.success(request, gettext("O provedor aceitou o teste: o canal está validado."))
        return None

    @button(_("Instalar no site"), icon="code", needs="view")
    def embed(self, request: HttpRequest, obj: Channel) -> HttpResponse:
        """Show the line for the clinic's site, and the channel at work."""
        context = {
            **self.admin_site.each_context(request),
            **site_context(obj),
            "title": gettext("%(channel)s no site") % {"channel": obj},
            "opts": self.opts,
            "back": self.address(obj.pk),
        }
        response = TemplateResponse(request, "admin/omnichannel/site.html", context)
        if sample := context["sample"]:
            origin = "/".join(sample.split("/")[:3])
            response._csp_update = {"frame-src": [origin]}  # type: ignore[attr-defined]
        return response

    @button(_("Tela inicial"), icon="waving_hand")
    def start_screen(self, request: HttpRequest, obj: Channel) -> HttpResponse | None:
        """Show what people see before they write, and change it."""
        limits = registry.face_of(obj.kind, Opening).start_limits
        if "salvar" not in request.POST:
            form = StartScreenForm(limits, shown=start_screen_read(channel=obj))
            return self._ask_with(request, obj, form, "admin/omnichannel/start_screen.html")
        form = StartScreenForm(limits, request.POST)
        if form.is_valid():
            try:
                start_screen_set(
                    channel=obj,
                    actor=access_of(request).memberships.get(obj.company_id),
                    screen=form.screen(),
                )
            except DomainError as refused:
                form.refuse(refused)
        if form.errors:
            return self._ask_with(request, obj, form, "admin/omnichannel/start_screen.html")
        sentence = gettext("%(provider)s mostra a nova tela inicial.")
        messages.success(request, capfirst(sentence % {"provider": obj.provider_words()}))
        return None

    def _ask_with(
        self, request: HttpRequest, obj: Channel, form: Form, template: str
    ) -> HttpResponse:
        """Show a form that a button needs answered first."""
        context = {
            **self.admin_site.each_context(request),
            "title": str(obj),
            "opts": self.opts,
            "form": form,
            "back": self.address(obj.pk),
        }
        return TemplateResponse(request, template, context)

    @button(
        _("Trocar endereço"),
        icon="autorenew",
        asks=_(
            "O endereço atual deixa de receber na hora. Tenha o painel do provedor aberto para"
            " colar o novo. Trocar?"
        ),
    )
    def rekey(self, request: HttpRequest, obj: Channel) -> None:
        """Give the channel another webhook address."""
        channel_rekey(channel=obj, actor=access_of(request).memberships.get(obj.company_id))
        messages.success(
            request, gettext("O canal tem outro endereço. Copie-o abaixo para o provedor.")
        )

    @button(_("Assinar webhooks"), icon="notifications_active")
    def subscribe(self, request: HttpRequest, obj: Channel) -> None:
        """Have the provider post this account's webhooks here."""
        channel_subscribe(channel=obj, actor=access_of(request).memberships.get(obj.company_id))
        sentence = gettext("%(provider)s entrega os webhooks desta conta aqui.")
        messages.success(request, capfirst(sentence % {"provider": obj.provider_words()}))

    @button(_("Sincronizar modelos"), icon="sync")
    def sync_templates(self, request: HttpRequest, obj: Channel) -> None:
        """Fetch the templates of the account."""
        count = templates_sync(channel=obj)
        messages.success(
            request,
            gettext("%(count)d modelos em dia com %(provider)s.")
            % {"count": count, "provider": obj.provider_words()},
        )

    @button(_("Mostrar token de verificação"), icon="key", needs="owner")
    def show_verify_token(self, request: HttpRequest, obj: Channel) -> None:
        """Show the token once, for pasting at the provider. It is the whole installation's."""
        audit_record(
            company=obj.company_id,
            actor=request.user,
            action="canal.token_de_verificacao.revelado",
            target=obj,
        )
        request.session[REVEALED] = str(obj.pk)
        messages.info(
            request, gettext("O token de verificação está abaixo, só nesta vez. Copie-o agora.")
        )
