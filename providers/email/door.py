"""Where sending providers post what arrives: each channel has an address with a key of its own."""

from __future__ import annotations

from collections.abc import Sequence

from providers.base import Door
from providers.choices import ChannelKind
from providers.delivery import Delivery


class EmailDoor(Door):
    """Takes whole mails, forms and JSON; what proves them is a secret of the channel."""

    names = (ChannelKind.EMAIL.value,)
    # A mail of 25 MB of files, in base64, once more in base64.
    largest = 50 * 1024 * 1024
    headers = ("content-type", "authorization")
    has_key = True

    def is_proven(self, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Leave it to the worker, which may read the channel's secrets."""

    def source_of(self, name: str, delivery: Delivery) -> str:
        """Return the kind: this address is nobody else's."""
        return name
