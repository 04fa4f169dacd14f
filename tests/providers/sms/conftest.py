"""Accounts of each provider, and their callbacks as they would come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.outgoing import Account

# Invented, as is every number and id in these tests.
SENDER, PATIENT = "+5541900007777", "5541998887777"
SID, AUTH_TOKEN = "AC" + "0" * 32, "token-of-nobody"
CALLBACK = "https://clinica.example/webhooks/sms/chave-do-canal/"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def account_of(provider: str, secrets: dict[str, str] | None = None, **settings: Any) -> Account:
    """Return an account with the settings that a provider asks for, and others."""
    own: dict[str, dict[str, Any]] = {
        "twilio": {"account_sid": SID},
        "zenvia": {},
        "infobip": {"base_url": "https://x1.api.infobip.example"},
        "generico": {"url": "https://sms.example/send"},
    }
    credentials = {
        "twilio": {"auth_token": AUTH_TOKEN},
        "zenvia": {"api_token": "z-token"},
        "infobip": {"api_key": "i-key"},
        "generico": {},
    }
    return Account(
        account_id=f"{provider}:conta",
        settings={
            "provider": provider,
            "sender": SENDER,
            "currency": "BRL",
            **own[provider],
            **settings,
        },
        secrets={**credentials[provider], **(secrets or {})},
        callback_url=CALLBACK,
    )


@pytest.fixture
def twilio() -> Account:
    """Give an account at Twilio."""
    return account_of("twilio")


@pytest.fixture
def infobip() -> Account:
    """Give an account at Infobip."""
    return account_of("infobip")
