"""What the bot did not know, turned into drafts and test cases by staff.

Words of patients are masked before they stand in an entry, and whoever makes a draft reads it
before anybody else does: a draft answers nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from bot.choices import EvalExpectation, HandoverReason, TurnAct, TurnState
from bot.knowledge.ranking import stems
from bot.masking import TOKEN, Mask
from bot.models import BotTurn, EvalCase, KnowledgeEntry, Phrase
from bot.models.knowledge import ANSWER
from bot.services.context import heard_in
from bot.services.entry_import import QUESTION
from bot.services.knowledge import MOST_ALIASES, entry_save
from bot.texts import bare, cleaned
from common.errors import DomainError
from omnichannel.choices import Author, Direction
from omnichannel.models import Message

MISSED = (HandoverReason.NO_ANSWER, HandoverReason.REPEATED, HandoverReason.OUT_OF_SCOPE)
DAYS, MOST_TURNS = 30, 300
# Of the words of two questions, the share that both have.
ALIKE = 0.5
BURST = 6
TO_WRITE = "[escreva a resposta]"
READABLE = {
    "NOME": "nome",
    "TELEFONE": "telefone",
    "EMAIL": "e-mail",
    "NASCIMENTO": "data de nascimento",
    "DOCUMENTO": "documento",
    "CARTAO": "cartão",
    "NUMERO": "número",
}


class NothingToLearn(DomainError):
    """A turn whose patient wrote no words, or whose words are gone."""

    code = "turno_sem_palavras"
    message = _("Este turno não tem palavras do paciente para aproveitar.")


@dataclass(frozen=True, slots=True)
class LearnedWords:
    """What a patient asked and an attendant answered, masked."""

    question: str
    answer: str = ""


@dataclass(slots=True)
class MissedGroup:
    """Questions that are alike and that the bot did not answer; `turns` are ids, newest first."""

    texts: list[str] = field(default_factory=list)
    turns: list[UUID] = field(default_factory=list)
    near: str = ""

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.turns)


def words_of(turn: BotTurn) -> LearnedWords:
    """Return what was asked in a turn and what an attendant answered next."""
    talk = turn.session.conversation
    heard = heard_in(talk, turn.seq_from, turn.seq_to).text
    first = Mask(filter(None, (talk.contact.name,)))
    tokens = TOKEN.findall(first.hide(heard))
    # Who gave a name is called by it in the answer.
    names = [first.show(f"<{one}>") for one in tokens if one.startswith("NOME")]
    mask = Mask(filter(None, (talk.contact.name, *names)))
    return LearnedWords(masked(mask, heard), masked(mask, _answered(turn)))


@transaction.atomic
def draft_make(
    *, turn: BotTurn, actor: Membership | None, question: str, answer: str, aliases: Sequence[str]
) -> KnowledgeEntry:
    """Make a draft from a turn, with the words that its maker has seen. Raises EntryExists,
    EntryRefused.
    """
    company = turn.session.conversation.company
    row = entry_save(
        company=company,
        actor=actor,
        question=" ".join(cleaned(question).split())[:QUESTION],
        answer=answer.strip()[:ANSWER] or TO_WRITE,
        aliases=list(aliases)[:MOST_ALIASES],
        origin="conversa",
    )
    _told(turn, actor, "conhecimento.rascunho", row)
    return row


@transaction.atomic
def case_make(*, turn: BotTurn, actor: Membership | None, text: str) -> EvalCase:
    """Make a test case that expects what the bot did; staff correct what it should have done.
    Raises NothingToLearn.
    """
    words = " ".join(cleaned(text).split())[:500]
    if not words:
        raise NothingToLearn
    expects = {
        TurnAct.ANSWER: EvalExpectation.ENTRY if turn.entry_id else EvalExpectation.NO_ANSWER,
        TurnAct.HAND_OVER: EvalExpectation.PERSON,
    }.get(TurnAct(turn.act) if turn.act else TurnAct.SILENCE, EvalExpectation.NO_ANSWER)
    row, _is_new = EvalCase.unscoped.get_or_create(
        company_id=turn.company_id,
        contact_id=turn.session.conversation.contact_id,
        text=words,
        defaults={"expects": expects, "entry_id": turn.entry_id},
    )
    _told(turn, actor, "caso_de_teste.criado", row)
    return row


# --- what was not answered ------------------------------------------------------------------------


def missed_groups(company_id: Any) -> list[MissedGroup]:
    """Return what the bot did not answer in the last weeks, alike ones together, the most asked
    first; without what stands in an entry or a draft by now.
    """
    rows = BotTurn.unscoped.filter(
        company_id=company_id,
        state=TurnState.DONE,
        reason__in=MISSED,
        created_at__gte=timezone.now() - timedelta(days=DAYS),
    ).select_related("session__conversation__contact")
    turns = list(rows.order_by("-created_at")[:MOST_TURNS])
    words = _heard(turns)
    known = {
        bare(text)
        for text in Phrase.unscoped.filter(company_id=company_id).values_list("text", flat=True)
    }
    groups: list[tuple[set[str], MissedGroup]] = []
    for turn in turns:
        text = words.get(turn.pk, "")
        asked = set(stems(text))
        if not asked or bare(text) in known:
            continue
        group = next((one for own, one in groups if _is_alike(own, asked)), None)
        if group is None:
            group = MissedGroup(near=turn.candidates[0]["label"] if turn.candidates else "")
            groups.append((asked, group))
        group.turns.append(turn.pk)
        if text not in group.texts:
            group.texts.append(text)
    return sorted((one for _own, one in groups), key=lambda one: -one.count)


def missed_draft(*, turns: Sequence[BotTurn], actor: Membership | None) -> KnowledgeEntry:
    """Make one draft of turns that asked alike: the shortest text is the question, the others ways
    to ask; the answer is one that an attendant gave, where there is one. Raises NothingToLearn and
    what entries raise.
    """
    heard = _heard(turns)
    texts = sorted(dict.fromkeys(filter(None, heard.values())), key=len)
    if not texts:
        raise NothingToLearn
    answers = (words_of(turn).answer for turn in turns[:BURST])
    return draft_make(
        turn=turns[0],
        actor=actor,
        question=texts[0],
        answer=next(filter(None, answers), ""),
        aliases=texts[1:],
    )


def _is_alike(first: set[str], second: set[str]) -> bool:
    return len(first & second) >= ALIKE * len(first | second)


def _heard(turns: Sequence[BotTurn]) -> dict[UUID, str]:
    """Return the masked words of each turn's patient, by one query."""
    rows = Message.unscoped.filter(
        conversation__in={turn.session.conversation_id for turn in turns},
        direction=Direction.IN,
        is_internal=False,
        deleted_at=None,
        created_at__gte=timezone.now() - timedelta(days=DAYS + 1),
    ).exclude(text="")
    said: dict[Any, list[tuple[int, str]]] = {}
    for talk, seq, text in rows.order_by("seq").values_list("conversation_id", "seq", "text"):
        said.setdefault(talk, []).append((seq, text))
    found: dict[UUID, str] = {}
    for turn in turns:
        of = turn.session.conversation
        mine = [text for seq, text in said.get(of.pk, ()) if turn.seq_from <= seq <= turn.seq_to]
        found[turn.pk] = masked(Mask(filter(None, (of.contact.name,))), " ".join(mine))
    return found


def _answered(turn: BotTurn) -> str:
    """Return what attendants wrote after a turn, until the patient wrote again."""
    rows = Message.unscoped.filter(
        conversation=turn.session.conversation,
        seq__gt=turn.seq_to,
        is_internal=False,
        deleted_at=None,
    ).order_by("seq")
    lines: list[str] = []
    for author, text in rows.values_list("author_kind", "text")[: BURST * 3]:
        if author in (Author.ATTENDANT, Author.PHONE_APP) and text:
            lines.append(text)
        elif lines and author == Author.CONTACT:
            break
    return "\n".join(lines[:BURST])


def masked(mask: Mask, text: str) -> str:
    """Return a text whose personal data are words in brackets."""
    hidden = mask.hide(text)
    return TOKEN.sub(lambda one: f"[{_readable(one[1])}]", hidden).strip()


def _readable(token: str) -> str:
    label = token.rpartition("_")[0]
    return READABLE.get(label, label)


def _told(turn: BotTurn, actor: Membership | None, action: str, target: Any) -> None:
    audit_record(
        company=turn.company_id,
        actor=actor.user if actor else None,
        action=action,
        target=target,
        detail={"turno": str(turn.pk)},
    )


def ids_of(given: Iterable[str]) -> list[UUID]:
    """Return the ids among some texts that came from a form."""
    found = []
    for one in given:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found[:MOST_TURNS]
