"""What the bot has to do with other packages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from bot import bells, vendor_bells
from bot.holdings import TALK_HOLDINGS, VENDOR_HOLDINGS
from bot.models import BotSession, Phrase
from bot.retention import readings_purge, turns_purge
from bot.services.transcribing import transcription_want, transcriptions_due
from bot.services.turns import sessions_due, turns_lost
from common.api.told import Told
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps
from contacts.holdings import holdings
from contacts.models import DataClass
from contacts.retention import purges
from omnichannel.api.base import told_above
from omnichannel.services.transcripts import file_ready


def _unread() -> Any:
    return (Phrase.unscoped.filter(vector__isnull=True),)


def _turns() -> Any:
    return sessions_due(), turns_lost()


def _voices() -> Any:
    return (transcriptions_due(),)


def _assistant_of_conversation() -> Any:
    # The rows that are asked about are narrowed to their company already.
    rows = BotSession.unscoped.open().filter(conversation=OuterRef("pk"), is_shadow=False)
    return Subquery(rows.order_by().values("assistant")[:1])


PLUG = Plug(
    offers=(into(told_above, Told("assistant_id", _assistant_of_conversation)),),
    watches=(into(file_ready, transcription_want),),
    keeps=(
        into(holdings, *TALK_HOLDINGS, *VENDOR_HOLDINGS),
        into(purges, (DataClass.MESSAGES, turns_purge), (DataClass.MESSAGES, readings_purge)),
    ),
    sweeps=(
        into(
            sweeps,
            Sweep("bot.tasks.sweep", every=2, due=_turns),
            # Where the model is missing they stay unread, and a look costs little.
            Sweep(bells.EMBED, every=60, due=_unread),
            Sweep(vendor_bells.SWEEP, every=6, due=_voices),
        ),
    ),
    beat={
        "bot-quiet": Turn("bot.tasks.quiet", every=timedelta(minutes=5)),
        "ai-daily": Turn("bot.vendor_tasks.daily", every=timedelta(hours=24)),
    },
    # A worker of its own: a provider's slow answers keep no webhook waiting, and the embedded model
    # is loaded once.
    queues={
        bells.TURN: "robo",
        bells.RETAKE: "robo",
        bells.EMBED: "robo",
        bells.SUMMARY: "robo",
        bells.READ: "robo",
        bells.TYPING: "robo",
        vendor_bells.TRANSCRIBE: "robo",
    },
    choices={
        "AssistantMode": "bot.choices.AssistantMode",
        "EntryStatus": "bot.choices.EntryStatus",
        "EntryUse": "bot.choices.EntryUse",
        "SessionState": "bot.choices.SessionState",
        "SuggestionOrigin": "bot.choices.SuggestionOrigin",
        "SuggestionState": "bot.choices.SuggestionState",
        "ReadingKind": "bot.choices.ReadingKind",
        "Feeling": "bot.choices.Feeling",
        "ReadingOrigin": "bot.choices.ReadingOrigin",
        "RewriteStyle": "bot.choices.RewriteStyle",
        "HandoverReason": "bot.choices.HandoverReason",
    },
)
