"""Which assistant answers on a channel, and whether it does at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.services.calendars import calendar_schedule
from bot.choices import AssistantMode
from bot.models import Assistant, BotPause
from common.composed import Composed
from common.hours import ALWAYS, Schedule
from omnichannel.models import Channel
from omnichannel.services.reception import Newcomer, Reception

# A batch stores up to a hundred messages with one channel in hand, and asks once.
FRESH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class OnChannel:
    """Who answers on a channel, and whom it must leave alone."""

    assistant: Assistant | None = None
    paused: frozenset[UUID] = frozenset()


def on_channel(channel: Channel) -> OnChannel:
    """Return what the bot has to do with a channel; asked again while a batch is stored, the
    database is asked once.
    """
    known: Any = channel.__dict__.get("_bot_serves")
    if known is not None and monotonic() - known[0] < FRESH_SECONDS:
        found: OnChannel = known[1]
        return found
    found = _read(channel)
    channel.__dict__["_bot_serves"] = (monotonic(), found)
    return found


_ANSWERS = Composed(
    lambda company_id, channel_id: (
        Assistant.objects.for_company(company_id)
        .filter(assistantchannel__channel=channel_id)
        .exclude(mode=AssistantMode.OFF)
        .exclude(version=None)
        .select_related("calendar")
        .order_by("pk")[:1]
    )
)


def _read(channel: Channel) -> OnChannel:
    assistant: Assistant | None = _ANSWERS.first(channel.company_id, channel.pk)
    if assistant is None:
        return OnChannel()
    pauses = BotPause.objects.for_company(channel.company_id).filter(
        Q(until=None) | Q(until__gt=timezone.now())
    )
    return OnChannel(assistant, frozenset(pauses.values_list("contact_id", flat=True)))


def schedule_of(assistant: Assistant, moment: datetime) -> Schedule:
    """Return when the clinic is open, for an assistant; without a calendar, always."""
    if assistant.calendar is None:
        return ALWAYS
    return calendar_schedule(assistant.calendar, around=moment)


def answers_now(assistant: Assistant, moment: datetime) -> bool:
    """Whether an assistant talks to whoever writes at a moment."""
    match assistant.mode:
        case AssistantMode.ALWAYS:
            return True
        case AssistantMode.OUT_OF_HOURS:
            return not schedule_of(assistant, moment).is_open(moment)
    return False


class BotReception(Reception):
    """Takes whoever writes to a channel while its assistant answers there."""

    def serves(self, channel: Channel) -> bool:
        """Whether an assistant answers on a channel at some time of the day."""
        assistant = on_channel(channel).assistant
        modes = (AssistantMode.ALWAYS, AssistantMode.OUT_OF_HOURS)
        return assistant is not None and assistant.mode in modes

    def takes(self, newcomer: Newcomer) -> bool:
        """Whether the assistant receives somebody: it answers now, and they do not have it
        paused.
        """
        found = on_channel(newcomer.channel)
        if found.assistant is None or newcomer.contact_id in found.paused:
            return False
        if newcomer.is_again and not found.assistant.takes_again:
            return False
        return answers_now(found.assistant, newcomer.moment)
