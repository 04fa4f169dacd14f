"""What every provider adapter speaks: facts coming in, requests going out, and one way to fail.

Nothing here touches the database. `parse` is pure; the sending half gets an `Account`, which
carries the decrypted credentials for the length of one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Literal

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.refs import IdentityRef as IdentityRef
from contacts.refs import PersonRef as PersonRef
from omnichannel.choices import MessageKind, MessageStatus

Json = dict[str, Any]


# --- coming in
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Which of our channels an item is for. `by` names the Channel column that holds `value`."""

    value: str
    by: Literal["account_id", "waba_id", "phone_number"] = "account_id"


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file that waits at the provider. `sha256` is as the provider gave it, base64 or hex."""

    kind: MessageKind
    media_id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """Something a person wrote to us, or (`is_echo`) something we wrote from the phone app.

    `metadata` holds the structured part of a kind (location, contacts, interactive, order,
    referral, forwarded, unsupported), in the shape documented in
    omnichannel/adapters/whatsapp/parse.py. `is_history` marks imported past messages: they ring
    nothing and open no window.
    """

    account: AccountRef
    external_id: str
    person: PersonRef
    kind: MessageKind
    happened_at: datetime
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    reply_to: str = ""
    metadata: Json = field(default_factory=dict)
    opens_window: bool = True
    is_echo: bool = False
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class ReactionUpdate:
    """An emoji put on a message, or taken away when `emoji` is empty."""

    account: AccountRef
    person: PersonRef
    target: str
    emoji: str
    happened_at: datetime
    external_id: str = ""
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class EditUpdate:
    """A new text for an earlier message; the earlier versions are kept."""

    account: AccountRef
    person: PersonRef
    target: str
    text: str
    happened_at: datetime
    external_id: str = ""
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class RevokeUpdate:
    """The author deleted an earlier message for everyone."""

    account: AccountRef
    person: PersonRef
    target: str
    happened_at: datetime
    external_id: str = ""
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """A provider's error as it came: `code` as text ("131047"), `detail` its own words."""

    code: str
    title: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A receipt for a message of ours. `token` is our own message id if the provider returns it."""

    account: AccountRef
    external_id: str
    status: MessageStatus
    happened_at: datetime
    token: str = ""
    fault: ProviderFault | None = None
    pricing: Json | None = None
    metadata: Json = field(default_factory=dict)
    recipient: tuple[IdentityRef, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A person's id at the provider changed; both ids are the same person."""

    account: AccountRef
    old: IdentityRef
    new: IdentityRef
    happened_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PreferenceUpdate:
    """A person said to the provider whether marketing may reach them."""

    account: AccountRef
    person: PersonRef
    granted: bool
    happened_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TemplateUpdate:
    """News about a message template. Only the fields that the provider named are not None."""

    account: AccountRef
    external_id: str
    name: str
    language: str
    happened_at: datetime
    status: str | None = None
    reason: str | None = None
    quality: str | None = None
    category: str | None = None
    components: list[Json] | None = None


@dataclass(frozen=True, slots=True)
class AccountNotice:
    """News about the account itself, for the people who run the clinic.

    `code` is stable (`account_update.DISABLED_UPDATE`), `data` the provider's own values without
    personal data, `stops_channel` says that sending must stop until somebody looks, `health` is
    merged into the channel's health.
    """

    account: AccountRef
    code: str
    severity: Literal["info", "aviso", "critico"]
    happened_at: datetime
    data: Json = field(default_factory=dict)
    stops_channel: bool = False
    resumes_channel: bool = False
    health: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallNotice:
    """A person called the number. Not answered by this product, but it opens the 24-hour window."""

    account: AccountRef
    person: PersonRef
    external_id: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A name from the phone's own address book (coexistence)."""

    account: AccountRef
    person: PersonRef
    happened_at: datetime
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """An item that we keep in the ledger and knowingly do nothing about. `what` is counted."""

    account: AccountRef
    what: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """An item without its documented shape: quarantined, the rest of the batch goes on."""

    account: AccountRef
    reason: str


Parsed = (
    InboundMessage
    | ReactionUpdate
    | EditUpdate
    | RevokeUpdate
    | StatusUpdate
    | IdentityChange
    | PreferenceUpdate
    | TemplateUpdate
    | AccountNotice
    | CallNotice
    | ContactCard
    | Ignored
    | Malformed
)


# --- going out
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """A channel as an adapter needs it, credentials decrypted. Never logged: repr hides the
    secrets.
    """

    account_id: str
    waba_id: str = ""
    access_token: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v26.0"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where to send: the phone as the provider knows it (digits, or + and digits), or a user id."""

    phone: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMedia:
    """A file already uploaded to the provider (`media_id`); the message's text is its caption."""

    kind: MessageKind
    media_id: str
    filename: str = ""
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class TemplateSend:
    """A template to be sent. `components` is already in the provider's shape, see
    templates.components.
    """

    name: str
    language: str
    components: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one person. `token` comes back in receipts, so an unknown outcome can be
    settled.

    `content` carries the structured part: location, contacts, reaction {message_id, emoji},
    interactive.
    """

    token: str
    to: Recipient
    kind: MessageKind
    text: str = ""
    reply_to: str = ""
    media: OutgoingMedia | None = None
    template: TemplateSend | None = None
    content: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider accepted the message; nothing says yet that it arrived."""

    external_id: str
    state: Literal["accepted", "held", "paused"] = "accepted"
    identities: tuple[IdentityRef, ...] = ()


Scope = Literal["message", "recipient", "number", "channel", "template", "campaigns"]


class SendError(Exception):
    """A send that did not go through, with what to do about it.

    code         stable and ours (`janela_fechada`), for API, tests and filters
    detail       a sentence in Portuguese (translatable) that tells the attendant what to do
    provider     the provider's code as text, "" when it never answered
    retryable    the same bytes may be sent again later
    retry_after  after so many seconds; None leaves it to the default backoff
    scope        how far the trouble reaches: this message, this person, the number, ...
    unknown      the provider may have accepted it: never send again by yourself
    trace        the provider's id of the request, for its support
    said         the provider's own words, for people; they may repeat content, so never for logs
    """

    def __init__(
        self,
        code: str,
        detail: Any,
        *,
        provider: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
        scope: Scope = "message",
        unknown: bool = False,
        trace: str = "",
        said: str = "",
    ) -> None:
        self.code = code
        self.detail = detail
        self.provider = provider
        self.retryable = retryable
        self.retry_after = retry_after
        self.scope = scope
        self.unknown = unknown
        self.trace = trace
        self.said = said
        super().__init__(code)


class ContentRefused(DomainError):
    """The provider would refuse this content; `fields` names the input and the limit it breaks."""

    code = "conteudo_recusado"
    message = _("O canal não aceita esta mensagem. Corrija os campos indicados.")


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the provider says of a stored file. The address lives five minutes."""

    url: str = field(repr=False)
    mime_type: str = ""
    sha256: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template as the provider lists it."""

    external_id: str
    name: str
    language: str
    status: str
    category: str = ""
    parameter_format: str = "POSITIONAL"
    components: tuple[Json, ...] = ()
    quality: str = ""
    rejected_reason: str = ""


@dataclass(frozen=True, slots=True)
class TemplateVariable:
    """A place in a template that the sender fills.

    `key` names it among the values (`1`, `nome`, `header.1`, `header`, `button.0`); `kind` is what
    the value is: a text, the id of an uploaded file, a location, what a quick reply returns, a
    code.
    """

    key: str
    place: Literal["header", "body", "button"]
    kind: Literal["text", "image", "video", "document", "location", "payload", "code"]
    name: str
    index: int = 0
    example: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """The answer to "does this connection work?", in the provider's words where they are values."""

    account_id: str
    phone_number: str = ""
    verified_name: str = ""
    quality: str = ""
    messaging_limit: str = ""
    throughput: str = ""
    name_status: str = ""
    status: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry; the composer shows and the gate allows only this."""

    kinds: frozenset[MessageKind]
    templates: bool = False
    reactions: bool = False
    replies: bool = False
    typing: bool = False
    text_limit: int = 4096
    caption_limit: int = 1024
    window_hours: int | None = None


class Adapter(ABC):
    """One provider. Subclasses override what the provider can do; the rest refuses clearly."""

    kind: str
    capabilities: Capabilities

    @abstractmethod
    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn one webhook body into facts. Pure: no database, no network, never raises on bad
        items.

        `received_at` (aware, default now) bounds moments of the future and replaces nonsense.
        """

    @abstractmethod
    def check(self, message: OutgoingMessage) -> None:
        """Refuse what the provider would refuse. Raises ContentRefused naming the field and the
        limit.
        """

    @abstractmethod
    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one message to the provider, once. Raises SendError; never retries by itself."""

    @abstractmethod
    def upload(self, account: Account, file: IO[bytes], mime_type: str, filename: str) -> str:
        """Store a file at the provider and return its id there. Raises SendError."""

    @abstractmethod
    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        """Ask where a received file can be fetched. Raises SendError."""

    @abstractmethod
    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a file, at most `limit` bytes. Raises SendError, also for a foreign host."""

    @abstractmethod
    def mark_read(self, account: Account, external_id: str, *, typing: bool = False) -> None:
        """Show the blue ticks for a received message and, if asked, "typing..." for up to 25 s."""

    @abstractmethod
    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        """List every template of the account, all pages. Raises SendError."""

    @abstractmethod
    def validate(self, account: Account) -> AccountHealth:
        """Ask the provider whether the credentials work for this account. Raises SendError."""

    @abstractmethod
    def profile(self, account: Account) -> Json:
        """Read the public business profile. Raises SendError."""

    @abstractmethod
    def profile_update(self, account: Account, changes: Json) -> Json:
        """Change the public business profile and return it. Raises SendError."""

    def account_hint(self, body: bytes) -> bytes | None:
        """Return something in a raw body that names its account, to keep one account's events in
        order before anything is parsed; None when it is not found cheaply.
        """
        return None

    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind a file is sent as. Raises ContentRefused naming the limit it breaks."""
        raise ContentRefused(_("Este canal não envia arquivos."), fields={"attachment": []})

    def template_variables(self, template: TemplateInfo) -> tuple[TemplateVariable, ...]:
        """List what a sender has to fill in, in the order of the text."""
        return ()

    def template_preview(self, template: TemplateInfo, values: Mapping[str, Any]) -> str:
        """Return the text as the person will read it; unfilled places stay as `{{name}}`."""
        return ""

    def template_build(self, template: TemplateInfo, values: Mapping[str, Any]) -> TemplateSend:
        """Fill a template. Raises ContentRefused for missing, extra or impossible values."""
        raise ContentRefused(_("Este canal não envia modelos."), fields={"template": []})

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and a sentence for an error that a receipt brought."""
        return "erro_do_provedor", fault.detail or fault.title
