"""Where a turn's reply comes from: the clinic's own knowledge first, and where that is not sure, a
language model that may only choose and word what the clinic published. Without a provider, or with
one in trouble, the own knowledge's reply stands.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from bot import wording
from bot.choices import EntryUse, HandoverReason, TurnAct
from bot.decide import HeardWords, TalkState, TurnDecision, person
from bot.models import AiPolicy, BotSession, BotTurn, KnowledgeEntry
from bot.services.answering import Reply, reply_to
from bot.services.serving import schedule_of
from bot.services.speaking import choices_of
from bot.services.vendor_answers import vendor_of
from bot.services.waiting import typing_ring
from bot.vendors.base import (
    ActKind,
    AnswerRequest,
    AnswerResult,
    GivenEntry,
    Speaker,
    SpokenLine,
    VendorTrouble,
)
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message

# Within the turn's lease, with room for all around the call.
SECONDS = 15.0
HISTORY, LETTERS = 10, 400
RULES = (
    "Você atende pacientes de uma clínica por mensagem, só em assuntos administrativos. Responda em"
    " português, em uma ou duas frases, apenas com o que está nas entradas dadas, e cite as que"
    " usou. Nunca dê orientação clínica, preço, prazo ou promessa que não esteja nelas. Sem entrada"
    " que responda, ou em dúvida, passe para uma pessoa."
)
SPEAKERS = {Author.CONTACT: Speaker.PATIENT, Author.BOT: Speaker.BOT}


def reply_for(
    session: BotSession, talk: Conversation, heard: HeardWords, state: TalkState, turn: BotTurn
) -> Reply:
    """Return what is said to what was heard in a turn."""
    local = reply_to(session.assistant, heard, state)
    policy = AiPolicy.objects.for_company(talk.company_id).select_related("writer").first()
    if policy is None or policy.writer is None or not _is_unsure(local):
        return local
    entries = _entries(talk, local)
    if not entries:
        return local
    request = _request(session, talk, heard, state, turn, entries)
    typing_ring(talk, turn)
    result = vendor_of(policy.writer).answer(request, budget_seconds=SECONDS)
    found = _taken(result, local, entries)
    return replace(found, steps={**local.steps, "provedor": result.ms})


def _is_unsure(local: Reply) -> bool:
    """Whether a model may help: rules decided nothing, and the ranking was not sure."""
    decision = local.decision
    return decision.act == TurnAct.OFFER or decision.reason == HandoverReason.NO_ANSWER


def _entries(talk: Conversation, local: Reply) -> dict[str, KnowledgeEntry]:
    """Return the nearest entries that may be answered without a person, best first."""
    ids = [one["entry"] for one in local.candidates]
    rows = KnowledgeEntry.objects.for_company(talk.company_id).in_force()
    found = {str(row.pk): row for row in rows.filter(pk__in=ids, use=EntryUse.AUTOMATIC)}
    return {pk: found[pk] for pk in ids if pk in found}


def _request(
    session: BotSession,
    talk: Conversation,
    heard: HeardWords,
    state: TalkState,
    turn: BotTurn,
    entries: dict[str, KnowledgeEntry],
) -> AnswerRequest:
    now = timezone.now()
    local_now = now.astimezone(talk.company.zone)
    is_open = schedule_of(session.assistant, now).is_open(now)
    return AnswerRequest(
        company_id=talk.company_id,
        call_id=turn.pk,
        conversation_id=talk.pk,
        contact_id=talk.contact_id,
        rules=RULES,
        facts=f"Clínica: {talk.company.name}.",
        entries=tuple(
            GivenEntry(pk, row.question, row.answer, is_marked=True) for pk, row in entries.items()
        ),
        history=_history(session, talk, turn),
        newest=heard.text,
        names=tuple(filter(None, (talk.contact.name,))),
        said=state.said,
        moment=f"{local_now:%d/%m/%Y %H:%M}, clínica {'aberta' if is_open else 'fechada'}",
    )


def _history(session: BotSession, talk: Conversation, turn: BotTurn) -> tuple[SpokenLine, ...]:
    """Return what was said in this session before the turn; older talks are none of its matter."""
    rows = Message.unscoped.filter(
        conversation=talk,
        is_internal=False,
        seq__lt=turn.seq_from,
        created_at__gte=session.created_at,
    ).exclude(text="")
    last = list(rows.order_by("-seq")[:HISTORY])
    return tuple(
        SpokenLine(SPEAKERS.get(Author(row.author_kind), Speaker.STAFF), row.text[:LETTERS])
        for row in reversed(last)
    )


def _taken(result: AnswerResult, local: Reply, entries: dict[str, KnowledgeEntry]) -> Reply:
    """Turn a model's act into a reply. What it may not do leaves the own knowledge's reply."""
    act = result.act
    if result.trouble == VendorTrouble.UNGUARDED and local.decision.act != TurnAct.OFFER:
        refused = person(HandoverReason.REJECTED, wording.UNDERSTOOD)
        return replace(local, decision=refused, text=refused.text)
    if result.trouble or act is None:
        return local
    cited = [entries[pk] for pk in act.sources if pk in entries]
    if act.kind == ActKind.ANSWER and cited and len(cited) == len(act.sources) and act.text:
        decision = replace(local.decision, act=TurnAct.ANSWER, reason="", is_miss=False)
        return replace(local, decision=decision, text=act.text, entry=cited[0], choices=())
    options = [entries[pk] for pk in act.options if pk in entries][:3]
    if act.kind == ActKind.OFFER and options:
        offer = TurnDecision(
            TurnAct.OFFER, text=wording.OFFERING, offers=tuple(_id(row) for row in options)
        )
        lines = "\n".join([wording.OFFERING, *(f"• {row.question}" for row in options)])
        return replace(
            local,
            decision=offer,
            text=lines,
            choices=tuple(choices_of(options, with_person=True)),
            offered=tuple(str(row.pk) for row in options),
        )
    if act.kind == ActKind.HAND_OVER:
        # A model's words are for staff; what the patient reads is ours.
        handed = person(HandoverReason.AGENT, wording.UNDERSTOOD)
        return replace(local, decision=handed, text=handed.text, choices=())
    return local


def _id(row: KnowledgeEntry) -> UUID:
    return row.pk
