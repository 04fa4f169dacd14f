"""Where SMS providers post: each channel has an address of its own, with a secret key in it."""

from __future__ import annotations

from collections.abc import Sequence

from providers.base import Door
from providers.choices import ChannelKind
from providers.delivery import Delivery

# What Twilio takes as "received, and no answer by this way".
NO_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class SmsDoor(Door):
    """Takes forms, queries and JSON; what proves them is a secret of the channel."""

    names = (ChannelKind.SMS.value,)
    # A batch of messages at Infobip; a form of 10,000 characters is a few kilobytes.
    largest = 1024 * 1024
    methods = ("POST", "GET")
    headers = (
        *("content-type", "authorization"),
        *("x-twilio-signature", "x-hub-signature-256", "x-ib-signature"),
    )
    has_key = True

    def is_proven(self, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Leave it to the worker, which may read the channel's secrets."""

    def source_of(self, name: str, delivery: Delivery) -> str:
        """Return the kind: this address is nobody else's."""
        return name

    def acknowledge(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """HttpAnswer Twilio in its own language, and the others too, who do not read it."""
        return 200, "text/xml; charset=utf-8", NO_ANSWER
