"""What a patient sees while a turn takes its time: that an answer is being written."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from bot import bells
from bot.choices import SessionState, TurnState
from bot.models import BotTurn
from common.tasks import ring
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services import showing


def typing_ring(talk: Conversation, turn: BotTurn) -> None:
    """Let the patient see that an answer is being written, where their kind of channel can show
    it. For turns that ask a provider: own knowledge answers before a sign could be seen, and one
    that came after the answer would stay.
    """
    if not turn.session.is_shadow and showing.may_show(talk.channel):
        ring(bells.TYPING, str(turn.company_id), str(turn.pk))


def typing_show(turn_id: Any) -> bool:
    """Show it, if the turn still runs and nobody took, moved, closed or answered the conversation
    since it was rung for; return whether it was shown.
    """
    runs = BotTurn.objects.filter(
        pk=turn_id,
        state=TurnState.RUNNING,
        session__state=SessionState.THINKING,
        session__epoch=F("epoch"),
        session__is_shadow=False,
        session__conversation__stage=Stage.BOT,
    )
    found = runs.values_list("session__conversation_id", flat=True).first()
    if found is None:
        return False
    showing.typing_show(found)
    return True
