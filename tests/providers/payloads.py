"""Webhook bodies for tests: the fixtures, and builders of single items."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.facts import AccountRef, Parsed
from providers.whatsapp.parse import parse

FIXTURES = Path(__file__).parents[1] / "fixtures" / "whatsapp"
# A folder of further samples that are not part of the project; without it their tests skip.
PAYLOADS_DIR = os.environ.get("PAYLOADS_DIR", "")

RECEIVED_AT = datetime(2027, 1, 1, tzinfo=UTC)
SENT_AT = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
ACCOUNT = AccountRef("106540352242922")
WABA = AccountRef("102290129340398", "waba_id")


def load(name: str) -> Any:
    """Return a fixture as JSON."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def facts(payload: Any) -> list[Parsed]:
    """Return what a body says, received at a fixed moment."""
    return list(parse(payload, received_at=RECEIVED_AT))


def body(field: str, **value: Any) -> dict[str, Any]:
    """Return a webhook body with one change, about one number."""
    metadata = {"display_phone_number": "551130900000", "phone_number_id": "106540352242922"}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "102290129340398",
                "changes": [{"field": field, "value": {"metadata": metadata, **value}}],
            }
        ],
    }


def message(kind: str, **members: Any) -> dict[str, Any]:
    """Return one inbound message of Ana's."""
    return {
        "from": "5511987654321",
        "id": "wamid.1",
        "timestamp": "1767225601",
        "type": kind,
        **members,
    }


def said(kind: str, **members: Any) -> Any:
    """Return the only fact in a body with this one message."""
    (fact,) = facts(body("messages", messages=[message(kind, **members)]))
    return fact


def manifest() -> list[dict[str, Any]]:
    """Return the list of further samples, empty where there are none."""
    path = Path(PAYLOADS_DIR) / "manifest.json"
    return json.loads(path.read_text()) if PAYLOADS_DIR and path.exists() else []


def samples(kind: str) -> list[Any]:
    """Return pytest parameters (entry, JSON) of the further WhatsApp samples of one kind."""
    found = []
    for entry in manifest():
        if entry["channel"] == "whatsapp" and entry["kind"] == kind:
            path = Path(PAYLOADS_DIR) / entry["folder"] / entry["file"]
            found.append(pytest.param(entry, json.loads(path.read_text()), id=entry["file"]))
    return found
