"""(w) A visitor's message until an attendant's page hears of it, beside WhatsApp's in the same run;
and what an idle visitor's socket costs in memory.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect

from bench import cast, live_client
from bench.figures.process import CLINICS, PATIENTS, backlog, everyone_writes_once
from bench.report import Report, middle, percentile
from bench.stack import HOST, Stack, until
from omnichannel.models import Channel, Conversation
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from providers.outgoing import AccountHealth
from providers.registry import kinds_with
from providers.site import Hosted
from visitors.models import VisitorSession
from visitors.secrets import hashed, token_new
from visitors.selectors import site_of
from visitors.services.talking import SaidWords, visitor_write

ROUNDS = 3
VISITORS, EACH = 30, 5
SOCKETS, WARM = 2000, 60
AT_ONCE = 20
SETTLE_SECONDS = 2.0
GAP = 0.03


@dataclass(frozen=True)
class Visitor:
    """One browser with its pointer and its open conversation."""

    pointer: str
    conversation: str


def measure(stack: Stack, report: Report) -> None:
    """Measure both in turns, in one run."""
    clinics = cast.clinics(CLINICS)
    clinic = clinics[0]
    stack.up()
    everyone_writes_once()
    cookies = [cast.session_cookie(one.attendant) for one in clinics]
    companies = [str(one.company.pk) for one in clinics]
    (kind,) = kinds_with(Hosted)
    given = {"origins": "https://www.clinica.example", "asks_name": "nao", "asks_phone": "nao"}
    channel = channel_save(
        company=clinic.company, actor=None, kind=kind, name="Site", settings=given
    )
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    ours, theirs = [], []
    for number in range(ROUNDS):
        rows = Conversation.unscoped.exclude(channel=channel)
        known = rows.values_list("pk", "identity__value", "revision")
        spec = live_client.Spec(
            mode="idle",
            port=stack.port,
            secret=stack.secret,
            run=f"webchat{number}",
            companies=companies,
            cookies=cookies,
            patients=PATIENTS,
            conversations={str(pk): (wa_id, revision) for pk, wa_id, revision in known},
        )
        theirs.append(percentile(live_client.run(spec), 0.5) * 1000)
        until(lambda: backlog() == 0, 60, "the backlog does not end")
        visitors = [_visitor(channel) for _ in range(VISITORS)]
        spans = asyncio.run(_talk(stack, channel, visitors, companies[0], cookies[0]))
        ours.append(percentile(spans, 0.5) * 1000)
    report.add(
        "webchat.post_to_socket_p50",
        middle(ours),
        "ms",
        floor=middle(theirs),
        goal=f"value <= {middle(theirs):.3f}",
        note="floor: WhatsApp's, in the same run",
    )
    _memory(stack, report, channel)


def _visitor(channel: Channel) -> Visitor:
    """Make a browser that wrote once."""
    pointer, now = token_new(), timezone.now()
    site = site_of(channel)
    session = VisitorSession.unscoped.create(
        company_id=channel.company_id,
        channel=channel,
        token_hash=hashed(token_new()),
        pointer_hash=hashed(pointer),
        notice_version=site.notice.version,
        noticed_at=now,
        address=secrets.token_hex(32),
        seen_at=now,
    )
    said = SaidWords(secrets.token_hex(8), text="Oi")
    message, _is_new = visitor_write(session=session, site=site, words=said)
    return Visitor(pointer, str(message.conversation_id))


async def _talk(
    stack: Stack, channel: Channel, visitors: list[Visitor], company: str, cookie: str
) -> list[float]:
    """Let visitors write in turns and return the seconds until an attendant's page heard each."""
    base = f"{HOST}:{stack.port}"
    page = await connect(
        f"ws://{base}/ws/atendimento/{company}/",
        additional_headers={"Cookie": cookie},
        origin=f"http://{base}",
        compression=None,
    )
    spans: list[float] = []
    async with aiohttp.ClientSession() as client:
        for turn in range(EACH):
            for visitor in visitors:
                began = time.monotonic()
                post = asyncio.create_task(
                    client.post(
                        f"http://{base}/chat/{channel.account_id}/mensagens/",
                        json={"client_id": secrets.token_hex(8), "text": f"Mensagem {turn}"},
                        headers={
                            "Authorization": f"Bearer {visitor.pointer}",
                            "Origin": f"http://{base}",
                        },
                    )
                )
                await _heard(page, visitor.conversation)
                spans.append(time.monotonic() - began)
                answer = await post
                assert answer.status == 201, await answer.text()
                await asyncio.sleep(GAP)
    await page.close()
    return spans[VISITORS:]


async def _heard(page: ClientConnection, conversation: str) -> None:
    async with asyncio.timeout(20):
        async for frame in page:
            hint: dict[str, Any] = orjson.loads(frame)
            if hint["type"] == "new_message" and hint["conversation"] == conversation:
                return


def _memory(stack: Stack, report: Report, channel: Channel) -> None:
    """Open many panels and say what each added to the web process."""
    visitors = [_visitor(channel) for _ in range(100)]
    found = []
    for _ in range(ROUNDS):
        # Memory that a process once had it keeps, so each round has a process of its own.
        stack.stop("web")
        stack.web()
        stack.wait_for_web()
        found.append(asyncio.run(_growth(stack, channel, visitors)))
    report.add(
        "webchat.kib_per_idle_visitor",
        middle(found),
        "KiB",
        goal="value <= 60",
        note=f"{SOCKETS} sockets",
    )


async def _growth(stack: Stack, channel: Channel, visitors: list[Visitor]) -> float:
    opened = await _open(stack, channel, visitors, WARM)
    await asyncio.sleep(SETTLE_SECONDS)
    before = stack.resident_kib("web")
    opened += await _open(stack, channel, visitors, SOCKETS)
    await asyncio.sleep(SETTLE_SECONDS)
    grown = stack.resident_kib("web") - before
    await asyncio.gather(*(socket.close() for socket in opened))
    return grown / SOCKETS


async def _open(
    stack: Stack, channel: Channel, visitors: list[Visitor], count: int
) -> list[ClientConnection]:
    gate, base = asyncio.Semaphore(AT_ONCE), f"{HOST}:{stack.port}"

    async def one(visitor: Visitor) -> ClientConnection:
        async with gate:
            socket = await connect(
                f"ws://{base}/ws/chat/{channel.account_id}/",
                origin=f"http://{base}",
                compression=None,
                open_timeout=30,
                ping_interval=None,
            )
            hello = {"type": "hello", "token": visitor.pointer, "conversation": None}
            await socket.send(orjson.dumps(hello).decode())
            ready = orjson.loads(await socket.recv())
            assert ready["conversation"] == visitor.conversation
            return socket

    chosen = [visitors[at % len(visitors)] for at in range(count)]
    return list(await asyncio.gather(*(one(visitor) for visitor in chosen)))
