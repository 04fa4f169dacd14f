"""The simulator has no login, so other sites' pages must not be able to press its buttons."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

# The chain of the simulator's own process.
MIDDLEWARE = [
    "simulator.middleware.same_site_only",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
Handler = Callable[[HttpRequest], HttpResponse]
OWN_SITES = frozenset({"", "same-origin", "none"})


def same_site_only(get_response: Handler) -> Handler:
    """Refuse what a browser sends on behalf of another site, and hosts that are not ours.

    Programs send no Sec-Fetch-Site header and pass.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # Raises for a foreign Host header, which is how a page would get around the check below.
        request.get_host()
        is_reading = request.method in ("GET", "HEAD") and request.headers.get(
            "Sec-Fetch-Mode", "navigate"
        ) in ("navigate",)
        if request.headers.get("Sec-Fetch-Site", "") not in OWN_SITES and not is_reading:
            return HttpResponseForbidden("cross-site request")
        response = get_response(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return middleware
