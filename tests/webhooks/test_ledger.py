"""Which lane a body waits in, and which bodies are the same."""

from __future__ import annotations

import json

import pytest

from tests.omnichannel.adapters.payloads import load
from webhooks.ledger import dedupe_of, lane_of
from webhooks.models import LANES


def body(account: str, text: str = "oi") -> bytes:
    value = {"metadata": {"phone_number_id": account}, "messages": [{"text": {"body": text}}]}
    change = {"field": "messages", "value": value}
    return json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode()


def test_bodies_of_one_account_share_a_lane():
    assert len({lane_of("whatsapp", body("77", f"texto {n}")) for n in range(50)}) == 1


def test_accounts_are_spread_over_the_lanes():
    """One account's flood, or its poison, must not stand before everybody else's messages."""
    lanes = {lane_of("whatsapp", body(str(account))) for account in range(1000)}
    assert lanes == set(range(LANES))


def test_spaces_and_order_in_the_json_do_not_change_the_lane():
    packed = json.dumps(load("text-bsuid_and_phone"), separators=(",", ":")).encode()
    spaced = json.dumps(load("text-bsuid_and_phone"), indent=2, sort_keys=True).encode()
    assert lane_of("whatsapp", packed) == lane_of("whatsapp", spaced)


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"{" * 100_000, b'"phone_number_id": '])
def test_garbage_has_a_lane_too(raw):
    assert 0 <= lane_of("whatsapp", raw) < LANES
    assert 0 <= lane_of("instagram", raw) < LANES


def test_one_changed_byte_or_another_provider_is_another_body():
    assert (
        len(
            {
                dedupe_of("whatsapp", b"{}"),
                dedupe_of("whatsapp", b"{} "),
                dedupe_of("instagram", b"{}"),
                dedupe_of("whatsap", b"p{}"),
            }
        )
        == 4
    )
