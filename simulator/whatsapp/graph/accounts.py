"""Numbers, accounts, subscriptions, the business profile and the token check."""

from __future__ import annotations

import re
import secrets
from typing import Any

import requests
from django.conf import settings
from django.http import HttpRequest

from simulator.whatsapp.graph.auth import number_for, token_must_exist, waba_for
from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.graph.paging import page_of
from simulator.whatsapp.graph.requests import json_body
from simulator.whatsapp.models import SimNumber

Json = dict[str, Any]
APP_ID = "1029384756102938"
APP_NAME = "Central de Atendimento"
REGISTRATIONS = 10
PIN = re.compile(r"[0-9]{6}")
DEFAULT_FIELDS = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "id",
)
# Limits of the business profile, in characters.
PROFILE_LIMITS = {
    "about": 139,
    "address": 256,
    "description": 512,
    "email": 128,
    "vertical": 60,
    "profile_picture_handle": 2000,
}


def number_json(number: SimNumber) -> Json:
    """Describe a number with every field that can be asked for."""
    return {
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": number.display_phone,
        "quality_rating": number.quality,
        "platform_type": "CLOUD_API",
        "throughput": {"level": number.throughput},
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "messaging_limit_tier": number.messaging_limit,
        "name_status": "APPROVED",
        "status": "CONNECTED" if number.is_registered else "DISCONNECTED",
        "account_mode": "LIVE",
        "is_on_biz_app": False,
        "is_official_business_account": False,
        "webhook_configuration": _routes(number),
        "id": number.phone_number_id,
    }


def _routes(number: SimNumber) -> Json:
    """Name the app's own address, and the one that stands before it where there is one."""
    routes = {"application": settings.SIMULATOR_WEBHOOK_URL}
    return {**routes, "phone_number": number.webhook_url} if number.webhook_url else routes


def fields_of(request: HttpRequest, item: Json, default: tuple[str, ...]) -> Json:
    """Keep the fields asked for. Raises GraphError 100 for one that does not exist."""
    asked = [name.strip() for name in request.GET.get("fields", "").split(",") if name.strip()]
    for name in asked:
        if name not in item:
            raise GraphError(
                100, message=f"(#100) Tried accessing nonexisting field ({name}) on node type"
            )
    names = [*(asked or default), "id"]
    return {name: item[name] for name in dict.fromkeys(names)}


def number_edit(request: HttpRequest, number: SimNumber) -> Json:
    """Set the webhook of one number, after asking it to prove that it expects us."""
    wanted = json_body(request).get("webhook_configuration")
    if not isinstance(wanted, dict):
        raise GraphError(100, "Param webhook_configuration is required")
    url = str(wanted.get("override_callback_uri", ""))
    if url:
        callback_verify(url, str(wanted.get("verify_token", "")))
    number.webhook_url = url
    number.save(update_fields=["webhook_url", "updated_at"])
    return {"success": True}


def callback_verify(url: str, verify_token: str) -> None:
    """Do Meta's handshake with a callback address. Raises GraphError 2200 when it fails."""
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        answer = requests.get(url, params=query, timeout=5, allow_redirects=False)
        is_good = answer.status_code == 200 and answer.text == challenge
    except requests.RequestException:
        is_good = False
    if not is_good:
        raise GraphError(2200, message="(#2200) Callback verification failed")


def register(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Register a number with its PIN. Raises GraphError 133005 for another one, 133016 too often,
    100 for no PIN.
    """
    number = number_for(node_id, token)
    data = json_body(request)
    pin = data.get("pin")
    if data.get("messaging_product") != "whatsapp" or not isinstance(pin, str):
        raise GraphError(100, "Params messaging_product and pin are required")
    if not PIN.fullmatch(pin):
        raise GraphError(100, "Param pin must be a string of 6 digits")
    if number.register_count >= REGISTRATIONS:
        raise GraphError(133016)
    number.register_count += 1
    number.save(update_fields=["register_count", "updated_at"])
    if number.pin and number.pin != pin:
        raise GraphError(133005)
    number.pin, number.is_registered = pin, True
    number.save(update_fields=["pin", "is_registered", "updated_at"])
    return {"success": True}


def deregister(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Take a number off the cloud API: it sends nothing until it is registered again."""
    number = number_for(node_id, token)
    number.is_registered = False
    number.save(update_fields=["is_registered", "updated_at"])
    return {"success": True}


def numbers(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """List the numbers of an account."""
    rows = [number_json(row) for row in _managed(node_id, token)]
    return page_of(request, [fields_of(request, row, DEFAULT_FIELDS) for row in rows])


def subscriptions(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Say whether our app hears of this account's updates."""
    rows = _managed(node_id, token)
    app: Json = {
        "whatsapp_business_api_data": {
            "id": APP_ID,
            "name": APP_NAME,
            "link": f"https://www.facebook.com/games/?app_id={APP_ID}",
        }
    }
    if rows[0].webhook_url:
        app["override_callback_uri"] = rows[0].webhook_url
    return {"data": [app] if rows[0].is_subscribed else []}


def _managed(node_id: str, token: str) -> list[SimNumber]:
    """List an account's numbers for a token that may manage it. Raises GraphError 200."""
    rows = waba_for(node_id, token)
    if not any("whatsapp_business_management" in row.scopes for row in rows):
        raise GraphError(200, message="(#200) You do not have the necessary permissions")
    return rows


def subscribe(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Subscribe our app, with an address of its own when one is given."""
    _managed(node_id, token)
    data = json_body(request) if "json" in (request.content_type or "") else request.POST.dict()
    url = str(data.get("override_callback_uri", ""))
    if url:
        callback_verify(url, str(data.get("verify_token", "")))
    SimNumber.objects.filter(waba_id=node_id).update(is_subscribed=True, webhook_url=url)
    return {"success": True}


def unsubscribe(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Stop the updates of an account."""
    _managed(node_id, token)
    SimNumber.objects.filter(waba_id=node_id).update(is_subscribed=False)
    return {"success": True}


def profile(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Show the public profile: what was set, of the fields asked for."""
    number = number_for(node_id, token)
    stored = {**number.profile, "messaging_product": "whatsapp"}
    stored.pop("profile_picture_handle", None)
    asked = [item for item in request.GET.get("fields", "").split(",") if item]
    shown = {key: stored[key] for key in asked if key in stored} if asked else stored
    return {"data": [{**shown, "messaging_product": "whatsapp"}]}


def profile_edit(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Change the fields that are named. Raises GraphError 100 beyond a limit."""
    number = number_for(node_id, token)
    data = json_body(request)
    if data.pop("messaging_product", None) != "whatsapp":
        raise GraphError(100, "Param messaging_product must be whatsapp")
    for key, value in data.items():
        if key == "websites":
            if not isinstance(value, list) or len(value) > 2:
                raise GraphError(100, "Param websites must be an array of at most 2 strings")
        elif key not in PROFILE_LIMITS:
            raise GraphError(100, f"Unexpected key '{key}'")
        elif not isinstance(value, str) or len(value) > PROFILE_LIMITS[key]:
            raise GraphError(100, f"Param {key} must be at most {PROFILE_LIMITS[key]} characters")
    number.profile = {**number.profile, **data}
    number.save(update_fields=["profile", "updated_at"])
    return {"success": True}


def debug_token(request: HttpRequest, *, token: str) -> Json:
    """Say what a token may do."""
    token_must_exist(token)
    asked = request.GET.get("input_token", "")
    known = list(SimNumber.objects.filter(access_token=asked))
    if not known:
        return {
            "data": {
                "is_valid": False,
                "scopes": [],
                "error": {"code": 190, "message": "Invalid OAuth access token."},
            }
        }
    targets = sorted({row.waba_id for row in known})
    scopes = sorted({str(scope) for row in known for scope in row.scopes})
    return {
        "data": {
            "app_id": APP_ID,
            "type": "SYSTEM_USER",
            "application": APP_NAME,
            "data_access_expires_at": 0,
            "expires_at": 0,
            "is_valid": True,
            "issued_at": 1767225600,
            "scopes": scopes,
            "granular_scopes": [{"scope": name, "target_ids": targets} for name in scopes],
            "user_id": "122100000000000001",
        }
    }
