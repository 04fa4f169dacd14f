"""The conditions of rules: read, worded, and asked of one conversation as it is now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypedDict
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound
from common.folding import folded
from contacts.models import Contact
from contacts.segments import Asked, condition
from omnichannel.choices import Direction, Stage
from omnichannel.models import Channel, Conversation, Message
from queues.choices import RuleField, RuleHours, RuleMatch
from queues.models import Queue, Ticket
from queues.services.opening import hours_now

MOST_CONDITIONS = 10


class RuleCondition(TypedDict):
    """One condition as it is kept. A number is kept as its text, a row as its id."""

    field: str
    value: str


class ConditionMet(RuleCondition):
    """A condition with what came of it."""

    is_met: bool


class ConditionRefused(DomainError):
    """What was given makes no condition."""

    code = "condicao_invalida"
    message = _("Confira as condições.")


def conditions_read(given: Sequence[Mapping[str, Any]], company_id: Any) -> list[RuleCondition]:
    """Return conditions as they are kept. Raises ConditionRefused, NotFound for another company's
    rows.
    """
    if len(given) > MOST_CONDITIONS:
        raise _wrong(gettext("São até 10 condições."))
    return [_read(one, company_id) for one in given]


def _read(given: Mapping[str, Any], company_id: Any) -> RuleCondition:
    asked, value = given.get("field"), str(given.get("value") or "").replace("\x00", "").strip()
    if asked not in RuleField or not value or len(value) > 200:
        raise _wrong(gettext("Falta dizer o que uma condição compara."))
    match asked:
        case RuleField.CHANNEL | RuleField.QUEUE:
            model: Any = Channel if asked == RuleField.CHANNEL else Queue
            if _found(model, company_id, value) is None:
                raise NotFound
        case RuleField.STAGE:
            if value not in Stage:
                raise _wrong(gettext("Escolha uma etapa."))
        case RuleField.HOURS:
            if value not in RuleHours:
                raise _wrong(gettext("Escolha dentro ou fora do horário."))
        case RuleField.SCORE | RuleField.PRIORITY:
            most = 100 if asked == RuleField.SCORE else 10
            if not re.fullmatch(r"\d{1,3}", value, re.ASCII) or not 0 <= int(value) <= most:
                raise _wrong(gettext("Escreva um número até %(most)s.") % {"most": most})
        case RuleField.WORDS:
            if not _phrases(value):
                raise _wrong(gettext("Escreva palavras, separadas por vírgulas."))
    return RuleCondition(field=str(asked), value=value)


def condition_words(one: RuleCondition, company_id: Any) -> str:
    """Say a condition; a row that is gone reads as "?"."""
    value: Any = one["value"]
    match one["field"]:
        case RuleField.CHANNEL:
            value = _found(Channel, company_id, value) or "?"
        case RuleField.QUEUE:
            value = _found(Queue, company_id, value) or "?"
        case RuleField.STAGE:
            value = Stage(value).label
        case RuleField.HOURS:
            value = RuleHours(value).label
    return f"{RuleField(one['field']).label}: {value}"


@dataclass
class Situation:
    """A conversation as conditions see it: what is asked for once is not asked for again."""

    conversation: Conversation
    texts: list[str]
    now: datetime

    @cached_property
    def ticket(self) -> Ticket | None:
        """Return the open ticket."""
        rows = Ticket.objects.for_company(self.conversation.company_id).open()
        return rows.filter(conversation=self.conversation).select_related("queue__calendar").first()

    def is_met(self, one: RuleCondition) -> bool:
        """Ask one condition."""
        return bool(_ASKED[RuleField(one["field"])](self, one["value"]))


def situation_of(
    conversation: Conversation, message_ids: Sequence[str], now: datetime
) -> Situation:
    """Return a conversation with what its patient wrote: these messages, or without any their
    last.
    """
    rows = Message.objects.for_company(conversation.company_id).filter(
        conversation=conversation, direction=Direction.IN, deleted_at=None
    )
    if message_ids:
        texts = list(rows.filter(pk__in=message_ids).values_list("text", flat=True))
    else:
        texts = list(rows.order_by("-seq").values_list("text", flat=True)[:1])
    return Situation(conversation, texts, now)


def conditions_ask(
    conditions: Sequence[RuleCondition], match: str, situation: Situation
) -> tuple[bool, list[ConditionMet]]:
    """Ask them all; return whether the rule holds, with what came of each. No conditions hold
    always.
    """
    asked = [ConditionMet(**one, is_met=situation.is_met(one)) for one in conditions]
    met = [one["is_met"] for one in asked]
    return (all(met) if match == RuleMatch.ALL or not met else any(met)), asked


def _phrases(value: str) -> list[str]:
    return [found for part in value.split(",") if (found := folded(part).strip())]


def _says(situation: Situation, value: str) -> bool:
    # Whole words: "sim" is not said by who writes "assim".
    said = [folded(text) for text in situation.texts]
    return any(
        re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)
        for phrase in _phrases(value)
        for text in said
    )


def _is_tagged(situation: Situation, value: str) -> bool:
    people = Contact.objects.for_company(situation.conversation.company_id)
    return people.filter(pk=situation.conversation.contact_id, tags__name__iexact=value).exists()


def _is_within(situation: Situation, value: str) -> bool:
    ticket = situation.ticket
    # Without a queue nobody promised any hours.
    is_open = hours_now(ticket.queue, situation.now)[0] if ticket else True
    return is_open == (value == RuleHours.OPEN)


def _scores(situation: Situation, value: str) -> bool:
    people = Contact.objects.for_company(situation.conversation.company_id)
    asked = condition(Asked("score", "minimo", value))
    return people.filter(asked, pk=situation.conversation.contact_id).exists()


_ASKED: dict[RuleField, Any] = {
    RuleField.CHANNEL: lambda seen, value: str(seen.conversation.channel_id) == value,
    RuleField.QUEUE: lambda seen, value: bool(seen.ticket and str(seen.ticket.queue_id) == value),
    RuleField.TAG: _is_tagged,
    RuleField.STAGE: lambda seen, value: seen.conversation.stage == value,
    RuleField.WORDS: _says,
    RuleField.HOURS: _is_within,
    RuleField.SCORE: _scores,
    RuleField.PRIORITY: lambda seen, value: bool(
        seen.ticket and seen.ticket.priority >= int(value)
    ),
}


def _found(model: Any, company_id: Any, key: str) -> Any:
    try:
        return model.objects.for_company(company_id).filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _wrong(said: str) -> ConditionRefused:
    return ConditionRefused(said, fields={"conditions": [said]})
