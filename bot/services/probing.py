"""Testar conexão: what a vendor's server can do, seen by asking it, without a word of a patient."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import audit_record
from bot.models import AiProvider
from bot.services.transcribing import transcriber_of
from bot.services.vendor_calls import VendorWork, WorkOrder, working
from bot.services.vendors import ENDS, place_of
from bot.transcription.base import SpokenFile
from bot.vendors.base import AiUse, VendorTrouble
from bot.vendors.prompt import PromptPart
from bot.vendors.wire import VendorFault, WireCall, WireReply
from common.crypto import SecretUnreadable

SECONDS = 40.0
WORD = PromptPart("user", "<paciente>\nDiga apenas: OK\n</paciente>")
FORM = {
    "type": "object",
    "properties": {"resposta": {"type": "string"}},
    "required": ["resposta"],
    "additionalProperties": False,
}
TOOL = ("responder", "Responde ao paciente.", FORM)


@dataclass(frozen=True, slots=True)
class ProbedThing:
    """One thing that was tried: whether it worked, how long it took, why not."""

    name: str
    is_good: bool
    ms: int
    detail: str = ""


def provider_probe(*, provider: AiProvider, actor: Any) -> list[ProbedThing]:
    """Ask a provider for everything that is needed of it, and keep what it can do. Never raises."""
    found: list[ProbedThing] = []
    if provider.model and provider.kind not in (AiProvider.Kind.LOCAL, AiProvider.Kind.SPEECH):
        found += _language(provider)
    if provider.kind == AiProvider.Kind.SPEECH or provider.transcription_model:
        found.append(_timed("transcricao", lambda: _sound(provider)))
    _keep(provider, found)
    audit_record(
        company=provider.company_id, actor=actor, action="provedor_ia.testado", target=provider
    )
    return found


def _language(provider: AiProvider) -> list[ProbedThing]:
    order = WorkOrder(use=AiUse.PROBE, seconds=SECONDS, letters=200, most_tokens=200)
    found: list[ProbedThing] = []
    replies: list[WireReply] = []
    try:
        with working(provider, order) as work:
            found.append(_timed("texto", lambda: _plain(work, replies)))
            if found[0].is_good:
                found.append(_timed("esquema", lambda: _schema(work)))
                found.append(_timed("ferramentas", lambda: _tool(work)))
                has_usage = bool(replies and replies[0].has_usage)
                found.append(ProbedThing("contagem", has_usage, 0))
    except VendorFault as fault:
        found.append(ProbedThing("texto", False, 0, _words(fault)))
    return found


def _timed(name: str, ask: Callable[[], bool]) -> ProbedThing:
    began = time.monotonic()
    try:
        is_good, detail = ask(), ""
    except VendorFault as fault:
        is_good, detail = False, _words(fault)
    return ProbedThing(name, is_good, round((time.monotonic() - began) * 1000), detail)


def _words(fault: VendorFault) -> str:
    known: Any = ENDS.get(fault.trouble)
    if fault.trouble == VendorTrouble.UNREACHABLE:
        known = _("Não foi possível conectar. Confira o endereço.")
    elif fault.trouble == VendorTrouble.BUDGET:
        known = _("O limite de uso da empresa não permite o teste.")
    return str(known or f"{fault.trouble.value} {fault.detail}".strip())[:200]


def _call(provider: AiProvider, **more: Any) -> WireCall:
    return WireCall(
        model=provider.model,
        instructions="Responda em português.",
        parts=(WORD,),
        most_tokens=100,
        effort=provider.effort,
        **more,
    )


def _plain(work: VendorWork, replies: list[WireReply]) -> bool:
    replies.append(work.ask(_call(work.provider)))
    return bool(replies[0].text.strip())


def _schema(work: VendorWork) -> bool:
    reply = work.ask(_call(work.provider, form=FORM))
    return "{" in reply.text


def _tool(work: VendorWork) -> bool:
    reply = work.ask(_call(work.provider, tools=(TOOL,)))
    return any(one.name == "responder" for one in reply.calls)


def _sound(provider: AiProvider) -> bool:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(2 * 16_000))
    spoken = SpokenFile(
        content=file.getvalue(), mime_type="audio/wav", model=provider.transcription_model
    )
    try:
        transcriber_of(provider).write(place_of(provider), spoken)
    except SecretUnreadable:
        raise VendorFault(VendorTrouble.CREDENTIALS, "chave_ilegivel") from None
    return True


def _keep(provider: AiProvider, found: list[ProbedThing]) -> None:
    names = {"texto": "text", "esquema": "schema", "ferramentas": "tools", "contagem": "usage"}
    seen = {names[one.name]: one.is_good for one in found if one.name in names}
    if "tools" not in seen:
        # Nothing is known of a server that did not answer.
        seen.pop("text", None)
    provider.capabilities = seen | {"ms": max((one.ms for one in found), default=0)}
    provider.probed_at = timezone.now()
    failed = next((one for one in found if not one.is_good and one.detail), None)
    provider.status_detail = failed.detail if failed else ""
    if failed is None:
        provider.breaker_until, provider.failures = None, []
    provider.save(
        update_fields=[
            *("capabilities", "probed_at", "status_detail", "breaker_until", "failures"),
            "updated_at",
        ]
    )
