"""The login pages of the fake Facebook and Instagram: whoever sits there lets an app in.

Codes and short tokens are signed words of this process, so nothing is kept of them.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.meta.graph import refusal
from simulator.meta.models import SimAccount
from simulator.meta.services import app_id

Platform = SimAccount.Platform
CODE, SHORT, LONG = "simulator.code", "simulator.short", "simulator.long"
CODE_SECONDS = 600
LIFE = timedelta(days=60)
EVERY_PAGE = "*"


@require_GET
def facebook(request: HttpRequest) -> HttpResponse:
    """Ask whether an app may use the Pages."""
    pages = SimAccount.objects.filter(platform=Platform.PAGE)
    return _dialog(request, [(EVERY_PAGE, one) for one in pages][:1], pages)


@require_GET
def instagram(request: HttpRequest) -> HttpResponse:
    """Ask as whom somebody is logged in, and whether an app may use that account."""
    accounts = SimAccount.objects.filter(platform=Platform.INSTAGRAM)
    return _dialog(request, [(one.account_id, one) for one in accounts], accounts)


@csrf_exempt
@require_POST
def tokens(request: HttpRequest, version: str = "") -> HttpResponse:
    """Give a short token for a code, or Facebook's long one for a short one."""
    given = request.POST
    if given.get("client_id") != app_id() or not _is_secret(given.get("client_secret", "")):
        return refusal(400, 101)
    if short := given.get("fb_exchange_token", ""):
        who = _opened(short, SHORT)
        return JsonResponse({"access_token": _signed(who, LONG)}) if who else refusal(400, 190)
    code = _opened(given.get("code", ""), CODE)
    if not code or code["address"] != given.get("redirect_uri"):
        return refusal(400, 100)
    return JsonResponse({"access_token": _signed(code, SHORT), "user_id": code["who"]})


@require_GET
def longer(request: HttpRequest, version: str) -> HttpResponse:
    """Give Instagram's token of sixty days; the account has no other from then on."""
    who = _opened(request.GET.get("access_token", ""), SHORT)
    found = SimAccount.objects.filter(account_id=who["who"]) if who else SimAccount.objects.none()
    account = found.first()
    if account is None or not _is_secret(request.GET.get("client_secret", "")):
        return refusal(400, 190)
    account.token, account.token_ends_at = secrets.token_urlsafe(48), timezone.now() + LIFE
    account.save(update_fields=["token", "token_ends_at", "updated_at"])
    seconds = int(LIFE.total_seconds())
    return JsonResponse({"access_token": account.token, "expires_in": seconds})


@require_GET
def pages(request: HttpRequest, version: str) -> HttpResponse:
    """List the Pages, each with a token that does not end."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not _opened(given, LONG):
        return refusal(401, 190)
    rows = []
    for account in SimAccount.objects.filter(platform=Platform.PAGE):
        account.token_ends_at = None
        account.save(update_fields=["token_ends_at", "updated_at"])
        own = {"id": account.account_id, "name": account.name}
        rows.append({**own, "access_token": account.token})
    return JsonResponse({"data": rows})


def _dialog(request: HttpRequest, ways: list[tuple[str, SimAccount]], shown: Any) -> HttpResponse:
    address, state = request.GET.get("redirect_uri", ""), request.GET.get("state", "")
    if (
        urlsplit(address).scheme not in ("http", "https")
        or request.GET.get("client_id") != app_id()
    ):
        return HttpResponseBadRequest("client_id")
    back = [
        (
            one,
            f"{address}?{urlencode({'code': _signed(_said(who, address), CODE), 'state': state})}",
        )
        for who, one in ways
    ]
    refused = f"{address}?{urlencode({'error': 'access_denied', 'state': state})}"
    context = {"ways": back, "refused": refused, "accounts": shown}
    return render(request, "simulator/meta/login.html", context)


def _said(who: str, address: str) -> dict[str, str]:
    return {"who": who, "address": address}


def _signed(said: dict[str, str], what: str) -> str:
    return signing.dumps(said, salt=what)


def _opened(given: str, what: str) -> dict[str, str] | None:
    try:
        found: dict[str, str] = signing.loads(given, salt=what, max_age=CODE_SECONDS)
    except signing.BadSignature:
        return None
    return found


def _is_secret(given: str) -> bool:
    return given in settings.META_APP_SECRETS
