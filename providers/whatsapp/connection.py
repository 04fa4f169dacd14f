"""Whether a connection works: whose the number is, whether webhooks come here, what lacks.

Facts of Meta: `GET /{number}` needs a token that reads the number, `GET /{waba}/phone_numbers`
lists the numbers of a WABA that the token reads, `debug_token` tells a token's scopes and WABAs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from providers.choices import QUALITY_WORDS
from providers.facts import Json
from providers.meta.account import graph_url_of, token_of
from providers.meta.client import Graph
from providers.meta.errors import unreadable
from providers.outgoing import (
    OTHER_ACCOUNT,
    Account,
    AccountHealth,
    SendError,
    Subscription,
)
from providers.tolerant import ident, mapping
from providers.whatsapp.account import waba_of
from providers.whatsapp.answers import account_health

PLAIN_FIELDS = "display_phone_number,verified_name,quality_rating"
STATE_FIELDS = (
    f"{PLAIN_FIELDS},throughput,whatsapp_business_manager_messaging_limit,name_status,status,"
    "platform_type,is_on_biz_app"
)
# Newest first; a field that a version lacks makes Meta refuse the whole question (100).
QUESTIONS = (f"{STATE_FIELDS},webhook_configuration", STATE_FIELDS, PLAIN_FIELDS)
SCOPES = {
    "whatsapp_business_messaging": "sem_permissao_de_mensagens",
    "whatsapp_business_management": "sem_permissao_de_gestao",
}
# A token names few WABAs, and a WABA has few numbers; who has more names the WABA.
WABAS, PAGES = 25, 20
SOON_SECONDS = 14 * 24 * 3600
# Meta's numbers of Brazil's time zones; other accounts keep the company's.
TIME_ZONES = {
    "22": "America/Noronha",
    "23": "America/Campo_Grande",
    "24": "America/Belem",
    "25": "America/Sao_Paulo",
}

# What to subscribe to at Meta (App > Webhooks). Pages, API and README show this list; `messages`
# brings the receipts too, and the last three are for a number that stays on the phone's app.
WEBHOOK_FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "user_preferences",
    "user_id_update",
    "security",
    "calls",
    "smb_message_echoes",
    "smb_app_state_sync",
    "history",
)

WARNINGS = {
    "sem_registro": _("O número ainda não está registrado na API. Use Registrar número."),
    "numero_restrito": _("A Meta restringiu este número. Veja o motivo no Gerenciador da Meta."),
    "nome_pendente": _("O nome de exibição ainda não foi aprovado pela Meta."),
    "qualidade_baixa": _("A qualidade do número está baixa: a Meta pode limitar os envios."),
    "fora_da_nuvem": _("O número não está na API da nuvem."),
    "no_celular": _("O número também está no aplicativo do celular: o limite é de 20 envios/s."),
    "sem_waba": _(
        "O token não lê a conta do WhatsApp Business (WABA) deste número: sem ela não há modelos"
        " nem avisos da conta. Dê ao token a permissão whatsapp_business_management."
    ),
    "sem_permissao_de_mensagens": _("Falta ao token a permissão whatsapp_business_messaging."),
    "sem_permissao_de_gestao": _("Falta ao token a permissão whatsapp_business_management."),
    "token_vence": _(
        "O token vence em menos de 14 dias. Gere um de usuário do sistema, sem prazo."
    ),
    "sem_assinatura": _("O aplicativo não recebe os webhooks desta conta. Use Assinar webhooks."),
    "assinatura_em_outro_endereco": _(
        "A Meta entrega os webhooks deste número em outro endereço. Use Assinar webhooks."
    ),
}
UNHEARD: dict[Subscription, str] = {
    "missing": "sem_assinatura",
    "elsewhere": "assinatura_em_outro_endereco",
}


def health_words(health: Mapping[str, Any]) -> tuple[tuple[Any, Any], ...]:
    """Return what Meta said of a number, for its page."""
    quality = health.get("quality")
    return (
        (_("nome verificado"), health.get("verified_name")),
        (_("qualidade"), QUALITY_WORDS.get(str(quality), quality)),
        (_("limite de conversas iniciadas"), health.get("messaging_limit")),
        (_("vazão"), health.get("throughput")),
    )


def look(graph: Graph, account: Account) -> AccountHealth:
    """Ask everything that can be asked with an account's credentials. Raises SendError when they do
    not read the number, and whenever Meta is away: half an answer is none.
    """
    answer = _number(graph, account)
    health = account_health(account, answer)
    token = _token(graph, account)
    warnings = [*health.warnings, *_token_warnings(token)]
    waba_id, is_read = _waba(graph, account, token)
    health = replace(health, waba_id=waba_id, is_waba_read=is_read)
    if waba_id:
        told = _told(graph, waba_id, fields="id,currency,timezone_id")
        state = _subscription(graph, account, waba_id, token, answer)
        health = replace(
            health,
            currency=_currency(told.get("currency")),
            time_zone=_time_zone(told.get("timezone_id")),
            subscription=state,
        )
        if state in UNHEARD:
            warnings.append(UNHEARD[state])
    else:
        warnings.append("sem_waba")
    expires = token.get("expires_at")
    return replace(
        health,
        token_expires_at=expires if isinstance(expires, int) and expires > 0 else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def subscribe(graph: Graph, account: Account) -> None:
    """Have Meta post this account's webhooks to us. Raises SendError.

    An address of the number stands before one of the WABA, and that before the app's own.
    """
    routes = mapping(
        _told(graph, account.account_id, fields="webhook_configuration").get(
            "webhook_configuration"
        )
    )
    if _is_elsewhere(account, routes.get("phone_number")):
        empty = {"override_callback_uri": "", "verify_token": ""}
        graph.post(account.account_id, body={"webhook_configuration": empty})
    # Without an address the app's own holds, and any other the WABA had is forgotten.
    body: Json = {}
    if _is_elsewhere(account, routes.get("application")):
        body = {"override_callback_uri": account.callback_url, "verify_token": account.verify_token}
    graph.post(waba_of(account), "subscribed_apps", body=body)


def register(graph: Graph, account: Account, pin: str) -> None:
    """Register the number for the cloud API; the PIN is its two-step code. Raises SendError."""
    graph.post(account.account_id, "register", body={"messaging_product": "whatsapp", "pin": pin})


def _number(graph: Graph, account: Account) -> Json:
    for fields in QUESTIONS:
        try:
            answer = graph.get(account.account_id, fields=fields)
        except SendError as refused:
            if refused.provider != "100" or fields == QUESTIONS[-1]:
                raise
            continue
        if ident(answer.get("id")) != account.account_id:
            raise SendError(
                OTHER_ACCOUNT,
                _("A Meta respondeu com outro número. Confira o ID do número."),
                scope="channel",
            )
        if not ident(answer.get("display_phone_number")):
            raise unreadable()
        return answer
    raise AssertionError("the last question answers or raises")


def _told(graph: Graph, *path: str, **params: str) -> Json:
    """Ask for something that a token need not be allowed to read: a refusal is no answer."""
    try:
        return graph.get(*path, **params)
    except SendError as refused:
        if refused.retryable:
            raise
        return {}


def _token(graph: Graph, account: Account) -> Json:
    """Return what a token says of itself, nothing when Meta does not tell."""
    return mapping(_told(graph, "debug_token", input_token=token_of(account)).get("data"))


def _token_warnings(token: Json) -> Iterator[str]:
    scopes = token.get("scopes")
    if isinstance(scopes, list):
        yield from (code for scope, code in SCOPES.items() if scope not in scopes)
    expires = token.get("expires_at")
    if isinstance(expires, int) and 0 < expires < time.time() + SOON_SECONDS:
        yield "token_vence"


def _waba(graph: Graph, account: Account, token: Json) -> tuple[str, bool]:
    """Return the WABA in whose list the number stands, "" for none, and whether any was read."""
    is_read = False
    for waba_id in _candidates(account, token):
        found = _holds(graph, waba_id, account.account_id)
        if found:
            return waba_id, True
        is_read |= found is False
    return "", is_read


def _candidates(account: Account, token: Json) -> list[str]:
    """Return WABAs that may hold the number: the one on file, then those the token is made for."""
    known = waba_of(account)
    found = [known] if known else []
    granular = token.get("granular_scopes")
    for scope in granular if isinstance(granular, list) else []:
        targets = mapping(scope).get("target_ids")
        found += [ident(one) for one in targets if ident(one)] if isinstance(targets, list) else []
    return list(dict.fromkeys(found))[:WABAS]


def _holds(graph: Graph, waba_id: str, number_id: str) -> bool | None:
    """Tell whether a WABA lists a number; None when the token does not read the WABA."""
    params = {"fields": "id", "limit": "100"}
    for _page in range(PAGES):
        answer = _told(graph, waba_id, "phone_numbers", **params)
        rows = answer.get("data")
        if not isinstance(rows, list):
            return None
        if any(ident(mapping(row).get("id")) == number_id for row in rows):
            return True
        paging = mapping(answer.get("paging"))
        cursor = ident(mapping(paging.get("cursors")).get("after"))
        if not paging.get("next") or not cursor or cursor == params.get("after"):
            return False
        params["after"] = cursor
    return None


def _subscription(
    graph: Graph, account: Account, waba_id: str, token: Json, number: Json
) -> Subscription:
    """Tell whether our app hears of the WABA, and at our address."""
    apps = _told(graph, waba_id, "subscribed_apps").get("data")
    if not isinstance(apps, list):
        return ""
    ours = ident(token.get("app_id"))
    mine = [one for one in map(mapping, apps) if not ours or _app_id(one) == ours]
    if not mine:
        return "missing"
    routes = mapping(number.get("webhook_configuration"))
    override = mine[0].get("override_callback_uri")
    address = routes.get("phone_number") or override or routes.get("application")
    return "elsewhere" if _is_elsewhere(account, address) else "ok"


def _app_id(entry: Json) -> str:
    return ident(mapping(entry.get("whatsapp_business_api_data")).get("id"))


def _is_elsewhere(account: Account, address: object) -> bool:
    """Tell whether an address is certainly not ours; without a public address we cannot say."""
    own = urlsplit(account.callback_url)
    if own.scheme != "https" and graph_url_of(account).startswith("https://"):
        return False
    if not isinstance(address, str) or not address:
        return False
    given = urlsplit(address)
    return (given.netloc.lower(), _bare(given.path)) != (own.netloc.lower(), _bare(own.path))


def _bare(path: str) -> str:
    """Return one spelling of our callback's addresses: with or without /api/v1 and the slash."""
    return path.removeprefix("/api/v1").rstrip("/")


def _currency(value: object) -> str:
    code = ident(value).upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def _time_zone(value: object) -> str:
    name = ident(value)
    return TIME_ZONES.get(name) or (name if name in available_timezones() else "")
