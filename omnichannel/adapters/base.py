"""The one face every provider adapter shows. What it reads is in facts, what it sends in outgoing.

Nothing here touches the database. `parse` is pure; the sending half gets an `Account`, which
carries the decrypted credentials for the length of one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from omnichannel.adapters.facts import Json, Parsed, ProviderFault
from omnichannel.adapters.outgoing import (
    Account,
    AccountHealth,
    ContentRefused,
    MediaInfo,
    OutgoingMessage,
    Scope,
    SendResult,
    TemplateDraft,
    TemplateInfo,
    TemplateSend,
    TemplateVariable,
    TemplateVerdict,
)
from omnichannel.choices import MessageKind


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


class BulkSender(AbstractAsyncContextManager["BulkSender"]):
    """Hands many messages to a provider from an event loop, each once."""

    @abstractmethod
    async def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one over, as `Adapter.send`; the caller has asked `check`. Raises SendError."""


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

    def bulk(self) -> BulkSender:
        """Return a sender for many messages at once. Raises ContentRefused where there is none."""
        raise ContentRefused(_("Este canal não envia campanhas."), fields={"channel": []})

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

    def draft_check(self, draft: TemplateDraft) -> None:
        """Refuse a draft that the provider would refuse. Raises ContentRefused for every input."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"name": []})

    def draft_info(self, draft: TemplateDraft) -> TemplateInfo:
        """Return a draft as the provider would list it, to preview and to keep it."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"name": []})

    def draft_of(self, template: TemplateInfo) -> TemplateDraft | None:
        """Return a template as a draft to edit; None for one with parts that drafts lack."""
        return None

    def sample_upload(self, account: Account, file: IO[bytes], mime_type: str) -> str:
        """Store the sample of a template's file and return its handle. Raises SendError."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"header_file": []})

    def template_create(self, account: Account, draft: TemplateDraft) -> TemplateVerdict:
        """Hand a new template over for review. Raises ContentRefused and SendError."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"name": []})

    def template_edit(
        self, account: Account, external_id: str, draft: TemplateDraft
    ) -> TemplateVerdict:
        """Replace a template's content; it is reviewed again. Raises as `template_create`."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"name": []})

    def template_delete(self, account: Account, name: str, external_id: str) -> None:
        """Delete one language of a template. Raises SendError."""
        raise ContentRefused(_("Este canal não tem modelos."), fields={"name": []})

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and a sentence for an error that a receipt brought."""
        return "erro_do_provedor", fault.detail or fault.title

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far an error that a receipt brought reaches."""
        return "message"
