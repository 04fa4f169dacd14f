"""What an answer of the provider's makes of the message it was about. Pure but for the dice of the
backoff.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from common.errors import DomainError
from omnichannel.sending.withdrawals import is_withdrawal
from providers.choices import MessageStatus
from providers.outgoing import Scope, SendError, SendResult
from providers.retry import retry_delay

# Nobody knows what became of it: the process died, or the call broke in a way of its own.
UNKNOWN = "resultado_desconhecido"
MAX_ATTEMPTS = 8
# What these say is repaired by a person: the message waits, and the attempt is not counted.
STANDS_STILL: frozenset[Scope] = frozenset({"channel", "campaigns", "template"})


@dataclass(frozen=True, slots=True)
class SendVerdict:
    """How a message stands after its call.

    `wait` are the seconds until its next attempt, `is_counted` tells that this one counts, and
    `is_withdrawal` that its reader stopped marketing at the provider.
    """

    status: MessageStatus
    code: str = ""
    detail: str = ""
    wait: float = 0.0
    is_counted: bool = True
    is_withdrawal: bool = False


def verdict_of(
    answer: SendResult | SendError | None, *, attempts: int, waits_for: Collection[Scope]
) -> SendVerdict:
    """Judge the answer to attempt number `attempts` (the first is 1), None when the call broke off.

    `waits_for` are the reaches of an error that a message waits through instead of failing: a reply
    waits for its channel, a campaign's message for whatever is not about its own person.
    """
    if isinstance(answer, SendResult):
        return SendVerdict(MessageStatus.SENT)
    if answer is None:
        return SendVerdict(MessageStatus.UNCERTAIN, UNKNOWN)
    code, detail = answer.code, str(answer.detail)
    if answer.unknown:
        return SendVerdict(MessageStatus.UNCERTAIN, code, detail)
    waits = answer.scope in waits_for
    if waits and answer.scope in STANDS_STILL:
        wait = answer.retry_after or 0.0
        return SendVerdict(MessageStatus.PENDING, code, detail, wait, is_counted=False)
    if waits or (answer.retryable and attempts < MAX_ATTEMPTS):
        return SendVerdict(MessageStatus.PENDING, code, detail, retry_delay(answer, attempts))
    final = str(answer.final)
    return SendVerdict(MessageStatus.FAILED, code, final, is_withdrawal=is_withdrawal(code))


def refused_unsent(refused: DomainError) -> SendError:
    """Return the error for content that the adapter refused before it called anybody."""
    return SendError(refused.code, refused.detail)
