"""Typed texts that answer a question whose choices were sent as numbers.

Such a question is open until it is answered, until the clinic says something else, or for a day.
Only a text of the same person, in the conversation that asked, answers it; any other text stays one
that somebody reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from common.composed import Composed
from contacts.models import ContactIdentity
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.spoken import sources
from providers import registry
from providers.choices import MessageKind, MessageStatus
from providers.content import Question
from providers.content_json import content_of
from providers.facts import InboundMessage
from providers.typed_choices import LONGEST, chosen

OPEN_FOR = timedelta(days=1)
READ = ("id", "external_id", "direction", "conversation_id", "metadata", "status", "happened_at")


class OpenQuestions:
    """The questions in words that a batch of one channel's messages may answer."""

    def __init__(self, channel: Channel, incoming: Sequence[InboundMessage]) -> None:
        self.channel = channel
        self.incoming = incoming
        # By person and thread: what they were told last in each conversation, the newest first.
        self._told: dict[tuple[Any, str], list[Message]] = {}
        self._answered: set[Any] = set()

    def look_up(self, identities: Sequence[ContactIdentity]) -> set[Any]:
        """Find what people were asked; return the conversations of automatic questions.
        `identities` are those of the messages, in their order.
        """
        if not registry.policy_of(self.channel.kind).asks_in_words:
            return set()
        people = {
            identity.contact_id
            for incoming, identity in zip(self.incoming, identities, strict=True)
            if _is_typed(incoming)
        }
        for row in self._last_said(people) if people else ():
            self._told.setdefault((row.owner, row.thread), []).append(row)
        rows = [row for rows in self._told.values() for row in rows if _is_open(row)]
        return {row.conversation_id for row in rows if "purpose" in row.metadata}

    def understood(
        self,
        incoming: InboundMessage,
        where: tuple[Any, str],
        quoted: Message | None,
        current: Conversation | None,
    ) -> tuple[InboundMessage, Message] | None:
        """Return a typed text as the answer that it is, with its question; None when it is none.

        `where` is the contact's id and the thread, `current` the conversation that goes on with
        what they write.
        """
        asked = self._asked(where, current)
        if asked is None or not _is_typed(incoming) or not _is_open(asked):
            return None
        quotes_other = incoming.reply_to and (quoted is None or quoted.pk != asked.pk)
        if quotes_other or not _is_in_time(incoming, asked):
            return None
        question = content_of(asked.metadata)
        assert isinstance(question, Question)
        answer = chosen(question, incoming.text)
        if answer is None or self._is_over(asked, where[0]):
            return None
        # One answer each: what comes next is something else.
        self._answered.add(asked.pk)
        said = replace(
            incoming,
            kind=MessageKind.INTERACTIVE,
            content=answer,
            reply_to=asked.external_id or "",
        )
        return said, asked

    def _asked(self, where: tuple[Any, str], current: Conversation | None) -> Message | None:
        """Return the last thing said in the open conversation, else in those that ended."""
        rows = self._told.get(where, [])
        if current is not None and current.is_open:
            rows = [row for row in rows if row.conversation_id == current.pk]
        return rows[0] if rows else None

    def _last_said(self, people: set[Any]) -> list[Any]:
        """Return the last thing that people were told in each conversation, the newest first. What
        is said automatically in between (that nobody is there, say) asks nothing and ends no
        question.
        """
        since = min(incoming.happened_at for incoming in self.incoming) - OPEN_FOR
        where = (self.channel.company_id, self.channel.pk, since)
        if len(people) == 1:
            rows: Any = _OF_ONE.rows(*where, *people)
        else:
            rows = _said(*where).filter(conversation__contact_id__in=people)
        return sorted(rows, key=lambda row: row.happened_at, reverse=True)

    def _is_over(self, asked: Message, person: Any) -> bool:
        """Whether a question was answered, or a package above has said something since."""
        answers = Message.objects.for_company(self.channel.company_id).filter(
            reply_to=asked.pk, kind=MessageKind.INTERACTIVE
        )
        if asked.pk in self._answered or answers.exists():
            return True
        talk = Conversation(
            pk=asked.conversation_id,
            company_id=self.channel.company_id,
            channel=self.channel,
            contact_id=person,
        )
        return any(
            one.at > asked.happened_at
            for source in sources
            for one in source(talk, asked.happened_at, ())
        )


def _said(company_id: Any, channel_id: Any, since: Any) -> Any:
    return (
        Message.objects.for_company(company_id)
        .outbound()
        .filter(conversation__channel_id=channel_id, is_internal=False, happened_at__gt=since)
        .exclude(kind__in=(MessageKind.SYSTEM, MessageKind.REACTION))
        .exclude(status=MessageStatus.FAILED)
        .filter(~Q(metadata__has_key="purpose") | Q(metadata__interactive__as_words=True))
        .annotate(owner=F("conversation__contact_id"), thread=F("conversation__thread_key"))
        .order_by("conversation_id", "-happened_at", "-seq")
        .distinct("conversation_id")
        .only(*READ)
    )


# One message comes alone far more often than with others.
_OF_ONE = Composed(
    lambda company_id, channel_id, since, person: _said(company_id, channel_id, since).filter(
        conversation__contact_id=person
    )
)


def _is_typed(incoming: InboundMessage) -> bool:
    is_text = incoming.kind == MessageKind.TEXT and len(incoming.text) <= LONGEST
    return is_text and not (incoming.is_echo or incoming.is_history)


def _is_open(row: Message) -> bool:
    content = content_of(row.metadata)
    is_numbered = isinstance(content, Question) and content.as_words
    return is_numbered and row.status != MessageStatus.PENDING


def _is_in_time(incoming: InboundMessage, asked: Message) -> bool:
    # Providers count whole seconds.
    asked_at = asked.happened_at.replace(microsecond=0)
    return asked_at <= incoming.happened_at <= asked_at + OPEN_FOR
