"""In which conversation each message of a batch stands: the open one of its person, the one whose
automatic question it answers, one that may go on, or a new one. Where a kind of channel has
threads, each of a person's has a conversation of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F
from django.utils import timezone

from common.rows import columns, load, run
from contacts.models import ContactIdentity
from omnichannel.choices import Stage
from omnichannel.external import external_key
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.addresses import address_note, address_of, kept, number_of, stored
from omnichannel.services.answers import Answers
from omnichannel.services.conversations import people_lock, stage_move, system_line_draft
from omnichannel.services.reception import Beginning, Newcomer, stage_choose
from omnichannel.services.threads import Threads
from omnichannel.services.typed_answers import OpenQuestions
from providers.facts import InboundMessage
from providers.outgoing import Destination
from providers.registry import policy_of

SUBJECT_LENGTH = Conversation._meta.get_field("subject").max_length
# In a message's metadata: who wrote it, where that is not the conversation's person.
OTHER_SENDER = "other_sender"
QUOTED = ("id", "external_id", "direction", "conversation_id", "metadata")
OPEN = f"""
SELECT {columns(Conversation, "c")} FROM omnichannel_conversation c
WHERE c.company_id = %s::uuid AND c.channel_id = %s::uuid AND c.contact_id = ANY(%s::uuid[])
    AND (c.stage <> '{Stage.CLOSED}' OR c.reopen_until > now() OR c.id = ANY(%s::uuid[]))
ORDER BY c.id FOR UPDATE
"""  # noqa: S608  (names of our own columns only)
# A message of a thread may stand in a conversation that is somebody else's.
OPEN_THREADS = OPEN.replace(
    "    AND (c.stage", "    AND (c.id = ANY(%s::uuid[]) OR c.stage"
).replace(
    "c.contact_id = ANY(%s::uuid[])", "(c.contact_id = ANY(%s::uuid[]) OR c.id = ANY(%s::uuid[]))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a message stands, and as what. `quoted` is the message of the same person that it
    quotes; `is_courtesy` tells that it only answers an automatic question there.
    """

    incoming: InboundMessage
    conversation: Conversation
    quoted: Message | None
    is_courtesy: bool


class ConversationLookup:
    """Finds, locks and opens the conversations of a batch of one channel.

    fresh     conversations that are new, not yet in the database
    reopened  ids of those that had ended a moment ago and go on
    lines     what the system says in them, drafts
    used      every conversation that a message was found to stand in, by id
    """

    def __init__(self, channel: Channel, incoming: Sequence[InboundMessage]) -> None:
        self.channel = channel
        self.incoming = incoming
        self.fresh: list[Conversation] = []
        self.reopened: set[Any] = set()
        self.lines: list[Message] = []
        self.used: dict[Any, Conversation] = {}
        self._has_threads = policy_of(channel.kind).has_threads
        self._threads = Threads(channel, incoming)
        self._answers = Answers(channel, incoming)
        self._questions = OpenQuestions(channel, incoming)
        # Whose conversation a message stands in.
        self._owner_of: dict[Any, Any] = {}

    def lock(self, identities: Sequence[ContactIdentity]) -> None:
        """Lock the people and the conversations that the messages may stand in. `identities` are
        those of the messages, in their order.
        """
        self._owners = {
            number_of(self._came(incoming)): identity.contact_id
            for incoming, identity in zip(self.incoming, identities, strict=True)
        }
        people_lock(channel_id=self.channel.pk, contact_ids={row.contact_id for row in identities})
        self._quoted = self._find_quoted()
        self._lock_conversations(identities)

    def find(self, incoming: InboundMessage, identity: ContactIdentity) -> Found:
        """Return where a message stands and what it is there; its conversation follows the person's
        address.
        """
        quoted = self._own(self._quoted.get(incoming.reply_to), identity)
        where = (identity.contact_id, self._thread_of(incoming))
        current = self._going_on(incoming, identity, quoted)
        if typed := self._questions.understood(incoming, where, quoted, current):
            incoming, quoted = typed
        courtesy = self._courtesy(incoming, identity, quoted)
        conversation = courtesy or self._conversation(incoming, identity, quoted)
        self.used[conversation.pk] = conversation
        if conversation.contact_id != identity.contact_id:
            # A thread says which conversation, not who: nothing of it is taken over.
            incoming = _by_another(incoming)
        elif not _asks_nobody(incoming):
            self._follow(conversation, identity, incoming, is_courtesy=courtesy is not None)
        return Found(incoming, conversation, quoted, courtesy is not None)

    def remember(self, message: Message, incoming: InboundMessage, owner: Any) -> None:
        """Let later messages of the batch quote this one; `owner` is its contact's id."""
        self._quoted[incoming.external_id] = message
        self._threads.remember(incoming, message.conversation_id)
        self._owner_of[message.pk] = owner

    def _lock_conversations(self, identities: Sequence[ContactIdentity]) -> None:
        contacts = list({identity.contact_id for identity in identities})
        asked = {
            row.conversation_id
            for row in self._quoted.values()
            if row.metadata.get("purpose") and self._owner_of[row.pk] in contacts
        }
        asked |= self._answers.look_up(identities) | self._questions.look_up(identities)
        rows = [load(Conversation, row) for row in self._open(contacts, list(asked))]
        for row in rows:
            row.channel = self.channel
        self._named = {row.pk: row for row in rows if row.pk in self._followed}
        self._answered = {row.pk: row for row in rows if row.pk in asked}
        # The open one wins over those that may be opened again, of these the latest.
        now = timezone.now()
        usable = (
            row for row in rows if row.is_open or (row.reopen_until and row.reopen_until > now)
        )
        ordered = sorted(usable, key=lambda row: (row.is_open, row.opened_at))
        self._usable = {row.pk: row for row in ordered}
        self._conversations = {(row.contact_id, row.thread_key): row for row in ordered}
        # Two records made one may bring two open conversations: each goes on with its own number.
        self._by_identity = {
            (row.identity_id, row.thread_key): row for row in ordered if row.is_open
        }
        self._by_number = {
            (row.contact_id, row.thread_key, number): row
            for row in ordered
            if row.is_open and (number := number_of(kept(row.address)))
        }
        chosen = ((row.identity_id, row.thread_key) for row in self._conversations.values())
        self._identities_taken = {*self._by_identity, *chosen}

    def _open(self, contacts: list[Any], asked: list[Any]) -> list[tuple[Any, ...]]:
        company, channel = self.channel.company_id, self.channel.pk
        self._followed = list(self._threads.look_up()) if self._has_threads else []
        if not self._followed:
            return run(OPEN, company, channel, contacts, asked)
        named = self._followed
        return run(OPEN_THREADS, company, channel, contacts, named, named, asked)

    def _courtesy(
        self, incoming: InboundMessage, identity: ContactIdentity, asked: Message | None
    ) -> Conversation | None:
        """Return the conversation whose automatic question a message answers, if it does."""
        current = self._conversations.get((identity.contact_id, self._thread_of(incoming)))
        found = self._answers.conversation_of(
            incoming,
            identity.contact_id,
            asked,
            is_talking=current is not None and current.is_open,
        )
        return self._answered.get(found)

    def _find_quoted(self) -> dict[str, Message]:
        ids = {m.reply_to for m in self.incoming if m.reply_to}
        if not ids:
            return {}
        rows = Message.objects.for_company(self.channel.company_id).filter(
            channel=self.channel, external_id__in=ids
        )
        found: list[Any] = list(rows.only(*QUOTED).annotate(owner=F("conversation__contact_id")))
        self._owner_of |= {row.pk: row.owner for row in found}
        return {str(row.external_id): row for row in found}

    def _own(self, quoted: Message | None, identity: ContactIdentity) -> Message | None:
        """Return a quoted message if it stands in a conversation of whoever quotes it."""
        if quoted is None or self._owner_of.get(quoted.pk) != identity.contact_id:
            return None
        return quoted

    def _conversation(
        self, incoming: InboundMessage, identity: ContactIdentity, quoted: Message | None
    ) -> Conversation:
        address, thread = self._address(incoming, identity), self._thread_of(incoming)
        conversation = self._going_on(incoming, identity, quoted)
        asks_nobody = _asks_nobody(incoming)
        if conversation is not None and not conversation.is_open and not asks_nobody:
            self._reopen(conversation, incoming)
        if conversation is None and asks_nobody:
            conversation = self._latest_ended(identity, thread)
        if conversation is None:
            conversation = Conversation(
                company_id=self.channel.company_id,
                channel=self.channel,
                contact_id=identity.contact_id,
                identity=identity,
                stage=self._stage(incoming, identity.contact_id),
                # Whom staff wrote to from their own phone is answered there as well.
                address=stored(address),
                thread_key=thread,
                subject=incoming.subject[:SUBJECT_LENGTH],
                opened_at=incoming.happened_at,
                closed_at=incoming.happened_at if asks_nobody else None,
            )
            self.fresh.append(conversation)
        self._conversations[identity.contact_id, thread] = conversation
        return conversation

    def _going_on(
        self, incoming: InboundMessage, identity: ContactIdentity, quoted: Message | None
    ) -> Conversation | None:
        """Return the conversation that goes on with a message: open, or one that may open again."""
        number, thread = number_of(self._address(incoming, identity)), self._thread_of(incoming)
        return (
            self._of_thread(incoming, identity)
            or self._of_quoted(quoted)
            or self._by_identity.get((identity.pk, thread))
            or self._by_number.get((identity.contact_id, thread, number))
            or self._conversations.get((identity.contact_id, thread))
        )

    def _address(self, incoming: InboundMessage, identity: ContactIdentity) -> Destination:
        """Return where a message came from, without a number that turned up with somebody else
        later in this very batch.
        """
        came = self._came(incoming)
        owner = self._owners.get(number_of(came), identity.contact_id)
        return came if owner == identity.contact_id else Destination(user_id=came.user_id)

    def _thread_of(self, incoming: InboundMessage) -> str:
        """Return the key of a message's thread as conversations keep it."""
        return external_key(incoming.thread_key) if self._has_threads else ""

    def _of_thread(
        self, incoming: InboundMessage, identity: ContactIdentity
    ) -> Conversation | None:
        """Return the conversation that a message names: by an id whoever wrote it, by a reference
        only its own person. One that ended for good takes up only what asks for nothing.
        """
        if not self._has_threads:
            return None
        pk = self._threads.conversation_of(incoming)
        if pk is None:
            found = self._named.get(self._threads.conversation_referred(incoming))
            if found is None or found.contact_id != identity.contact_id:
                return None
            pk = found.pk
        known = self.used.get(pk) or self._usable.get(pk)
        return known or (self._named.get(pk) if _asks_nobody(incoming) else None)

    def _of_quoted(self, quoted: Message | None) -> Conversation | None:
        """Return the conversation of a quoted message where that tells the thread: the provider did
        not know its key when we began it.
        """
        if quoted is None or not self._has_threads:
            return None
        pk = quoted.conversation_id
        return self.used.get(pk) or self._usable.get(pk)

    def _came(self, incoming: InboundMessage) -> Destination:
        return address_of(self.channel.kind, incoming.person.identities)

    def _stage(self, incoming: InboundMessage, contact_id: Any, *, is_again: bool = False) -> Stage:
        is_past = _asks_nobody(incoming)
        beginning = Beginning.PAST if is_past else Beginning.WRITTEN
        return stage_choose(
            Newcomer(
                self.channel,
                contact_id,
                incoming.happened_at,
                beginning,
                is_again,
                incoming.text,
            )
        )

    def _reopen(self, conversation: Conversation, incoming: InboundMessage) -> None:
        """Let a conversation that ended a moment ago go on, by the rule it was closed with."""
        stage_move(conversation, self._stage(incoming, conversation.contact_id, is_again=True))
        self.lines.append(system_line_draft(conversation, "reaberta", None))
        self.reopened.add(conversation.pk)

    def _latest_ended(self, identity: ContactIdentity, thread: str) -> Conversation | None:
        latest = (
            Conversation.objects.for_company(self.channel.company_id)
            .filter(channel=self.channel, contact_id=identity.contact_id, thread_key=thread)
            .select_for_update()
            .order_by("-opened_at")
            .first()
        )
        # One object for a row, or one change undoes another.
        return self._answered.get(latest.pk, latest) if latest else None

    def _follow(
        self,
        conversation: Conversation,
        identity: ContactIdentity,
        incoming: InboundMessage,
        *,
        is_courtesy: bool,
    ) -> None:
        """Answer the person where they wrote last: they may have a new number."""
        address_note(conversation, self._address(incoming, identity))
        held = (identity.pk, conversation.thread_key)
        if held not in self._identities_taken and not is_courtesy:
            self._identities_taken.add(held)
            conversation.identity = identity


def _asks_nobody(incoming: InboundMessage) -> bool:
    """Whether nobody waits for an answer to a message: it is of the past, of the clinic, or of a
    machine.
    """
    return incoming.is_history or incoming.is_echo or incoming.is_automatic


def _by_another(incoming: InboundMessage) -> InboundMessage:
    """Return a message marked as written by somebody else than its conversation's person."""
    known = incoming.person.identities
    writer = {"address": known[0].value if known else "", "name": incoming.person.name}
    return replace(incoming, metadata={**incoming.metadata, OTHER_SENDER: writer})
