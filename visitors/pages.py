"""What is there before a visitor is: the panel's page, and what loader and panel draw."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from common.origins import is_own_page
from visitors.config import config_of
from visitors.errors import ForeignOrigin
from visitors.http import VisitorView

CONFIG_SECONDS = 60


class PanelPage(VisitorView):
    """The page in the iframe. Only the channel's sites may put it into theirs."""

    http_method_names = ("get",)
    session_needed = False
    # A browser names the site around an iframe in no header: frame-ancestors holds it.
    is_for_sites = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw it."""
        config = config_of(self.channel, self.site)
        context = {
            "key": self.channel.account_id,
            "config": config,
            "language": config["language"],
            "origins": list(self.site.origins),
        }
        response = render(request, "chat/panel.html", context)
        response._csp_config = panel_policy(request, self.site.origins)  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
        return response


def panel_policy(request: HttpRequest, origins: tuple[str, ...]) -> dict[str, Any]:
    """Return the page's content policy. The site's own lies under it: scripts are those of our
    static files alone (config.middleware).
    """
    socket = f"{'wss' if settings.HTTPS else 'ws'}://{request.get_host()}"
    return {
        "default-src": [NONE],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF, socket],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "form-action": [NONE],
        # The back-office shows the panel on a page of ours too.
        "frame-ancestors": [SELF, *origins],
    }


class ConfigView(VisitorView):
    """What a loader draws its button by; sites on the channel's list may read it."""

    http_method_names = ("get",)
    session_needed = False
    is_for_sites = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with it. Raises ForeignOrigin."""
        origin = request.headers.get("Origin", "").lower()
        is_own = not origin or is_own_page(origin, request.get_host())
        if not is_own and origin not in self.site.origins:
            raise ForeignOrigin
        response = JsonResponse(config_of(self.channel, self.site))
        response["Cache-Control"] = f"public, max-age={CONFIG_SECONDS}"
        response["Content-Language"] = get_language() or "pt-br"
        if not is_own:
            response["Access-Control-Allow-Origin"] = origin
        return response
