"""What docs/asyncapi.yaml says of sockets is what they do; the example follows a real server."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from accounts.models import Company, Membership
from accounts.services.tokens import token_issue
from inbox import consumers
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take
from queues.events import SCHEMAS
from tests.inbox.test_socket_tickets import page, ticket_of
from tests.inbox.test_sockets import elsewhere, run
from tests.sources import calls, modules

ROOT = Path(__file__).parents[2]
PAPER: dict[str, Any] = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text())
FRAME = PAPER["components"]["schemas"]["Frame"]
COMMAND = PAPER["components"]["schemas"]["Command"]
TYPES = set(FRAME["properties"]["type"]["enum"])
# Functions that make a frame, with the type as their first argument.
MAKERS = {"changed", "in_talk", "_tell"}


def spoken() -> set[str]:
    """Return every type of frame that the code names."""
    found = set(SCHEMAS) | {"typing", "viewing"}
    for path, tree in modules():
        if path.startswith(("visitors/", "simulator/")):
            continue
        for name, call in calls(tree):
            if name in ("Event", "replace"):
                found |= {
                    keyword.value.value
                    for keyword in call.keywords
                    if keyword.arg == "type" and isinstance(keyword.value, ast.Constant)
                }
            if name in MAKERS and call.args and isinstance(call.args[0], ast.Constant):
                if isinstance(call.args[0].value, str):
                    found.add(call.args[0].value)
    return found


def references(node: Any) -> set[str]:
    """Return every $ref below a node."""
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def test_every_reference_leads_somewhere():
    for reference in references(PAPER):
        place: Any = PAPER
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_frames_are_those_of_the_code():
    assert spoken() == TYPES == set(PAPER["x-frames"])
    for name, always in SCHEMAS.items():
        assert set(PAPER["x-frames"][name]["data"]) == always, name


def test_close_codes_and_limits_are_those_of_the_code():
    told = {row["name"]: int(code) for code, row in PAPER["x-close-codes"].items()}
    assert told == {
        name: value for name, value in vars(consumers).items() if name.startswith("CLOSE_")
    }
    limits = PAPER["x-limits"]
    assert (limits["frame_bytes"], limits["frames_per_10_seconds"], limits["resume_limit"]) == (
        consumers.FRAME_BYTES,
        consumers.FRAMES_PER_10_SECONDS,
        consumers.RESUME_LIMIT,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bells")
def test_what_is_said_and_heard_is_as_the_paper_says(
    beto: Membership, clinic: Company, conversation: Conversation
):
    frame, command = Draft202012Validator(FRAME), Draft202012Validator(COMMAND)
    here = str(conversation.pk)

    async def scenario() -> list[dict[str, Any]]:
        opened = page(clinic, f"ticket={await elsewhere(lambda: ticket_of(beto))}", None)
        assert (await opened.open())[0]
        heard = []
        for kind in COMMAND["properties"]["type"]["enum"]:
            said = {"type": kind, "conversation": here, "seq": 0}
            command.validate(said)
            heard.append(await opened.ask(**said))
        heard.append(await opened.ask(type="outro"))
        await elsewhere(lambda: conversation_take(conversation=conversation, attendant=beto))
        heard += await opened.heard()
        await opened.wire.disconnect()
        return heard

    heard = run(scenario)
    for one in heard:
        frame.validate(one)
        is_without_ticket = one["type"] in ("ticket_assigned", "ticket_closed") and not one["data"]
        always = set() if is_without_ticket else set(PAPER["x-frames"][one["type"]]["data"])
        assert always <= set(one["data"]), one["type"]
    assert [one["data"].get("code") for one in heard if one["type"] == "error"] == [
        "comando_desconhecido"
    ]
    assert not command.is_valid({"type": "outro"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio(loop_scope="session")
async def test_the_example_follows_a_real_server(
    live_address: str, transactional_db: None, beto: Membership, conversation: Conversation
):
    spec = importlib.util.spec_from_file_location("follow", ROOT / "examples/follow.py")
    assert spec is not None and spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    token, _ends = await elsewhere(lambda: token_issue(user=beto.user))
    me = await asyncio.to_thread(example.call, live_address, token, "eu/")
    assert me["id"] == str(beto.pk)

    async def first_of_the_conversation() -> str:
        async for frame in example.frames(live_address, token):
            if frame["type"] == "heartbeat":
                await elsewhere(
                    lambda: conversation_take(conversation=conversation, attendant=beto)
                )
            elif frame["conversation"] == str(conversation.pk):
                return str(frame["type"])
        return ""

    assert await asyncio.wait_for(first_of_the_conversation(), 60) in TYPES
