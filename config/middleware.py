"""The site's content policy, with the exceptions the admin's scripts need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

ADMIN = "/admin/"
INBOX = "/atendimento/"
WORKER = "/sw.js"
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
            if path.startswith(INBOX):
                # Its address is at the root, where no file of anybody's lies.
                update["worker-src"] = _sources(request, WORKER)
        parts.update = {**(parts.update or {}), **update}
        return parts


class PersonalLanguageMiddleware:
    """Speaks the language that a person chose, on the pages of those who work here. Who chose none,
    and who is not logged in, is spoken to as Django's LocaleMiddleware found.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        # A visitor's panel may be looked at by somebody who works here: it is not theirs.
        is_theirs = request.path_info.startswith((INBOX, ADMIN))
        if is_theirs and settings.SESSION_COOKIE_NAME in request.COOKIES:
            language = getattr(request.user, "language", "")
            if language:
                request.LANGUAGE_CODE = language
                with translation.override(language):
                    return self.get_response(request)
        return self.get_response(request)


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
