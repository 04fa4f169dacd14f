"""What changed in a conversation, on its way to the pages that show it: read when the hint comes,
with the rights its reader has at that moment, drawn as the page's own fetch would draw it, and sent
down the page's socket. No text passes the channel layer.

First the bubbles, which are what people wait for; a little later, once for everything that happened
meanwhile, the parts around them. The contact column is drawn only when something that it shows may
have changed: a tick, a reaction or a reading leaves it alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Membership
from common.errors import NotFound
from common.scoping import company_scope
from inbox import selectors
from inbox.readers import PageReader, RightsGone, member_now
from inbox.talk.base import TalkView
from inbox.talk.presenters import bubbles_of
from omnichannel.models import Conversation

logger = logging.getLogger(__name__)

# How long the parts around the bubbles wait for more to happen, in seconds; after any other event
# they are drawn at once. What we sent ourselves changes little of them.
LATER = {"new_message": 0.25, "message_received": 0.25, "message_updated": 1.0}
# Hints that somebody looks or types: nothing stored has changed.
UNSTORED = frozenset({"typing", "viewing"})
# After these hints the conversation's own row tells whether the contact column shows anything new.
# Other hints are about what stands beside it, such as its ticket.
OF_THE_ROW = frozenset({*LATER, "conversation_updated"})

# The columns that bubbles are drawn from, beside their messages' own.
FOR_BUBBLES = (
    "company_id",
    "revision",
    "stage",
    "attendant_id",
    "contact__name",
    "contact__phone",
    "channel__kind",
    "identity__kind",
    "identity__value",
    "identity__username",
)

# The text must not wait behind a contact column that is being drawn.
_rows_readers = ThreadPoolExecutor(2, "live-rows")
_whole_readers = ThreadPoolExecutor(1, "live-whole")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What changed after `since`, at revision `seq`; without `html` the page should fetch. `column`
    is the state of the conversation that the page's contact column shows then.
    """

    since: int
    seq: int
    html: str | None
    is_whole: bool
    column: ColumnState | None = None


# What the contact column shows of the conversation's own row.
ColumnState = tuple[Any, ...]
COLUMN_STATE = ("stage", "attendant_id", "about_id", "moved_at", "closed_at", "message_seq")


def column_state(conversation: Conversation) -> ColumnState:
    """Return what changes whenever the contact column has something new of the conversation."""
    return tuple(getattr(conversation, name) for name in COLUMN_STATE)


def changes_read(
    reader: PageReader,
    conversation_id: UUID,
    since: int,
    column: ColumnState | None = None,
    *,
    is_whole: bool,
) -> Drawn | None:
    """Draw what changed in a conversation for a reader; None where they may not see it, or nothing
    did. `column` is the state that the page's contact column shows; without one it is drawn in any
    case. Raises RightsGone.
    """
    membership = member_now(reader)
    view = TalkView()
    view.membership = membership
    with (
        company_scope(membership.company_id),
        timezone.override(membership.company.zone),
        translation.override(reader.language),
    ):
        get = selectors.conversation_get if is_whole else _for_bubbles
        try:
            conversation = get(membership, conversation_id)
        except NotFound:
            return None
        changed = selectors.thread_changes(conversation, since)
        if changed is None:
            return Drawn(since, conversation.revision, None, is_whole)
        if not (changed or is_whole):
            return None
        view.saw([conversation])
        state = None
        if is_whole:
            state = column_state(conversation)
            # Files stand in the column too, and become ready without a new message.
            is_new = state != column or any(row.has_files for row in changed)
            parts = view.parts(conversation, changed, has_column=is_new)
            html = render_to_string("inbox/talk/_update.html", parts)
        else:
            bubbles = bubbles_of(conversation, changed, membership, view.lens)
            html = render_to_string("inbox/talk/_messages.html", {"bubbles": bubbles})
        return Drawn(since, conversation.revision, html, is_whole, state)


def _for_bubbles(membership: Membership, conversation_id: UUID) -> Conversation:
    """Return the conversation with what a bubble needs of it. Raises NotFound."""
    rows = Conversation.objects.visible_to(membership).filter(pk=conversation_id)
    found = rows.select_related("contact", "channel", "identity").only(*FOR_BUBBLES).first()
    if found is None:
        raise NotFound
    return found


# --- once for all pages of a reader --------------------------------------------------------------

_Question = tuple[Any, ...]
_asked: dict[_Question, asyncio.Future[Drawn | None]] = {}


async def _changes(
    reader: PageReader,
    conversation_id: UUID,
    since: int,
    column: ColumnState | None,
    wanted: Any,
    *,
    is_whole: bool,
) -> Drawn | None:
    """Read in a thread; pages of one reader that ask the same share the answer. `wanted` is what
    they heard of: an answer that was begun before a hint does not answer that hint.
    """
    loop = asyncio.get_running_loop()
    question = (id(loop), reader, conversation_id, since, column, wanted, is_whole)
    if question not in _asked:
        pool = _whole_readers if is_whole else _rows_readers
        _asked[question] = answer = loop.run_in_executor(
            pool, _in_thread, reader, conversation_id, since, column, is_whole
        )
        answer.add_done_callback(lambda _answer: _asked.pop(question, None))
    # A page that closes must not cancel the reading that others wait for.
    return await asyncio.shield(_asked[question])


def _in_thread(
    reader: PageReader,
    conversation_id: UUID,
    since: int,
    column: ColumnState | None,
    is_whole: bool,
) -> Drawn | None:
    close_old_connections()
    try:
        return changes_read(reader, conversation_id, since, column, is_whole=is_whole)
    finally:
        # Back to the pool: these threads live as long as the process.
        connection.close()


class Follower:
    """Keeps one page in step with the conversation it shows. `revision` and `column` are what the
    page holds;
    `send` gets what it lacks, `leave` is called when its person lost their rights.
    """

    def __init__(
        self,
        *,
        reader: PageReader,
        conversation_id: UUID,
        revision: int,
        column: ColumnState | None = None,
        send: Callable[[Drawn], Awaitable[None]],
        leave: Callable[[], Awaitable[None]],
    ) -> None:
        self.reader, self.conversation_id = reader, conversation_id
        self._revision = revision
        self._send, self._leave = send, leave
        self._rows: Any = None
        self._whole: Any = None
        self._whole_at = 0.0
        # What the page's contact column shows; None while it has to be drawn in any case.
        self._column = column
        self._beside = 0
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def heard(self, kind: str, seq: int | None, hint: str) -> None:
        """Take note of a hint about the conversation. What comes while the page is being told
        becomes one more reading, however much it is.
        """
        if kind in UNSTORED or (seq is not None and seq <= self._revision):
            return
        now = asyncio.get_running_loop().time()
        due = now + LATER.get(kind, 0.0)
        self._whole_at = due if self._whole is None else min(self._whole_at, due)
        self._whole = hint if seq is None else seq
        if seq is None or kind not in OF_THE_ROW:
            self._column = None
            self._beside += 1
        if seq is not None:
            self._rows = seq
        self._woken.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell())

    def stop(self) -> None:
        """Tell nothing more."""
        if self._task is not None:
            self._task.cancel()

    async def _tell(self) -> None:
        try:
            while self._rows is not None or self._whole is not None:
                await self._step()
        except RightsGone:
            await self._leave()
        except OSError:
            # The page closed while we were sending; its consumer notices that by itself.
            pass
        except Exception:
            logger.exception("changes of conversation %s were not read", self.conversation_id)
            self._rows = self._whole = None
            with suppress(OSError):
                await self._send(Drawn(self._revision, self._revision, None, True))

    async def _step(self) -> None:
        self._woken.clear()
        if self._rows is not None:
            wanted, self._rows = self._rows, None
            await self._pass_on(wanted, is_whole=False)
            return
        left = self._whole_at - asyncio.get_running_loop().time()
        if left > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._woken.wait()
            return
        wanted, self._whole = self._whole, None
        await self._pass_on(wanted, is_whole=True)

    async def _pass_on(self, wanted: Any, *, is_whole: bool) -> None:
        column, beside = (self._column if is_whole else None), self._beside
        drawn = await _changes(
            self.reader, self.conversation_id, self._revision, column, wanted, is_whole=is_whole
        )
        if drawn is None:
            return
        await self._send(drawn)
        if is_whole and drawn.html is not None:
            self._revision = drawn.seq
            # A hint that came while we were reading may be about something we did not see yet.
            self._column = drawn.column if beside == self._beside else None
