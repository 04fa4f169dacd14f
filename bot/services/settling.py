"""What became of the answers that staff were offered: the answer that is sent says by its own words
whether it came from one.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from django.db import transaction
from django.utils import timezone

from bot.choices import SuggestionState
from bot.models import BotSuggestion
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message

# How much of a suggestion an answer keeps that was written from it.
ALIKE = 0.6


@transaction.atomic
def suggestions_settle(conversation: Conversation, message: Message) -> None:
    """Say of all that was offered whether an answer of staff came from it."""
    if message.author_kind != Author.ATTENDANT or message.is_internal:
        return
    rows = list(
        BotSuggestion.unscoped.filter(conversation=conversation, state=SuggestionState.OFFERED)
    )
    for row in rows:
        row.state, row.updated_at = state_after(row.text, message.text), timezone.now()
    BotSuggestion.unscoped.bulk_update(rows, ("state", "updated_at"))


def state_after(suggested: str, sent: str) -> SuggestionState:
    """Tell by the words of an answer what became of a suggestion: it stands in it whole, or most of
    it does, or it was left alone. A signature or a greeting around it changes nothing.
    """
    words, said = suggested.lower().split(), sent.lower().split()
    if words and f" {' '.join(words)} " in f" {' '.join(said)} ":
        return SuggestionState.USED
    blocks = SequenceMatcher(None, words, said, autojunk=False)
    kept = sum(block.size for block in blocks.get_matching_blocks())
    is_kept = kept >= ALIKE * max(len(words), 1)
    return SuggestionState.EDITED if is_kept and kept > 1 else SuggestionState.IGNORED
