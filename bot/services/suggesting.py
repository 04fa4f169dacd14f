"""Answers offered to staff from the clinic's knowledge, with the bot off too, and a model's drafts.

Loads numpy and the model: who needs it imports it then.
"""

from __future__ import annotations

import logging
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from bot.choices import SuggestionOrigin
from bot.knowledge.bands import offered
from bot.models import BotSuggestion, KnowledgeEntry
from bot.services.context import heard_in
from bot.services.recalling import knowledge_of
from bot.services.vendor_answers import vendor_of
from bot.services.writing import draft_request, writer_of
from common.errors import DomainError
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message

logger = logging.getLogger(__name__)
# What a person waits for a draft; the bot's own turns may take longer.
SECONDS = 12.0
# How many messages of one burst are read.
BURST = 12


class DraftUnavailable(DomainError):
    """Nothing came of a draft; whoever asked writes it."""

    code = "rascunho_indisponivel"
    message = _("A IA não escreveu um rascunho agora. Use uma sugestão ou escreva a resposta.")


def suggestions_for(*, conversation: Conversation, actor: Membership) -> list[BotSuggestion]:
    """Return what the knowledge offers for what a patient wrote last, best first, at most three;
    nothing once somebody answered. Each is kept once, however often it is asked for.
    """
    waiting = _waiting(conversation)
    if waiting is None:
        return []
    first, last = waiting
    text = heard_in(conversation, first, last).text
    known = knowledge_of(conversation.company)
    if not text or not known.entries:
        return []
    ranked, limits = known.ranked(text)
    near = [one for one in offered(ranked, limits) if one.entry in known.entries]
    BotSuggestion.unscoped.bulk_create(
        [
            BotSuggestion(
                company_id=conversation.company_id,
                conversation=conversation,
                for_seq=last,
                origin=SuggestionOrigin.KNOWLEDGE,
                entry=known.entries[one.entry],
                text=known.entries[one.entry].answer,
                score=round(one.score, 4),
                by=actor,
            )
            for one in near
        ],
        ignore_conflicts=True,
    )
    rows = BotSuggestion.objects.for_company(conversation.company_id).filter(
        conversation=conversation, for_seq=last, entry__in=[one.entry for one in near]
    )
    return sorted(rows.select_related("entry"), key=lambda row: -(row.score or 0))


def draft_make(*, conversation: Conversation, actor: Membership) -> BotSuggestion:
    """Let the company's provider write an answer from the nearest entries, as a draft. Nothing is
    locked while it is asked. Raises DraftUnavailable, also where the guard refuses what it wrote.
    """
    waiting, writer = _waiting(conversation), writer_of(conversation)
    if waiting is None or writer is None:
        raise DraftUnavailable
    first, last = waiting
    heard = heard_in(conversation, first, last)
    known = knowledge_of(conversation.company)
    ranked = known.ranked(heard.text)[0][:5] if heard.text and known.entries else []
    near: list[KnowledgeEntry] = [known.entries[one.entry] for one in ranked]
    if not near:
        raise DraftUnavailable
    request = draft_request(conversation, heard.text, near, first, uuid4())
    result = vendor_of(writer).answer(request, budget_seconds=SECONDS)
    act = result.act
    if result.trouble or act is None or not act.text:
        logger.info("no draft for %s: %s", conversation.pk, result.trouble or "empty")
        raise DraftUnavailable
    return BotSuggestion.unscoped.create(
        company_id=conversation.company_id,
        conversation=conversation,
        for_seq=last,
        origin=SuggestionOrigin.AI,
        text=act.text,
        by=actor,
    )


def _waiting(conversation: Conversation) -> tuple[int, int] | None:
    """Return the first and last seq of what a patient wrote since anybody answered."""
    rows = Message.unscoped.filter(
        conversation=conversation, is_internal=False, deleted_at=None
    ).order_by("-seq")
    seqs: list[int] = []
    for seq, direction in rows.values_list("seq", "direction")[:BURST]:
        if direction != Direction.IN:
            break
        seqs.append(seq)
    return (seqs[-1], seqs[0]) if seqs else None
