"""The demo clinic's way to AI: the simulator's vendor. Voice notes are written down; answering by a
model is for whoever chooses the provider in an assistant.
"""

from __future__ import annotations

from django.conf import settings

from accounts.models import Company
from bot.models import AiProvider
from bot.services.ai_ledger import policy_of
from bot.services.ai_rates import known_rates_fill

NAME = "IA simulada"
# Any key opens the simulator's door; this one is no secret.
KEY = "simulada"


def ai_make(company: Company) -> AiProvider:
    """Connect the demo company to the simulator's vendor, with transcription on."""
    known_rates_fill(company=company, actor=None)
    # Not by the service: it looks at the address, which is inside here on purpose.
    provider = AiProvider(
        company=company,
        name=NAME,
        kind=AiProvider.Kind.OPENAI,
        base_url=_url(),
        model="gpt-6-luna",
        effort="none",
        transcription_model="gpt-transcribe",
        is_abroad=False,
        region_note="Simulador deste computador",
    )
    provider.credentials = {"key": KEY}
    provider.save()
    policy = policy_of(company.pk)
    policy.transcriber = policy.writer = provider
    policy.is_transcribing = True
    policy.save()
    return provider


def ai_follow() -> None:
    """Point the demo's provider at where the simulator is now."""
    # The demo's own provider, known by its name and key; there is no scope to ask.
    for provider in AiProvider.unscoped.filter(name=NAME, is_abroad=False):
        if provider.credentials.get("key") == KEY and provider.base_url != _url():
            provider.base_url = _url()
            provider.save(update_fields=["base_url", "updated_at"])


def _url() -> str:
    return f"{settings.SIMULATOR_URL}/ia/v1"
