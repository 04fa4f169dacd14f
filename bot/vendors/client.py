"""One call by the `openai` SDK, and every way it can fail as one kind of error.

The SDK is loaded by the first call: it takes a second and 30 MB, which only workers pay. It tries
nothing again by itself: it would repeat an exhausted quota, and cannot know how much time is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.vendors.base import VendorTrouble
from bot.vendors.wire import VendorFault
from providers.http import ForeignAddress

T = TypeVar("T")
READ_SECONDS = 12.0
CODE = re.compile(r"[a-zA-Z0-9_.\-]{1,60}")
# Longer than anybody waits in a turn.
MOST_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class VendorPlace:
    """Where a vendor's server is and how to prove who we are."""

    base_url: str
    key: str = field(repr=False)


@contextmanager
def client_of(
    place: VendorPlace, *, seconds: float, read_seconds: float = READ_SECONDS
) -> Iterator[Any]:
    """Give an SDK client for a call of so many seconds in all. Raises VendorFault."""
    from openai import OpenAI

    from bot.vendors.transport import http_client

    try:
        http = http_client(place.base_url, seconds=seconds, read_seconds=read_seconds)
    except ForeignAddress:
        raise VendorFault(VendorTrouble.UNREACHABLE, "endereco_nao_permitido") from None
    with http:
        # A server without keys wants one that is not empty.
        yield OpenAI(
            base_url=place.base_url, api_key=place.key or "-", http_client=http, max_retries=0
        )


def asked(ask: Callable[[], T]) -> T:
    """Return what a call answered. Raises VendorFault for every way it can fail."""
    import openai
    import pydantic

    try:
        answered = ask()
    except openai.APIStatusError as refused:
        raise fault_of(refused) from None
    except openai.APITimeoutError:
        raise VendorFault(VendorTrouble.TIMEOUT, retryable=True) from None
    except openai.APIConnectionError as lost:
        cause = type(lost.__cause__).__name__
        raise VendorFault(VendorTrouble.UNREACHABLE, cause, retryable=True) from None
    except (openai.OpenAIError, pydantic.ValidationError) as odd:
        raise VendorFault(VendorTrouble.NONSENSE, type(odd).__name__, retryable=True) from None
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as odd:
        # 200 with half a JSON, with {}, with another shape: the SDK lets Python's errors through.
        raise VendorFault(VendorTrouble.NONSENSE, type(odd).__name__, retryable=True) from None
    if isinstance(answered, str):
        # A login page of a proxy, say: the SDK hands over what is no JSON as text.
        raise VendorFault(VendorTrouble.NONSENSE, "texto", retryable=True)
    return answered


def fault_of(refused: Any) -> VendorFault:
    """Return what a status of the server means (reference of the SDK's errors and their codes)."""
    status = int(refused.status_code)
    code = _code(getattr(refused, "code", None)) or _inner_code(refused)
    detail = f"{status} {code}".strip()
    request_id = str(getattr(refused, "request_id", "") or "")[:100]
    trouble, retryable, after = _meaning(status, code, refused)
    return VendorFault(trouble, detail, retryable=retryable, after=after, request_id=request_id)


def _meaning(status: int, code: str, refused: Any) -> tuple[VendorTrouble, bool, float]:
    if status == 429:
        if code in ("insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"):
            return VendorTrouble.QUOTA, False, 0.0
        return VendorTrouble.BUSY, True, _after(refused)
    if status in (401, 403):
        return VendorTrouble.CREDENTIALS, False, 0.0
    if status == 404:
        return VendorTrouble.MODEL_GONE, False, 0.0
    if status == 413 or code in ("context_length_exceeded", "string_above_max_length"):
        return VendorTrouble.TOO_LONG, False, 0.0
    if code in ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"):
        return VendorTrouble.FILTERED, False, 0.0
    if status in (408, 409) or status >= 500:
        return VendorTrouble.SERVER, True, _after(refused)
    return VendorTrouble.BAD_REQUEST, False, 0.0


def _code(value: Any) -> str:
    return value if isinstance(value, str) and CODE.fullmatch(value) else ""


def _inner_code(refused: Any) -> str:
    body = getattr(refused, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    inner = inner if isinstance(inner, dict) else {}
    return _code(inner.get("code")) or _code(inner.get("type"))


def _after(refused: Any) -> float:
    written = refused.response.headers.get("retry-after", "")
    try:
        return min(max(float(written), 0.0), MOST_AFTER)
    except ValueError:
        return 0.0
