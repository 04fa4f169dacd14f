"""Work that a browser does instead of solving somebody's picture puzzle (hashcash, SHA-256)."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from typing import Any

from django.core import signing
from django.core.cache import cache
from redis.exceptions import RedisError

from visitors.errors import WorkNeeded

logger = logging.getLogger(__name__)

# About 260,000 hashes: a third of a second on a phone.
BITS = 18
SECONDS = 600
NONCE = re.compile(r"[0-9]{1,20}")
CHALLENGE_LENGTH = 300
_signer = signing.TimestampSigner(salt="visitors.work")


def work_ask(network: str) -> WorkNeeded:
    """Return the refusal that asks for work, good for one request of one network."""
    return WorkNeeded(_signer.sign(f"{network[:16]}.{secrets.token_urlsafe(12)}"), BITS)


def is_done(proof: Any, network: str) -> bool:
    """Tell whether a proof is good, and use it up."""
    if not isinstance(proof, dict):
        return False
    challenge, nonce = proof.get("challenge"), proof.get("nonce")
    if not isinstance(challenge, str) or not isinstance(nonce, str):
        return False
    if len(challenge) > CHALLENGE_LENGTH or not NONCE.fullmatch(nonce):
        return False
    try:
        asked = _signer.unsign(challenge, max_age=SECONDS)
    except signing.BadSignature:
        return False
    digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
    if int.from_bytes(digest) >> (256 - BITS) or asked.partition(".")[0] != network[:16]:
        return False
    try:
        return bool(cache.add(f"visitor-work:{digest.hex()}", 1, SECONDS))
    except RedisError:
        logger.warning("visitors: the cache does not answer, a proof may be used twice")
        return True
