"""The part of the Graph API that accounts are sent by, in Meta's shapes."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from simulator.meta.delivery import post
from simulator.meta.models import SimAccount, SimDirect, SimDirectFile
from simulator.meta.services import app_id, echo_of, message_accept, tell
from simulator.samples import photo
from simulator.transport import RESET_HEADER

Json = dict[str, Any]
Platform = SimAccount.Platform
Fault = SimAccount.Fault
TOKEN_SECONDS = 5_184_000
MAX_BYTES, MAX_CHARACTERS, MAX_REPLIES = 1000, 2000, 13
REFUSALS = {
    Fault.CLOSED: (400, 10, 2018278),
    Fault.GONE: (400, 551, 1545041),
    Fault.RATE: (400, 613, None),
    Fault.TOKEN: (401, 190, 463),
}
REACTIONS = {"love": "❤️", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠"}
REACTIONS |= {"like": "👍", "dislike": "👎"}
View = Callable[..., HttpResponse]


def refusal(status: int, code: int, subcode: int | None = None) -> JsonResponse:
    """Return an error in Meta's shape."""
    error: Json = {"message": f"(#{code}) simulated", "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return JsonResponse({"error": {**error, "fbtrace_id": "Asim"}}, status=status)


def of_owner(view: View) -> View:
    """Give the view the account that the token is of; others are answered 190."""

    @wraps(view)
    def asked(request: HttpRequest, **path: str) -> HttpResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account = SimAccount.objects.filter(token=token).first() if token else None
        if account is None or account.has_token_ended():
            return refusal(401, 190)
        asked_for = path.get("node", "me")
        return view(request, account, account.account_id if asked_for == "me" else asked_for)

    return csrf_exempt(asked)


@of_owner
@require_POST
def messages(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Take a message, or do what the account's fault says."""
    body = _json(request)
    to = body.get("recipient") or {}
    message, comment = body.get("message"), None
    if node != account.account_id:
        return refusal(400, 100, 33)
    own = SimDirect.objects.filter(account=account, is_inbound=True)
    if "comment_id" in to:
        comment = own.filter(comment_id=str(to["comment_id"])).exclude(comment_id="").first()
        if comment is None or comment.is_answered:
            return refusal(400, 10903)
    person = comment.person if comment else str(to.get("id", ""))
    if comment is None and not own.filter(person=person, comment_id="").exists():
        return refusal(400, 100, 2018001)
    if "sender_action" in body:
        return _acted(account, person, body)
    if not isinstance(message, dict) or _is_too_much(account, message):
        return refusal(400, 100, 2534015)
    fault, account.fault = account.fault, ""
    account.save(update_fields=["fault", "updated_at"])
    if fault in REFUSALS:
        return refusal(*REFUSALS[Fault(fault)])
    quoted = str((body.get("reply_to") or {}).get("mid", ""))
    row = message_accept(account, person, message, comment.external_id if comment else quoted)
    if comment is not None:
        SimDirect.objects.filter(pk=comment.pk).update(is_answered=True)
    if account.echo == SimAccount.Echo.BEFORE:
        webhook = tell(account, person, echo_of(row, message), is_echo=True)
        if webhook is not None:
            post(webhook)
    if fault == Fault.LOST:
        return refusal(500, 1)
    response = JsonResponse({"recipient_id": person, "message_id": row.external_id})
    if fault == Fault.RESET:
        response[RESET_HEADER] = "1"
    return response


@of_owner
@require_POST
def attachments(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Store a file for one send."""
    file = request.FILES.get("filedata")
    try:
        kind = json.loads(request.POST.get("message", ""))["attachment"]["type"]
    except (ValueError, KeyError, TypeError):
        return refusal(400, 100, 2018047)
    if file is None or node != account.account_id:
        return refusal(400, 100, 2018047)
    number = str(secrets.randbelow(10**15) + 10**15)
    SimDirectFile.objects.create(account=account, attachment_id=number, kind=str(kind), file=file)
    return JsonResponse({"attachment_id": number})


@of_owner
@require_http_methods(["GET", "POST"])
def subscribed_apps(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Tell who hears of an account, or have the owner's app hear."""
    if node != account.account_id:
        return refusal(400, 100, 33)
    if request.method == "POST":
        account.is_subscribed = account.is_subscribed or not account.is_deaf
        account.save(update_fields=["is_subscribed", "updated_at"])
        return JsonResponse({"success": True})
    app = {"id": app_id(), "subscribed_fields": ["messages"]}
    return JsonResponse({"data": [app] if account.is_subscribed else []})


@of_owner
@require_POST
def take_thread_control(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Let the owner's app answer from now on."""
    if node != account.account_id:
        return refusal(400, 100, 33)
    account.is_held = False
    account.save(update_fields=["is_held", "updated_at"])
    return JsonResponse({"success": True})


@of_owner
@require_GET
def node(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Tell of the account, or of a person who wrote to it."""
    if node == account.account_id:
        own: Json = {"id": node, "user_id": node, "name": account.name, "username": account.name}
        return JsonResponse(own)
    known = SimDirect.objects.filter(account=account, person=node, is_inbound=True).first()
    if known is None:
        return refusal(400, 100, 33)
    wrote = SimDirect.objects.filter(account=account, person=node, comment_id="", is_inbound=True)
    if not wrote.exists():
        # Who only commented did not agree to be known.
        return refusal(400, 230)
    first, _space, last = known.person_name.partition(" ")
    face = request.build_absolute_uri(reverse("simulator_direct_face", args=[node]))
    shown = {"id": node, "profile_pic": face}
    if account.platform == Platform.PAGE:
        return JsonResponse({**shown, "first_name": first, "last_name": last})
    return JsonResponse({**shown, "name": known.person_name, "username": first.lower()})


@of_owner
@require_GET
def debug_token(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Tell of a token: whose app it is, and when it ends; 0 for never."""
    ends = int(account.token_ends_at.timestamp()) if account.token_ends_at else 0
    return JsonResponse({"data": {"app_id": app_id(), "expires_at": ends, "is_valid": True}})


@of_owner
@require_GET
def refresh(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Replace a token by another one, as for Instagram Login."""
    account.token = secrets.token_urlsafe(48)
    account.token_ends_at = timezone.now() + timedelta(seconds=TOKEN_SECONDS)
    account.save(update_fields=["token", "token_ends_at", "updated_at"])
    return JsonResponse({"access_token": account.token, "expires_in": TOKEN_SECONDS})


@require_GET
def face(request: HttpRequest, person: str) -> HttpResponse:
    """Give the picture that a person shows."""
    return HttpResponse(photo(zlib.crc32(person.encode()) % 360), content_type="image/jpeg")


@require_GET
def file(request: HttpRequest, mid: str) -> HttpResponseBase:
    """Give a file that stands in a message: whoever knows its address may."""
    row = SimDirect.objects.filter(external_id=mid).exclude(file="").first()
    return FileResponse(row.file.open("rb")) if row else HttpResponseNotFound()


def _acted(account: SimAccount, person: str, body: Json) -> HttpResponse:
    """Show the person what is no message: seen, typing, an emoji on what they wrote."""
    action, payload = str(body["sender_action"]), body.get("payload") or {}
    if action in ("react", "unreact"):
        own = SimDirect.objects.filter(account=account, person=person)
        emoji = REACTIONS.get(str(payload.get("reaction", "")), "")
        found = own.filter(external_id=str(payload.get("message_id", "")))
        if not found.update(clinic_reaction=emoji if action == "react" else ""):
            return refusal(400, 100, 2018001)
    else:
        seen = account.shown.get(person, {})
        account.shown[person] = {
            "seen": seen.get("seen", False) or action == "mark_seen",
            "typing": action == "typing_on",
        }
        account.save(update_fields=["shown", "updated_at"])
    return JsonResponse({"recipient_id": person})


def _is_too_much(account: SimAccount, message: Json) -> bool:
    text = str(message.get("text", ""))
    replies = message.get("quick_replies") or []
    is_long = (
        len(text) > MAX_CHARACTERS
        if account.platform == Platform.PAGE
        else len(text.encode()) > MAX_BYTES
    )
    return is_long or len(replies) > MAX_REPLIES or not (text or message.get("attachment"))


def _json(request: HttpRequest) -> Json:
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
