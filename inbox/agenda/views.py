"""Agenda: a day or a week of appointments, and what is done to one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from agenda.choices import AnswerMeaning, AppointmentSource
from agenda.models import Appointment
from agenda.services.answering import answer_correct
from agenda.services.appointments import (
    appointment_attended,
    appointment_cancel,
    appointment_create,
)
from common.errors import NotFound
from inbox.agenda.forms import ACTS, AgendaForm, AppointmentActForm, BookForm
from inbox.agenda.presenters import days_of
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presence import presence_context
from inbox.talk.base import ConversationActView
from omnichannel.models import Conversation
from queues.selectors import has_queues

MOST = 500


class AgendaPage(InboxView):
    """GET draws a day or the week it is in."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw it."""
        form = AgendaForm(request.GET or None)
        chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
        day = chosen.get("dia") or timezone.localdate()
        is_week = chosen.get("visao") == "semana"
        count = 7 if is_week else 1
        first = day - timedelta(days=day.weekday()) if is_week else day
        start = timezone.make_aware(datetime.combine(first, time()))
        end = timezone.make_aware(datetime.combine(first + timedelta(days=count), time()))
        rows = Appointment.objects.visible_to(self.membership).within(start, end)
        if chosen.get("profissional"):
            rows = rows.filter(professional=chosen["profissional"])
        found = list(
            rows.select_related("contact", "professional").order_by("starts_at", "pk")[:MOST]
        )
        self.saw(found)
        query = {
            "visao": "semana" if is_week else "dia",
            **({"profissional": f"{one.pk}"} if (one := chosen.get("profissional")) else {}),
        }
        context = {
            "company": self.membership.company,
            "member": self.membership,
            "has_queues": has_queues(self.membership.company_id),
            "form": AgendaForm(initial={**chosen, "dia": day, "visao": query["visao"]}),
            "days": days_of(found, first, count, self._talks(found)),
            "day": day,
            "is_week": is_week,
            "total": len(found),
            "before": urlencode({**query, "dia": f"{first - timedelta(days=count)}"}),
            "after": urlencode({**query, "dia": f"{first + timedelta(days=count)}"}),
            "today": urlencode(query),
            "here": urlencode({**query, "dia": f"{day}"}),
            **presence_context(self.membership),
        }
        return self.draw("inbox/agenda/agenda.html", context)

    def _talks(self, rows: list[Appointment]) -> dict[Any, Any]:
        """Return the latest conversation of each person that the reader may see."""
        people = {row.contact_id for row in rows if row.contact_id}
        talks = Conversation.objects.visible_to(self.membership).filter(contact_id__in=people)
        found = talks.order_by("contact_id", "-opened_at").distinct("contact_id")
        return dict(found.values_list("contact_id", "pk"))


class AppointmentView(InboxView):
    """A POST that does one thing to an appointment, then goes back to the page."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, appointment_id: UUID) -> HttpResponse:
        """Do it."""
        rows = Appointment.objects.visible_to(self.membership)
        act(rows.filter(pk=appointment_id).first(), request, self.membership)
        where = AppointmentActForm(request.POST).data.get("volta", "")[:200]
        return HttpResponseRedirect(f"{reverse('inbox:agenda')}?{urlencode_kept(where)}")


class TalkAppointmentView(ConversationActView):
    """The same from the column beside a conversation; the appointment is its person's."""

    def act(self, conversation: Conversation) -> None:
        """Do it."""
        rows = Appointment.objects.visible_to(self.membership)
        mine = rows.filter(pk=self.kwargs["appointment_id"], contact_id=conversation.contact_id)
        act(mine.first(), self.request, self.membership)

    def post(self, request: HttpRequest, conversation_id: UUID, **ids: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        return super().post(request, conversation_id)


class BookView(ConversationActView):
    """Marcar: a new appointment of who writes."""

    def act(self, conversation: Conversation) -> None:
        """Make it."""
        form = BookForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        appointment_create(
            actor=self.membership,
            contact=conversation.about or conversation.contact,
            source=AppointmentSource.STAFF,
            **form.values(),
        )


def act(row: Appointment | None, request: HttpRequest, actor: Membership) -> None:
    """Do what a form asks to an appointment. Raises NotFound, BadInput, what the services say."""
    if row is None:
        raise NotFound
    form = AppointmentActForm(request.POST)
    if not form.is_valid():
        raise BadInput
    chosen = form.cleaned_data["ato"]
    if chosen == "cancelar":
        appointment_cancel(appointment=row, actor=actor)
    elif chosen in ACTS:
        appointment_attended(appointment=row, actor=actor, has_come=chosen == "veio")
    else:
        answer_correct(appointment=row, actor=actor, meaning=AnswerMeaning(chosen))


def urlencode_kept(query: str) -> str:
    """Return the parts of a page's own query that its form understands, and nothing else."""
    pairs = [pair.split("=", 1) for pair in query.split("&") if "=" in pair]
    return urlencode({name: value for name, value in pairs if name in AgendaForm.base_fields})
