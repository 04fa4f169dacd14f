"""What a voice note says: kept with the file, shown under its player, found by the search box.

Who writes it down is said by packages above (`file_ready`); here it is stored and told.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from common.realtime import publish
from common.slots import Slot
from omnichannel import events
from omnichannel.models import Attachment
from omnichannel.services.conversations import conversation_lock

# Called in the transaction that makes a received file ready.
file_ready: Slot[Callable[[Attachment], None]] = Slot()


def file_is_ready(attachment: Attachment) -> None:
    """Tell whoever wants to know that a received file is here. Inside a transaction."""
    for listener in file_ready:
        listener(attachment)


@transaction.atomic
def transcription_store(
    *, attachment: Attachment, state: str, text: str | None = None, note: str = ""
) -> None:
    """Keep what a file says, or where its transcription stands, and let open pages show it."""
    held = conversation_lock(attachment.conversation)
    row = Attachment.unscoped.select_for_update().filter(pk=attachment.pk).first()
    if row is None:
        # Erased meanwhile: what was said in it goes nowhere.
        return
    row.transcription_state, row.transcription_note = state, note[:200]
    if text is not None:
        row.transcription = text
    row.save(
        update_fields=["transcription", "transcription_state", "transcription_note", "updated_at"]
    )
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    if row.message is not None:
        row.message.revision = held.revision
        row.message.save(update_fields=["revision", "updated_at"])
    publish(events.changed("message_updated", held))
