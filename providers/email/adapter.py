"""E-mail as an adapter: mails that a mailbox or a sending provider brought, as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.base import Adapter, Bulk, BulkSender, Connection, Keyed
from providers.choices import ChannelKind, MessageKind
from providers.delivery import Delivery
from providers.email.account import ACCOUNT, MAILBOXES, own_addresses
from providers.email.automatic import MACHINES
from providers.email.brought import is_from_provider, mail_in
from providers.email.caps import header_cut
from providers.email.faults import meaning_of
from providers.email.forwarded import forwarded_from
from providers.email.limits import TYPES, file_kind, mail_check
from providers.email.mailbox import folder_open
from providers.email.mailbox_errors import LOCKED_OUT
from providers.email.mime import part_bytes
from providers.email.oauth import login_secret
from providers.email.page import page_of
from providers.email.pictures import NoPicture, picture_fetch
from providers.email.policy import POLICY
from providers.email.reading import RawMail, facts_of
from providers.email.sending import MailBulk, mail_send
from providers.email.warnings import WARNINGS, warnings_of
from providers.enclosing import Enclosed, Files
from providers.facts import Parsed, ProviderFault
from providers.letters import CleanPage, Letters, Proxy
from providers.outgoing import (
    Account,
    AccountHealth,
    OutgoingMessage,
    Scope,
    SendError,
    SendResult,
)
from providers.pulled import Pulled, Source

SENDER = re.compile(rb"^from:[^\r\n]*?([^\s<>\"(),:;@]{1,64}@[A-Za-z0-9.-]{1,190})", re.I | re.M)


class EmailAdapter(Adapter, Keyed, Enclosed, Files, Letters, Bulk, Connection, Pulled):
    """Reads and writes mails; keeps no state."""

    kind = ChannelKind.EMAIL
    policy = POLICY
    account = ACCOUNT

    # --- what comes in ----------------------------------------------------------------------------

    def proves(self, account: Account, delivery: Delivery) -> bool:
        """Tell whether the sending provider posted this."""
        return is_from_provider(account, delivery)

    def read_for(self, account: Account, delivery: Delivery) -> list[RawMail]:
        """Return the mails of a delivery. Raises Unreadable."""
        is_cut = delivery.headers.get("x-cut") == "1"
        return [RawMail(account, mail_in(delivery), is_cut=is_cut)]

    def parse(
        self, payload: list[RawMail], *, received_at: datetime | None = None
    ) -> Iterator[Parsed]:
        """Give the facts of mails."""
        for mail in payload:
            yield from facts_of(mail, received_at or datetime.now(UTC))

    def people_hint(self, body: bytes) -> set[bytes]:
        """Return whom a mail is from, as its header says."""
        found = SENDER.search(header_cut(body)[0])
        return {found[1].lower()} if found else set()

    def unsupported_words(self, data: Mapping[str, Any], *, is_ours: bool) -> Any:
        """Return what is said of a mail that cannot be read."""
        return _("E-mail ilegível: baixe o original para abri-lo em outro programa.")

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and the sentence for a bounce."""
        meaning = meaning_of(fault)
        return meaning.code, meaning.sentence

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far a bounce reaches."""
        return meaning_of(fault).scope

    def enclosed(self, raw: bytes, part: str) -> bytes | None:
        """Return a file of a mail."""
        return part_bytes(raw, part)

    # --- the account ------------------------------------------------------------------------------

    def is_pulled(self, account: Account) -> bool:
        """Tell whether there is a mailbox; a sending provider has none."""
        return account.settings.get("provider") in MAILBOXES

    def source(self, account: Account) -> Source:
        """Log in and open the account's folder. Raises SendError."""
        secret = login_secret(account)
        try:
            return folder_open(account, secret.value, is_token=secret.is_token)
        except SendError as refused:
            if not (secret.is_token and refused.code == LOCKED_OUT):
                raise
        # A token may be taken back before it ends.
        secret = login_secret(account, is_fresh=True)
        return folder_open(account, secret.value, is_token=True)

    def validate(self, account: Account) -> AccountHealth:
        """Log in to the mailbox and look whether its folder is there. Raises SendError."""
        self.source(account).close()
        return AccountHealth(account.account_id, warnings=warnings_of(account))

    def warning_words(self, code: str) -> Any:
        """Return the sentence for what an account lacks."""
        return WARNINGS.get(code, code)

    # --- what goes out ----------------------------------------------------------------------------

    def check(self, message: OutgoingMessage) -> None:
        """Refuse what would not arrive. Raises ContentRefused."""
        mail_check(message)

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one mail over, once. Raises SendError; ContentRefused before anything left."""
        return mail_send(account, message)

    def bulk(self) -> BulkSender:
        """Return a sender for campaigns."""
        return MailBulk()

    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind a file is sent as. Raises ContentRefused."""
        return file_kind(mime_type, size)

    def media_types(self, *, is_sticker: bool = False) -> frozenset[str]:
        """Return the types of files that go with a mail."""
        return TYPES

    def own_addresses(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """Return the mailbox's addresses."""
        return own_addresses(settings)

    def answers_nobody(self, address: str) -> bool:
        """Tell whether a machine reads what is sent to an address."""
        return bool(MACHINES.match(address))

    def page(
        self, html: str, *, inline: Mapping[str, str], proxy: Proxy | None
    ) -> CleanPage | None:
        """Return a mail's HTML made harmless."""
        return page_of(html, inline=inline, proxy=proxy)

    def picture(self, url: str) -> tuple[str, bytes] | None:
        """Fetch a remote picture."""
        try:
            return picture_fetch(url)
        except NoPicture:
            return None

    def forwarded_from(self, text: str) -> tuple[str, str] | None:
        """Return whoever wrote a forwarded mail."""
        return forwarded_from(text)
