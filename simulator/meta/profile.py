"""What people see before they write: the owner sets it in Meta's shapes, the phone shows it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from simulator.meta.graph import of_owner, refusal
from simulator.meta.models import SimAccount

Json = dict[str, Any]
FIELDS = ("ice_breakers", "persistent_menu", "get_started")
MOST_QUESTIONS, QUESTION_LENGTH, TITLE_LENGTH = 4, 80, 30


@of_owner
@require_http_methods(["GET", "POST", "DELETE"])
def messenger_profile(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """Tell, set or take away what the account shows."""
    is_page = account.platform == SimAccount.Platform.PAGE
    if node != account.account_id:
        return refusal(400, 100, 33)
    if request.method == "GET":
        return JsonResponse({"data": _told(account, request.GET.get("fields", ""), is_page)})
    try:
        given = json.loads(
            request.body if request.method == "POST" else request.GET.get("fields", "")
        )
    except ValueError:
        return refusal(400, 100)
    whole = dict(account.start_screen)
    if request.method == "DELETE":
        whole = {name: one for name, one in whole.items() if name not in given}
    else:
        whole |= {name: given[name] for name in FIELDS if name in given}
    if not _is_taken(whole, is_page):
        return refusal(400, 100)
    account.start_screen = whole
    account.save(update_fields=["start_screen", "updated_at"])
    return JsonResponse({"result": "success"})


def screen_of(account: SimAccount) -> Json:
    """Return what the phone draws: {"questions", "menu", "begin"}, each tap with its words."""
    begin = account.start_screen.get("get_started")
    return {
        "questions": [
            {"title": one.get("question", ""), "payload": one.get("payload", "")}
            for one in _lines(account, "ice_breakers")
        ],
        "menu": _lines(account, "persistent_menu"),
        "begin": {"title": _("Começar"), "payload": begin.get("payload", "")} if begin else None,
    }


def taps_of(account: SimAccount) -> list[Json]:
    """Return everything that is told to the owner when it is tapped."""
    screen = screen_of(account)
    found = [*screen["questions"], *screen["menu"], *filter(None, [screen["begin"]])]
    return [one for one in found if one.get("payload")]


def _told(account: SimAccount, names: str, is_page: bool) -> list[Json]:
    """Return what was asked for: a Page's answer names the field, Instagram's is the rows."""
    known = account.start_screen
    if is_page:
        shown = {one: known[one] for one in names.split(",") if one in known}
        return [shown] if shown else []
    return [row for one in names.split(",") for row in known.get(one, [])]


def _is_taken(whole: Json, is_page: bool) -> bool:
    """Tell whether Meta would take it: its limits, and a Page's menu needs the button."""
    shown = SimAccount(start_screen=whole)
    questions = [str(one.get("question", "")) for one in _lines(shown, "ice_breakers")]
    titles = [str(one.get("title", "")) for one in _lines(shown, "persistent_menu")]
    is_short = all(0 < len(one) <= QUESTION_LENGTH for one in questions)
    is_short = is_short and all(0 < len(one) <= TITLE_LENGTH for one in titles)
    if "get_started" in whole and not is_page:
        return False
    needs_button = is_page and "persistent_menu" in whole and "get_started" not in whole
    return is_short and len(questions) <= MOST_QUESTIONS and not needs_button


def _lines(account: SimAccount, field: str) -> list[Json]:
    rows = account.start_screen.get(field, [])
    return [line for row in rows for line in row.get("call_to_actions", [])]
