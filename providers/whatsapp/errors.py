"""A fault of WhatsApp's as the error that our senders understand, by what its code means
(meanings.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from providers.meta.errors import GraphFault
from providers.outgoing import Scope, SendError
from providers.whatsapp.meanings import (
    EXPIRED_TOKEN,
    MEANINGS,
    MEDIA_GONE,
    NOT_THERE,
    PAIR_RATE,
    PERMISSION,
    PROVIDER_DOWN,
    RATE,
    REJECTED,
    TOKEN,
    UNCERTAIN,
    UNKNOWN,
    Meaning,
)
from providers.whatsapp.template_errors import REFUSALS

# These come from inside Meta with no word on whether the message was taken over.
VAGUE = frozenset({1, 2, 131000, 131016})
SAYS_NOT_SENT = re.compile(r"failed to send|not (?:been )?sent|was not accepted", re.IGNORECASE)
WAIT = re.compile(r"(\d{1,6})\s*(second|minute|hour)", re.IGNORECASE)
UNIT_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


def meaning_of(fault: GraphFault) -> Meaning:
    """Return our reading of an answered error; unknown codes are read by their HTTP status."""
    if fault.code is None or fault.code not in MEANINGS:
        return _by_http(fault.http)
    meaning = MEANINGS[fault.code]
    if fault.code == 190 and fault.subcode == 463:
        return EXPIRED_TOKEN
    if fault.code == 100 and fault.subcode == 33:
        return MEANINGS[33]
    if fault.code == 100 and fault.subcode in REFUSALS:
        return MEANINGS[fault.subcode]
    if fault.code in (133008, 133009) and (named := WAIT.search(fault.details)):
        wait = float(named[1]) * UNIT_SECONDS[named[2].lower()]
        return replace(meaning, retry_after=wait)
    return meaning


def explain(fault: GraphFault, *, is_send: bool) -> SendError:
    """Return the error to raise for an answered fault.

    For a send the outcome is unknown when Meta failed inside (5xx) without an error that says that
    the message was not taken over, or that it is transient.
    """
    meaning = meaning_of(fault)
    vague = fault.http >= 500 and (fault.code is None or fault.code in VAGUE)
    refused = fault.is_transient is True or bool(SAYS_NOT_SENT.search(fault.details))
    if is_send and vague and not refused:
        meaning, unknown = replace(UNCERTAIN, scope=meaning.scope), True
    else:
        unknown = False
    retryable = meaning.retryable and not unknown
    if fault.is_transient is True and meaning in (UNKNOWN, REJECTED):
        retryable = True
    return SendError(
        meaning.code,
        meaning.sentence,
        provider="" if fault.code is None else str(fault.code),
        final=meaning.final,
        retryable=retryable,
        retry_after=_later(meaning.retry_after, fault.retry_after) if retryable else None,
        # Meta, pair rate limit: wait 4^X seconds, one step more than the others.
        patience=int(fault.code == PAIR_RATE),
        scope=meaning.scope,
        unknown=unknown,
        trace=fault.trace,
        said=fault.details,
    )


def explain_media(fault: GraphFault, *, is_send: bool) -> SendError:
    """Return the error of a look-up of a received file. "No such object" is about the file here,
    not about the number: its id lives seven days.
    """
    if fault.code == 33 or (fault.code == 100 and fault.subcode in (None, 33)) or fault.http == 404:
        return SendError(
            MEDIA_GONE.code,
            MEDIA_GONE.sentence,
            provider="" if fault.code is None else str(fault.code),
            trace=fault.trace,
            said=fault.details,
        )
    return explain(fault, is_send=is_send)


def fault_sentence(code: str) -> tuple[str, Any]:
    """Return our code and the sentence for a provider's error code, as receipts name it: what they
    tell is over, and nobody tries again.
    """
    meaning = _by_text(code)
    return meaning.code, meaning.final or meaning.sentence


def fault_scope(code: str) -> Scope:
    """Return how far a provider's error code reaches, "message" for unknown ones."""
    return _by_text(code).scope


def _by_text(code: str) -> Meaning:
    known = code.isascii() and code.isdigit() and len(code) < 10
    return MEANINGS.get(int(code), UNKNOWN) if known else UNKNOWN


def _by_http(http: int) -> Meaning:
    match http:
        case 401:
            return TOKEN
        case 403:
            return PERMISSION
        case 404:
            return NOT_THERE
        case 429:
            return RATE
        case _ if http >= 500:
            return PROVIDER_DOWN
        case _ if http >= 400:
            return REJECTED
    return UNKNOWN


def _later(one: float | None, other: float | None) -> float | None:
    waits = [wait for wait in (one, other) if wait is not None]
    return max(waits, default=None)
