"""E-mail as an adapter: mails that a mailbox or a sending provider brought, as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.base import Adapter, Enclosed
from providers.choices import ChannelKind
from providers.delivery import Delivery
from providers.email.account import ACCOUNT
from providers.email.caps import header_cut
from providers.email.mime import part_bytes
from providers.email.policy import POLICY
from providers.email.reading import RawMail, facts_of
from providers.facts import Parsed
from providers.outgoing import Account, ContentRefused, OutgoingMessage, SendError, SendResult

# A whole mail as the body of a delivery (our own reader brings it so).
WHOLE = "message/rfc822"
SENDER = re.compile(rb"^from:[^\r\n]*?([^\s<>\"(),:;@]{1,64}@[A-Za-z0-9.-]{1,190})", re.I | re.M)


class EmailAdapter(Adapter, Enclosed):
    """Reads mails; keeps no state."""

    kind = ChannelKind.EMAIL
    policy = POLICY
    account = ACCOUNT

    # --- what comes in ----------------------------------------------------------------------------

    def read_for(self, account: Account, delivery: Delivery) -> list[RawMail]:
        """Return the mails of a delivery. Raises Unreadable."""
        is_cut = delivery.headers.get("x-cut") == "1"
        return [RawMail(account, delivery.body, is_cut=is_cut)]

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

    def enclosed(self, raw: bytes, part: str) -> bytes | None:
        """Return a file of a mail."""
        return part_bytes(raw, part)

    # --- what goes out ----------------------------------------------------------------------------

    def check(self, message: OutgoingMessage) -> None:
        """Refuse an empty text. Raises ContentRefused."""
        if not message.text.strip():
            said = _("Escreva o texto.")
            raise ContentRefused(said, fields={"text": [said]})

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one mail over, once. Raises SendError."""
        raise SendError("email_sem_envio", _("Este canal ainda não envia e-mails."))
