"""The list of what was said on an account, whether or not its owner heard of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from simulator.meta.graph import of_owner, refusal
from simulator.meta.models import SimAccount, SimDirect

ROWS, MESSAGES = 25, 10
PLATFORMS = {
    SimAccount.Platform.INSTAGRAM: "instagram",
    SimAccount.Platform.PAGE: "messenger",
}


@of_owner
@require_GET
def conversations(request: HttpRequest, account: SimAccount, node: str) -> HttpResponse:
    """List conversations, the newest first, with their newest messages; `after` is a place."""
    if node != account.account_id or request.GET.get("platform") != PLATFORMS[_kind(account)]:
        return refusal(400, 100, 33)
    after = request.GET.get("after", "0")
    begins = int(after) if after.isdecimal() else 0
    private = SimDirect.objects.filter(account=account, comment_id="")
    people = private.values("person").annotate(last=Max("created_at")).order_by("-last", "person")
    shown = list(people[begins : begins + ROWS + 1])
    rows = [_row(private, one) for one in shown[:ROWS]]
    paging: dict[str, Any] = {"cursors": {"before": after, "after": str(begins + ROWS)}}
    if len(shown) > ROWS:
        paging["next"] = request.build_absolute_uri()
    return JsonResponse({"data": rows, "paging": paging})


def _kind(account: SimAccount) -> SimAccount.Platform:
    return SimAccount.Platform(account.platform)


def _row(private: Any, person: Any) -> dict[str, Any]:
    newest = private.filter(person=person["person"]).order_by("-created_at", "-id")[:MESSAGES]
    messages = [
        {
            "id": one.external_id,
            "created_time": one.created_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "from": {"id": one.person if one.is_inbound else one.account.account_id},
        }
        for one in newest.select_related("account")
    ]
    at = person["last"].strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": f"t_{person['person']}", "updated_time": at, "messages": {"data": messages}}
