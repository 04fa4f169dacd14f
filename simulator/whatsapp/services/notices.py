"""News about the clinic's account, as Meta sends it, and a patient's choice about marketing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import NotFound
from simulator.whatsapp.models import SimNumber, SimPerson, SimWebhook
from simulator.whatsapp.services.webhooks import (
    account_news,
    chat_key,
    metadata,
    webhook_row,
    webhooks_enqueue,
)

Json = dict[str, Any]


def _alert(number: SimNumber) -> Json:
    return {
        "entity_type": "PHONE_NUMBER",
        "entity_id": number.phone_number_id,
        "alert_info": {
            "alert_severity": "WARNING",
            "alert_status": "ACTIVE",
            "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
            "alert_description": "We need more information about your business.",
        },
    }


def _restriction(number: SimNumber) -> Json:
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [
            {
                "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                "expiration": int(time.time()) + 7 * 86400,
            }
        ],
    }


def _quality(event: str) -> Callable[[SimNumber], Json]:
    return lambda number: {
        "display_phone_number": number.wa_id,
        "event": event,
        "max_daily_conversations_per_business": number.messaging_limit,
    }


NOTICES: dict[str, tuple[Any, str, Callable[[SimNumber], Json]]] = {
    "qualidade_baixa": (_("Qualidade caiu"), "phone_number_quality_update", _quality("FLAGGED")),
    "qualidade_normal": (
        _("Qualidade recuperada"),
        "phone_number_quality_update",
        _quality("UNFLAGGED"),
    ),
    "limite_maior": (
        _("Limite de envio maior"),
        "phone_number_quality_update",
        _quality("UPGRADE"),
    ),
    "restricao": (_("Conta restrita"), "account_update", _restriction),
    "conta_desativada": (
        _("Conta desativada"),
        "account_update",
        lambda number: {
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "November 1, 2026"},
        },
    ),
    "conta_reativada": (
        _("Conta reativada"),
        "account_update",
        lambda number: {
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": "November 1, 2026"},
        },
    ),
    "alerta": (_("Alerta da conta"), "account_alerts", _alert),
    "nome_aprovado": (
        _("Nome aprovado"),
        "phone_number_name_update",
        lambda number: {
            "display_phone_number": number.wa_id,
            "decision": "APPROVED",
            "requested_verified_name": number.verified_name,
            "rejection_reason": None,
        },
    ),
    "pin_trocado": (
        _("PIN trocado"),
        "security",
        lambda number: {
            "display_phone_number": number.wa_id,
            "event": "PIN_CHANGED",
            "requester": "61550000000000",
        },
    ),
}
QUALITY_AFTER = {
    "qualidade_baixa": SimNumber.Quality.RED,
    "qualidade_normal": SimNumber.Quality.GREEN,
}


def notice_send(*, number: SimNumber, kind: str) -> SimWebhook | None:
    """Send one of NOTICES about a number. Raises NotFound for another kind."""
    if kind not in NOTICES:
        raise NotFound
    _label, field, build = NOTICES[kind]
    if kind in QUALITY_AFTER:
        number.quality = QUALITY_AFTER[kind]
        number.save(update_fields=["quality", "updated_at"])
    return account_news(number=number, field=field, value=build(number))


def marketing_choose(*, number: SimNumber, person: SimPerson, is_wanted: bool) -> SimWebhook | None:
    """Let the person stop or resume marketing messages in the WhatsApp app."""
    wa_id: Json = {} if person.is_phone_hidden else {"wa_id": person.wa_id}
    verb = "resume" if is_wanted else "stop"
    row = webhook_row(
        number=number,
        field="user_preferences",
        value={
            "messaging_product": "whatsapp",
            "metadata": metadata(number),
            "contacts": [
                {"profile": {"name": person.name}, **wa_id, "user_id": person.bsuid},
            ],
            "user_preferences": [
                {
                    **wa_id,
                    "user_id": person.bsuid,
                    "detail": f"User requested to {verb} marketing messages",
                    "category": "marketing_messages",
                    "value": verb,
                    "timestamp": int(time.time()),
                }
            ],
        },
        order_key=chat_key(number, person),
    )
    return webhooks_enqueue(number=number, rows=[row])
