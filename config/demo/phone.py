"""The patient's side of a demo conversation: the simulator's copy, and Meta's payloads of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.choices import MessageStatus
from simulator.models import SimMessage, SimNumber, SimPerson
from simulator.whatsapp.graph.template_checks import template_fill
from simulator.whatsapp.ids import wamid_new
from simulator.whatsapp.services.media import media_store
from simulator.whatsapp.services.numbers import chat_touch
from simulator.whatsapp.services.webhooks import contact, metadata

if TYPE_CHECKING:
    from config.demo.player import PlayedStep

Json = dict[str, Any]
STATUS = {
    MessageStatus.SENT: SimMessage.Status.SENT,
    MessageStatus.UNCERTAIN: SimMessage.Status.ACCEPTED,
    MessageStatus.DELIVERED: SimMessage.Status.DELIVERED,
    MessageStatus.READ: SimMessage.Status.READ,
    MessageStatus.PLAYED: SimMessage.Status.PLAYED,
    MessageStatus.FAILED: SimMessage.Status.FAILED,
}


@dataclass
class Phone:
    """One person's phone, in a chat with the clinic's number."""

    number: SimNumber
    person: SimPerson
    rows: list[SimMessage] = field(default_factory=list)

    def wamid(self, *, is_inbound: bool) -> str:
        """Make a message id; a hidden phone stays out of it."""
        party = "" if self.person.is_phone_hidden else self.person.wa_id
        return wamid_new(party, is_inbound=is_inbound)

    def keep(self, content: bytes, mime_type: str, filename: str, *, is_inbound: bool) -> str:
        """Store a file at the fake Graph and return its id."""
        media = media_store(
            number=self.number,
            content=content,
            mime_type=mime_type,
            filename=filename,
            is_inbound=is_inbound,
        )
        return media.graph_id

    def write(self, said: PlayedStep, body: Json, quoted: str) -> None:
        """Add a message to the chat as the phone shows it."""
        is_mine = said.step.act == "recebida"
        other = "clinica" if is_mine else "paciente"
        self.rows.append(
            SimMessage(
                number=self.number,
                person=self.person,
                wamid=said.wamid,
                direction=SimMessage.Direction.IN if is_mine else SimMessage.Direction.OUT,
                kind=said.step.graph,
                body={**body, "body": said.step.edited} if said.step.edited else body,
                status=SimMessage.Status.READ if is_mine else STATUS[said.step.status],
                quoted=quoted,
                reactions={other: said.step.reaction} if said.step.reaction else {},
                is_edited=bool(said.step.edited),
                is_deleted=said.step.is_deleted,
                happened_at=said.at,
                visible_at=said.at,
            )
        )

    def rendered(self, content: Json) -> Json:
        """Fill a template as the fake Graph does when it is sent."""
        return template_fill(self.number, content)

    def chat_note(self, told: list[PlayedStep]) -> None:
        """Store the chat; the phone's own window follows the person's last message."""
        SimMessage.objects.bulk_create(self.rows)
        inbound = [said.at for said in told if said.step.act == "recebida"]
        chat_touch(
            number=self.number,
            person=self.person,
            last_message_at=told[-1].at,
            last_inbound_at=inbound[-1] if inbound else None,
        )

    # --- as Meta posts it ---

    def person_ref(self) -> PersonRef:
        """Name the person by every identity the webhook would carry, the strongest first."""
        refs = [IdentityRef(IdentityKind.WA_BSUID, self.person.bsuid)]
        if not self.person.is_phone_hidden:
            refs.append(IdentityRef(IdentityKind.WA_PHONE, self.person.wa_id))
        return PersonRef(tuple(refs), self.person.name, self.person.username)

    def entry(self, said: PlayedStep, quoted: str) -> Json:
        """Start an entry of `messages[]`; the object named after the type is still missing."""
        context = {"context": {"from": self.number.wa_id, "id": quoted}} if quoted else {}
        return {**self._head(said.wamid, said.at), "type": said.step.graph, **context}

    def change(self, at: datetime, kind: str, body: Json) -> Json:
        """Make the entry of an edit or a deletion."""
        return {**self._head(self.wamid(is_inbound=True), at), "type": kind, kind: body}

    def payload(self, entry: Json) -> Json:
        """Wrap an entry as a whole webhook body."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": metadata(self.number),
            "contacts": [contact(self.person)],
            "messages": [entry],
        }
        changes = [{"field": "messages", "value": value}]
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.number.waba_id, "changes": changes}],
        }

    def _head(self, wamid: str, at: datetime) -> Json:
        sender = {} if self.person.is_phone_hidden else {"from": self.person.wa_id}
        return {
            **sender,
            "from_user_id": self.person.bsuid,
            "id": wamid,
            "timestamp": str(int(at.timestamp())),
        }
