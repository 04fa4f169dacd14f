"""What people wrote, stored. Set-based: one message and a hundred go through the same few
statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from common import phones
from common.realtime import publish
from common.rows import insert_rows, run, together, update_rows
from common.tasks import ring
from contacts.models import ContactIdentity
from contacts.refs import IdentityRef, Proof
from contacts.services.identities import people_resolve
from contacts.services.matching import clues_of, matches_note
from omnichannel import bells, events
from omnichannel.choices import Author, Direction, Stage
from omnichannel.external import message_keyed
from omnichannel.models import Attachment, Channel, Conversation, MailBody, Message
from omnichannel.services.continuing import continued
from omnichannel.services.conversations import stage_move
from omnichannel.services.happening import received_tell
from omnichannel.services.lookup import ConversationLookup
from omnichannel.services.mails import mail_body
from omnichannel.services.naming import HOLDS, names_ask
from omnichannel.services.newest import note_last
from omnichannel.services.observing import (
    Arrival,
    observers,
    tell_answered,
    tell_arrived,
    tell_moved,
)
from omnichannel.services.placeholders import (
    later,
    placeholder_fill,
    placeholder_is_of,
    window_open,
)
from omnichannel.services.repeats import told_apart
from omnichannel.services.snoozing import Woken, snooze_end
from providers.choices import MessageKind, MessageStatus
from providers.content import Cards
from providers.facts import CallNotice, InboundMessage, MediaRef
from providers.registry import policy_of

SAVED = (
    "identity",
    "address",
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
    "moved_at",
    "snoozed_at",
    "snoozed_until",
    "referral",
    "other_app",
)


STAND_IN = "edicao"
# When the clinic wrote from its phone, the patient waits for nobody here: the talk goes on there.
ANSWERED_WITHIN = timedelta(hours=24)

# An edit may come before its message: a row stands in for the message and is marked as such.
KNOWN = """
SELECT external_id, CASE WHEN metadata ? 'edited' THEN 'edicao' ELSE kind END
FROM omnichannel_message
WHERE company_id = %s::uuid AND channel_id = %s::uuid AND external_id = ANY(%s::text[])
"""
# Whoever answered from the phone has read what was said before.
READ_BY_ECHO = f"""
UPDATE omnichannel_message m SET status = '{MessageStatus.READ}', read_at = v.at,
    revision = c.revision, updated_at = now()
FROM unnest(%s::uuid[], %s::timestamptz[]) v(id, at)
JOIN omnichannel_conversation c ON c.id = v.id
WHERE m.conversation_id = v.id AND m.direction = '{Direction.IN}' AND m.read_at IS NULL
    AND m.happened_at <= v.at
"""  # noqa: S608  (our own constants only)
# Rounded to the minute, so that ten lines in a row cause one write of "last contact", not ten.
TOUCH = """
UPDATE contacts_contact c SET last_contact_at = v.at
FROM unnest(%s::uuid[], %s::timestamptz[]) v(id, at)
WHERE c.id = v.id
    AND (c.last_contact_at IS NULL OR c.last_contact_at < v.at - interval '1 minute')
"""


@transaction.atomic(savepoint=False)
def messages_store(*, channel: Channel, messages: Sequence[InboundMessage]) -> list[Message]:
    """Store new messages of one channel, in the order they happened; known ones change nothing.

    Finds or makes people and conversations, queues media for download, publishes hints after
    commit, and returns the messages that are new.
    """
    batch = _Batch(channel, continued(channel, messages))
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


class _Batch:
    """One transaction's worth of messages for one channel."""

    def __init__(self, channel: Channel, messages: Sequence[InboundMessage]) -> None:
        self.channel = channel
        self.late: list[tuple[Message, InboundMessage]] = []
        self.incoming = self._new(told_apart(channel, [message_keyed(one) for one in messages]))
        self.lookup = ConversationLookup(channel, self.incoming)
        self.courtesies: set[Any] = set()
        # When the clinic last wrote from its phone, in which conversation.
        self.echoed: dict[Any, datetime] = {}
        self.from_bot: list[Conversation] = []
        # With whom the window opened that was never open, or not for long.
        self.to_name: dict[Any, Conversation] = {}
        self.stored: list[Message] = []
        self.attachments: list[Attachment] = []
        self.mails: list[MailBody] = []

    def _new(self, messages: Sequence[InboundMessage]) -> list[InboundMessage]:
        """Drop what is stored already and what the batch itself repeats; oldest first."""
        unique = {message.external_id: message for message in reversed(messages)}
        found = run(KNOWN, self.channel.company_id, self.channel.pk, list(unique))
        known: dict[str, str] = dict(found)
        # A chunk of history names a file first and brings it later, under the same id.
        late = [
            key
            for key, message in unique.items()
            if (message.is_history and message.media and known.get(key) == MessageKind.UNSUPPORTED)
            or (known.get(key) == STAND_IN and "edited" not in message.metadata)
        ]
        if late:
            rows = Message.objects.for_company(self.channel.company_id).filter(
                channel=self.channel, external_id__in=late
            )
            for row in rows.select_related("conversation"):
                incoming = unique[str(row.external_id)]
                if placeholder_is_of(row, incoming):
                    self.late.append((row, incoming))
                else:
                    del known[incoming.external_id]
        fresh = [unique[key] for key in reversed(unique) if key not in known]
        return sorted(fresh, key=lambda message: message.happened_at)

    def store(self) -> None:
        """Do the work; nothing is written when everything was known."""
        for row, incoming in self.late:
            placeholder_fill(row, incoming)
            self.attachments += [self._attachment(row, ref) for ref in incoming.media]
        if not self.incoming:
            Attachment.unscoped.bulk_create(self.attachments)
            self._ring_files()
            return
        identities = people_resolve(
            company=self.channel.company_id,
            people=[m.person for m in self.incoming],
            account=self.channel.waba_id,
            proofs=self._proofs(),
        )
        self.lookup.lock(identities)
        for incoming, identity in zip(self.incoming, identities, strict=True):
            self._add(incoming, identity)
        made = {conversation.pk for conversation in self.lookup.fresh}
        touched = list(self.lookup.used.values())
        with together():
            insert_rows(self.lookup.fresh)
            update_rows([c for c in touched if c.pk not in made], SAVED)
            insert_rows([*self.lookup.lines, *self.stored])
            insert_rows(self.attachments)
            # Their lists are arrays, which unnest would flatten.
            MailBody.unscoped.bulk_create(self.mails)
            self._touch_contacts(identities)
            if self.echoed:
                run(READ_BY_ECHO, list(self.echoed.keys()), list(self.echoed.values()))
        # Before what it brings about: a ticket, a move.
        self._tell_others({row.pk: row for row in touched})
        self._tell_observers(touched)
        self._tell(touched)
        names_ask(self.channel, self.to_name.values())

    def _proofs(self) -> dict[IdentityRef, Proof]:
        """Return which ids are proven to be their person's: they wrote from them, and the provider
        says so, or their message brings a proof.
        """
        is_sure = policy_of(self.channel.kind).proves_sender
        return {
            ref: ref.proof or Proof.WROTE
            for incoming in self.incoming
            if not incoming.is_echo
            for ref in incoming.person.identities
            if ref.proof or is_sure
        }

    def _add(self, incoming: InboundMessage, identity: ContactIdentity) -> None:
        found = self.lookup.find(incoming, identity)
        incoming = found.incoming
        conversation = found.conversation
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
            metadata=incoming.kept,
            reply_to=found.quoted,
            reply_to_external_id=incoming.reply_to,
            status=MessageStatus.SENT if incoming.is_echo else MessageStatus.DELIVERED,
            external_id=incoming.external_id,
            happened_at=incoming.happened_at,
            sent_at=incoming.happened_at if incoming.is_echo else None,
            # An edit that came before its message: until that comes, this is what was said.
            edited_at=incoming.happened_at if incoming.metadata.get("edited") else None,
            delivered_at=None if incoming.is_echo else timezone.now(),
            read_at=timezone.now() if incoming.is_history and not incoming.is_echo else None,
        )
        self.stored.append(message)
        self.lookup.remember(message, incoming, identity.contact_id)
        self._learn_phone(identity, incoming, found.quoted)
        self.attachments += [self._attachment(message, ref) for ref in incoming.media]
        if (mail := mail_body(message, incoming)) is not None:
            self.mails.append(mail)
        if found.is_courtesy:
            note_last(conversation, message)
            window_open(conversation, incoming)
            self.courtesies.add(message.pk)
        else:
            self._note(conversation, incoming, message)

    def _learn_phone(
        self, identity: ContactIdentity, incoming: InboundMessage, asked: Message | None
    ) -> None:
        """Keep the number of a person who shared it because we asked. It is for people to read:
        as an identity it could be somebody else's (Meta, REQUEST_CONTACT_INFO).
        """
        content = incoming.content
        shared = content.shared_phone if isinstance(content, Cards) else ""
        if shared and asked is not None and asked.direction == Direction.OUT:
            number = phones.from_wa_id(shared)
            if number and not identity.contact.phone:
                identity.contact.phone = number
                identity.contact.save(update_fields=["phone", "updated_at"])
                clues = clues_of(identity.contact, ["phone"])
                matches_note(company_id=self.channel.company_id, clues=clues)

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
            source_url=ref.url,
        )

    def _note(self, conversation: Conversation, incoming: InboundMessage, message: Message) -> None:
        note_last(conversation, message)
        if incoming.is_history or incoming.is_automatic:
            return
        if incoming.opens_window or incoming.is_echo:
            # Whoever answers is told with each message.
            is_others = bool(incoming.metadata.get("standby"))
            conversation.other_app = (conversation.other_app or "?") if is_others else ""
        if incoming.is_echo:
            conversation.unread_count = 0
            conversation.waiting_since = None
            self.echoed[conversation.pk] = later(
                self.echoed.get(conversation.pk), incoming.happened_at
            )
            if not conversation.is_open:
                until = incoming.happened_at + ANSWERED_WITHIN
                conversation.reopen_until = later(conversation.reopen_until, until)
            if conversation.stage == Stage.BOT:
                # A person of the clinic answered from the phone: the bot must not talk over them.
                stage_move(conversation, Stage.QUEUE)
                self.from_bot.append(conversation)
            return
        if conversation.is_snoozed:
            self.lookup.lines.append(snooze_end(conversation, why=Woken.WROTE))
        conversation.unread_count += 1
        conversation.waiting_since = conversation.waiting_since or incoming.happened_at
        known = conversation.last_inbound_at
        if incoming.opens_window and (known is None or incoming.happened_at - known > HOLDS):
            self.to_name[conversation.pk] = conversation
        window_open(conversation, incoming)
        if referral := incoming.metadata.get("referral"):
            conversation.referral = referral

    def _touch_contacts(self, identities: Sequence[ContactIdentity]) -> None:
        latest: dict[Any, datetime] = {}
        for incoming, identity in zip(self.incoming, identities, strict=True):
            known = latest.get(identity.contact_id)
            latest[identity.contact_id] = later(known, incoming.happened_at)
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
            if incoming.is_history or incoming.is_automatic:
                continue
            if incoming.is_echo:
                tell_answered(conversation, message)
                continue
            is_courtesy = message.pk in self.courtesies
            is_reopened = conversation.pk in self.lookup.reopened and not is_courtesy
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
        self._ring_files()

    def _tell_others(self, touched: dict[Any, Conversation]) -> None:
        fresh = [
            (message, touched[message.conversation_id])
            for incoming, message in zip(self.incoming, self.stored, strict=True)
            if not incoming.is_history and message.conversation_id in touched
        ]
        received_tell(self.channel.company_id, fresh)

    def _ring_files(self) -> None:
        for attachment in self.attachments:
            ring(bells.FETCH, str(attachment.company_id), str(attachment.pk))
