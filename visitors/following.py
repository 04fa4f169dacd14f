"""What a panel lacks of the conversation it shows: read when a hint comes, with the rights that its
visitor has at that moment. No text passes the channel layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils import timezone, translation

from accounts.models import Membership
from common.errors import NotFound
from common.scoping import company_scope
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from providers.choices import MessageStatus
from visitors import selectors, shapes
from visitors.errors import Blocked, SessionOver
from visitors.models import VisitorSession
from visitors.reading import number
from visitors.rooms import visitor_room
from visitors.services import sessions, talking

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Follow:
    """Whose socket it is, which conversation it shows and what its panel has of it."""

    key: str
    session_id: UUID
    company_id: UUID
    language: str
    room: str
    conversation_id: UUID | None = None
    revision: int = 0
    seq: int = 0
    read_seq: int = 0
    # Stage and attendant; place in the queue.
    state: tuple[str, str] | None = None
    place: selectors.QueuePlace | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the visitor waits for somebody, so that their place may change."""
        return self.state is not None and self.state[0] == Stage.QUEUE


def session_of(follow: Follow) -> VisitorSession:
    """Return a socket's session as it is now. Raises SessionOver, Blocked."""
    try:
        channel = selectors.channel_by_key(follow.key)
    except NotFound:
        # The clinic closed its chat.
        raise SessionOver from None
    found = selectors.session_by(channel, "pk", follow.session_id)
    if found is None or sessions.is_over(found):
        raise SessionOver
    if selectors.is_blocked(found):
        raise Blocked
    return found


@contextmanager
def inside(company_id: UUID) -> Iterator[None]:
    """Work on what belongs to the company of a socket's channel."""
    with company_scope(company_id):
        yield


def in_thread(act: Any, *args: Any) -> Any:
    """Do something with the database in a thread that lives as long as the process."""
    close_old_connections()
    try:
        return act(*args)
    finally:
        connection.close()


def begin(key: str, language: str, cookie: str, given: dict[str, Any]) -> tuple[Follow, Frame]:
    """Let a socket in that says hello; return what it follows and the answer. Raises SessionOver,
    Blocked, NotFound.
    """
    channel = selectors.channel_by_key(key)
    token = given.get("token")
    with inside(channel.company_id):
        session = sessions.session_require(
            channel=channel, cookie=cookie, pointer=token if isinstance(token, str) else ""
        )
        if selectors.is_blocked(session):
            raise Blocked
        sessions.session_note(session=session)
        follow = Follow(key, session.pk, session.company_id, language, visitor_room(session))
        return resume(follow, given)


def resume(follow: Follow, given: dict[str, Any]) -> tuple[Follow, Frame]:
    """Show another conversation, or go on with one from a revision. Raises as `begin`."""
    with inside(follow.company_id):
        session = session_of(follow)
        wanted = given.get("conversation")
        revision: Any = given.get("revision")
        if wanted is None:
            shown = selectors.conversation_shown(session)
            revision = 0 if shown is None else shown.revision
        else:
            shown = selectors.conversation_get(session, wanted)
        is_known = isinstance(revision, int) and not isinstance(revision, bool) and revision >= 0
        known = min(revision, shown.revision if shown else 0) if is_known else 0
        missed = (shown.revision if shown else 0) - known
        needs_reload = missed > selectors.CHANGES
        if needs_reload and shown:
            known = shown.revision
        follow = replace(
            follow,
            conversation_id=shown.pk if shown else None,
            revision=known,
            seq=number(given.get("seq"))
            if wanted is not None
            else shown.message_seq
            if shown
            else 0,
            read_seq=0,
            state=None,
            place=None,
        )
    ready = {
        "type": "ready",
        "conversation": str(follow.conversation_id) if follow.conversation_id else None,
        "revision": known,
        "reload": needs_reload,
    }
    return follow, ready


def read(follow: Follow) -> tuple[Follow, list[Frame]]:
    """Return what happened since, and what the socket then has. Raises SessionOver, Blocked."""
    if follow.conversation_id is None:
        return follow, []
    with inside(follow.company_id), translation.override(follow.language):
        session = session_of(follow)
        with timezone.override(session.channel.company.zone):
            try:
                shown = selectors.conversation_get(session, follow.conversation_id)
            except NotFound:
                # It was erased, or is another visitor's now.
                return replace(follow, conversation_id=None), [{"type": "missed"}]
            return _changes(follow, shown)


def _changes(follow: Follow, shown: Conversation) -> tuple[Follow, list[Frame]]:
    about = {"conversation": str(shown.pk)}
    messages, _has_more = selectors.messages_changed(shown, follow.revision)
    frames: list[Frame] = []
    seq = follow.seq
    for message in sorted(messages, key=lambda one: one.seq):
        kind = "message_new" if message.seq > seq else "message_changed"
        seq = max(seq, message.seq)
        shape = shapes.message_shape(message, follow.key)
        frames.append({"type": kind, **about, "revision": message.revision, "message": shape})
    told = shapes.conversations_shape([shown])[0]
    state = (shown.stage, told["attendant"])
    if state != follow.state:
        frames.append({"type": "status", **about, "revision": shown.revision, "state": told})
    if told["read_seq"] > follow.read_seq:
        frames.append({"type": "read", **about, "seq": told["read_seq"]})
    place = selectors.place_of(shown)
    if place != follow.place:
        frames.append({"type": "queue", **about, "queue": shapes.place_shape(place)})
    if shown.stage == Stage.CLOSED and follow.state and follow.state[0] != Stage.CLOSED:
        closed = {"revision": shown.revision, "can_rate": told["can_rate"]}
        frames.append({"type": "closed", **about, **closed})
    has = replace(
        follow,
        revision=shown.revision,
        seq=seq,
        read_seq=told["read_seq"],
        state=state,
        place=place,
    )
    return has, frames


def place_read(follow: Follow) -> tuple[Follow, list[Frame]]:
    """Note that a visitor is there and, while they wait, look at their place. Raises as `read`."""
    with inside(follow.company_id):
        session = session_of(follow)
        sessions.session_note(session=session)
        if not follow.is_waiting or follow.conversation_id is None:
            return follow, []
        shown = selectors.conversation_get(session, follow.conversation_id)
        place = selectors.place_of(shown)
        if place == follow.place:
            return follow, []
        told = shapes.place_shape(place)
        frame = {"type": "queue", "conversation": str(shown.pk), "queue": told}
        return replace(follow, place=place), [frame]


def type_now(follow: Follow, given: dict[str, Any]) -> None:
    """Tell attendants that a visitor types. Raises NotFound."""
    with inside(follow.company_id):
        shown = selectors.conversation_get(session_of(follow), given.get("conversation"))
        talking.visitor_typing(conversation=shown)


def see(follow: Follow, given: dict[str, Any], seq: int, status: MessageStatus) -> None:
    """Take up to where a visitor got. Raises NotFound."""
    with inside(follow.company_id):
        session = session_of(follow)
        shown = selectors.conversation_get(session, given.get("conversation"))
        talking.visitor_seen(session=session, conversation=shown, seq=seq, status=status)


def typist(follow: Follow, member_id: str) -> str:
    """Return how somebody of ours who types is called, "" for a stranger."""
    row = (
        Membership.objects.for_company(follow.company_id)
        .select_related("user")
        .filter(pk=member_id)
        .first()
    )
    return row.user.name.split()[0] if row and row.user.name.strip() else ""
