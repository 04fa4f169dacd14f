"""The site's content policy, with the exceptions the admin's scripts need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

ADMIN = "/admin/"
API_DOCS = "/central-atendimento/docs/"


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the strict policy everywhere; under /admin/ its Alpine build may evaluate
    expressions.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Narrow scripts to our own files; widen script-src and style-src for the admin only."""
        parts = super().get_policy_parts(request, response, report_only)
        path = request.path_info
        if path.startswith(ADMIN):
            # Django's words for its date pickers are a page, not a file.
            script = [*_sources(request, settings.STATIC_URL, f"{ADMIN}jsi18n/"), UNSAFE_EVAL]
            update = {"script-src": script, "style-src": [SELF, UNSAFE_INLINE]}
        elif path.startswith(API_DOCS):
            update = {"script-src": _sources(request, settings.STATIC_URL, API_DOCS)}
        else:
            update = {"script-src": _sources(request, settings.STATIC_URL)}
        parts.update = {**(parts.update or {}), **update}
        return parts


def _sources(request: HttpRequest, *paths: str) -> list[str]:
    """Return where scripts may come from: some folders of this host. A file that somebody attached
    lies under the same host and must never run as a script of ours.
    """
    # The front door has refused foreign hosts; an answer to one of those is no page.
    host = request.META.get("HTTP_HOST", "").lower()
    # A policy has no way to write an IPv6 address.
    if not host or not host.replace(".", "").replace("-", "").replace(":", "").isalnum():
        return [SELF]
    return [f"{host}{path}" for path in paths]
