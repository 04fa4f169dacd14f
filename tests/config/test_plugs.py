"""Packages plug into each other in one written order, and by no other door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from drf_spectacular.plumbing import load_enum_name_overrides

from common.slots import Plug, Slot, into, slots_fill
from config import plugs
from config.celery import app
from omnichannel.services.observing import observers
from omnichannel.services.reception import receptions

ROOT = Path(settings.BASE_DIR)
PACKAGES = (
    *(
        "common",
        "accounts",
        "contacts",
        "providers",
        "omnichannel",
        "queues",
        "leadscoring",
        "agenda",
    ),
    *("campaigns", "bot", "flows", "visitors", "webhooks", "inbox", "analytics", "config"),
)


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Give every module of the product, by its path."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def test_an_arrival_is_decided_about_in_this_order() -> None:
    assert [type(one).__name__ for one in plugs.DECIDES] == [
        "Continuations",
        "Wishes",
        "Replies",
        "AgendaAnswers",
        "FlowFollower",
        "BotFollower",
        "TicketFollower",
        "RuleEvents",
    ]
    assert list(observers) == list(plugs.DECIDES)


def test_flows_and_the_bot_receive_conversations_before_the_queue() -> None:
    assert [type(one).__name__ for one in plugs.RECEPTIONS] == ["FlowReception", "BotReception"]
    assert list(receptions) == list(plugs.RECEPTIONS)


def test_every_app_with_plugs_is_listed_once() -> None:
    written = [
        config.name
        for config in apps.get_app_configs()
        if (Path(config.path) / "plugs.py").exists() and config.name != "config"
    ]
    listed = [import_module(f"{name}.plugs").PLUG for name in written]
    assert len(plugs.PLUGS) == len(written)
    assert all(any(one is plug for plug in plugs.PLUGS) for one in listed)


def test_a_plug_has_one_value() -> None:
    for path, tree in sources():
        if path.endswith("/plugs.py") and not path.startswith("config/"):
            values = [node for node in tree.body if isinstance(node, ast.Assign)]
            assert [ast.unparse(node.targets[0]) for node in values] == ["PLUG"], path


def test_nothing_else_fills_a_slot_and_there_is_no_other_door() -> None:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "_plugged":
                assert path == "common/slots.py"
            if isinstance(node, ast.Name) and node.id == "slots_fill":
                assert path == "config/plugs.py"
            if isinstance(node, ast.Name) and node.id == "into":
                assert path.endswith("/plugs.py"), path
            # A signal of ours would be a second way to be told.
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Signal"):
                raise AssertionError(path)


def test_an_app_that_starts_fills_no_lists_of_others() -> None:
    ready = {
        path
        for path, tree in sources()
        if path.endswith("/apps.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "ready"
    }
    # Django's own signals of logins, and the composition itself.
    assert ready == {"accounts/apps.py", "config/apps.py"}


def test_every_slot_is_filled_from_the_list() -> None:
    put = [entry.slot for plug in plugs.PLUGS for entry in plug.entries]
    own = {
        id(value): f"{module.__name__}.{name}"
        for module in map(import_module, _modules_with_slots())
        for name, value in vars(module).items()
        if isinstance(value, Slot)
    }
    known = {id(slot) for slot in put} | {id(observers), id(receptions)}
    assert [name for key, name in own.items() if key not in known] == []
    assert all(len(slot) for slot in put)


def _modules_with_slots() -> list[str]:
    return [
        path.removesuffix(".py").replace("/", ".")
        for path, tree in sources()
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith("Slot[")
    ]


def test_what_beat_rings_for_are_tasks_and_names_are_told_once() -> None:
    app.loader.import_default_modules()
    schedule = plugs.beat_schedule()
    assert len(schedule) == sum(len(plug.beat) for plug in plugs.PLUGS)
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    assert app.conf.beat_schedule == schedule
    assert set(plugs.task_routes()) <= set(app.tasks)
    assert app.conf.task_routes == {
        "campaigns.tasks.send": {"queue": "campanhas"},
        "bot.tasks.turn": {"queue": "robo"},
        "bot.tasks.retake": {"queue": "robo"},
        "bot.tasks.phrases_embed": {"queue": "robo"},
        "bot.vendor_tasks.transcribe": {"queue": "robo"},
        "bot.tasks.summary": {"queue": "robo"},
        "bot.tasks.read": {"queue": "robo"},
        "bot.tasks.typing": {"queue": "robo"},
        "flows.tasks.advance": {"queue": "robo"},
    }


def test_choices_are_found_and_named_once() -> None:
    found = plugs.choices()
    assert len(found) == sum(len(plug.choices) for plug in plugs.PLUGS)
    assert set(load_enum_name_overrides().values()) == set(found)


def test_filling_again_changes_nothing_and_order_is_as_written() -> None:
    slot: Slot[int] = Slot()
    first, second = Plug(watches=(into(slot, 1, 2),)), Plug(offers=(into(slot, 3),))
    for _again in range(2):
        slots_fill([*first.entries, *second.entries])
        assert list(slot) == [1, 2, 3]
    slots_fill([*second.entries, *first.entries])
    assert list(slot) == [3, 1, 2]
