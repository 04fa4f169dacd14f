"""What comes in: the facts an adapter finds in a webhook, before anything is stored of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from contacts.refs import IdentityRef, PersonRef
from providers.choices import MessageKind, MessageStatus
from providers.content import Content
from providers.content_json import stored

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Which of our channels an item is for. `by` names the Channel column that holds `value`;
    `waba_id` is the second way to a channel whose number nobody knows yet.

    By "door_key" it is the channel whose key the delivery came to; `value` is the account that the
    body names, as `Channel.account_id` has it, or "" where it names none. Another account's is not
    stored.
    """

    value: str
    by: Literal["account_id", "waba_id", "phone_number", "door_key"] = "account_id"
    waba_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file that waits at the provider, named by its id there or, where the kind names files so,
    by its address. `sha256` is as the provider gave it, base64 or hex.
    """

    kind: MessageKind
    media_id: str = ""
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    is_voice: bool = False
    # Whoever knows it may hold the file: never for logs.
    url: str = field(default="", repr=False)


# What the receiving server found of who sent a mail: DMARC, or SPF and DKIM where it has none.
Verdict = Literal["", "pass", "fail", "none"]


@dataclass(frozen=True, slots=True)
class MailAddress:
    """A mailbox as a header names it; `name` may be anything that its sender chose."""

    address: str
    name: str = ""

    @property
    def stored(self) -> Json:
        """Return it as it is kept."""
        return {"address": self.address, "name": self.name}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail around its message, whose `text` holds only what is new in it.

    raw              the mail as it came; headers and text only where it was too large to fetch
    message_id       in_reply_to and references likewise, with their angle brackets taken off
    text             all of its words, quotes and signature included; from `html` where it has none
    html             as it came: whoever shows it takes out what is dangerous
    verdict          "" where no server that we trust said anything
    is_readable      False: only the raw mail can be opened
    charset_guessed  some of it was not in the charset that it names
    inline           pictures shown inside `html`: which MediaRef.media_id has which Content-ID
    mark             a digest of who wrote what: each copy of one mail has the same
    invite           an appointment that came with it, as providers/email/invite.py reads it
    """

    raw: bytes = field(repr=False)
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: MailAddress = MailAddress("")
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    verdict: Verdict = ""
    is_automatic: bool = False
    is_readable: bool = True
    is_cut: bool = False
    charset_guessed: bool = False
    inline: Json = field(default_factory=dict)
    invite: Json = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """Something a person wrote to us, or (`is_echo`) something we wrote from the phone app.

    `content` is what it says beside its text (a place, cards, an answer, an order), `metadata` what
    is known around it (referral, referred_product, forwarded, unsupported, history; each kind's
    reader tells). `is_history` marks imported past messages: they ring nothing and open no
    window. Where a kind has threads, `thread_key` names the message's, the same for all messages of
    one, and `subject` is what it is about; `follows` are the ids of earlier messages of it, the
    nearest first, and `tokens` those of ours among them. `is_automatic` marks what a machine
    answered: it is shown, asks for nothing and is answered by nobody.
    """

    account: AccountRef
    external_id: str
    person: PersonRef
    kind: MessageKind
    happened_at: datetime
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    reply_to: str = ""
    content: Content | None = None
    metadata: Json = field(default_factory=dict)
    opens_window: bool = True
    is_echo: bool = False
    is_history: bool = False
    thread_key: str = ""
    subject: str = ""
    follows: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    is_automatic: bool = False
    mail: Mail | None = None

    @property
    def kept(self) -> Json:
        """What is kept with the message of its content and of what is known around it."""
        return {**stored(self.content), **self.metadata}


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
    """A new text for an earlier message; the earlier versions are kept. `text` is None when the
    provider did not bring it in a way we read: what was there stays.
    """

    account: AccountRef
    person: PersonRef
    target: str
    text: str | None
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
class Bounce:
    """A server did not deliver a message of ours, or not yet (`is_final` False). `tokens` name
    messages of ours that it may be, `recipient` whom it was for; either may be unknown.
    """

    account: AccountRef
    tokens: tuple[str, ...]
    recipient: IdentityRef | None
    is_final: bool
    happened_at: datetime
    fault: ProviderFault = ProviderFault("")


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to where a person got with what we wrote to them: everything until `message` (the
    provider's id), or until the moment `until`, has `status` (DELIVERED or READ).
    """

    account: AccountRef
    person: PersonRef
    status: MessageStatus
    happened_at: datetime
    message: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ThreadControl:
    """Another application (its id, or a sign that it is not told) answers a person from now on, or
    with an empty `app` ours does. A message of a thread that another one answers says so itself, in
    its metadata as "standby".
    """

    account: AccountRef
    person: PersonRef
    app: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A person's id at the provider changed; both ids are the same person. `address` are all the
    ids that are known to be theirs now.
    """

    account: AccountRef
    old: IdentityRef
    new: IdentityRef
    happened_at: datetime
    detail: str = ""
    address: tuple[IdentityRef, ...] = field(default=(), compare=False)


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
    # Announced, not yet in force; "" takes an announcement back.
    coming_category: str | None = None
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
    | Watermark
    | ThreadControl
    | Bounce
    | IdentityChange
    | PreferenceUpdate
    | TemplateUpdate
    | AccountNotice
    | CallNotice
    | ContactCard
    | Ignored
    | Malformed
)
