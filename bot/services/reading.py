"""Subject and feeling of a conversation, read for staff by rules or by the company's model, and
corrected by people. Patients never see them; nothing is routed by them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from bot.choices import Feeling, ReadingKind, ReadingOrigin
from bot.feeling import feeling_of
from bot.guard import CLINICAL
from bot.models import KnowledgeCategory, TalkReading
from bot.services.vendor_answers import vendor_of
from bot.services.writing import lines_before, writer_of
from bot.vendors.base import ActKind, AiUse, AnswerRequest, BotAct
from common.errors import DomainError
from common.folding import folded
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message
from queues.models import Queue

logger = logging.getLogger(__name__)
SECONDS = 15.0
LINES, READ = 12, 6
RULES = (
    "Diga à equipe qual é o assunto da conversa, escolhido da lista, e como o paciente se sente com"
    " o atendimento, com o motivo em até doze palavras. Nada sobre a saúde da pessoa."
)


class ReadingUnknown(DomainError):
    """A value that is not in the list."""

    code = "leitura_desconhecida"
    message = gettext_lazy("Escolha um valor da lista.")


def subjects_of(company_id: Any) -> list[str]:
    """Return what a company's conversations may be about: its categories of knowledge and its
    queues, each name once.
    """
    categories = KnowledgeCategory.objects.for_company(company_id).values_list("name")
    queues = Queue.objects.for_company(company_id).active().values_list("name")
    names = categories.order_by().union(queues.order_by(), all=True)
    return sorted({folded(name): name for (name,) in names}.values(), key=folded)


def readings_of(conversation: Conversation) -> dict[str, TalkReading]:
    """Return what counts of a conversation by kind: the newest of each."""
    rows = TalkReading.objects.for_company(conversation.company_id).filter(
        conversation=conversation
    )
    newest = rows.order_by("kind", "-created_at", "-id").distinct("kind")
    return {row.kind: row for row in newest.select_related("by__user")}


def corrections_count(company_id: Any) -> tuple[int, int]:
    """Return how often people chose another value, and how often something was read."""
    rows = TalkReading.objects.for_company(company_id)
    by_people = rows.filter(origin=ReadingOrigin.PERSON).count()
    return by_people, rows.count() - by_people


def conversation_read(conversation: Conversation) -> list[TalkReading]:
    """Read a conversation: by the company's model where it has one, else, or where that fails, by
    rules. What a person corrected stays until the patient writes again.
    """
    company_id = conversation.company_id
    said = _said(conversation)
    if not said:
        return []
    subjects = subjects_of(company_id)
    rows = _by_model(conversation, subjects) or _by_rules(conversation, said, subjects)
    standing = readings_of(conversation)
    made = []
    for kind, value, reason, origin in rows:
        stands = standing.get(kind)
        if stands is not None and stands.for_seq >= said[-1].seq:
            if stands.origin == ReadingOrigin.PERSON or stands.value == value:
                continue
        made.append(
            TalkReading(
                company_id=company_id,
                conversation=conversation,
                kind=kind,
                value=value,
                reason=reason[:300],
                origin=origin,
                for_seq=said[-1].seq,
            )
        )
    return TalkReading.unscoped.bulk_create(made)


@transaction.atomic
def reading_correct(
    *, conversation: Conversation, actor: Membership, kind: ReadingKind, value: str
) -> TalkReading:
    """Let a person say what it is; what was read before stays as it was. Raises ReadingUnknown."""
    known = Feeling.values if kind == ReadingKind.FEELING else subjects_of(conversation.company_id)
    if value not in known:
        raise ReadingUnknown
    said = _said(conversation)
    return TalkReading.unscoped.create(
        company_id=conversation.company_id,
        conversation=conversation,
        kind=kind,
        value=value,
        origin=ReadingOrigin.PERSON,
        for_seq=said[-1].seq if said else 0,
        by=actor,
    )


Found = tuple[ReadingKind, str, str, ReadingOrigin]


def _said(conversation: Conversation) -> list[Message]:
    rows = Message.unscoped.filter(
        conversation=conversation, direction=Direction.IN, is_internal=False, deleted_at=None
    ).exclude(text="")
    return list(reversed(rows.order_by("-seq")[:READ]))


def _by_model(conversation: Conversation, subjects: Sequence[str]) -> list[Found]:
    writer = writer_of(conversation)
    if writer is None:
        return []
    lines = lines_before(conversation, most=LINES)
    request = AnswerRequest(
        company_id=conversation.company_id,
        use=AiUse.CLASSIFICATION,
        call_id=uuid4(),
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        rules=RULES,
        history=lines[:-1],
        newest=lines[-1].text,
        names=tuple(filter(None, (conversation.contact.name,))),
        queues=tuple(subjects),
        notes=tuple(Feeling.values),
        acts=frozenset({ActKind.CLASSIFY}),
    )
    result = vendor_of(writer).answer(request, budget_seconds=SECONDS)
    act = result.act
    if result.trouble or act is None:
        logger.info("no reading of %s: %s", conversation.pk, result.trouble or "empty")
        return []
    return list(_of_act(act))


def _of_act(act: BotAct) -> list[Found]:
    # A reason that speaks of health is none of ours.
    reason = "" if CLINICAL.search(folded(act.summary)) else act.summary
    found: list[Found] = [(ReadingKind.FEELING, act.note, reason, ReadingOrigin.AI)]
    if act.queue:
        found.append((ReadingKind.SUBJECT, act.queue, "", ReadingOrigin.AI))
    return found


def _by_rules(
    conversation: Conversation, said: Sequence[Message], subjects: Sequence[str]
) -> list[Found]:
    waits = conversation.waiting_since
    waited = timezone.now() - waits if waits else timedelta()
    sounds = feeling_of([row.text for row in said], waited)
    why = "; ".join(sounds.reasons)
    found: list[Found] = [(ReadingKind.FEELING, sounds.feeling, why, ReadingOrigin.RULE)]
    if (subject := _nearest(conversation, said, subjects)) is not None:
        found.append((ReadingKind.SUBJECT, *subject, ReadingOrigin.RULE))
    return found


def _nearest(
    conversation: Conversation, said: Sequence[Message], subjects: Sequence[str]
) -> tuple[str, str] | None:
    """Return the subject that somebody named, else that of the nearest entry, with why."""
    # Loads numpy and the model.
    from bot.knowledge.bands import offered
    from bot.services.recalling import knowledge_of

    text = " ".join(row.text for row in said)
    flat = f" {folded(text)} "
    for name in subjects:
        if f" {folded(name)} " in flat:
            return name, _("o paciente escreveu “%(name)s”") % {"name": name.lower()}
    known = knowledge_of(conversation.company)
    if not known.entries:
        return None
    for row in reversed(said):
        ranked, limits = known.ranked(row.text)
        for one in offered(ranked, limits):
            entry = known.entries.get(one.entry)
            if entry is not None and entry.category is not None:
                why = _("perto de “%(question)s”") % {"question": entry.question}
                return entry.category.name, why
    return None
