"""What stands before every door that takes a password: pages, back-office and API alike."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from axes.helpers import get_client_ip_address
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.throttling import ScopedRateThrottle

from accounts.models.people import email_folded

logger = logging.getLogger(__name__)
# What a row of django-axes holds; no address of ours is longer.
NAME_LENGTH = 255


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Tell django-axes the name that failures are counted for, however it was typed."""
    given = credentials.get("username") if credentials else request.POST.get("username")
    return email_folded(given or "")[:NAME_LENGTH]


class LoginThrottle(ScopedRateThrottle):
    """Counts tries to log in by network address, once a request.

    Without the cache the lock on failures remains.
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count one try; a request that was counted before keeps its answer."""
        raw = getattr(request, "_request", request)
        if not hasattr(raw, "login_allowed"):
            try:
                raw.login_allowed = super().allow_request(request, view)
            except RedisError:
                logger.warning("throttle: the cache does not answer")
                raw.login_allowed = True
        return bool(raw.login_allowed)

    def get_ident(self, request: Any) -> str:
        """Name who calls: the address, of IPv6 the network that one customer gets whole."""
        address = get_client_ip_address(getattr(request, "_request", request))
        try:
            read = ipaddress.ip_address(address or "")
        except ValueError:
            return str(address)
        return str(ipaddress.ip_network((read, 64 if read.version == 6 else 32), strict=False))


class LoginBackend(AxesStandaloneBackend):
    """Refuses before a password is looked at: too many tries of an address, or of a person there.

    It stands first in AUTHENTICATION_BACKENDS, so whatever asks for a password passes it.
    """

    throttle_scope = "login"

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Let the next backend look; raises AxesBackendPermissionDenied, which ends the try."""
        if request is not None and not LoginThrottle().allow_request(request, self):
            # The middleware of django-axes draws its page; the API asks for the mark itself.
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise AxesBackendPermissionDenied("too many tries from this address")
        super().authenticate(request, **credentials)
