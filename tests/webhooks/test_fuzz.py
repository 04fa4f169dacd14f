"""Anything at all with a right signature is kept and ends somewhere; with a wrong one, nothing."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import os
from random import Random
from typing import Any

import pytest

from omnichannel.models import Message
from providers.meta.door import MetaDoor
from tests import make
from tests.providers.payloads import FIXTURES
from tests.webhooks.caller import call, deliver, sign, with_receiver
from webhooks import pipeline
from webhooks.models import InboundEvent
from webhooks.receiver import Receiver

State = InboundEvent.State
ENDED = {State.DONE, State.UNROUTED, State.QUARANTINED}
SEED = int(os.environ.get("FUZZ_SEED", "20261001"))
ODD: list[Any] = [
    None, True, 0, -1, 2**63, 10**400, 1.5, float("nan"), float("inf"), "", "\x00", "\ud800",
    "\u202e\u200b", "x" * 70_000, "á" * 300, "null", "1e999", [], [None], {}, {"": None},
    {"\x00": "\ud800"}, [[[[[[[[[[{}]]]]]]]]]], "2026-13-45", "-5", "９９", {"id": {"id": {}}},
]  # fmt: skip
SAMPLES = [
    json.loads(path.read_text())
    for path in sorted(FIXTURES.glob("*.json"))
    if path.stem != "signature_vectors"
]


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Return the path of every member of a JSON value."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, one in pairs for place in places(one, (*path, key)))]


def spoiled(random: Random) -> Any:
    """Return a sample with a few members replaced, removed, doubled or wrapped."""
    body = {"": copy.deepcopy(random.choice(SAMPLES))}
    for _ in range(random.randint(1, 4)):
        found = [place for place in places(body) if place]
        if not found:
            break
        path = random.choice(found)
        holder: Any = body
        try:
            for key in path[:-1]:
                holder = holder[key]
            match random.randrange(5):
                case 0 | 1:
                    holder[path[-1]] = copy.deepcopy(random.choice(ODD))
                case 2:
                    holder.pop(path[-1])
                case 3:
                    holder[path[-1]] = [holder[path[-1]]] * random.choice([2, 50])
                case _:
                    holder[path[-1]] = {str(path[-1]): holder[path[-1]]}
        except (KeyError, IndexError, TypeError):
            continue
    return body.get("")


def generated(random: Random) -> bytes:
    """Return one body of a size that is let in, never empty."""
    return _raw(random)[: MetaDoor.largest] or b"0"


def _raw(random: Random) -> bytes:
    """Return mostly a spoiled webhook, sometimes no JSON at all."""
    kind = random.randrange(12)
    if kind == 0:
        return random.randbytes(random.randint(1, 400))
    raw = json.dumps(spoiled(random), ensure_ascii=random.random() < 0.9).encode(
        "utf-8", "surrogatepass"
    )
    if kind == 1:
        at = random.randrange(len(raw) + 1)
        return raw[:at] + random.randbytes(random.randint(0, 4)) + raw[at + random.randint(0, 9) :]
    if kind == 2:
        return b"\xef\xbb\xbf" + raw
    if kind == 3:
        return b"[" * random.choice([10, 5000]) + raw
    return raw


async def _deliver_all(receiver: Receiver, bodies: list[bytes]) -> list[int]:
    statuses: list[int] = []
    for at in range(0, len(bodies), 200):
        answers = await asyncio.gather(*(deliver(receiver, b) for b in bodies[at : at + 200]))
        statuses += [answer.status for answer in answers]
    return statuses


def run_signed(count: int, caplog: pytest.LogCaptureFixture, channel: Any) -> None:
    """Deliver generated bodies, work them off, and look where each ended."""
    random = Random(SEED)
    make.channel(channel.company, name="amostras", account_id="106540352242922", waba_id="1")
    bodies = [generated(random) for _ in range(count)]
    statuses = with_receiver(lambda receiver: _deliver_all(receiver, bodies))
    assert set(statuses) == {200}, f"seed {SEED}"
    pipeline.drain()
    rows = list(InboundEvent.objects.values_list("state", "attempts"))
    assert len(rows) == len(set(bodies))
    assert {state for state, _ in rows} <= ENDED, f"seed {SEED}"
    # No reader broke: whatever is odd was foreseen by the parser or refused by the database.
    broken = [r for r in caplog.records if r.name == "webhooks.pipeline" and "not read" in r.msg]
    assert broken == [], f"seed {SEED}"
    assert {attempts for _, attempts in rows} <= {1, 2}, f"seed {SEED}"
    assert Message.unscoped.exists()


def forged(random: Random, body: bytes, right: str) -> bytes | None:
    """Return a signature header that is not the right one."""
    other = hashlib.sha256(random.randbytes(8)).hexdigest()
    at = random.randrange(64)
    changed = (
        right[:at] + random.choice("0123456789abcdef".replace(right[at], "")) + right[at + 1 :]
    )
    return random.choice(
        [
            None,
            b"",
            f"sha256={other}".encode(),
            f"sha256={changed}".encode(),
            f"sha256={right.upper()}".encode() if right.upper() != right else b"x",
            f"sha256={right[:-1]}".encode(),
            f"sha256={right}0".encode(),
            f"sha1={right[:40]}".encode(),
            right.encode(),
            f" sha256={right}".encode(),
            f"sha256={right} ".encode(),
            f"sha256={right},sha256={right}".encode(),
            random.randbytes(71),
            sign(body, "outro-segredo"),
            sign(body + b" "),
        ]
    )


def run_forged(count: int) -> None:
    """Post bodies with wrong signatures; none may leave a trace."""
    random = Random(SEED)

    async def scenario(receiver: Receiver) -> list[int]:
        statuses = []
        for _ in range(count):
            body = generated(random)
            header = forged(random, body, sign(body).decode().removeprefix("sha256="))
            headers = [] if header is None else [(b"x-hub-signature-256", header)]
            answer = await call(receiver, headers=headers, chunks=[body])
            statuses.append(answer.status)
        return statuses

    statuses = with_receiver(scenario)
    assert statuses == [403] * count, f"seed {SEED}"
    assert not InboundEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_generated_bodies_with_a_right_signature_are_kept_and_end(caplog, channel):
    run_signed(300, caplog, channel)


@pytest.mark.django_db(transaction=True)
def test_forged_bodies_are_refused():
    run_forged(300)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_generated_bodies_are_kept_and_end(caplog, channel):
    run_signed(10_000, caplog, channel)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_ten_thousand_forged_bodies_none_is_accepted():
    run_forged(10_000)
