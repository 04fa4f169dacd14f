"""The demo's queues: one that is always open and one with office hours, and tickets for whoever has
an open conversation.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import time
from typing import Any

from django.db.models import F, OuterRef, Subquery

from accounts.models import Company, Membership
from accounts.services.calendars import calendar_save
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation
from queues.models import Queue, Ticket
from queues.services.opening import tickets_open
from queues.services.queues import members_set, queue_save

ROOM = 12
OFFICE = [
    {"weekday": day, "opens_at": time(opens), "closes_at": time(closes)}
    for day in range(5)
    for opens, closes in ((8, 12), (13, 18))
]


def lines_make(company: Company, channel: Channel, staff: dict[str, Membership]) -> list[Queue]:
    """Make the queues and let everybody who is waiting or served stand in one."""
    calendar = calendar_save(
        company=company, actor=None, name="Horário comercial", state="SP", hours=OFFICE
    )
    front = queue_save(
        company=company,
        actor=None,
        name="Recepção",
        description="Agendamentos, dúvidas e confirmações.",
        distribution="round_robin",
        is_sticky=True,
        capacity=ROOM,
        is_default=True,
        asks_rating=True,
        queue_message="Você é o {posicao} da fila. Já vamos atender.",
        # The demo's patients wait as long as somebody looks at it.
        abandon_after=0,
        channels=[channel],
    )
    office = queue_save(
        company=company,
        actor=None,
        name="Financeiro",
        description="Boletos, notas e convênios.",
        distribution="menos_ocupado",
        calendar=calendar,
        out_of_hours_message="O financeiro atende de segunda a sexta, das 8h às 18h.",
    )
    for member in staff.values():
        # The stories gave some people more than the usual five.
        member.capacity = ROOM
        member.save(update_fields=["capacity", "updated_at"])
    members_set(queue=front, actor=None, members=_places(staff, "bianca", "rafael"))
    members_set(queue=office, actor=None, members=_places(staff, "rafael", "marcos"))
    _stand_in(company)
    return [front, office]


def _places(staff: dict[str, Membership], *keys: str) -> list[dict[str, Any]]:
    return [{"membership": staff[key], "order": at} for at, key in enumerate(keys)]


def _stand_in(company: Company) -> None:
    waiting: list[Conversation] = []
    served: dict[Any, list[Conversation]] = defaultdict(list)
    rows = Conversation.objects.for_company(company).open()
    for row in rows.select_related("channel", "attendant__user").order_by("opened_at"):
        if row.stage == Stage.QUEUE:
            waiting.append(row)
        elif row.stage == Stage.HUMAN and row.attendant is not None:
            served[row.attendant].append(row)
    tickets_open(waiting)
    for attendant, conversations in served.items():
        tickets_open(conversations, attendant=attendant)
    # Whoever waits has waited since they wrote; what they were promised counts from now.
    wrote = Conversation.unscoped.filter(pk=OuterRef("conversation_id")).values("waiting_since")
    Ticket.objects.for_company(company).waiting().exclude(conversation__waiting_since=None).update(
        entered_at=Subquery(wrote), queued_at=Subquery(wrote)
    )
    # They were answered before there were queues.
    Ticket.objects.for_company(company).serving().update(first_response_at=F("entered_at"))
