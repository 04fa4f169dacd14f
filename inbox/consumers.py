"""Sockets of attendants. They carry out hints, and changes of the conversation a page shows
(inbox.talk.live), and four small commands in; rights are looked up on connect, again every minute,
and whenever something is read for a page.
"""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections import defaultdict
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Membership
from accounts.services.presence import presence_beat
from accounts.services.socket_tickets import TicketBearer
from accounts.services.viewing import SOCKET, viewed
from common import rooms
from common.realtime import Event, hints_message
from common.scoping import company_scope
from common.tasks import ring_now
from inbox import readers
from inbox.readers import TOKEN, member_again, reader_of
from inbox.talk.live import COLUMN_STATE, Drawn, Follower, column_state
from omnichannel import bells
from omnichannel.models import Conversation

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 60
FRAME_BYTES = 4096
# A page beats every 20 s, reports typing every few seconds, and says three things when another
# conversation is opened; this is far above what hands do.
FRAMES_PER_10_SECONDS = 100
SEND_SECONDS = 10
RESUME_LIMIT = 500
TYPING_EVERY = 20
# Pages beat every 20 s; somebody who hammers gets no more writes than that.
BEAT_SECONDS = 15

CLOSE_RIGHTS = 4401
CLOSE_ABUSE = 4408
CLOSE_SLOW = 4409


class CompanySocket(AsyncWebsocketConsumer):
    """One attendant's page: hears about every conversation that person may see."""

    membership: Membership | None = None
    rooms_joined: tuple[str, ...] = ()
    has_left = False
    follower: Follower | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand a message to its method. Channels would first visit the one thread in which all
        sockets of the process use the database, for a hint too, which asks it nothing: a thousand
        pages would stand in line there.
        """
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Let in whoever the session says belongs to the company in the address."""
        membership = await self._membership()
        company_id = self.scope["url_route"]["kwargs"]["company_id"]
        # The id in the address names nothing: it is only compared with the session's.
        if membership is None or membership.company_id != company_id:
            await self.close()
            return
        self.membership = membership
        wanted = await self._rooms(membership)
        if wanted is None:
            await self.close()
            return
        self._count, self._since = 0, time.monotonic()
        self._beaten = float("-inf")
        self._typed: dict[UUID, float] = {}
        await self._join((rooms.HOUSE, *wanted))
        # Whoever is let in is at work already: nothing of it is under way any more.
        await self._beat()
        await self.accept()
        _watch(self)

    async def disconnect(self, code: int) -> None:
        """Leave the rooms."""
        _unwatch(self)
        self.has_left = True
        self._follow(None)
        await self._join(())

    async def _membership(self) -> Membership | None:
        if "bearer" in self.scope:
            return await _member_again(self.session_key)
        found: Membership | None = await database_sync_to_async(readers.member_of)(self.scope)
        return found

    async def _rooms(self, membership: Membership) -> tuple[str, ...] | None:
        if membership.is_manager or membership.company.attendants_see_all:
            # Not their own room too: what is theirs is told there as well, and would come twice.
            return (rooms.everything(membership.company_id),)
        return (rooms.own(membership.pk), rooms.free(membership.company_id))

    async def _join(self, wanted: tuple[str, ...]) -> None:
        for room in set(self.rooms_joined) - set(wanted):
            await self.channel_layer.group_discard(room, self.channel_name)
        for room in set(wanted) - set(self.rooms_joined):
            # Whoever left while rights were looked up must not be put into a room again.
            if self.has_left:
                return
            await self.channel_layer.group_add(room, self.channel_name)
        self.rooms_joined = wanted

    @property
    def session_key(self) -> str:
        """The session that opened the page, or the token that its ticket was for."""
        bearer: TicketBearer | None = self.scope.get("bearer")
        if bearer is not None:
            # The ticket is of one company, whatever the person works as by now.
            return f"{TOKEN}{bearer.digest}:{bearer.company_id}"
        return str(self.scope["session"].session_key)

    async def recheck(self, membership: Membership | None = None) -> None:
        """Look the rights up again: leave when they are gone, change rooms when they changed.
        `membership`: who the session is found to belong to now, where that was looked up already.
        """
        membership = membership or await _member_again(self.session_key)
        if self.has_left:
            return
        if membership is None or self.membership is None or membership.pk != self.membership.pk:
            await self.close(CLOSE_RIGHTS)
            return
        self.membership = membership
        wanted = await self._rooms(membership)
        if wanted is None:
            await self.close(CLOSE_RIGHTS)
            return
        wanted = (rooms.HOUSE, *wanted)
        if wanted != self.rooms_joined and not self.has_left:
            await self._join(wanted)
            # The page still shows what was read with the old rights, so it has to fetch again.
            await self.missed({})

    # --- out ---

    async def hints(self, event: dict[str, Any]) -> None:
        """Pass hints on; a reader that takes none for ten seconds is let go, and will resume."""
        shown = self.follower
        if shown is not None:
            for conversation, kind, seq, hint in event.get("about", ()):
                if conversation == str(shown.conversation_id):
                    shown.heard(kind, seq, hint)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                for frame in event["frames"]:
                    await self.send(frame)
        except TimeoutError:
            await self.close(CLOSE_SLOW)
        except OSError:
            # Gone while it was told; what comes next from the page is that it left.
            pass

    async def _changed(self, drawn: Drawn) -> None:
        """Send the page what changed in the conversation it shows."""
        shown = self.follower
        if shown is None:
            return
        data = {"seq": drawn.seq, "since": drawn.since, "whole": drawn.is_whole}
        await self._tell("changes", shown.conversation_id, {**data, "html": drawn.html})

    async def _rights_gone(self) -> None:
        await self.close(CLOSE_RIGHTS)

    def _follow(self, follower: Follower | None) -> None:
        if self.follower is not None:
            self.follower.stop()
        self.follower = follower

    async def missed(self, event: dict[str, Any]) -> None:
        """Let the page ask the database: hints may have gone by unheard."""
        await self._tell("system_message", None, {"what": "missed"})

    async def _tell(self, kind: str, conversation: UUID | None, data: dict[str, Any]) -> None:
        envelope = {
            "type": kind,
            "id": str(uuid7()),
            "at": timezone.now().isoformat(),
            "conversation": str(conversation) if conversation else None,
            "seq": data.pop("seq", None),
            "data": data,
        }
        await self.send(orjson.dumps(envelope).decode())

    # --- in ---

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one command. Anything else gets one of three fixed answers."""
        if not self._may_speak():
            await self.close(CLOSE_ABUSE)
            return
        is_read = text_data is not None and len(text_data) <= FRAME_BYTES
        try:
            command = orjson.loads(text_data or "" if is_read else "")
        except orjson.JSONDecodeError:
            await self._tell("error", None, {"code": "quadro_invalido"})
            return
        await self._command(command if isinstance(command, dict) else {})

    def _may_speak(self) -> bool:
        now = time.monotonic()
        if now - self._since > 10:
            self._count, self._since = 0, now
        self._count += 1
        return self._count <= FRAMES_PER_10_SECONDS

    async def _command(self, command: dict[str, Any]) -> None:
        kind = command.get("type")
        if kind == "heartbeat":
            await self._beat()
            if command.get("active") is True:
                await database_sync_to_async(readers.session_used)(self.scope)
            await self._tell("heartbeat", None, {})
            return
        if kind not in ("resume", "typing", "viewing"):
            await self._tell("error", None, {"code": "comando_desconhecido"})
            return
        conversation = await self._visible(command.get("conversation"))
        if conversation is None:
            await self._tell("error", None, {"code": "nao_encontrado"})
        elif kind == "resume":
            await self._resume(conversation, command.get("seq"), command.get("follow"))
        else:
            await self._presence(kind, conversation)

    async def _beat(self) -> None:
        """Let the attendant be at work while their page is there."""
        now = time.monotonic()
        if self.membership is None or now - self._beaten < BEAT_SECONDS:
            return
        self._beaten = now
        # Somebody who was removed a moment ago is let go by the next look at rights.
        with suppress(IntegrityError):
            await database_sync_to_async(presence_beat)(membership=self.membership)

    @database_sync_to_async
    def _visible(self, value: Any) -> Conversation | None:
        assert self.membership is not None
        with company_scope(self.membership.company_id):
            try:
                return (
                    Conversation.objects.visible_to(self.membership)
                    .only("id", "company_id", "contact_id", "revision", *COLUMN_STATE)
                    .filter(pk=value)
                    .first()
                )
            except (ValidationError, ValueError, TypeError):
                return None

    async def _resume(self, conversation: Conversation, seq: Any, follow: Any) -> None:
        """Say from the database what a page missed: fetch since its revision, or load anew. From
        then on it is sent what changes there (`follow` true), or no longer (false).
        """
        known = seq if isinstance(seq, int) and not isinstance(seq, bool) and seq >= 0 else 0
        missed = conversation.revision - known
        data = {
            "seq": conversation.revision,
            "missed": max(missed, 0),
            "reload": missed > RESUME_LIMIT or missed < 0,
        }
        shown = self.follower
        if follow is True and "bearer" not in self.scope:
            # What is drawn is for pages of ours; others fetch it as data.
            self._follow(self._follower(conversation, min(known, conversation.revision)))
            data["follow"] = True
        elif follow is False and shown and shown.conversation_id == conversation.pk:
            self._follow(None)
        await self._tell("resumed", conversation.pk, data)

    def _follower(self, conversation: Conversation, known: int) -> Follower:
        assert self.membership is not None
        return Follower(
            reader=reader_of(self.scope, self.session_key, self.membership),
            conversation_id=conversation.pk,
            # The page fetches what it missed until now; later changes are sent to it.
            revision=known,
            # A page that is behind fetches all anew; what its column shows is known only otherwise.
            column=column_state(conversation) if known == conversation.revision else None,
            send=self._changed,
            leave=self._rights_gone,
        )

    async def _presence(self, kind: str, conversation: Conversation) -> None:
        assert self.membership is not None
        event = Event(
            type=kind,
            groups=rooms.of_conversation(
                conversation.company_id, conversation.pk, conversation.attendant_id
            ),
            conversation=conversation.pk,
            data={"member": str(self.membership.pk)},
        )
        message = hints_message([event.envelope()])
        for room in event.groups:
            await self.channel_layer.group_send(room, message)
        if kind == "typing" and conversation.attendant_id == self.membership.pk:
            await self._show_patient(conversation)

    async def _show_patient(self, conversation: Conversation) -> None:
        """Let the patient see "typing", as often as the provider's sign lasts."""
        now = time.monotonic()
        if now - self._typed.get(conversation.pk, 0.0) < TYPING_EVERY:
            return
        self._typed = {conversation.pk: now}
        await asyncio.to_thread(
            ring_now, bells.TYPING, str(conversation.company_id), str(conversation.pk)
        )


class ConversationSocket(CompanySocket):
    """A page that shows one conversation: hears about that one only."""

    async def _rooms(self, membership: Membership) -> tuple[str, ...] | None:
        conversation = await self._seen_by(membership)
        return None if conversation is None else (rooms.talk(conversation.pk),)

    async def _seen_by(self, membership: Membership) -> Conversation | None:
        self.membership = membership
        wanted = self.scope["url_route"]["kwargs"]["conversation_id"]
        found: Conversation | None = await self._visible(wanted)
        if found is not None:
            await database_sync_to_async(viewed)(membership, SOCKET, [found])
        return found


# --- rights, again every minute ------------------------------------------------------------------

_open: weakref.WeakSet[CompanySocket] = weakref.WeakSet()
_rounds: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}


def _watch(socket: CompanySocket) -> None:
    """Put a socket under the minute's look; one task serves all sockets of a process."""
    _open.add(socket)
    loop = asyncio.get_running_loop()
    if loop not in _rounds or _rounds[loop].done():
        _rounds[loop] = loop.create_task(_round(loop))


def _unwatch(socket: CompanySocket) -> None:
    _open.discard(socket)


async def _round(loop: asyncio.AbstractEventLoop) -> None:
    try:
        while True:
            sessions: dict[str, list[CompanySocket]] = defaultdict(list)
            for socket in list(_open):
                sessions[socket.session_key].append(socket)
            # One by one over the minute, always in the same order: all at once, they would stop
            # for seconds whatever else the process does.
            pause = RECHECK_SECONDS / (len(sessions) + 1)
            for key in sorted(sessions):
                await asyncio.sleep(pause)
                await _look_again(key, sessions[key])
            await asyncio.sleep(pause)
    finally:
        _rounds.pop(loop, None)


async def _look_again(session_key: str, sockets: list[CompanySocket]) -> None:
    try:
        membership = await _member_again(session_key)
    except Exception:
        logger.exception("rights of %d sockets were not looked up", len(sockets))
        return
    for socket in sockets:
        try:
            await socket.recheck(membership)
        except Exception:
            # An error of one socket must not stop the check of the others.
            logger.exception("recheck of a socket")


async def _member_again(session_key: str) -> Membership | None:
    found: Membership | None = await database_sync_to_async(member_again)(session_key)
    return found
