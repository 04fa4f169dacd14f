"""Sockets of visitors: a branch of their own beside the attendants', without any login."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path

from common import rooms
from common.errors import DomainError
from common.origins import is_own_page
from visitors import crowds, following
from visitors.errors import Blocked, SessionOver
from visitors.following import Follow, Frame
from visitors.http import cookie_of
from visitors.reading import number
from visitors.secrets import network_of
from visitors.urls import Key as Key
from visitors.views import seen_status

logger = logging.getLogger(__name__)

PATH = "/ws/chat/"
FRAME_BYTES = 4096
# Typing and reading every few seconds, a beat every 20: hands do no more.
FRAMES_PER_10_SECONDS = 40
HELLO_SECONDS = 10
SEND_SECONDS = 10
# A beat is written down no more often than this.
BEAT_SECONDS = 45
TYPING_SECONDS = 6
# What comes within this time of a hint is read with it.
GATHER_SECONDS = 0.02

CLOSE_SESSION = 4401
CLOSE_BLOCKED = 4403
CLOSE_ABUSE = 4408
CLOSE_SLOW = 4409
CLOSE_CROWDED = 4429

_readers = ThreadPoolExecutor(4, "visitors")


class VisitorSocket(AsyncWebsocketConsumer):
    """One panel: hears what its visitor sees of the conversation it shows."""

    follow: Follow | None = None
    has_left = False
    rooms_joined: frozenset[str] = frozenset()
    _network: str | None = None
    _reading: asyncio.Task[None] | None = None
    _waiting: asyncio.TimerHandle | None = None
    _is_due = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand a message to its method, without a visit to the one thread that all share."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Take the socket; who it is the first frame says."""
        self._count, self._since, self._beaten = 0, time.monotonic(), time.monotonic()
        self._names: dict[str, str] = {}
        await self.accept()
        network = network_of((self.scope.get("client") or ("",))[0])
        if not crowds.enter(network):
            # A panel reads why only of a socket that was open; it goes on by asking.
            await self.close(CLOSE_CROWDED, "too many sockets of one network")
            return
        self._network = network
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(HELLO_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self.follow is None:
            self._task = asyncio.ensure_future(self.close(CLOSE_SESSION))

    async def disconnect(self, code: int) -> None:
        """Leave the rooms."""
        self.has_left = True
        if self._network is not None:
            crowds.leave(self._network)
            self._network = None
        if self._waiting is not None:
            self._waiting.cancel()
        if self._reading is not None:
            self._reading.cancel()
        await self._join(frozenset())

    async def _join(self, wanted: frozenset[str]) -> None:
        for room in self.rooms_joined - wanted:
            await self.channel_layer.group_discard(room, self.channel_name)
        for room in wanted - self.rooms_joined:
            # Whoever left meanwhile must not be put into a room again.
            if self.has_left:
                return
            await self.channel_layer.group_add(room, self.channel_name)
        self.rooms_joined = wanted

    # --- in ---

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one command."""
        if not self._may_speak():
            await self.close(CLOSE_ABUSE)
            return
        given: Any = None
        if text_data is not None and len(text_data) <= FRAME_BYTES:
            try:
                given = orjson.loads(text_data)
            except orjson.JSONDecodeError:
                given = None
        if not isinstance(given, dict):
            await self._tell({"type": "error", "code": "quadro_invalido"})
            return
        try:
            await self._command(given)
        except SessionOver:
            await self.close(CLOSE_SESSION)
        except Blocked:
            await self.close(CLOSE_BLOCKED)
        except DomainError as refused:
            await self._tell({"type": "error", "code": refused.code})

    def _may_speak(self) -> bool:
        now = time.monotonic()
        if now - self._since > 10:
            self._count, self._since = 0, now
        self._count += 1
        return self._count <= FRAMES_PER_10_SECONDS

    async def _command(self, given: dict[str, Any]) -> None:
        kind = given.get("type")
        if kind == "hello" and self.follow is None:
            await self._hello(given)
        elif self.follow is None:
            raise SessionOver
        elif kind == "heartbeat":
            await self._beat()
        elif kind == "resume":
            await self._follow(*await self._run(following.resume, self.follow, given))
        elif kind == "typing":
            await self._run(following.type_now, self.follow, given)
        elif kind == "seen":
            seq, status = number(given.get("seq")), seen_status(given.get("what"))
            await self._run(following.see, self.follow, given, seq, status)
        else:
            await self._tell({"type": "error", "code": "comando_desconhecido"})

    async def _hello(self, given: dict[str, Any]) -> None:
        key = self.scope["url_route"]["kwargs"]["key"]
        headers = dict(self.scope["headers"])
        wanted = headers.get(b"accept-language", b"").decode("latin-1").lower()
        language = "en" if wanted.startswith("en") else "pt-br"
        cookie = cookie_of(headers.get(b"cookie", b"").decode("latin-1"), key)
        await self._follow(*await self._run(following.begin, key, language, cookie, given))

    async def _follow(self, follow: Follow, ready: Frame) -> None:
        """Listen first, then read: nothing that happens in between goes by unheard."""
        self.follow = follow
        await self._listen()
        await self._tell(ready)
        await self._read()

    async def _listen(self) -> None:
        assert self.follow is not None
        wanted = {rooms.HOUSE, self.follow.room}
        if self.follow.conversation_id is not None:
            wanted.add(rooms.talk(self.follow.conversation_id))
        if wanted != self.rooms_joined:
            await self._join(frozenset(wanted))

    async def _beat(self) -> None:
        await self._tell({"type": "heartbeat"})
        now = time.monotonic()
        assert self.follow is not None
        if self.follow.is_waiting or now - self._beaten >= BEAT_SECONDS:
            self._beaten = now
            self.follow, frames = await self._run(following.place_read, self.follow)
            await self._tell(*frames)

    # --- out ---

    async def hints(self, event: dict[str, Any]) -> None:
        """Look at what hints are about, and read what they mean for this visitor."""
        follow = self.follow
        if follow is None:
            return
        shown = str(follow.conversation_id) if follow.conversation_id else None
        for at, (conversation, kind, _seq, _hint) in enumerate(event.get("about", ())):
            if kind == "typing":
                if conversation == shown:
                    await self._typing(orjson.loads(event["frames"][at])["data"].get("member"))
            elif kind != "viewing":
                if shown is None and conversation is not None:
                    # Their first message: from now on this is what the panel shows.
                    await self._begin(conversation)
                    return
                self._due()

    async def _begin(self, conversation: str) -> None:
        assert self.follow is not None
        given = {"conversation": conversation, "revision": 0}
        try:
            self.follow, _ready = await self._run(following.resume, self.follow, given)
        except DomainError:
            return
        await self._listen()
        self._due()

    async def _typing(self, member: Any) -> None:
        # Of the visitor's own hands there is no member.
        if not isinstance(member, str) or self.follow is None:
            return
        if member not in self._names:
            self._names = {member: await self._run(following.typist, self.follow, member)}
        shown = str(self.follow.conversation_id)
        frame = {"type": "typing", "conversation": shown, "name": self._names[member]}
        await self._tell({**frame, "seconds": TYPING_SECONDS})

    async def missed(self, event: dict[str, Any]) -> None:
        """Read: hints may have gone by unheard."""
        self._due()

    def _due(self) -> None:
        self._is_due = True
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._gather())

    async def _gather(self) -> None:
        try:
            while self._is_due and not self.has_left:
                await asyncio.sleep(GATHER_SECONDS)
                await self._read()
        except SessionOver:
            await self.close(CLOSE_SESSION)
        except Blocked:
            await self.close(CLOSE_BLOCKED)
        except OSError:
            # The panel closed while it was told; the consumer notices that by itself.
            pass
        except Exception:
            logger.exception("a visitor's socket could not read")
            await self._tell({"type": "missed"})

    async def _read(self) -> None:
        self._is_due = False
        assert self.follow is not None
        self.follow, frames = await self._run(following.read, self.follow)
        await self._tell(*frames)

    async def _tell(self, *frames: Frame) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                for frame in frames:
                    await self.send(orjson.dumps(frame).decode())
        except TimeoutError:
            await self.close(CLOSE_SLOW)

    async def _run(self, act: Callable[..., Any], *args: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_readers, following.in_thread, act, *args)


class RefuseVisitor(AsyncWebsocketConsumer):
    """Answers every other address under /ws/chat/."""

    async def connect(self) -> None:
        """RefuseVisitor before the handshake."""
        await self.close()


PANELS = URLRouter(
    [
        path("ws/chat/<chatkey:key>/", VisitorSocket.as_asgi()),
        path("ws/chat/<path:anything>", RefuseVisitor.as_asgi()),
    ]
)


class VisitorsFirst:
    """Takes the sockets of visitors, which only panels of ours open; the rest goes behind."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Serve one socket."""
        if not scope["path"].startswith(PATH):
            return await self.behind(scope, receive, send)
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if not is_own_page(origin, host):
            return await WebsocketDenier()(scope, receive, send)
        return await PANELS(scope, receive, send)
