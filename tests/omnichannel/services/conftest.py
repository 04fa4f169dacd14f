"""A provider that remembers what it was asked, and bells that reach nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from providers import registry
from providers.outgoing import (
    Account,
    AccountHealth,
    MediaInfo,
    OutgoingMessage,
    SendError,
    SendResult,
    TemplateDraft,
    TemplateInfo,
    TemplateVerdict,
)
from providers.whatsapp.adapter import WhatsAppAdapter


@pytest.fixture(autouse=True)
def _quiet(bells) -> None:
    """Let no task reach a broker."""


class FakeProvider(WhatsAppAdapter):
    """WhatsApp without the network: limits and parsing are real, the far side is scripted.

    `on_send` is called with every message inside `send`, before the answer; what it raises or
    returns (a SendResult) is the answer.
    """

    def __init__(self) -> None:
        self.sent: list[OutgoingMessage] = []
        self.uploads: list[tuple[str, str]] = []
        self.marked: list[tuple[str, bool]] = []
        self.written: list[tuple[str, Any]] = []
        self.on_send: Callable[[OutgoingMessage], SendResult | None] = lambda message: None
        self.on_upload: Callable[[], None] = lambda: None
        self.file: bytes | Callable[[], Iterator[bytes]] = b"\xff\xd8\xff\xe0" + b"x" * 100
        self.info = MediaInfo(url="https://lookaside.fbsbx.com/x", mime_type="image/jpeg")
        self.on_info: Callable[[], None] = lambda: None
        self.health: AccountHealth | SendError | None = None
        self.listed: list[TemplateInfo] = []
        self._lock = threading.Lock()

    @property
    def texts(self) -> list[str]:
        """The texts that were sent, in order."""
        return [message.text for message in self.sent]

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        with self._lock:
            self.sent.append(message)
            number = len(self.sent)
        answer = self.on_send(message)
        return answer or SendResult(f"wamid.enviada{number}")

    def upload(self, account: Account, file: Any, mime_type: str, filename: str) -> str:
        self.on_upload()
        self.uploads.append((mime_type, filename))
        return f"midia{len(self.uploads)}"

    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        self.on_info()
        return self.info

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        yield from (self.file() if callable(self.file) else [self.file])

    def mark_read(self, account: Any, external_id: str, *, to: Any, typing: bool = False) -> None:
        self.marked.append((external_id, typing))

    def validate(self, account: Account) -> AccountHealth:
        if isinstance(self.health, SendError):
            raise self.health
        return self.health or AccountHealth(
            account.account_id,
            phone_number="+55 11 4000-0000",
            waba_id=account.settings["waba_id"],
            is_waba_read=bool(account.settings["waba_id"]),
        )

    def subscribe(self, account: Account) -> None:
        self.written.append(("subscribe", account.settings["waba_id"]))

    def register(self, account: Account, pin: str) -> None:
        self.written.append(("register", pin))

    def sample_upload(self, account: Account, file: Any, mime_type: str) -> str:
        self.on_template("sample", mime_type)
        return "4::alça"

    def template_create(self, account: Account, draft: TemplateDraft) -> TemplateVerdict:
        self.draft_check(draft)
        return self.on_template("create", draft) or TemplateVerdict("77", "PENDING", "")

    def template_edit(
        self, account: Account, external_id: str, draft: TemplateDraft
    ) -> TemplateVerdict:
        self.draft_check(draft)
        return self.on_template("edit", draft) or TemplateVerdict(external_id)

    def template_delete(self, account: Account, name: str, external_id: str) -> None:
        self.on_template("delete", (name, external_id))

    def on_template(self, what: str, given: Any) -> TemplateVerdict | None:
        """Answer a call about a template; a test replaces it."""
        self.written.append((what, given))
        return None

    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        yield from self.listed


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """Give the far side of every WhatsApp channel."""
    fake = FakeProvider()
    monkeypatch.setitem(registry.ADAPTERS, "whatsapp", fake)
    return fake
