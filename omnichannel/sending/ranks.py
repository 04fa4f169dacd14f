"""How far a message came: which of two statuses stands. Pure."""

from __future__ import annotations

from providers.choices import MessageStatus

# Receipts arrive late, twice and in any order (Meta, status webhook, 2026-09-14), so a status may
# only be replaced by one that stands further along this line. A failure wins while nobody saw the
# message; a delivery wins over a failure, because one of the person's devices may have refused what
# another accepted.
ORDER = (
    MessageStatus.PENDING,
    MessageStatus.SENDING,
    MessageStatus.UNCERTAIN,
    MessageStatus.SENT,
    MessageStatus.FAILED,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
)
RANKS: dict[str, int] = {status: rank for rank, status in enumerate(ORDER)}
# An answer to our own call decides only while no receipt said more.
UNDECIDED = (MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.UNCERTAIN)


def is_further(status: str, than: str) -> bool:
    """Tell whether a status takes the place of another one."""
    return RANKS[status] > RANKS[than]
