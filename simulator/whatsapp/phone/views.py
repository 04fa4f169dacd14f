"""The page shaped as a phone: the shell, its two living parts, what is new, and the files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from common import phones
from simulator.whatsapp.graph.errors import KNOWN
from simulator.whatsapp.models import SimChat, SimFault, SimMedia, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.phone.bubbles import bubbles, is_shown_inline, local_today, preview
from simulator.whatsapp.services import clock
from simulator.whatsapp.services.notices import NOTICES
from simulator.whatsapp.services.scenarios import SCENARIOS

Json = dict[str, Any]
# A short wait, so that a stopping server is not held up by a waiting page.
WAIT_SECONDS = 2.0
LOOK_SECONDS = 0.25
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people: who, the last message, how many wait unread."""

    person: SimPerson
    last: SimMessage | None
    unread: int

    @property
    def pk(self) -> UUID:
        """The person's id, by which the address chooses."""
        return self.person.pk

    @property
    def last_at(self) -> datetime | None:
        """When the last message showed, None without one."""
        return self.last.visible_at if self.last else None

    @property
    def preview(self) -> str:
        """The last message in one line."""
        return preview(self.last) if self.last else ""

    @property
    def phone(self) -> str:
        """The number as people read it."""
        return phones.display(f"+{self.person.wa_id}")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the phone of one person and one clinic number, the newest chat unless chosen."""
    numbers = list(SimNumber.objects.all())
    number = _chosen(numbers, request.GET.get("numero"))
    people = _people(number) if number else []
    entry = _chosen(people, request.GET.get("pessoa"))
    person = entry.person if entry else None
    return render(
        request,
        "simulator/whatsapp/phone.html",
        {
            "numbers": numbers,
            "number": number,
            "people": people,
            "person": person,
            "kinds": SimFault.Kind.choices,
            "codes": [(code, known.title) for code, known in sorted(KNOWN.items())],
            "notices": [(name, item[0]) for name, item in NOTICES.items()],
            "scenarios": [(name, item.label) for name, item in SCENARIOS.items()],
            "webhook_url": (number and number.webhook_url) or settings.SIMULATOR_WEBHOOK_URL,
            **(_chat(number, person) if number and person else {}),
        },
    )


@require_GET
def people_list(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """Show the list of people again."""
    number = get_object_or_404(SimNumber, pk=number_id)
    people = _people(number)
    entry = _chosen(people, request.GET.get("pessoa"))
    context = {"number": number, "people": people, "person": entry and entry.person}
    return render(request, "simulator/whatsapp/_people.html", context)


@require_GET
def chat(request: HttpRequest, number_id: UUID, person_id: UUID) -> HttpResponse:
    """Show the bubbles of a chat again."""
    number = get_object_or_404(SimNumber, pk=number_id)
    person = get_object_or_404(SimPerson, pk=person_id)
    context = {"number": number, "person": person, **_chat(number, person)}
    return render(request, "simulator/whatsapp/_chat.html", context)


@require_GET
def news(request: HttpRequest, number_id: UUID, person_id: UUID) -> JsonResponse:
    """Wait up to two seconds for the chat or the list to differ from what the page has."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        current = {"chat": _chat_mark(number_id, person_id), "list": _list_mark(number_id)}
        is_known = all(request.GET.get(key) == value for key, value in current.items())
        # The wait must not keep one of the pool's connections.
        if not connection.in_atomic_block:
            connection.close()
        if not is_known or time.monotonic() >= until:
            return JsonResponse(current)
        time.sleep(LOOK_SECONDS)


@require_GET
def media(request: HttpRequest, graph_id: str) -> HttpResponse:
    """Serve a file of a chat to the page."""
    file = get_object_or_404(SimMedia, graph_id=graph_id)
    is_inline = is_shown_inline(file.mime_type)
    with file.file.open("rb") as content:
        response = HttpResponse(
            content.read(),
            content_type=file.mime_type if is_inline else "application/octet-stream",
        )
    disposition = content_disposition_header(not is_inline, file.filename or file.graph_id)
    response["Content-Disposition"] = disposition or "inline"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _chosen(rows: list[Any], asked: str | None) -> Any:
    """Pick the row with this id, else the first."""
    return next((row for row in rows if str(row.pk) == asked), rows[0] if rows else None)


def _people(number: SimNumber) -> list[PersonRow]:
    """List everybody, the newest chat first, with the last message and the unread count."""
    visible = SimMessage.objects.filter(
        number=number, person=OuterRef("pk"), visible_at__lte=timezone.now()
    ).exclude(kind="reaction")
    unread = Q(
        messages__number=number,
        messages__direction=SimMessage.Direction.OUT,
        messages__is_echo=False,
        messages__status__in=(SimMessage.Status.SENT, SimMessage.Status.DELIVERED),
        messages__visible_at__lte=timezone.now(),
    ) & ~Q(messages__kind="reaction")
    last = visible.order_by("-visible_at", "-id")
    people = list(
        SimPerson.objects.annotate(
            last_id=Subquery(last.values("pk")[:1]),
            unread=Count("messages", filter=unread),
        )
    )
    newest = SimMessage.objects.in_bulk([row.last_id for row in people if row.last_id])
    entries = [PersonRow(row, newest.get(row.last_id), row.unread) for row in people]
    return sorted(entries, key=lambda entry: entry.last_at or NEVER, reverse=True)


def _chat(number: SimNumber, person: SimPerson) -> Json:
    # The marks come first: what arrives while we draw is then drawn again.
    marks = {"chat_mark": _chat_mark(number.pk, person.pk), "list_mark": _list_mark(number.pk)}
    state = SimChat.objects.filter(number=number, person=person).first()
    now = timezone.now()
    offset = clock.offset_get()
    last = state.last_inbound_at if state else None
    return {
        "bubbles": bubbles(number, person, local_today(clock.phone_now())),
        "is_typing": bool(state and state.typing_until and state.typing_until > now),
        "is_window_open": clock.window_is_open(last, offset),
        "window_closes_at": last + clock.WINDOW if last else None,
        **marks,
        "offset": int(offset.total_seconds()),
    }


def _chat_mark(number_id: UUID, person_id: UUID) -> str:
    """Give a mark that differs whenever the chat would be drawn differently."""
    now = timezone.now()
    chat = (
        SimChat.objects.filter(number_id=number_id, person_id=person_id)
        .values_list("revision", "typing_until")
        .first()
    )
    revision, typing_until = chat or (0, None)
    shown = SimMessage.objects.filter(
        number_id=number_id, person_id=person_id, visible_at__lte=now
    ).count()
    return f"{revision}-{shown}-{int(bool(typing_until and typing_until > now))}"


def _list_mark(number_id: UUID) -> str:
    total = SimChat.objects.filter(number_id=number_id).aggregate(sum=Sum("revision"))["sum"]
    shown = SimMessage.objects.filter(number_id=number_id, visible_at__lte=timezone.now()).count()
    return f"{total or 0}-{shown}-{SimPerson.objects.count()}"
