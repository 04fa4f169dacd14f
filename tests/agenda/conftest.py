"""Appointments of the clinic, made by the services that production uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from agenda.models import AgendaSettings, Appointment, Professional, Reminder
from agenda.services.appointments import appointment_create
from agenda.services.professionals import professional_save
from agenda.services.reminders import reminder_send
from contacts.models import Contact
from contacts.services.contacts import contact_save
from omnichannel.models import Channel, Message, Template
from providers.choices import MessageStatus
from tests import make

COMPONENTS = [
    {
        "type": "BODY",
        "text": "Olá {{1}}, você tem horário {{2}} às {{3}} com {{4}} na {{5}}. Confirma?",
        "example": {"body_text": [["Ana", "quinta", "14:00", "Dra. Rita", "Clínica"]]},
    },
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Confirmar"},
            {"type": "QUICK_REPLY", "text": "Cancelar"},
            {"type": "QUICK_REPLY", "text": "Remarcar"},
        ],
    },
]
Book = Callable[..., Appointment]
Remind = Callable[..., Message]


@pytest.fixture
def template(channel: Channel) -> Template:
    """Give an approved reminder whose buttons stand in an order of their own."""
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="lembrete",
        language="pt_BR",
        category="UTILITY",
        status="APPROVED",
        components=COMPONENTS,
    )


@pytest.fixture
def reminding(channel: Channel, template: Template, bells: Any) -> AgendaSettings:
    """Let the clinic remind by its number, at any hour."""
    return AgendaSettings.unscoped.create(
        company_id=channel.company_id,
        channel=channel,
        template=template,
        is_on=True,
        quiet_from="00:00",
        quiet_until="00:00",
    )


@pytest.fixture
def rita(ana: Membership) -> Professional:
    """Give a professional."""
    return professional_save(actor=ana, name="Dra. Rita Alves")


@pytest.fixture
def joana(ana: Membership) -> Contact:
    """Give a patient whose number writes in the tests."""
    return contact_save(actor=ana, name="Joana Dias", phone=f"+{make.PHONE}")


@pytest.fixture
def book(ana: Membership, rita: Professional, joana: Contact) -> Book:
    """Give a way to make an appointment, in three days if nothing else is said."""

    def made(*, at: datetime | None = None, **values: Any) -> Appointment:
        starts = at or timezone.now() + timedelta(days=3)
        given: dict[str, Any] = {"contact": joana, "professional": rita, "kind": "Retorno"}
        return appointment_create(
            actor=ana,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            **{**given, **values},
        )

    return made


@pytest.fixture
def remind(reminding: AgendaSettings) -> Remind:
    """Give a way to send an appointment's first reminder, as if the provider had taken it."""

    def sent(appointment: Appointment) -> Message:
        row = Reminder.unscoped.filter(appointment=appointment).order_by("due_at").first()
        assert row is not None
        Reminder.unscoped.filter(pk=row.pk).update(due_at=timezone.now())
        assert reminder_send(row.pk)
        row.refresh_from_db()
        assert row.message is not None, (row.state, row.held_code, row.held_detail)
        Message.unscoped.filter(pk=row.message.pk).update(
            status=MessageStatus.SENT, external_id=f"wamid.lembrete{make.next_number()}"
        )
        row.message.refresh_from_db()
        return row.message

    return sent
