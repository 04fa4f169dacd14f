"""What stands above a channel's form: whether it works, and how the provider reaches it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import phones
from common.admin import Panel, access_of, since
from common.admin.shown import list_link
from common.crypto import SecretUnreadable
from omnichannel.models import Channel
from omnichannel.services.comparing import missing_words
from omnichannel.services.costs import budget_state
from omnichannel.services.proving import health_of, warnings_of
from omnichannel.wording import money
from providers import registry
from providers.base import Subscription, Templates

HIDDEN = _("só administradores veem este endereço")


def panel_of(request: HttpRequest, channel: Any, *, may_act: bool, is_token_shown: bool) -> Panel:
    """Return the panel of a channel; `channel` has its `open_count`."""
    number = phones.display(channel.phone_number) if channel.phone_number else ""
    # Told with the WABA, or chosen where the provider tells nobody.
    is_currency_known = channel.is_waba_proven or "currency" in channel.whole_settings()
    facts: list[tuple[Any, Any]] = [
        (_("situação"), channel.get_status_display()),
        (_("comprovado"), since(channel.proven_at) if channel.proven_at else _("ainda não")),
        (_("verificado"), since(channel.checked_at)),
        (_("último webhook"), since(channel.last_webhook_at)),
        (_("número"), number),
        (_("moeda da conta"), channel.currency if is_currency_known else ""),
        (_("fuso horário da conta"), channel.time_zone),
        *health_of(channel),
        *_secrets(channel),
        (_("conversas"), _conversations(channel)),
    ]
    if registry.policy_of(channel.kind).price_units:
        facts.append((_("gasto no mês"), _spent(channel)))
    if registry.has_face(channel.kind, Templates):
        link = list_link("omnichannel.template", _("ver"), waba_id=channel.waba_id)
        facts.append((_("modelos"), link))
    return Panel(
        facts=facts,
        warnings=[
            *([channel.status_detail] if channel.status_detail else []),
            *warnings_of(channel),
            *filter(None, [missing_words(channel)]),
        ],
        parts=_guide(request, channel, may_act=may_act, is_token_shown=is_token_shown),
    )


def _guide(
    request: HttpRequest, channel: Channel, *, may_act: bool, is_token_shown: bool
) -> list[tuple[str, dict[str, Any]]]:
    """Return the steps that point the provider's webhooks here."""
    if not registry.has_door(channel.kind):
        return []
    shape = registry.shape_of(channel.kind)
    guide = shape.guide_for(channel.settings)
    # Whoever knows an address with a key can post there.
    is_hidden = channel.door_key is not None and not may_act
    token: Any = guide.owner_token if access_of(request).is_owner else guide.other_token
    if is_token_shown:
        token = _code(shape.verify_token())
    fields: tuple[str, ...] = ()
    if registry.has_face(channel.kind, Subscription):
        fields = registry.face_of(channel.kind, Subscription).webhook_fields
    words: dict[str, Any] = {
        "address": HIDDEN if is_hidden else _code(channel.callback_url()),
        "token": token,
        "fields": format_html_join(", ", "<code>{}</code>", ((one,) for one in fields)),
    }
    steps = [*guide.steps, *([guide.last] if may_act and guide.last else [])]
    drawn = {
        "title": guide.title,
        "steps": [format_html(str(step), **words) for step in steps],
        "is_open": is_token_shown,
    }
    return [("admin/omnichannel/webhook.html", drawn)]


def _code(value: str) -> SafeString:
    return format_html("<code>{}</code>", value)


def _secrets(channel: Channel) -> list[tuple[Any, Any]]:
    """Say which secrets are there and can be opened, and which required ones are missing; never a
    character of one.
    """
    fields = registry.shape_of(channel.kind).fields_for(channel.settings)
    secrets = [one for one in fields if one.is_secret]
    needed = [one for one in secrets if one.is_required]
    try:
        known = channel.credentials
    except SecretUnreadable:
        gone = _("guardado com uma chave que esta instalação não tem: informe de novo")
        return [(_lower(one.label), gone) for one in needed]
    return [
        (_lower(one.label), _("guardado") if known.get(one.name) else _("falta"))
        for one in secrets
        if one.is_required or known.get(one.name)
    ]


def _lower(label: Any) -> str:
    """Write a label as the facts are written."""
    words = str(label)
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _conversations(channel: Any) -> str:
    return list_link(
        "omnichannel.conversation",
        gettext("%(count)d abertas") % {"count": channel.open_count},
        channel__id__exact=channel.pk,
    )


def _spent(channel: Channel) -> str:
    """Say what the month has cost, of its budget if there is one."""
    state = budget_state(channel)
    words = {"spent": money(state.spent, state.currency), "budget": ""}
    if state.budget is not None:
        words["budget"] = money(state.budget, state.currency)
        words["spent"] = gettext("%(spent)s de %(budget)s") % words
    return list_link("omnichannel.messagecost", words["spent"], month=state.month.isoformat())
