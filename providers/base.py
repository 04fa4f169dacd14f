"""The faces of a kind of channel: a reader and a sender make one complete, the rest is had or not.

Nothing here touches the database. Reading is pure; whatever speaks to the provider gets an
`Account`, which carries the decrypted credentials for the length of one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import IO, Any

import orjson
from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityRef
from providers.account import AccountShape
from providers.delivery import Delivery
from providers.enclosing import Files
from providers.facts import Json, Parsed, ProviderFault
from providers.harmless import Harmless
from providers.outgoing import (
    Account,
    AccountHealth,
    Destination,
    Measure,
    MediaInfo,
    OutgoingMessage,
    Scope,
    SendResult,
    TemplateDraft,
    TemplateInfo,
    TemplateParts,
    TemplateSend,
    TemplateVariable,
    TemplateVerdict,
)
from providers.policy import Policy


class Door(ABC):
    """Where a provider posts. The receiver asks it on the raw bytes, before anything is stored:
    nothing here may touch the database.

    names     the last part of each address, `/webhooks/<name>/`; of letters a to z
    largest   bytes of the largest body
    methods   by which the provider delivers; a GET that is none is a question (`challenge`)
    headers   names, in lower case, of the headers that are kept with the body for reader and proof.
              A door that asks for "content-encoding" takes encoded bodies and its reader opens
              them; to others they are refused
    has_key   each channel has an address of its own, `/webhooks/<name>/<Channel.door_key>/`
    """

    names: tuple[str, ...]
    largest: int
    methods: tuple[str, ...] = ("POST",)
    headers: tuple[str, ...] = ()
    has_key: bool = False

    @abstractmethod
    def is_proven(self, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool | None:
        """Tell whether the provider sent this body; header names are lower case, and may repeat.

        None: only a secret of the channel can tell, so the worker asks `Keyed.proves`; the door
        must have a key. False is answered 403, and nothing is kept.
        """

    @abstractmethod
    def source_of(self, name: str, delivery: Delivery) -> str:
        """Return the kind of channel that a delivery is about, whatever address it came to."""

    def identity(self, delivery: Delivery) -> bytes:
        """Return what makes two deliveries the same one: of those only the first is kept.

        Everything that is kept of it. A door whose deliveries are proven before they are kept may
        say less; one whose are not may not, or a forged copy would stand in for the real one.
        """
        where = f"{delivery.key}?{delivery.query}"
        kept = orjson.dumps([delivery.method, where, sorted(delivery.headers.items())])
        return kept + b"\0" + delivery.body

    def acknowledge(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """Return status, content type and body of the answer to a delivery that is kept."""
        return 200, "text/plain; charset=utf-8", b""

    def challenge(self, query: str) -> bytes | None:
        """Return the answer to a provider that asks, by GET, whether this address expects it; None
        when it is to be turned away.
        """
        return None


class Reader(ABC):
    """Finds the facts in what a provider posts. `harmless` says what of it tells nothing of a
    person; where a kind does not say, nothing is shown of its bodies.
    """

    harmless: Harmless | None = None

    def read(self, delivery: Delivery) -> Any:
        """Return what `parse` is given: the JSON object that the body is, unless a kind has another
        shape. Pure. Raises Unreadable.
        """
        return delivery.json_object()

    def read_for(self, account: Account, delivery: Delivery) -> Any:
        """Return the same for a delivery that came to a channel's own key, whose account may say
        how its bodies are read. Pure. Raises Unreadable.
        """
        return self.read(delivery)

    @abstractmethod
    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn what `read` gave into facts. Pure: no database, no network, never raises on bad
        items.

        `received_at` (aware, default now) bounds moments of the future and replaces nonsense.
        """

    def unsupported_words(self, data: Mapping[str, Any], *, is_ours: bool) -> Any:
        """Return the sentence for a message that the provider does not bring whole; `data` is what
        the reader noted of it.
        """
        return _("Este canal não entrega este tipo de mensagem. Peça para enviar de outro jeito.")

    def account_hint(self, body: bytes) -> bytes | None:
        """Return something in a raw body that names its account, to keep one account's events in
        order before anything is parsed; None when it is not found cheaply.
        """
        return None

    def people_hint(self, body: bytes) -> set[bytes]:
        """Return the provider's ids of all people in a raw body, to keep each one's events in order
        before anything is parsed; one too many only makes its events wait for each other.
        """
        return set()


class Sender(ABC):
    """Hands messages to a provider, and knows what it would refuse and why it failed."""

    @abstractmethod
    def check(self, message: OutgoingMessage) -> None:
        """Refuse what the provider would refuse. Raises ContentRefused naming the field and the
        limit.
        """

    @abstractmethod
    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one message to the provider, once. Raises SendError; never retries by itself."""

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and a sentence for an error that a receipt brought."""
        return "erro_do_provedor", fault.detail or fault.title

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far an error that a receipt brought reaches."""
        return "message"


class Adapter(Reader, Sender):
    """One kind of channel. A class of a kind also inherits the faces below that the kind has."""

    kind: str
    policy: Policy
    account: AccountShape

    def recipient(self, refs: Iterable[IdentityRef]) -> Destination:
        """Return the address that a person's ids make on this kind of channel, the strongest id
        first. Ids of other kinds make none.
        """
        own = (ref.value for ref in refs if ref.kind in self.policy.starts_with)
        return Destination(address=next(own, ""))


class Keyed(ABC):
    """Has a key in each channel's address, and a secret of the channel that proves a delivery."""

    @abstractmethod
    def proves(self, account: Account, delivery: Delivery) -> bool:
        """Tell whether the provider sent this delivery, by the account of the channel whose key it
        came to. Asked in the worker, before `read_for`; pure, and in the same time for every wrong
        signature. What is not proven is quarantined.
        """


class Wording(ABC):
    """Changes texts before they leave, and is paid by the parts that a text is cut into."""

    @abstractmethod
    def worded(self, settings: Mapping[str, Any], text: str) -> str:
        """Return a text as it will arrive. `settings` are the account's; doing it twice changes
        nothing.
        """

    @abstractmethod
    def measure(self, settings: Mapping[str, Any], text: str) -> Measure:
        """Return what a text is charged as."""


class BulkSender(AbstractAsyncContextManager["BulkSender"]):
    """Hands many messages to a provider from an event loop, each once."""

    @abstractmethod
    async def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one over, as `Sender.send`; the caller has asked `check`. Raises SendError."""


class Bulk(ABC):
    """Sends campaigns."""

    @abstractmethod
    def bulk(self) -> BulkSender:
        """Return a sender for many messages at once."""


class Connection(ABC):
    """Tells whether an account is ours to use."""

    @abstractmethod
    def validate(self, account: Account) -> AccountHealth:
        """Ask the provider whether the credentials read this account, and what lacks. Raises
        SendError.
        """

    def tried(self, account: Account) -> AccountHealth:
        """Return what is known of an account that a test message proved."""
        return AccountHealth(account.account_id)

    def warning_words(self, code: str) -> Any:
        """Return the sentence for one of `AccountHealth.warnings`."""
        return code

    def health_words(self, health: Mapping[str, Any]) -> Sequence[tuple[Any, Any]]:
        """Return what the provider told of the account, kept as `AccountHealth` names it, as
        (words, value) for the channel's page; an empty value is not shown.
        """
        return ()


class Subscription(ABC):
    """Has to be told where to post, and what."""

    # What the provider has to be told to post, see docs of the kind.
    webhook_fields: tuple[str, ...]
    # Those of `AccountHealth.warnings` that a subscription takes away.
    subscription_warnings: frozenset[str]

    @abstractmethod
    def subscribe(self, account: Account) -> None:
        """Have the provider post the account's webhooks to us. Raises SendError."""


class Registration(ABC):
    """Has numbers that are registered once before they send."""

    @abstractmethod
    def register(self, account: Account, pin: str) -> None:
        """Register the account's number at the provider. Raises SendError."""


class Downloads(ABC):
    """Brings files that people send, by the addresses where they wait."""

    @abstractmethod
    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a file, at most `limit` bytes. Raises SendError, also for a foreign host."""


class Media(Downloads, Files):
    """Sends files, and knows them by ids of the provider's."""

    @abstractmethod
    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        """Ask where a received file can be fetched. Raises SendError."""

    @abstractmethod
    def upload(self, account: Account, file: IO[bytes], mime_type: str, filename: str) -> str:
        """Store a file at the provider and return its id there. Raises SendError."""


class Receipts(ABC):
    """Lets the person see that we read and type."""

    @abstractmethod
    def mark_read(
        self, account: Account, external_id: str, *, to: Destination, typing: bool = False
    ) -> None:
        """Show that a message received from `to` was read and, if asked, "typing..." for up to
        25 s.
        """


class Profile(ABC):
    """Shows people a public profile of the account."""

    @abstractmethod
    def profile(self, account: Account) -> Json:
        """Read the public business profile. Raises SendError."""

    @abstractmethod
    def profile_update(self, account: Account, changes: Json) -> Json:
        """Change the public business profile and return it. Raises SendError."""


class Templates(ABC):
    """Has texts that the provider approved and that we fill in."""

    @abstractmethod
    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        """List every template of the account, all pages. Raises SendError."""

    @abstractmethod
    def template_variables(self, template: TemplateInfo) -> tuple[TemplateVariable, ...]:
        """List what a sender has to fill in, in the order of the text."""

    @abstractmethod
    def template_preview(self, template: TemplateInfo, values: Mapping[str, Any]) -> str:
        """Return the text as the person will read it; unfilled places stay as `{{name}}`."""

    @abstractmethod
    def template_parts(self, template: TemplateInfo, values: Mapping[str, Any]) -> TemplateParts:
        """Return the same in its parts, with place and buttons."""

    @abstractmethod
    def template_check(self, template: TemplateInfo) -> None:
        """Refuse a template with parts that the channel does not send. Raises ContentRefused."""

    @abstractmethod
    def template_build(self, template: TemplateInfo, values: Mapping[str, Any]) -> TemplateSend:
        """Fill a template. Raises ContentRefused for missing, extra or impossible values."""


class Drafts(ABC):
    """Takes new templates for review."""

    @abstractmethod
    def draft_check(self, draft: TemplateDraft) -> None:
        """Refuse a draft that the provider would refuse. Raises ContentRefused for every input."""

    @abstractmethod
    def draft_info(self, draft: TemplateDraft) -> TemplateInfo:
        """Return a draft as the provider would list it, to preview and to keep it."""

    @abstractmethod
    def draft_of(self, template: TemplateInfo) -> TemplateDraft | None:
        """Return a template as a draft to edit; None for one with parts that drafts lack."""

    @abstractmethod
    def sample_upload(self, account: Account, file: IO[bytes], mime_type: str) -> str:
        """Store the sample of a template's file and return its handle. Raises SendError."""

    @abstractmethod
    def template_create(self, account: Account, draft: TemplateDraft) -> TemplateVerdict:
        """Hand a new template over for review. Raises ContentRefused and SendError."""

    @abstractmethod
    def template_edit(
        self, account: Account, external_id: str, draft: TemplateDraft
    ) -> TemplateVerdict:
        """Replace a template's content; it is reviewed again. Raises as `template_create`."""

    @abstractmethod
    def template_delete(self, account: Account, name: str, external_id: str) -> None:
        """Delete one language of a template. Raises SendError."""
