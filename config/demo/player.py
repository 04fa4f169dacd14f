"""Plays a story into the database, as the facts a provider would have told at the time.

What the patient did is read by the adapter from Meta's own payload; what staff did goes through the
services. Only moments and authors, which no service lets anybody choose, are set afterwards. The
simulated phone gets the same messages, so that both sides show one history.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import F, Q

from accounts.models import Membership
from config.demo.files import file_of
from config.demo.phone import Phone
from config.demo.steps import Json, Step, Story
from omnichannel.choices import AttachmentState, Author, Direction, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message, Template
from omnichannel.services.conversations import (
    conversation_close,
    conversation_release,
    conversation_take,
)
from omnichannel.services.facts import facts_apply
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import note_add
from omnichannel.services.template_filling import template_info
from providers import registry
from providers.base import Templates
from providers.choices import MessageKind, MessageStatus
from providers.content import Content
from providers.content_given import asking_given
from providers.facts import (
    AccountRef,
    InboundMessage,
    Parsed,
    ProviderFault,
    ReactionUpdate,
    StatusUpdate,
)
from providers.outgoing import Destination, OutgoingMessage
from providers.whatsapp.content import body_of

PRICE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service"}
# After how many seconds each tick came.
TICKS = (
    (MessageStatus.DELIVERED, 2),
    (MessageStatus.READ, 35),
    (MessageStatus.PLAYED, 50),
)


@dataclass(slots=True)
class PlayedStep:
    """A step that became a message: its id at the provider, its moment, its file, who wrote it."""

    step: Step
    wamid: str
    at: datetime
    author: Membership | None = None
    media_id: str = ""


@dataclass
class Player:
    """One conversation being told."""

    story: Story
    channel: Channel
    staff: dict[str, Membership]
    phone: Phone
    now: datetime
    holder: Membership | None = None
    conversation: Conversation | None = None
    waiting: list[Parsed] = field(default_factory=list)
    fresh: list[PlayedStep] = field(default_factory=list)
    told: list[PlayedStep] = field(default_factory=list)

    def play(self) -> Conversation:
        """Tell the whole story and return the conversation as it is now."""
        for step, at in self._timed():
            match step.act:
                case "recebida":
                    self._receive(step, at)
                case "enviada":
                    self._write(step, at)
                case _:
                    self._flush()
                    self._move(step, at)
        self._flush()
        assert self.conversation is not None
        self._finish()
        self.conversation.refresh_from_db()
        self.phone.chat_note(self.told)
        return self.conversation

    def _timed(self) -> Iterator[tuple[Step, datetime]]:
        steps = self.story.steps
        at = self.now - timedelta(minutes=self.story.ends + sum(step.gap for step in steps[1:]))
        for place, step in enumerate(steps):
            at += timedelta(minutes=step.gap if place else 0)
            yield step, at

    # --- what the patient does ---

    def _receive(self, step: Step, at: datetime) -> None:
        said = PlayedStep(step, self.phone.wamid(is_inbound=True), at)
        body = dict(step.body)
        if step.file:
            said.media_id, body = self._received_file(step, body)
        quoted = self._wamid_of(step.quotes)
        self.phone.write(said, body, quoted)
        entry: Json = {**self.phone.entry(said, quoted), **step.extra}
        entry |= {"contacts": body["contacts"]} if step.graph == "contacts" else {step.graph: body}
        if step.graph == "unsupported":
            entry["errors"] = [{"code": 131051, "title": "Message type unknown"}]
        self.waiting += self._read(entry)
        if step.reaction:
            account, person = AccountRef(self.channel.account_id), self.phone.person_ref()
            when = at + timedelta(seconds=40)
            self.waiting.append(
                ReactionUpdate(account, person, said.wamid, step.reaction, when, is_echo=True)
            )
        if step.edited:
            edited = {"type": "text", "text": {"body": step.edited}}
            change = {"original_message_id": said.wamid, "message": edited}
            self.waiting += self._read(self.phone.change(at, "edit", change))
        if step.is_deleted:
            change = {"original_message_id": said.wamid}
            self.waiting += self._read(self.phone.change(at, "revoke", change))
        self._remember(said)

    def _received_file(self, step: Step, body: Json) -> tuple[str, Json]:
        content, mime_type = file_of(step.file)
        media_id = self.phone.keep(content, mime_type, step.filename, is_inbound=True)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return media_id, {**body, "id": media_id, "mime_type": mime_type, "sha256": digest}

    def _read(self, entry: Json) -> list[Parsed]:
        """Let the adapter read a message as Meta would have posted it."""
        adapter = registry.adapter_for(self.channel.kind)
        return list(adapter.parse(self.phone.payload(entry), received_at=self.now))

    # --- what the clinic does ---

    def _write(self, step: Step, at: datetime) -> None:
        author = self.staff[step.by] if step.by else self.holder
        said = PlayedStep(step, self.phone.wamid(is_inbound=False), at, author)
        if step.kind != MessageKind.TEMPLATE and step.file:
            data, mime_type = file_of(step.file)
            said.media_id = self.phone.keep(data, mime_type, step.filename, is_inbound=False)
        text, metadata = self._text_and_template(step)
        content = asking_given(step.body) if step.kind == MessageKind.INTERACTIVE else None
        quoted = self._wamid_of(step.quotes)
        self.phone.write(said, self._graph_body(step, said, text, content, metadata), quoted)
        account, person = AccountRef(self.channel.account_id), self.phone.person_ref()
        self.waiting.append(
            InboundMessage(
                account=account,
                external_id=said.wamid,
                person=person,
                kind=step.kind,
                happened_at=at,
                text=text,
                reply_to=quoted,
                content=content,
                metadata=metadata,
                opens_window=False,
                is_echo=True,
            )
        )
        self.waiting += self._ticks(step, said, account)
        if step.reaction:
            when = at + timedelta(seconds=70)
            self.waiting.append(ReactionUpdate(account, person, said.wamid, step.reaction, when))
        self._remember(said)

    def _ticks(self, step: Step, said: PlayedStep, account: AccountRef) -> Iterator[StatusUpdate]:
        if step.status == MessageStatus.FAILED:
            fault = ProviderFault(step.fault)
            moment = said.at + timedelta(seconds=3)
            yield StatusUpdate(account, said.wamid, step.status, moment, fault=fault)
        for status, seconds in TICKS:
            if step.status in (status, *_after(status)):
                moment = said.at + timedelta(seconds=seconds)
                price = PRICE if status == MessageStatus.DELIVERED else None
                yield StatusUpdate(account, said.wamid, status, moment, pricing=price)

    def _text_and_template(self, step: Step) -> tuple[str, Json]:
        if step.kind != MessageKind.TEMPLATE:
            return step.text, {}
        template = Template.objects.for_company(self.channel.company_id).get(name=step.body["name"])
        info, variables = template_info(template), dict(step.body["variables"])
        adapter = registry.face_of(self.channel.kind, Templates)
        text = adapter.template_preview(info, variables)
        if file := variables.get("header", ""):
            content, mime_type = file_of(file)
            variables["header"] = self.phone.keep(content, mime_type, "", is_inbound=False)
        built = adapter.template_build(info, variables)
        kept: Json = {"name": template.name, "language": template.language}
        kept |= {"category": template.category, "components": list(built.components)}
        kept["shown"] = adapter.template_parts(info, variables).stored()
        return text, {"template": kept}

    def _graph_body(
        self, step: Step, said: PlayedStep, text: str, content: Content | None, metadata: Json
    ) -> Json:
        if stored := metadata.get("template"):
            language = {"code": stored["language"]}
            return self.phone.rendered({**stored, "language": language})
        if said.media_id:
            caption = {"caption": text} if text else {}
            name = {"filename": step.filename} if step.filename else {}
            return {**step.extra, "id": said.media_id, **caption, **name}
        shape = OutgoingMessage(
            token="", to=Destination(phone="0"), kind=step.kind, text=text, content=content
        )
        body = body_of(shape)
        return dict(body[body["type"]])

    # --- moves between people ---

    def _move(self, step: Step, at: datetime) -> None:
        actor = self.staff[step.by] if step.by else self.holder
        conversation = self.conversation
        assert conversation is not None and actor is not None
        conversation.refresh_from_db(fields=["stage"])
        if step.act == "encerrar" and not conversation.is_open:
            # Who asked for no more offers, and for nothing else, has ended it already.
            Conversation.unscoped.filter(pk=conversation.pk).update(closed_at=at)
            return
        match step.act:
            case "nota":
                note_add(conversation=conversation, author=actor, text=step.text)
            case "assumir":
                conversation_take(conversation=conversation, attendant=actor)
                self.holder = actor
            case "liberar":
                conversation_release(conversation=conversation, actor=actor)
                self.holder = None
            case "encerrar":
                conversation_close(conversation=conversation, actor=actor)
                Conversation.unscoped.filter(pk=conversation.pk).update(closed_at=at)
        self._date_newest(at)

    def _date_newest(self, at: datetime) -> None:
        """Give the line that a service just wrote the moment it tells of."""
        assert self.conversation is not None
        self.conversation.refresh_from_db()
        Message.unscoped.filter(
            conversation=self.conversation, seq=self.conversation.message_seq
        ).update(happened_at=at, created_at=at)

    def _date_lines(self) -> None:
        """Let what the system said among stored messages be of the moment of the one before."""
        mine = Message.unscoped.filter(conversation=self.conversation)
        for line in mine.filter(kind=MessageKind.SYSTEM, happened_at__gte=self.now).order_by("seq"):
            before = mine.filter(seq__lt=line.seq).order_by("-seq").first()
            if before is not None:
                line.happened_at = line.created_at = before.happened_at
                line.save(update_fields=["happened_at", "created_at"])

    # --- into the database ---

    def _remember(self, said: PlayedStep) -> None:
        self.fresh.append(said)
        self.told.append(said)

    def _wamid_of(self, key: str) -> str:
        return next((said.wamid for said in self.told if key and said.step.key == key), "")

    def _flush(self) -> None:
        """Store what was said since the last move."""
        if not self.fresh:
            return
        facts_apply(channel=self.channel, facts=self.waiting)
        rows = {
            row.external_id: row
            for row in Message.unscoped.filter(
                channel=self.channel, external_id__in=[said.wamid for said in self.fresh]
            ).select_related("conversation__channel")
        }
        self.conversation = next(iter(rows.values())).conversation
        self._date_lines()
        for said in self.fresh:
            row = rows[said.wamid]
            if said.step.act != "recebida":
                self._sign(said, row)
            if said.media_id:
                self._attach(said, row)
        writers = [said.author for said in self.fresh if said.author]
        if writers and self.conversation.attendant_id is None and self.holder is None:
            # Whoever writes first holds the conversation.
            self.holder = writers[-1]
            self._hold_open()
            # Who only asked for no more offers has ended it already.
            if self.conversation.is_open:
                conversation_take(conversation=self.conversation, attendant=self.holder)
                self._date_newest(self.fresh[-1].at)
        self.waiting, self.fresh = [], []

    def _hold_open(self) -> None:
        """Let somebody serve what the clinic began; by itself it waits for the patient, ended."""
        assert self.conversation is not None
        if not Message.unscoped.inbound().filter(conversation=self.conversation).exists():
            self.conversation.stage = Stage.QUEUE
            self.conversation.closed_at = self.conversation.reopen_until = None
            self.conversation.save(update_fields=["stage", "closed_at", "reopen_until"])

    def _sign(self, said: PlayedStep, row: Message) -> None:
        changes: dict[str, Any] = {"author_kind": Author.ATTENDANT, "author": said.author}
        if said.step.status == MessageStatus.UNCERTAIN:
            changes |= {"status": MessageStatus.UNCERTAIN, "external_id": None, "sent_at": None}
            changes["error_code"] = "resultado_desconhecido"
            Conversation.unscoped.filter(pk=row.conversation_id, last_message_seq=row.seq).update(
                last_message_status=MessageStatus.UNCERTAIN
            )
        if said.step.status == MessageStatus.FAILED:
            changes["external_id"] = None
        Message.unscoped.filter(pk=row.pk).update(attempts=1, **changes)

    def _attach(self, said: PlayedStep, row: Message) -> None:
        content, mime_type = file_of(said.step.file)
        if row.direction == Direction.IN:
            attachment = Attachment.unscoped.get(message=row)
            attachment.state, attachment.size = AttachmentState.READY, len(content)
            attachment.mime_type = mime_type
            attachment.sha256 = hashlib.sha256(content).hexdigest()
            attachment.file.save("", ContentFile(content), save=False)
        else:
            attachment = attachment_upload(
                conversation=row.conversation,
                uploaded_by=said.author,
                file=BytesIO(content),
                filename=said.step.filename or "arquivo",
                mime_type=mime_type,
                is_voice=said.step.kind == MessageKind.AUDIO,
            )
            attachment.message = row
            attachment.provider_media_id = said.media_id
            attachment.provider_uploaded_at = said.at
        attachment.save()

    def _finish(self) -> None:
        """Make what no service sets for the past: who read what."""
        assert self.conversation is not None
        pk, story = self.conversation.pk, self.story
        inbound = Message.unscoped.filter(conversation_id=pk).inbound()
        seen = list(inbound.order_by("-seq").values_list("pk", flat=True)[story.unread :])
        inbound.filter(pk__in=seen).update(
            status=MessageStatus.READ, read_at=F("happened_at") + timedelta(seconds=20)
        )
        changes: dict[str, Any] = {"unread_count": story.unread, "subject": story.subject}
        Conversation.unscoped.filter(pk=pk).update(**changes)


def moments_set(channel: Channel) -> None:
    """Let rows be of the moments that the stories tell of: no service writes in the past."""
    told = Message.objects.filter(channel=channel)
    told.filter(~Q(kind=MessageKind.SYSTEM)).update(created_at=F("happened_at"))
    told.inbound().update(delivered_at=F("happened_at") + timedelta(seconds=1))
    Conversation.objects.filter(channel=channel).update(created_at=F("opened_at"))


def _after(status: MessageStatus) -> tuple[MessageStatus, ...]:
    order = [tick for tick, _seconds in TICKS]
    return tuple(order[order.index(status) + 1 :])
