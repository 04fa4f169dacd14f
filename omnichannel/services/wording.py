"""A text as it will arrive and be charged, on channels that change texts or are paid by parts."""

from __future__ import annotations

from omnichannel.models import Channel
from omnichannel.models.rate import REGULAR
from providers import registry
from providers.base import Wording
from providers.facts import Json
from providers.outgoing import Measure, OutgoingMessage


def text_worded(channel: Channel, text: str) -> str:
    """Return a text as the channel's people will read it; the same where it changes nothing."""
    face = _face(channel)
    return face.worded(channel.whole_settings(), text) if face and text else text


def text_measure(channel: Channel, text: str) -> Measure | None:
    """Return what a text is charged as; None where it is not paid by parts."""
    face = _face(channel)
    return face.measure(channel.whole_settings(), text) if face else None


def pricing_of(channel: Channel, message: OutgoingMessage) -> Json | None:
    """Return the pricing object of a message that is paid by its parts, as Meta's receipts bring
    theirs; None where the provider tells it.
    """
    face = _face(channel)
    if face is None:
        return None
    found = face.measure(channel.whole_settings(), message.text)
    return {"type": REGULAR, "category": found.category, "units": found.count}


def _face(channel: Channel) -> Wording | None:
    if not registry.has_face(channel.kind, Wording):
        return None
    return registry.face_of(channel.kind, Wording)
