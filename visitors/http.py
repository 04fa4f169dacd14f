"""One request of a panel: whose page asks, of which channel, by which visitor."""

from __future__ import annotations

import re
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from common.errors import DomainError
from common.origins import is_own_page
from common.scoping import company_scope
from omnichannel.models import Channel
from providers.site import Site
from visitors.errors import ForeignOrigin, TooLarge, TooMany, WorkNeeded
from visitors.models import VisitorSession
from visitors.selectors import channel_by_key, site_of
from visitors.services.sessions import FormRefused, session_require

COOKIE_SECONDS = 180 * 24 * 3600
# The largest message is 10,000 bytes of text, of which JSON may write each as six.
BODY_BYTES = 64 * 1024
HELLO_BYTES = 4 * 1024
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
BEARER = "Bearer "


class PartitionedMorsel(Morsel[str]):
    """A cookie that a browser keeps for each site around the panel apart (CHIPS): Python's own
    knows the word from 3.14 on.
    """

    def OutputString(self, attrs: Any = None) -> str:
        """Return the cookie's line."""
        return f"{super().OutputString(attrs)}; Partitioned"


def cookie_name(key: str) -> str:
    """Return the name of a channel's cookie. Two channels may stand on one site."""
    return f"__Host-chat-{key}" if settings.HTTPS else f"chat-{key}"


def cookie_set(response: HttpResponseBase, key: str, token: str) -> None:
    """Give a browser its secret. Without HTTPS an iframe of another site does not get it back, and
    the pointer alone names the session.
    """
    name = cookie_name(key)
    response.set_cookie(
        name,
        token,
        max_age=COOKIE_SECONDS if token else 0,
        path="/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="None" if settings.HTTPS else "Lax",
    )
    if settings.HTTPS:
        plain = response.cookies[name]
        morsel = PartitionedMorsel()
        morsel.set(name, plain.value, plain.coded_value)
        morsel.update(plain)
        # SimpleCookie would read a value, and write a plain one.
        dict.__setitem__(response.cookies, name, morsel)


def cookie_of(header: str, key: str) -> str:
    """Return the secret in a Cookie header, "" where there is none."""
    try:
        found = SimpleCookie(header).get(cookie_name(key))
    except CookieError:
        return ""
    return found.value if found else ""


def pointer_of(header: str) -> str:
    """Return the pointer in an Authorization header, "" where there is none."""
    return header.removeprefix(BEARER) if header.startswith(BEARER) else ""


def is_visitor(key: str, cookie: str, authorization: str) -> bool:
    """Tell whether headers name a session of a channel."""
    try:
        channel = channel_by_key(key)
        session_require(
            channel=channel, cookie=cookie_of(cookie, key), pointer=pointer_of(authorization)
        )
    except DomainError:
        return False
    return True


@method_decorator(csrf_exempt, name="dispatch")
class VisitorView(View):
    """Base of everything under /chat/<key>/. Sets `channel` and `site`; with `session_needed`
    `session` too. A visitor has no login and no form's token: the origin stands in for it.
    """

    session_needed = True
    body_limit = BODY_BYTES
    is_for_sites = False
    channel: Channel
    site: Site
    session: VisitorSession

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the request in and answer it; refusals become the protocol's errors."""
        with translation.override(self._language(request)):
            try:
                response = self._answer(request, *args, **kwargs)
            except DomainError as refused:
                response = error_response(refused)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("Cookie", "Origin", "Accept-Language", "Authorization"))
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.channel = channel_by_key(str(kwargs.pop("key")))
        self.site = site_of(self.channel)
        if not self.is_for_sites:
            self._check_origin(request)
        with company_scope(self.channel.company_id), timezone.override(self.channel.company.zone):
            if self.session_needed:
                self.session = session_require(channel=self.channel, **self.secrets(request))
            return super().dispatch(request, *args, **kwargs)

    def _language(self, request: HttpRequest) -> str:
        wanted = request.GET.get("idioma", "")
        if wanted in dict(settings.LANGUAGES):
            return wanted
        given = request.headers.get("Accept-Language", "").strip().lower()
        return "en" if given.startswith("en") else "pt-br"

    def _check_origin(self, request: HttpRequest) -> None:
        origin = request.headers.get("Origin")
        is_foreign = origin is not None and not is_own_page(origin, request.get_host())
        if is_foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignOrigin

    def secrets(self, request: HttpRequest) -> dict[str, str]:
        """Return the cookie's secret and the pointer that came with a request, "" where none."""
        return {
            "cookie": request.COOKIES.get(cookie_name(self.channel.account_id), ""),
            "pointer": pointer_of(request.headers.get("Authorization", "")),
        }

    def body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the JSON object of a request. Raises TooLarge, FormRefused."""
        if len(request.body) > self.body_limit:
            raise TooLarge
        try:
            given = orjson.loads(request.body or b"{}")
        except orjson.JSONDecodeError:
            raise FormRefused from None
        if not isinstance(given, dict):
            raise FormRefused
        return given


def error_response(refused: DomainError) -> HttpResponse:
    """Return a refusal as the panel reads it."""
    told: dict[str, Any] = {"code": refused.code, "detail": str(refused.detail)}
    if refused.fields:
        told["fields"] = {
            name: [str(sentence) for sentence in said] for name, said in refused.fields.items()
        }
    if isinstance(refused, WorkNeeded):
        told |= refused.extra
    response = JsonResponse(told, status=refused.status)
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.seconds)
    return response
