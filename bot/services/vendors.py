"""A company's providers: saved, tested, paused when they fail, switched off when they must be."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from accounts.services.audit import audit_record
from bot.models import AiProvider
from bot.vendors.base import VendorTrouble
from bot.vendors.client import VendorPlace
from common.errors import DomainError
from providers.http import may_call

logger = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
AZURE_END = "/openai/v1"
FAILURES = 5
WITHIN_SECONDS = 60
REST = timedelta(minutes=5)
# Trouble of the account: another call cannot help, a person must.
ENDS = {
    VendorTrouble.QUOTA: _("A cota ou o crédito da conta acabou. Confira o pagamento no provedor."),
    VendorTrouble.CREDENTIALS: _("O provedor recusou a chave. Cadastre outra."),
    VendorTrouble.MODEL_GONE: _("O provedor não tem mais este modelo. Escolha outro."),
}
# Trouble of the moment: many of them make the provider rest.
TIRES = frozenset(
    {
        VendorTrouble.TIMEOUT,
        VendorTrouble.UNREACHABLE,
        VendorTrouble.SERVER,
        VendorTrouble.BUSY,
        VendorTrouble.NONSENSE,
    }
)


class ProviderRefused(DomainError):
    """What was entered cannot be a provider."""

    code = "provedor_recusado"


@transaction.atomic
def provider_save(
    *, company: Company, actor: Any, provider: AiProvider | None = None, key: str = "", **given: Any
) -> AiProvider:
    """Save a provider; an empty key keeps the one there is. What the test saw of another address or
    model is forgotten. Raises ProviderRefused.
    """
    row = provider or AiProvider(company=company)
    before = (row.kind, row.base_url, row.model)
    for name, value in given.items():
        setattr(row, name, value)
    row.base_url = row.base_url.strip().rstrip("/")
    _check(row)
    if key.strip():
        row.credentials = {"key": key.strip()}
    is_changed = (row.kind, row.base_url, row.model) != before or bool(key.strip())
    if is_changed:
        row.capabilities, row.probed_at, row.breaker_until, row.failures = {}, None, None, []
    if row.is_active:
        row.status_detail = ""
    row.save()
    audit_record(company=company, actor=actor, action="provedor_ia.salvo", target=row)
    return row


def _check(row: AiProvider) -> None:
    kinds = AiProvider.Kind
    if row.kind == kinds.LOCAL:
        return
    needs = {
        kinds.AZURE: (_("Informe o endereço do recurso do Azure."), row.base_url),
        kinds.COMPATIBLE: (_("Informe o endereço do servidor."), row.base_url),
        kinds.SPEECH: (
            _(
                "Informe o endereço da região, como https://brazilsouth.api.cognitive.microsoft.com."
            ),
            row.base_url or settings.AZURE_SPEECH_REGION,
        ),
    }
    sentence, has = needs.get(kinds(row.kind), ("", "x"))
    if not has:
        raise ProviderRefused(sentence, fields={"base_url": [sentence]})
    if row.base_url and not may_call(row.base_url):
        sentence = _("Use um endereço https da internet pública.")
        raise ProviderRefused(sentence, fields={"base_url": [sentence]})
    if row.kind != kinds.SPEECH and not (row.model or row.transcription_model):
        sentence = _("Informe o modelo.")
        raise ProviderRefused(sentence, fields={"model": [sentence]})


def place_of(provider: AiProvider) -> VendorPlace:
    """Return where calls go and with which key: the company's, else the installation's own for the
    vendor's own address.
    """
    kinds = AiProvider.Kind
    key = str(provider.credentials.get("key", ""))
    url = provider.base_url
    match provider.kind:
        case kinds.OPENAI:
            key = key or ("" if url else settings.OPENAI_API_KEY)
            url = url or OPENAI_URL
        case kinds.AZURE:
            url = url if url.endswith(AZURE_END) else f"{url}{AZURE_END}"
        case kinds.SPEECH:
            key = key or ("" if url else settings.AZURE_SPEECH_KEY)
            region = settings.AZURE_SPEECH_REGION
            url = url or f"https://{region}.api.cognitive.microsoft.com"
    return VendorPlace(url, key)


def host_of(provider: AiProvider) -> str:
    """Return the host that calls go to, for the log of what left."""
    return (urlsplit(place_of(provider).base_url).hostname or "")[:200]


def person_token(contact_id: Any) -> str:
    """Return what a vendor may call a person: nobody finds the way back."""
    return salted_hmac("bot.vendors.person", str(contact_id), algorithm="sha256").hexdigest()


@transaction.atomic
def provider_note(*, provider_id: Any, trouble: VendorTrouble) -> None:
    """Remember how a call ended: trouble of the account switches the provider off, five failures
    within a minute let it rest for five.
    """
    row = AiProvider.unscoped.select_for_update().filter(pk=provider_id).first()
    if row is None:
        return
    if trouble in ENDS:
        row.is_active, row.status_detail = False, str(ENDS[trouble])[:300]
        audit_record(
            company=row.company_id,
            actor=None,
            action="provedor_ia.desligado",
            target=row,
            detail={"motivo": trouble.value},
        )
        logger.error("AI provider %s switched off: %s", row.pk, trouble.value)
    elif trouble in TIRES:
        now = time.time()
        recent = [at for at in row.failures if at > now - WITHIN_SECONDS]
        row.failures = [*recent[-FAILURES:], now]
        if len(row.failures) >= FAILURES:
            row.breaker_until, row.failures = timezone.now() + REST, []
            logger.warning("AI provider %s rests for five minutes", row.pk)
    elif row.failures:
        row.failures = []
    else:
        return
    row.save(
        update_fields=["is_active", "status_detail", "failures", "breaker_until", "updated_at"]
    )
