"""The chat of a site as an adapter. Nobody is called: what is written stands in the database, and
the visitor's socket hears of it like the attendants' pages do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind, IdentityRef
from providers.base import Adapter, Connection, Media
from providers.choices import MEDIA_KINDS, ChannelKind, MessageKind
from providers.content import Question
from providers.facts import Parsed
from providers.outgoing import (
    Account,
    AccountHealth,
    Destination,
    MediaInfo,
    OutgoingMessage,
    SendError,
    SendResult,
)
from providers.questions import asking_check
from providers.refusing import refuse
from providers.site import Hosted, Site
from providers.webchat.account import ACCOUNT, site_of
from providers.webchat.parse import parse
from providers.webchat.policy import FILE_BYTES, GOES, MIB, POLICY, QUESTIONS, SENT, TEXT_BYTES


class WebchatAdapter(Adapter, Connection, Media, Hosted):
    """Reads what the visitor's door hands over; keeps no state."""

    kind = ChannelKind.WEBCHAT
    policy = POLICY
    account = ACCOUNT

    def site(self, account: Account) -> Site:
        """Return how the channel's people are received."""
        return site_of(account)

    def validate(self, account: Account) -> AccountHealth:
        """Name the account: its key is ours, and nobody else has it."""
        return AccountHealth(account.account_id)

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn one act of a visitor into its fact; see parse.py for the shapes."""
        return parse(payload, received_at=received_at)

    def recipient(self, refs: Iterable[IdentityRef]) -> Destination:
        """Return a visitor's id."""
        own = (ref.value for ref in refs if ref.kind == IdentityKind.WEBCHAT)
        return Destination(user_id=next(own, ""))

    def check(self, message: OutgoingMessage) -> None:
        """Refuse what the panel does not show. Raises ContentRefused."""
        body = message.text
        if isinstance(message.content, Question):
            asking_check(message.content, QUESTIONS, message.text)
            body = message.content.text or message.text
        size = len(body.encode("utf-8", "surrogatepass"))
        if size > TEXT_BYTES:
            sentence = _(
                "O chat leva %(limit)s bytes de texto (este tem %(size)s). Divida em dois."
            )
            refuse("text", sentence % {"limit": TEXT_BYTES, "size": size})
        if not (size or message.kind in MEDIA_KINDS or message.content):
            refuse("text", _("Escreva o texto."))

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Accept a message under our own id: once its outcome is written down, it is there."""
        self.check(message)
        return SendResult(message.token)

    # --- files: they are in our storage already ---------------------------------------------------

    def upload(self, account: Account, file: IO[bytes], mime_type: str, filename: str) -> str:
        """Leave a file where it is."""
        return "local"

    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        """Refuse: what a visitor sends comes with its bytes."""
        raise SendError(
            "midia_expirada", _("O arquivo não está mais aqui. Peça para enviar de novo.")
        )

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Refuse, as `media_info`."""
        raise SendError(
            "midia_expirada", _("O arquivo não está mais aqui. Peça para enviar de novo.")
        )

    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind a file is sent as. Raises ContentRefused naming the limit it breaks."""
        plain = mime_type.partition(";")[0].strip().lower()
        kind = next((one for one, types in SENT.items() if plain in types), None)
        if kind is None:
            refuse("attachment", GOES)
        if not 0 < size <= FILE_BYTES:
            sentence = _("O arquivo está vazio ou passa do limite de %(limit)s MB do chat.")
            refuse("attachment", sentence % {"limit": FILE_BYTES // MIB})
        return kind

    def media_types(self, *, is_sticker: bool = False) -> frozenset[str]:
        """Return the types of files that may be sent; stickers are none."""
        return frozenset() if is_sticker else frozenset().union(*SENT.values())
