"""A body is shown without its people: structure stays, what anybody said or is called does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.delivery import Delivery
from providers.harmless import COVER, Harmless
from providers.meta.harmless import HARMLESS
from webhooks import masking
from webhooks.masking import masked_delivery, whole_delivery

FIXTURES = Path(__file__).parents[1] / "fixtures" / "whatsapp"
# Words and numbers of the invented people in the fixtures.
PRIVATE = ("João", "Pereira", "Carla", "Mariana", "primeira", "998887777", "987654321", "BR.")


def masked(value: object) -> object:
    return masking.masked(value, HARMLESS)


def masked_body(raw: bytes) -> str:
    return masked_delivery(Delivery(body=raw), HARMLESS)


def whole_body(raw: bytes) -> str:
    return whole_delivery(Delivery(body=raw))


def body(**value: object) -> dict:
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [change]}],
    }


def message(**parts: object) -> dict:
    return body(messages=[{"timestamp": "1767226500", **parts}])


@pytest.mark.parametrize(
    ("kept", "where"),
    [
        ("whatsapp_business_account", ("object",)),
        ("102290129340398", ("entry", 0, "id")),
        ("messages", ("entry", 0, "changes", 0, "field")),
        ("text", ("entry", 0, "changes", 0, "value", "messages", 0, "type")),
        ("1767226500", ("entry", 0, "changes", 0, "value", "messages", 0, "timestamp")),
    ],
)
def test_what_tells_nothing_of_a_person_stays(kept, where):
    found = masked(message(type="text", text={"body": "Oi"}))
    for step in where:
        found = found[step]
    assert found == kept


@pytest.mark.parametrize(
    "parts",
    [
        {"text": {"body": "segredo"}},
        {"image": {"id": "9", "caption": "segredo", "mime_type": "image/jpeg"}},
        {"document": {"filename": "segredo.pdf"}},
        {"from": "segredo"},
        {"from_user_id": "BR.segredo"},
        {"button": {"payload": "segredo", "text": "segredo"}},
        {"interactive": {"list_reply": {"id": "segredo", "title": "s", "description": "segredo"}}},
        {"interactive": {"nfm_reply": {"response_json": '{"cpf": "segredo"}'}}},
        {"contacts": [{"name": {"formatted_name": "segredo"}, "phones": [{"wa_id": "segredo"}]}]},
        {"location": {"name": "segredo", "address": "segredo", "url": "https://segredo"}},
        {"referral": {"headline": "segredo", "source_url": "https://segredo"}},
        {"order": {"text": "segredo"}},
        {"sender": {"id": "segredo"}},
        {"um_campo_que_ainda_nao_existe": "segredo"},
        {"type": "segredo com espaços de quem escreveu segredo"},
        {"status": "segrédo"},
        {"access_token": "segredo", "hub.verify_token": "segredo"},
    ],
)
def test_what_people_said_and_are_called_is_covered_wherever_it_stands(parts):
    assert "segredo" not in json.dumps(masked(message(**parts)), ensure_ascii=False)
    assert "segrédo" not in json.dumps(masked(message(**parts)), ensure_ascii=False)


def test_a_place_and_a_phone_as_a_number_are_covered():
    shown = masked(message(location={"latitude": -23.5505, "longitude": -46.6333}, x=5511990000301))
    text = json.dumps(shown, ensure_ascii=False)
    assert "23.55" not in text and "5511990000301" not in text


def test_a_message_id_keeps_only_its_end_because_it_holds_a_phone():
    wamid = "wamid.HBgNNTUxMTk5MDAwMDMwMRUCABIYFDNBQjEyMzQ1Njc4OTBBQkNERUYxAA=="
    shown = masked(message(id=wamid, context={"id": wamid}))
    assert "HBgNNTUxMTk5MDAwMDMwM" not in json.dumps(shown)
    assert wamid[-10:] in json.dumps(shown)


def test_a_phone_used_as_a_members_name_is_covered():
    assert masked({"5511990000301": True, "is_ok": True}) == {COVER: True, "is_ok": True}


def test_structure_and_types_stay():
    shown = masked({"a": ["x y", {"b": None, "c": True, "d": 3}], "e": ""})
    assert shown == {"a": [f"{COVER} (3)", {"b": None, "c": True, "d": 3}], "e": ""}


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*.json")), ids=lambda one: one.stem)
def test_no_fixture_shows_its_people(fixture: Path):
    shown = masked_body(fixture.read_bytes())
    assert not [word for word in PRIVATE if word in shown]


def test_bytes_that_are_no_json_show_length_and_hex_only():
    shown = masked_body(b"nome: Maria telefone:5511990000301" * 10)
    assert shown.startswith("340 bytes; 6e 6f 6d 65")
    assert "Maria" not in shown
    assert len(shown) < 300


def request(body: bytes, query: str = "", **headers: str) -> Delivery:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery("POST", f"/webhooks/sms/a-key-of-a-channel-0000/{query}", given, body)


FORM = "application/x-www-form-urlencoded"
SAID = b"From=%2B5511990000301&Body=Maria+Silva+tem+dor&Status=delivered&NumMedia=2&F55119900003=x"
SMS = Harmless(words=frozenset({"Status", "NumMedia"}))


def test_a_form_shows_its_fields_and_the_providers_words():
    shown = masked_delivery(request(SAID, content_type=FORM), SMS)
    assert all(word in shown for word in ('"Status": "delivered"', '"NumMedia": "2"', '"From"'))
    assert not any(word in shown for word in ("5511", "Maria", "dor", "5199"))
    assert f"content-type: {FORM}" in shown


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json"])
def test_a_form_that_does_not_say_so_is_covered_as_one(content_type):
    given = {"content_type": content_type} if content_type else {}
    shown = masked_delivery(request(SAID, **given), SMS)
    assert '"Status": "delivered"' in shown and '"From"' in shown
    # Nor do the bytes stand there in another writing.
    assert SAID[:4].hex(" ") not in shown and "5511" not in shown


def test_of_a_kind_that_says_nothing_only_the_size_is_shown():
    for raw in (SAID, b'{"status": "delivered", "n": 1}', b"\xff"):
        shown = masked_delivery(request(raw, "?From=5511990000301", content_type=FORM), None)
        assert shown.splitlines()[0] == f"POST /webhooks/sms/{COVER}/"
        assert shown.splitlines()[-1] == f"{len(raw)} bytes"
        assert not any(word in shown for word in ("5511", "delivered", "Status", "46 72"))


def test_key_query_and_headers_are_covered_even_where_all_is_shown():
    delivery = request(b"{}", "?From=5511990000301&Status=sent", authorization="Basic senha")
    covered, whole = masked_delivery(delivery, SMS), whole_delivery(delivery)
    for shown in (covered, whole):
        assert "a-key-of" not in shown and "senha" not in shown
    assert "5511990000301" in whole and "5511990000301" not in covered
    assert '"Status": "sent"' in covered and f"authorization: {COVER}" in covered


def test_a_body_that_would_be_no_page_is_only_measured():
    raw = b'{"status": "' + b"x" * masking.LONGEST + b'"}'
    assert masked_body(raw) == f"{len(raw)} bytes"
    assert len(whole_body(raw)) < len(raw) + 10


def test_a_whole_body_survives_lone_surrogates_and_bytes_that_are_no_text():
    whole_body(b'{"text": {"body": "\\ud800 oi"}}').encode()
    assert whole_body(b"\xff\xfe{").encode()


def test_a_body_nested_without_end_is_shown_as_bytes_or_cut():
    masked_body(b"[" * 50_000 + b"]" * 50_000)
    masked_body(b'{"a":' * 300 + b"1" + b"}" * 300)


SAFE = st.sampled_from(["type", "status", "id", "code", "text", "body", "nome"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(SAFE | st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_masking_never_fails_and_gives_json_again(value):
    json.dumps(masked(value))


@given(st.text(min_size=6))
def test_no_text_under_an_unknown_member_is_shown(text):
    assert masked({"qualquer": text}) == {"qualquer": f"{COVER} ({len(text)})"}


@pytest.mark.skipif(not os.environ.get("PAYLOADS_DIR"), reason="no further payloads here")
def test_every_payload_at_hand_is_shown_without_its_texts():
    for file in Path(os.environ["PAYLOADS_DIR"]).rglob("*.json"):
        raw = file.read_bytes()
        try:
            value = json.loads(raw)
        except ValueError:
            continue
        if "entry" not in value:
            # A request or an answer: only what is posted to us comes into the ledger.
            continue
        shown = _words(json.loads(masked_body(raw)))
        for text in _bodies(value):
            # Whole values: a sample's "PHONE_NUMBER" also begins its "PHONE_NUMBER_ID".
            assert text not in shown


def _words(value: object) -> set[str]:
    if isinstance(value, dict):
        return {word for item in value.values() for word in _words(item)}
    if isinstance(value, list):
        return {word for item in value for word in _words(item)}
    return {value} if isinstance(value, str) else set()


def _bodies(value: object) -> list[str]:
    if isinstance(value, dict):
        found = [v for k, v in value.items() if k in ("body", "caption", "wa_id", "from", "name")]
        texts = [v for v in found if isinstance(v, str) and len(v) > 6 and not v.isdigit()]
        return texts + [t for v in value.values() for t in _bodies(v)]
    if isinstance(value, list):
        return [t for v in value for t in _bodies(v)]
    return []
