"""What a player shows of a sound before it is played."""

from __future__ import annotations

from typing import IO

from omnichannel.models import Attachment
from providers.choices import MessageKind
from providers.waveform import waveform_of


def sound_measure(attachment: Attachment, file: IO[bytes]) -> None:
    """Note on a sound how loud it is along its length, once, when its bytes are here. Its row is
    saved by whoever stores the file.
    """
    if attachment.kind != MessageKind.AUDIO:
        return
    found = waveform_of(file, attachment.mime_type)
    attachment.waveform = found.bars if found else ""
    attachment.milliseconds = found.milliseconds if found else 0
