"""Whatever JSON arrives, the parser gives facts and never raises, and all of them can be stored."""

import copy
import dataclasses
import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.facts import InboundMessage, Malformed
from tests.providers.payloads import FIXTURES, RECEIVED_AT, body, facts, load, message

# Everything Python's json may give, lone surrogates, NaN and huge numbers included.
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**20, -(10**400), 2**63])
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(["\x00", "\ud800", "a" * 100_100, "messages", "text", "system", "\u202e"])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)

BODIES = (
    [
        load(path.stem)
        for path in sorted(FIXTURES.glob("*.json"))
        if not path.stem.startswith(("signature_", "request-", "response-", "error-"))
    ]
    + [
        body("messages", messages=[message(kind, **{kind: content})])
        for kind, content in {
            "location": {"latitude": 1, "longitude": 2},
            "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}},
            "order": {"product_items": [{"quantity": 1}]},
            "reaction": {"message_id": "w", "emoji": "👍"},
            "edit": {
                "original_message_id": "w",
                "message": {"type": "text", "text": {"body": "x"}},
            },
            "revoke": {"original_message_id": "w"},
            "system": {"type": "user_changed_number", "wa_id": "1"},
            "contacts": [{"name": {"formatted_name": "x"}, "phones": [{"wa_id": "1"}]}],
        }.items()
    ]
    + [
        body(
            "history",
            history=[{"threads": [{"id": "1", "messages": [message("text", text={"body": ""})]}]}],
        ),
        body(
            "smb_message_echoes", message_echoes=[{**message("text", text={"body": ""}), "to": "1"}]
        ),
        body("calls", calls=[{"id": "1", "from": "1", "event": "connect"}]),
        body(
            "smb_app_state_sync", state_sync=[{"type": "contact", "contact": {"phone_number": "1"}}]
        ),
        body("account_update", event="DISABLED_UPDATE", ban_info={"waba_ban_state": "X"}),
        body("account_alerts", alert_info={"alert_type": "X"}),
        body(
            "message_template_components_update",
            message_template_id=1,
            message_template_buttons=[{}],
        ),
    ]
)


def paths(node, here=()):
    """Give the path of every node, the root included."""
    yield here
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, child in children:
        yield from paths(child, (*here, key))


def replaced(node, path, value):
    if not path:
        return value
    node[path[0]] = replaced(node[path[0]], path[1:], value)
    return node


def removed(node, path):
    if len(path) == 1:
        del node[path[0]]
    else:
        removed(node[path[0]], path[1:])
    return node


def assert_storable(fact):
    """Every text can be encoded and has no NUL, every number fits jsonb, every moment is sane."""
    stored = json.dumps(dataclasses.asdict(fact), default=str, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()
    for name in ("external_id", "target", "token"):
        assert len(getattr(fact, name, "")) <= 255
    if happened_at := getattr(fact, "happened_at", None):
        assert (
            datetime(2009, 1, 1, tzinfo=UTC) <= happened_at <= RECEIVED_AT + timedelta(seconds=60)
        )
        assert happened_at.utcoffset() == timedelta(0)


@settings(deadline=None)
@given(anything)
def test_any_json_gives_storable_facts(payload):
    for fact in facts(payload):
        assert_storable(fact)


@settings(deadline=None)
@given(anything)
def test_any_value_of_any_field_gives_storable_facts(value):
    for known in (
        "messages",
        "history",
        "account_update",
        "user_preferences",
        "template_category_update",
    ):
        for fact in facts({"entry": [{"id": "1", "changes": [{"field": known, "value": value}]}]}):
            assert_storable(fact)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_body_with_one_node_replaced_or_removed_gives_storable_facts(data):
    payload = copy.deepcopy(data.draw(st.sampled_from(BODIES)))
    path = data.draw(st.sampled_from(list(paths(payload))))
    if path and data.draw(st.booleans()):
        payload = removed(payload, path)
    else:
        payload = replaced(payload, path, data.draw(anything))
    for fact in facts(payload):
        assert_storable(fact)


@settings(max_examples=50, deadline=None)
@given(anything, st.integers(0, 19))
def test_one_mutated_message_of_twenty_leaves_nineteen(value, place):
    messages = [
        message("text", text={"body": str(number)}) | {"id": f"w{number}"} for number in range(20)
    ]
    messages[place] = value
    found = facts(body("messages", messages=messages))
    kept = [fact.external_id for fact in found if isinstance(fact, InboundMessage)]
    assert kept[: place + 1][:place] == [f"w{number}" for number in range(place)]
    assert len([one for one in kept if one.startswith("w")]) >= 19
    assert all(not isinstance(fact, Malformed) for fact in found[:place])
