"""What goes out: a message for one person, the account it leaves from, and how it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.refs import IdentityRef
from omnichannel.adapters.facts import Json
from omnichannel.choices import MessageKind


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
class TemplateButton:
    """A button of a template: what it says, and the address or number behind it. `example` fills
    the place in an address."""

    kind: Literal["QUICK_REPLY", "URL", "PHONE_NUMBER"]
    text: str
    value: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template as a person writes it, before the provider has judged it.

    `examples` fill its variables by key (`1`, `nome`, `header.1`). `header` is TEXT, IMAGE, VIDEO,
    DOCUMENT, LOCATION or ""; the sample of a file stands in `header_handle`.
    """

    name: str
    language: str
    category: str
    body: str
    header: str = ""
    header_text: str = ""
    header_handle: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateVerdict:
    """The provider took a template for review, perhaps under another category."""

    external_id: str
    status: str = ""
    category: str = ""


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
    # Also used from the phone's app, which sends slower (Meta, coexistence).
    is_on_phone_app: bool = False
    warnings: tuple[str, ...] = ()
