"""Tickets for sockets: a browser's WebSocket sends no Authorization header, and a token in an
address would stand in every log on the way.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.models import Membership
from common.errors import DomainError

logger = logging.getLogger(__name__)
TICKET_SECONDS = 30


class TicketsAway(DomainError):
    """Tickets cannot be kept at the moment."""

    code = "tempo_real_fora"
    status = 503
    message = _("O tempo real está fora do ar. Continue pela API e tente de novo em instantes.")


@dataclass(frozen=True, slots=True)
class TicketBearer:
    """Whom a ticket lets in: a person in a company, by the digest of a token of theirs."""

    user_id: UUID
    company_id: UUID
    digest: str


def socket_ticket_issue(*, membership: Membership, digest: str) -> str:
    """Return a ticket that opens one socket within 30 seconds. Only its hash is kept. Raises
    TicketsAway.
    """
    ticket = secrets.token_urlsafe(24)
    kept = [str(membership.user_id), str(membership.company_id), digest]
    try:
        cache.set(_key(ticket), kept, TICKET_SECONDS)
    except RedisError as exc:
        raise TicketsAway from exc
    return ticket


def socket_ticket_use(ticket: str) -> TicketBearer | None:
    """Use a ticket up and return whom it lets in; None where it is none, any more or at all."""
    key = _key(ticket)
    try:
        kept: Any = cache.get(key)
        # Of two who read it at once, one takes it away.
        if kept is None or not cache.delete(key):
            return None
    except RedisError:
        logger.warning("socket tickets: the cache does not answer")
        return None
    user_id, company_id, digest = kept
    return TicketBearer(UUID(user_id), UUID(company_id), digest)


def _key(ticket: str) -> str:
    return f"socket-ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
