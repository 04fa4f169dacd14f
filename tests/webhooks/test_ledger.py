"""Which lanes a body waits in, and which bodies are the same."""

from __future__ import annotations

import json

import pytest

from tests import make
from tests.providers.payloads import load
from webhooks.lanes import ACCOUNTS, PEOPLE
from webhooks.new_event import dedupe_of, plain_event


def body(account: str, text: str = "oi") -> bytes:
    value = {"metadata": {"phone_number_id": account}, "messages": [{"text": {"body": text}}]}
    change = {"field": "messages", "value": value}
    return json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode()


def account_lane(source: str, raw: bytes) -> int:
    return plain_event(source, raw).lane


def people_lanes(source: str, raw: bytes) -> list[int]:
    return plain_event(source, raw).lanes


def lanes(*people: str, **members: object) -> list[int]:
    """Return the lanes of a body that some people wrote."""
    said = [make.said("oi", **{"from": person}, **members) for person in people]
    channel = make.Channel(account_id="77", waba_id="1")
    return people_lanes("whatsapp", json.dumps(make.body(channel, *said)).encode())


def test_bodies_of_one_account_share_its_lane():
    assert len({account_lane("whatsapp", body("77", f"texto {n}")) for n in range(50)}) == 1


def test_accounts_are_spread_over_the_lanes():
    """One account's flood, or its poison, must not stand before everybody else's messages."""
    found = {account_lane("whatsapp", body(str(account))) for account in range(1000)}
    assert found == set(range(ACCOUNTS))


def test_a_person_has_one_lane_and_several_have_one_each():
    one, two = lanes("5511988880001"), lanes("5511988880002")
    assert len(one) == len(two) == 1
    assert one != two
    assert lanes("5511988880001", "5511988880002") == sorted(one + two)


def test_a_person_known_by_two_ids_waits_for_what_either_sent():
    number, both = lanes("5511988880001"), lanes("5511988880001", from_user_id="BR.123")
    assert set(number) < set(both)
    assert len(both) == 2


def test_the_business_is_nobody_whom_others_wait_for():
    """Whoever quotes us names our number, and staff who write from the phone write as us."""
    quote = {"context": {"from": "551140000000", "id": "wamid.x"}}
    assert lanes("5511988880001", **quote) == lanes("5511988880001")


def test_a_text_that_looks_like_a_body_names_nobody():
    text = json.dumps(make.said("oi", **{"from": "5511988880009"}))
    assert lanes("5511988880001", text={"body": text}) == lanes("5511988880001")


def test_whoever_changes_the_number_has_both_lanes():
    change = {"type": "system", "system": {"wa_id": "5511988880002", "type": "user_changed_number"}}
    both = lanes("5511988880001") + lanes("5511988880002")
    assert lanes("5511988880001", **change) == sorted(both)


def test_who_names_nobody_waits_with_the_account():
    assert people_lanes("whatsapp", body("77")) == [PEOPLE + account_lane("whatsapp", body("77"))]


def test_spaces_and_order_in_the_json_do_not_change_the_lanes():
    packed = json.dumps(load("text-bsuid_and_phone"), separators=(",", ":")).encode()
    spaced = json.dumps(load("text-bsuid_and_phone"), indent=2, sort_keys=True).encode()
    for lanes_of in (account_lane, people_lanes):
        assert lanes_of("whatsapp", packed) == lanes_of("whatsapp", spaced)


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"{" * 100_000, b'"phone_number_id": '])
def test_garbage_has_lanes_too(raw):
    for source in ("whatsapp", "instagram"):
        assert 0 <= account_lane(source, raw) < ACCOUNTS
        assert people_lanes(source, raw) == [PEOPLE + account_lane(source, raw)]


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
