"""What a language model writes for staff: a draft of an answer, and at a hand-over a summary as an
internal note. Staff read both before anybody else does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from bot.models import AiPolicy, AiProvider, BotSession, KnowledgeEntry
from bot.services.vendor_answers import vendor_of
from bot.services.vendor_calls import hindrance
from bot.vendors.base import ActKind, AiUse, AnswerRequest, GivenEntry, Speaker, SpokenLine
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message
from omnichannel.services.outbound import note_add

logger = logging.getLogger(__name__)
HISTORY, LETTERS = 10, 400
SUMMARY_LINES, SUMMARY_SECONDS = 20, 30.0
SPEAKERS = {Author.CONTACT: Speaker.PATIENT, Author.BOT: Speaker.BOT}
RULES = (
    "Escreva um rascunho de resposta para a atendente revisar e enviar: em português, cordial, em"
    " até três frases, apenas com o que está nas entradas dadas, e cite as que usou."
)
SUMMARY_RULES = (
    "Passe para uma pessoa e resuma em até três frases, para a equipe, o que o paciente quer e o"
    " que já foi dito. Só fatos da conversa; nada de opinião clínica."
)


def writer_of(conversation: Conversation) -> AiProvider | None:
    """Return the provider that writes drafts for a company's staff, None where none may now."""
    policy = AiPolicy.objects.for_company(conversation.company_id).select_related("writer").first()
    writer = policy.writer if policy is not None else None
    return None if hindrance(writer) else writer


def lines_before(
    talk: Conversation, before_seq: int | None = None, most: int = HISTORY
) -> tuple[SpokenLine, ...]:
    """Return the last lines that patient and clinic wrote each other, oldest first."""
    rows = Message.unscoped.filter(conversation=talk, is_internal=False, deleted_at=None).exclude(
        text=""
    )
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    return tuple(
        SpokenLine(SPEAKERS.get(Author(row.author_kind), Speaker.STAFF), row.text[:LETTERS])
        for row in reversed(list(rows.order_by("-seq")[:most]))
    )


def draft_request(
    talk: Conversation, asked: str, near: Sequence[KnowledgeEntry], first_seq: int, call_id: UUID
) -> AnswerRequest:
    """Return what a model is told for a draft."""
    return AnswerRequest(
        company_id=talk.company_id,
        use=AiUse.SUGGESTION,
        call_id=call_id,
        conversation_id=talk.pk,
        contact_id=talk.contact_id,
        rules=RULES,
        facts=f"Clínica: {talk.company.name}.",
        entries=tuple(
            GivenEntry(str(row.pk), row.question, row.answer, is_marked=True) for row in near
        ),
        history=lines_before(talk, first_seq),
        newest=asked,
        names=tuple(filter(None, (talk.contact.name,))),
        acts=frozenset({ActKind.ANSWER}),
    )


def summary_write(session_id: str) -> Message | None:
    """Note for whoever goes on what was said so far, once a session; None where no provider is
    chosen, or nothing came of it: the bot's own note stands there already.
    """
    session = (
        BotSession.objects.filter(pk=session_id)
        .select_related("conversation__company", "conversation__contact")
        .first()
    )
    if session is None:
        return None
    talk = session.conversation
    policy = AiPolicy.objects.for_company(talk.company_id).select_related("writer").first()
    lines = lines_before(talk, most=SUMMARY_LINES)
    if policy is None or policy.writer is None or not lines:
        return None
    request = AnswerRequest(
        company_id=talk.company_id,
        use=AiUse.SUMMARY,
        call_id=session.pk,
        conversation_id=talk.pk,
        contact_id=talk.contact_id,
        rules=SUMMARY_RULES,
        history=lines[:-1],
        newest=lines[-1].text,
        names=tuple(filter(None, (talk.contact.name,))),
        acts=frozenset({ActKind.HAND_OVER}),
    )
    result = vendor_of(policy.writer).answer(request, budget_seconds=SUMMARY_SECONDS)
    act = result.act
    if result.trouble or act is None or not act.summary.strip():
        logger.info("no summary for %s: %s", session.pk, result.trouble or "empty")
        return None
    told = _("Resumo feito por IA: %(text)s") % {"text": act.summary.strip()}
    return note_add(conversation=talk, author=None, text=told, client_id=f"resumo:{session.pk}")
