"""What people wrote, stored. Set-based: one message and a hundred go through the same few
statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from common import phones
from common.realtime import publish
from common.rows import columns, insert_rows, load, run, together, update_rows
from common.tasks import ring
from contacts.models import ContactIdentity
from contacts.services.identities import people_resolve
from omnichannel import bells, events
from omnichannel.adapters.facts import CallNotice, InboundMessage, MediaRef
from omnichannel.choices import Author, Direction, MessageKind, MessageStatus, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.conversations import (
    conversation_lock,
    people_hold,
    stage_move,
    system_line_draft,
)
from omnichannel.services.holding import (
    Arrival,
    observers,
    tell_answered,
    tell_arrived,
    tell_moved,
)
from omnichannel.signals import messages_stored

SAVED = (
    "identity",
    "stage",
    "attendant",
    "closed_at",
    "reopen_until",
    "revision",
    "message_seq",
    "message_count",
    "unread_count",
    "last_message_at",
    "last_message_kind",
    "last_message_text",
    "last_message_direction",
    "last_message_status",
    "last_message_seq",
    "last_inbound_at",
    "waiting_since",
    "referral",
)


# A tap on one of these, or a quote of the second, is an answer to an automatic question: it is kept
# where it belongs and opens nothing.
ASKED, THANKED = "avaliacao", "avaliacao_obrigado"

QUOTED = ("id", "external_id", "direction", "conversation_id", "metadata")
KNOWN = """
SELECT external_id, kind FROM omnichannel_message
WHERE company_id = %s::uuid AND channel_id = %s::uuid AND external_id = ANY(%s::text[])
"""
OPEN = f"""
SELECT {columns(Conversation, "c")} FROM omnichannel_conversation c
WHERE c.company_id = %s::uuid AND c.channel_id = %s::uuid AND c.contact_id = ANY(%s::uuid[])
    AND (c.stage <> '{Stage.CLOSED}' OR c.reopen_until > now() OR c.id = ANY(%s::uuid[]))
ORDER BY c.id FOR UPDATE
"""  # noqa: S608  (names of our own columns only)
TOUCH = """
UPDATE contacts_contact c SET last_contact_at = greatest(c.last_contact_at, v.at)
FROM unnest(%s::uuid[], %s::timestamptz[]) v(id, at) WHERE c.id = v.id
"""


@transaction.atomic(savepoint=False)
def messages_store(*, channel: Channel, messages: Sequence[InboundMessage]) -> list[Message]:
    """Store new messages of one channel, in the order they happened; known ones change nothing.

    Finds or makes people and conversations, queues media for download, publishes hints after
    commit, and returns the messages that are new.
    """
    batch = _Batch(channel, messages)
    batch.store()
    return batch.stored


def call_as_message(call: CallNotice) -> InboundMessage:
    """Show a call the patient made as a line of the conversation; it opens the 24-hour window."""
    return InboundMessage(
        account=call.account,
        external_id=call.external_id,
        person=call.person,
        kind=MessageKind.SYSTEM,
        happened_at=call.happened_at,
        metadata={"event": "ligacao"},
    )


def preview(text: str) -> str:
    """Return the one-line beginning of a text that the list shows."""
    return " ".join(text[:400].split())[:160]


def stored_tell(company_id: Any, conversation_ids: list[Any]) -> None:
    """Let observers know, once committed, where messages were added."""
    transaction.on_commit(
        lambda: messages_stored.send(
            sender=Message, company_id=company_id, conversation_ids=conversation_ids
        ),
        robust=True,
    )


def note_last(conversation: Conversation, message: Message) -> None:
    """Keep a locked conversation's copy of its newest message in step, in memory."""
    if conversation.last_message_at and message.happened_at < conversation.last_message_at:
        return
    conversation.last_message_at = message.happened_at
    conversation.last_message_kind = message.kind
    conversation.last_message_text = preview(message.text)
    conversation.last_message_direction = message.direction
    conversation.last_message_status = message.status
    conversation.last_message_seq = message.seq


class _Batch:
    """One transaction's worth of messages for one channel."""

    def __init__(self, channel: Channel, messages: Sequence[InboundMessage]) -> None:
        self.channel = channel
        self.late_media: list[tuple[Message, InboundMessage]] = []
        self.incoming = self._new(messages)
        self.conversations: dict[Any, Conversation] = {}
        self.fresh: list[Conversation] = []
        self.reopened: set[Any] = set()
        self.courtesies: set[Any] = set()
        self.from_bot: list[Conversation] = []
        # What the system says in a thread, beside what people wrote.
        self.lines: list[Message] = []
        self.stored: list[Message] = []
        self.attachments: list[Attachment] = []

    def _new(self, messages: Sequence[InboundMessage]) -> list[InboundMessage]:
        """Drop what is stored already and what the batch itself repeats; oldest first."""
        unique = {message.external_id: message for message in reversed(messages)}
        found = run(KNOWN, self.channel.company_id, self.channel.pk, list(unique))
        known: dict[str, str] = dict(found)
        # A chunk of history names a file first and brings it later, under the same id.
        late = [
            key
            for key, message in unique.items()
            if message.is_history and message.media and known.get(key) == MessageKind.UNSUPPORTED
        ]
        if late:
            rows = Message.objects.for_company(self.channel.company_id).filter(
                channel=self.channel, external_id__in=late
            )
            self.late_media = [(row, unique[str(row.external_id)]) for row in rows]
        fresh = [unique[key] for key in reversed(unique) if key not in known]
        return sorted(fresh, key=lambda message: message.happened_at)

    def store(self) -> None:
        """Do the work; nothing is written when everything was known."""
        for row, incoming in self.late_media:
            self._bring_media(row, incoming)
        if not self.incoming:
            Attachment.unscoped.bulk_create(self.attachments)
            self._ring_files()
            return
        identities = people_resolve(
            company=self.channel.company_id, people=[m.person for m in self.incoming]
        )
        people_hold(channel_id=self.channel.pk, contact_ids={row.contact_id for row in identities})
        quoted = self._quoted()
        self._lock_conversations(identities, quoted)
        for incoming, identity in zip(self.incoming, identities, strict=True):
            self._add(incoming, identity, quoted)
        made = {conversation.pk for conversation in self.fresh}
        used = (*self.conversations.values(), *self.answered.values())
        touched = list({c.pk: c for c in used if c.pk in self.used}.values())
        with together():
            insert_rows(self.fresh)
            update_rows([c for c in touched if c.pk not in made], SAVED)
            insert_rows([*self.lines, *self.stored])
            insert_rows(self.attachments)
            self._touch_contacts(identities)
        self._tell_observers(touched)
        self._tell(touched)

    def _bring_media(self, row: Message, incoming: InboundMessage) -> None:
        """Turn the placeholder of a past message into the message with its file."""
        held = conversation_lock(row.conversation)
        held.revision += 1
        held.save(update_fields=["revision", "updated_at"])
        row.conversation, row.revision = held, held.revision
        row.kind, row.text, row.metadata = incoming.kind, incoming.text, incoming.metadata
        row.save(update_fields=["kind", "text", "metadata", "revision", "updated_at"])
        self.attachments += [self._attachment(row, ref) for ref in incoming.media]

    def _lock_conversations(
        self, identities: Iterable[ContactIdentity], quoted: dict[str, Message]
    ) -> None:
        contacts = list({identity.contact_id for identity in identities})
        asked = {row.conversation_id for row in quoted.values() if row.metadata.get("purpose")}
        found = run(OPEN, self.channel.company_id, self.channel.pk, contacts, list(asked))
        rows = [load(Conversation, row) for row in found]
        self.answered = {row.pk: row for row in rows if row.pk in asked}
        # The open one wins over those that may be opened again, of these the latest.
        now = timezone.now()
        usable = (
            row for row in rows if row.is_open or (row.reopen_until and row.reopen_until > now)
        )
        ordered = sorted(usable, key=lambda row: (row.is_open, row.opened_at))
        self.conversations = {row.contact_id: row for row in ordered}
        # Two records made one may bring two open conversations: each goes on with its own number.
        self.by_identity = {row.identity_id: row for row in ordered if row.is_open}
        chosen = (row.identity_id for row in self.conversations.values())
        self.identities_taken = {*self.by_identity, *chosen}
        self.used: set[Any] = set()

    def _courtesy(
        self, incoming: InboundMessage, quoted: dict[str, Message]
    ) -> Conversation | None:
        """Return the conversation whose automatic question a message answers, if it does."""
        asked = quoted.get(incoming.reply_to)
        purpose = asked.metadata.get("purpose") if asked is not None else None
        is_tap = purpose == ASKED and incoming.kind == MessageKind.INTERACTIVE
        is_comment = purpose == THANKED and incoming.kind == MessageKind.TEXT
        if asked is None or not (is_tap or is_comment):
            return None
        return self.answered.get(asked.conversation_id)

    def _quoted(self) -> dict[str, Message]:
        ids = {m.reply_to for m in self.incoming if m.reply_to}
        if not ids:
            return {}
        rows = Message.objects.for_company(self.channel.company_id).filter(
            channel=self.channel, external_id__in=ids
        )
        return {str(row.external_id): row for row in rows.only(*QUOTED)}

    def _conversation(self, incoming: InboundMessage, identity: ContactIdentity) -> Conversation:
        conversation = self.by_identity.get(identity.pk) or self.conversations.get(
            identity.contact_id
        )
        if conversation is not None and not conversation.is_open and not incoming.is_history:
            self._reopen(conversation)
        if conversation is None and incoming.is_history:
            conversation = self._latest_ended(identity)
        if conversation is None:
            conversation = Conversation(
                company_id=self.channel.company_id,
                channel=self.channel,
                contact_id=identity.contact_id,
                identity=identity,
                stage=Stage.CLOSED if incoming.is_history else Stage.QUEUE,
                opened_at=incoming.happened_at,
                closed_at=incoming.happened_at if incoming.is_history else None,
            )
            self.fresh.append(conversation)
        self.conversations[identity.contact_id] = conversation
        return conversation

    def _reopen(self, conversation: Conversation) -> None:
        """Let a conversation that ended a moment ago go on, by the rule it was closed with."""
        stage_move(conversation, Stage.QUEUE)
        self.lines.append(system_line_draft(conversation, "reaberta", None))
        self.reopened.add(conversation.pk)

    def _latest_ended(self, identity: ContactIdentity) -> Conversation | None:
        return (
            Conversation.objects.for_company(self.channel.company_id)
            .filter(channel=self.channel, contact_id=identity.contact_id)
            .select_for_update()
            .order_by("-opened_at")
            .first()
        )

    def _add(
        self, incoming: InboundMessage, identity: ContactIdentity, quoted: dict[str, Message]
    ) -> None:
        courtesy = self._courtesy(incoming, quoted)
        conversation = courtesy or self._conversation(incoming, identity)
        self.used.add(conversation.pk)
        if not (incoming.is_echo or incoming.is_history or courtesy):
            self._follow(conversation, identity)
        conversation.message_seq += 1
        conversation.message_count += 1
        conversation.revision += 1
        message = Message(
            company_id=self.channel.company_id,
            conversation=conversation,
            channel=self.channel,
            seq=conversation.message_seq,
            revision=conversation.revision,
            direction=Direction.OUT if incoming.is_echo else Direction.IN,
            author_kind=Author.PHONE_APP if incoming.is_echo else Author.CONTACT,
            kind=incoming.kind,
            text=incoming.text,
            metadata=incoming.metadata,
            reply_to=quoted.get(incoming.reply_to),
            reply_to_external_id=incoming.reply_to,
            status=MessageStatus.SENT if incoming.is_echo else MessageStatus.DELIVERED,
            external_id=incoming.external_id,
            happened_at=incoming.happened_at,
            sent_at=incoming.happened_at if incoming.is_echo else None,
            delivered_at=None if incoming.is_echo else timezone.now(),
            read_at=timezone.now() if incoming.is_history and not incoming.is_echo else None,
        )
        self.stored.append(message)
        quoted[incoming.external_id] = message
        self._learn_phone(identity, incoming, message.reply_to)
        self.attachments += [self._attachment(message, ref) for ref in incoming.media]
        if courtesy is not None:
            note_last(conversation, message)
            self._open_window(conversation, incoming)
            self.courtesies.add(message.pk)
        else:
            self._note(conversation, incoming, message)

    def _learn_phone(
        self, identity: ContactIdentity, incoming: InboundMessage, asked: Message | None
    ) -> None:
        """Keep the number of a person who shared it because we asked. It is for people to read:
        as an identity it could be somebody else's (Meta, REQUEST_CONTACT_INFO).
        """
        shared = str(incoming.metadata.get("shared_phone") or "")
        if shared and asked is not None and asked.direction == Direction.OUT:
            number = phones.from_wa_id(shared)
            if number and not identity.contact.phone:
                identity.contact.phone = number
                identity.contact.save(update_fields=["phone", "updated_at"])

    def _attachment(self, message: Message, ref: MediaRef) -> Attachment:
        return Attachment(
            company_id=message.company_id,
            message=message,
            conversation=message.conversation,
            kind=ref.kind,
            filename=ref.filename[:255],
            mime_type=ref.mime_type[:100],
            sha256="",
            is_voice=ref.is_voice,
            provider_media_id=ref.media_id,
        )

    def _follow(self, conversation: Conversation, identity: ContactIdentity) -> None:
        """Answer the person where they wrote last: they may have a new number."""
        if identity.pk not in self.identities_taken:
            self.identities_taken.add(identity.pk)
            conversation.identity = identity

    def _note(self, conversation: Conversation, incoming: InboundMessage, message: Message) -> None:
        note_last(conversation, message)
        if incoming.is_history:
            return
        if incoming.is_echo:
            conversation.unread_count = 0
            conversation.waiting_since = None
            if conversation.stage == Stage.BOT:
                # A person of the clinic answered from the phone: the bot must not talk over them.
                stage_move(conversation, Stage.QUEUE)
                self.from_bot.append(conversation)
            return
        conversation.unread_count += 1
        conversation.waiting_since = conversation.waiting_since or incoming.happened_at
        self._open_window(conversation, incoming)
        if referral := incoming.metadata.get("referral"):
            conversation.referral = referral

    def _open_window(self, conversation: Conversation, incoming: InboundMessage) -> None:
        if incoming.opens_window:
            conversation.last_inbound_at = _later(
                conversation.last_inbound_at, incoming.happened_at
            )

    def _touch_contacts(self, identities: Sequence[ContactIdentity]) -> None:
        latest: dict[Any, datetime] = {}
        for incoming, identity in zip(self.incoming, identities, strict=True):
            known = latest.get(identity.contact_id)
            latest[identity.contact_id] = _later(known, incoming.happened_at)
        run(TOUCH, list(latest.keys()), list(latest.values()))

    def _tell_observers(self, touched: Iterable[Conversation]) -> None:
        if not observers:
            return
        for conversation in self.from_bot:
            tell_moved(conversation, Stage.BOT, None)
        by_id = {row.pk: row for row in touched}
        arrivals: dict[tuple[Any, bool], Arrival] = {}
        for incoming, message in zip(self.incoming, self.stored, strict=True):
            conversation = by_id[message.conversation_id]
            if incoming.is_history:
                continue
            if incoming.is_echo:
                tell_answered(conversation, message)
                continue
            is_courtesy = message.pk in self.courtesies
            is_reopened = conversation.pk in self.reopened and not is_courtesy
            arrival = Arrival(conversation, [], is_reopened, is_courtesy)
            arrivals.setdefault((conversation.pk, is_courtesy), arrival).messages.append(message)
        tell_arrived(list(arrivals.values()))

    def _tell(self, touched: Iterable[Conversation]) -> None:
        heard = {m.conversation_id for m in self.stored if m.direction == Direction.IN}
        publish(
            event
            for row in touched
            for event in (
                events.heard(row) if row.pk in heard else (events.changed("message_updated", row),)
            )
        )
        stored_tell(self.channel.company_id, list({m.conversation_id for m in self.stored}))
        self._ring_files()

    def _ring_files(self) -> None:
        for attachment in self.attachments:
            ring(bells.FETCH, str(attachment.company_id), str(attachment.pk))


def _later(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else max(known, moment)
