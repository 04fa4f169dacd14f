"""How a request to the Graph API may fail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.outgoing import SendError


@dataclass(frozen=True, slots=True)
class GraphFault:
    """An answer that is not a success: Meta's error object, or only the HTTP status.

    `details` is the provider's own words, which may repeat what we sent: show it, never log it.
    """

    http: int
    code: int | None = None
    subcode: int | None = None
    details: str = ""
    trace: str = ""
    is_transient: bool | None = None
    retry_after: float | None = None


class Explain(Protocol):
    """Turns a fault into the error to raise; each channel has its own table of codes."""

    def __call__(self, fault: GraphFault, *, is_send: bool) -> SendError: ...


def not_sent() -> SendError:
    """Return the error for a request that certainly never left."""
    return SendError(
        "sem_conexao",
        _("Sem conexão com a Meta. Vamos tentar de novo automaticamente."),
        final=_("Sem conexão com a Meta, e a mensagem não saiu. Envie de novo."),
        retryable=True,
        scope="number",
    )


def uncertain() -> SendError:
    """Return the error for a send whose outcome nobody knows."""
    return SendError(
        "envio_incerto",
        _("Não sabemos se a mensagem saiu. Aguarde a confirmação antes de enviar de novo."),
        unknown=True,
    )


def unreadable() -> SendError:
    """Return the error for an answer that makes no sense to a question that may be asked again."""
    return SendError(
        "resposta_invalida",
        _("A Meta respondeu algo que não entendemos. Vamos tentar de novo."),
        final=_("A Meta respondeu algo que não entendemos. Tente de novo."),
        retryable=True,
    )


def fault_of(http: int, retry_after: str, answer: Json | None) -> GraphFault:
    """Read what went wrong from an answer; every member of the error object may be missing."""
    error = (answer or {}).get("error")
    error = error if isinstance(error, dict) else {}
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    transient = error.get("is_transient")
    return GraphFault(
        http=http,
        code=_integer(error.get("code")),
        subcode=_integer(error.get("error_subcode")),
        details=str(details or error.get("error_user_msg") or error.get("message") or "")[:1000],
        trace=str(error.get("fbtrace_id") or "")[:64],
        is_transient=transient if isinstance(transient, bool) else None,
        retry_after=_seconds(retry_after),
    )


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else None


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,5}", value) else None
