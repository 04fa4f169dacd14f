"""Which flow a newcomer begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import Q
from django.utils import timezone

from bot.models import BotPause
from contacts.models import Tag
from contacts.optout import plain
from flows.graph import FlowNode
from flows.models import Flow, FlowRun
from flows.services.scenes import is_open
from flows.services.walking import graph_of
from omnichannel.models import Channel

# A batch stores up to a hundred messages with one channel in hand, and asks once.
FRESH_SECONDS = 0.2
AGAIN_HOURS = 12


@dataclass(frozen=True, slots=True)
class Trigger:
    """How a published flow begins: its first block, and what that asks for."""

    flow: Flow
    start: FlowNode

    @property
    def words(self) -> frozenset[str]:
        """The words that begin it, as contacts.optout.plain writes them."""
        return frozenset(filter(None, map(plain, map(str, self.start.data.get("words", ())))))

    @property
    def tag(self) -> str:
        """The tag that a person must have, empty for none."""
        return str(self.start.data.get("tag") or "").strip()

    @property
    def takes_all(self) -> bool:
        """Whether whoever writes begins it, whatever they say."""
        return bool(self.start.data.get("every")) or bool(self.tag)

    def is_on(self, channel: Channel) -> bool:
        """Whether it begins on a channel: on all where it names none."""
        named = self.start.data.get("channels") or []
        return not named or str(channel.pk) in named

    def is_timely(self, channel: Channel) -> bool:
        """Whether it begins at this hour."""
        when = self.start.data.get("when") or "sempre"
        return when == "sempre" or is_open(channel) == (when == "aberto")


def triggers_on(channel: Channel) -> Sequence[Trigger]:
    """Return what may begin on a channel, in order; asked again while a batch is stored, the
    database is asked once.
    """
    known: Any = channel.__dict__.get("_flow_triggers")
    if known is not None and monotonic() - known[0] < FRESH_SECONDS:
        kept: Sequence[Trigger] = known[1]
        return kept
    rows = Flow.objects.for_company(channel.company_id).starting().select_related("version")
    found = []
    for flow in rows.order_by("priority", "name"):
        start = graph_of(flow.version).start if flow.version is not None else None
        if start is not None and (one := Trigger(flow, start)).is_on(channel):
            found.append(one)
    channel.__dict__["_flow_triggers"] = (monotonic(), tuple(found))
    return found


def trigger_for(
    channel: Channel, contact_id: Any, text: str, *, only_words: bool = False
) -> Trigger | None:
    """Return the flow that somebody's words begin. A word goes before a tag, that before a flow
    for everybody; whom a clinic keeps from its bot begins none.
    """
    on = triggers_on(channel)
    said = plain(text)
    first = said.partition(" ")[0]
    named = [one for one in on if {said, first} & one.words]
    others = [] if only_words else [one for one in on if one.takes_all]
    if not (named or others) or _is_paused(contact_id):
        return None
    tags = _tags_of(contact_id) if any(one.tag for one in (*named, *others)) else frozenset()
    tagged = sorted(others, key=lambda one: not one.tag)
    for one in (*named, *tagged):
        if one.tag and plain(one.tag) not in tags:
            continue
        if one.is_timely(channel) and (one in named or not _was_inside(one, contact_id)):
            return one
    return None


def _is_paused(contact_id: Any) -> bool:
    ahead = Q(until=None) | Q(until__gt=timezone.now())
    return BotPause.unscoped.filter(ahead, contact_id=contact_id).exists()


def _tags_of(contact_id: Any) -> frozenset[str]:
    names = Tag.unscoped.filter(contacts=contact_id).values_list("name", flat=True)
    return frozenset(map(plain, names))


def _was_inside(one: Trigger, contact_id: Any) -> bool:
    """Whether somebody walked through a flow a moment ago: a flow for everybody would begin with
    each thing they say after its end.
    """
    hours = one.start.data.get("again_hours")
    since: datetime = timezone.now() - timedelta(hours=AGAIN_HOURS if hours is None else int(hours))
    rows = FlowRun.unscoped.filter(flow=one.flow, conversation__contact_id=contact_id)
    return rows.filter(created_at__gt=since).exists()
