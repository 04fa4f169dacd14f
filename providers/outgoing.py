"""What goes out: a message for one person, the account it leaves from, and how it may fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import IO, Any, Literal

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.refs import IdentityRef, PersonRef
from providers.choices import MessageKind
from providers.content import Content
from providers.facts import Json


@dataclass(frozen=True, slots=True)
class Account:
    """A channel as an adapter needs it, credentials decrypted. Never logged: repr hides the
    secrets.

    settings      what the kind's fields hold that is no secret, by name and with their defaults
    secrets       by name; one that was not given is absent
    """

    account_id: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Where the provider is to post, and the token by which it asks whether we expect it.
    callback_url: str = ""
    verify_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to send: the phone as the provider knows it (digits, or + and digits), or a user id;
    for kinds that know people by one address alone, that (an e-mail, a number). With `comment_id`
    it is the one private answer that a comment in public may have.
    """

    phone: str = ""
    user_id: str = ""
    address: str = ""
    comment_id: str = ""

    @property
    def is_nowhere(self) -> bool:
        """Whether nobody can be written to here."""
        return not (self.phone or self.user_id or self.address or self.comment_id)


@dataclass(frozen=True, slots=True)
class OutgoingMedia:
    """A file already uploaded to the provider (`media_id`); the message's text is its caption.

    Where files go inside of the message (enclosing.Files) there is no `media_id`, and `opened`
    opens the bytes.
    """

    kind: MessageKind
    media_id: str
    filename: str = ""
    is_voice: bool = False
    mime_type: str = ""
    size: int = 0
    opened: Callable[[], IO[bytes]] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TemplateSend:
    """A template to be sent. `components` is already in the provider's shape, see
    templates.components.
    """

    name: str
    language: str
    components: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotedLetter:
    """What a letter answers, as it is repeated below the answer."""

    author: str
    written_at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands around a text where the kind writes letters (policy.LetterRule).

    sender        the name that the person reads as the sender's
    copies        addresses that get a copy
    earlier       the provider's ids of the conversation's letters, the oldest first
    signature     under the text
    quoted        what it answers, repeated below; None repeats nothing
    reference     the number that finds the conversation where ids and addresses were lost
    is_automatic  nobody of the clinic wrote it
    leave_url     where its reader ends letters of this sort, by one POST without a login
    """

    sender: str = ""
    copies: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    signature: str = ""
    quoted: QuotedLetter | None = None
    reference: str = ""
    is_automatic: bool = False
    leave_url: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one person, with as many files as the kind carries (its policy). `token`
    comes back in receipts, so an unknown outcome can be settled.

    `content` is what it says beside its text: a place, cards, a reaction, something asked. Where
    the kind has threads and subjects, `thread_key` and `subject` are its conversation's. `is_late`
    tells that a person answers after the window closed, see policy.Window.
    """

    token: str
    to: Destination
    kind: MessageKind
    text: str = ""
    reply_to: str = ""
    media: tuple[OutgoingMedia, ...] = ()
    template: TemplateSend | None = None
    content: Content | None = None
    thread_key: str = ""
    subject: str = ""
    is_late: bool = False
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider accepted the message; nothing says yet that it arrived."""

    external_id: str
    state: Literal["accepted", "held", "paused"] = "accepted"
    identities: tuple[IdentityRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A text as it is charged: `count` parts, of which `limit` are the most, with room for `left`
    more units before the next. `category` is what its price is listed under.
    """

    text: str
    count: int
    left: int
    limit: int
    category: str


# A provider that asks for more patience is asked again after this: whoever waits for an answer must
# not stand behind one slip of a provider for a day.
LONGEST_REST = 3600.0

# How far an error reaches; what each stops is told in omnichannel.sending.reach.
Scope = Literal["message", "recipient", "country", "template", "number", "campaigns", "channel"]


@dataclass(eq=False, repr=False)
class SendError(Exception):
    """A send that did not go through, with what to do about it.

    code         stable and ours (`janela_fechada`), for API, tests and filters
    detail       a sentence in Portuguese (translatable) that tells the attendant what to do
    final        what is said instead once nobody tries any more; `detail` itself when not given
    provider     the provider's code as text, "" when it never answered
    retryable    the same bytes may be sent again later
    retry_after  after so many seconds, at most an hour; None leaves it to the default backoff
    patience     so many steps further in the backoff than the attempt's own
    scope        how far the trouble reaches: this message, this person, the number, ...
    unknown      the provider may have accepted it: never send again by yourself
    trace        the provider's id of the request, for its support
    said         the provider's own words, for people; they may repeat content, so never for logs
    """

    code: str
    detail: Any
    _: KW_ONLY
    final: Any = None
    provider: str = ""
    retryable: bool = False
    retry_after: float | None = None
    patience: int = 0
    scope: Scope = "message"
    unknown: bool = False
    trace: str = ""
    said: str = ""

    def __post_init__(self) -> None:
        self.final = self.final or self.detail
        if self.retry_after is not None:
            self.retry_after = min(self.retry_after, LONGEST_REST)
        super().__init__(self.code)


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
class Renewed:
    """New secrets by name, and when they end."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonKnown:
    """What a person shows of themselves at the provider; the picture's address lives days."""

    person: PersonRef
    picture_url: str = field(default="", repr=False)


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
class TemplateParts:
    """A filled template as the person sees it. `place` is a header's location, `buttons` are kind
    (Meta's word) and what stands on each.
    """

    header: str = ""
    body: str = ""
    footer: str = ""
    place: Json = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()

    def stored(self) -> Json:
        """Return what a message keeps: its template may be another one tomorrow."""
        buttons = [{"type": kind, "text": text} for kind, text in self.buttons]
        kept = {"header": self.header, "body": self.body, "footer": self.footer}
        return {k: v for k, v in {**kept, "place": self.place, "buttons": buttons}.items() if v}


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


Subscription = Literal["", "ok", "missing", "elsewhere"]
# Our codes for "these credentials are good, but this account is not theirs".
OTHER_ACCOUNT = "outra_conta"
DENIALS = frozenset({OTHER_ACCOUNT, "numero_inexistente"})


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """The answer to "does this connection work?", in the provider's words where they are values.

    account_id    the account that answered: it proves nothing when it is not the one asked for
    waba_id       the WABA that the credentials read and in whose list the number stands, else ""
    is_waba_read  a WABA's list was read: without one, nothing is known of whose the number is
    currency      of the WABA; "" when it was not told, like `time_zone`
    subscription  whether webhooks come here: "" unknown, "missing" to nobody, "elsewhere"
    warnings      codes of what needs a person, see Adapter.warning_words
    """

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
    waba_id: str = ""
    is_waba_read: bool = False
    currency: str = ""
    time_zone: str = ""
    subscription: Subscription = ""
    token_expires_at: int | None = None
    warnings: tuple[str, ...] = ()
