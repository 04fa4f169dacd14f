"""Messages for who sees people's numbers masked."""

from __future__ import annotations

from typing import Any

from django.utils.crypto import salted_hmac

from contacts.hiding import text_masked
from contacts.masking import email_masked, number_masked

PROVIDERS_OWN = "wamid."
NUMBER_FIELDS = ("phone", "wa_id")


def id_hidden(external_id: str) -> str:
    """Return an id of ours for one of a provider's, always the same for the same: WhatsApp writes
    the person's phone into its own.
    """
    made = salted_hmac("omnichannel.external_id", external_id, algorithm="sha256").hexdigest()
    return f"msg.{made[:40]}"


def message_hidden(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a message, as the API draws it, without what holds the person's phone."""
    external_id = shown["external_id"]
    return {
        **shown,
        "external_id": id_hidden(external_id) if external_id else external_id,
        "metadata": _hidden(shown["metadata"]),
    }


def _hidden(value: Any, name: str = "") -> Any:
    if name == "contacts":
        return _cards_hidden(value)
    if isinstance(value, dict):
        return {key: _hidden(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_hidden(one, name) for one in value]
    if not isinstance(value, str) or not value:
        return value
    if value.startswith(PROVIDERS_OWN):
        return id_hidden(value)
    if name == "copies":
        return email_masked(value)
    return number_masked(value) if name == "shared_phone" else value


def _cards_hidden(value: Any, name: str = "") -> Any:
    """Mask third parties' numbers: in their fields whole, elsewhere (a link, a card of another
    shape) where a text holds one.
    """
    if isinstance(value, dict):
        return {key: _cards_hidden(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_cards_hidden(one, name) for one in value]
    if not isinstance(value, str | int) or isinstance(value, bool):
        return value
    return number_masked(str(value)) if name in NUMBER_FIELDS else text_masked(str(value))
