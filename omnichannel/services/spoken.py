"""What was said to a person lately, to know what their word answers.

"Cancelar" under an offer is about offers; under a reminder of a visit it is about the visit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q

from common.slots import Slot
from contacts.optout import Doubt, hear, plain
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message, Template
from omnichannel.services.template_filling import template_of
from providers.choices import MessageKind

# A word without a quote answers what was said in these days; a provider's clock is not ours.
ANSWERS_FOR, CLOCKS_DIFFER = timedelta(days=7), timedelta(minutes=5)
LOOKED_AT = 20
MARKETING = "MARKETING"
# Labels that only stand under something about an appointment.
VISIT = re.compile(r"\b(?:confirm|remarc|reagend|desmarc)\w*")
STOPPING = re.compile(
    r"\b(?:receb\w+|descadastr\w+|promoc\w+|ofertas?|mensagens|novidades|lista)\b"
)
CARE_WORDS = re.compile(r"\b(?:consulta|exame|horario|retorno|cirurgia|agendamento|procedimento)\b")


class About(StrEnum):
    """What something we said is about."""

    UNKNOWN = ""
    MARKETING = "marketing"
    # Advertising that also speaks of an appointment, as far as its category or buttons tell.
    BOTH = "ambos"
    CARE = "cuidado"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something we said: when, about what, and its words (text, footer and labels)."""

    at: datetime
    external_id: str
    about: About
    words: str = ""

    def invites(self, word: str) -> bool:
        """Whether it tells its reader to answer with this word to be left alone."""
        return any(
            re.search(rf"\b{re.escape(word)}\b", said) and STOPPING.search(said)
            for said in map(plain, re.split(r"[.!?\n]+", self.words))
            if not CARE_WORDS.search(said)
        )


# What packages above sent without a message of ours (campaigns): asked with the conversation, a
# moment and ids that may be quoted; gives what is newer than the moment or has one of the ids.
Source = Callable[[Conversation, datetime, Sequence[str]], Iterable[Spoken]]
sources: Slot[Source] = Slot()


def spoken_to(conversation: Conversation, *, answer: Message) -> list[Spoken]:
    """Return what a message may answer, the newest first: what it quotes, else the last days'."""
    since = answer.happened_at - ANSWERS_FOR
    ids = [quote] if (quote := quote_of(answer)) else []
    found = [*_own(conversation, since, ids), *_others(conversation, since, ids)]
    until = answer.happened_at + CLOCKS_DIFFER
    # Whoever quotes something answers that, whatever else was said.
    chosen = [one for one in found if (one.external_id in ids if ids else one.at <= until)]
    return sorted(chosen, key=lambda one: one.at, reverse=True)


def quote_of(answer: Message) -> str:
    """Return the provider's id of what a message quotes; their own words and our automatic ones say
    nothing of what it is about.
    """
    quoted = answer.reply_to
    if quoted is not None and (quoted.direction == Direction.IN or quoted.metadata.get("purpose")):
        return ""
    return answer.reply_to_external_id


def about_of(*, category: str, is_advertising: bool, labels: Iterable[str]) -> About:
    """Return what a template of a category with these buttons is about."""
    if not is_advertising and category != MARKETING:
        return About.CARE
    speaks_of_visit = any(
        VISIT.search(plain(label)) or hear(label).doubt == Doubt.MUCH for label in labels
    )
    both = is_advertising and category in ("", MARKETING) and not speaks_of_visit
    return About.MARKETING if both else About.BOTH


def template_words(template: Template) -> str:
    """Return a template's text, footer and labels, one a line."""
    texts = [str(one.get("text", "")) for one in template.components if isinstance(one, dict)]
    return "\n".join([*texts, *template_labels(template)])


def template_labels(template: Template) -> list[str]:
    """Return what stands on a template's buttons."""
    parts = [one for one in template.components if isinstance(one, dict)]
    buttons = [one for part in parts for one in part.get("buttons") or [] if isinstance(one, dict)]
    return [str(one.get("text", "")) for one in buttons]


def _others(conversation: Conversation, since: datetime, ids: Sequence[str]) -> Iterator[Spoken]:
    for source in sources:
        yield from source(conversation, since, ids)


def _own(conversation: Conversation, since: datetime, ids: Sequence[str]) -> list[Spoken]:
    rows: Any = (
        Message.objects.for_company(conversation.company_id)
        .outbound()
        .filter(conversation__contact_id=conversation.contact_id)
        .filter(conversation__channel_id=conversation.channel_id)
        # Automatic courtesies are about nothing.
        .exclude(metadata__has_key="purpose")
        .exclude(kind__in=(MessageKind.SYSTEM, MessageKind.REACTION))
        .filter(Q(happened_at__gte=since) | Q(external_id__in=ids))
        .select_related("conversation__channel")
        .order_by("-happened_at")
    )
    return [_spoken(row) for row in rows[:LOOKED_AT]]


def _spoken(row: Message) -> Spoken:
    about, words = About.CARE, row.text
    template = template_of(row) if row.metadata.get("template") else None
    if template is not None:
        words = f"{row.text}\n{template_words(template)}"
        category = str(row.metadata["template"].get("category") or template.category).upper()
        labels = template_labels(template)
        is_advertising = category == MARKETING
        about = about_of(category=category, is_advertising=is_advertising, labels=labels)
    return Spoken(row.happened_at, row.external_id or "", about, words)
