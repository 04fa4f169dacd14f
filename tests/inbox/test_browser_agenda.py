"""The agenda in a browser: day and week, wide and narrow, and the column beside a conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from agenda.choices import AnswerMeaning, AppointmentState
from agenda.models import Appointment
from agenda.services.appointments import appointment_create
from agenda.services.professionals import professional_save
from omnichannel.models import Conversation
from tests.inbox.browser import BROWSER, Inbox

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture
def booked(ana: Membership, conversation: Conversation) -> Appointment:
    """Give tomorrow two appointments of one professional at one time."""
    zone = ana.company.zone
    day = timezone.localtime(timezone=zone).date() + timedelta(days=1)
    starts = datetime.combine(day, time(14), zone)
    rita = professional_save(actor=ana, name="Dra. Rita Alves")
    rows = [
        appointment_create(
            actor=ana,
            contact=conversation.contact,
            professional=rita,
            kind=kind,
            starts_at=starts + timedelta(minutes=minutes),
            ends_at=starts + timedelta(minutes=minutes + 30),
        )
        for kind, minutes in (("Retorno", 0), ("Limpeza de pele profunda", 15))
    ]
    return rows[0]


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
async def test_a_day_and_its_week_are_drawn_and_an_answer_is_corrected(
    sit_down: SitDown,
    ana: Membership,
    booked: Appointment,
    size: dict[str, int],
    scheme: str,
):
    inbox = await sit_down(ana, viewport=size, color_scheme=scheme)
    page = inbox.page
    day = booked.starts_at.astimezone(ana.company.zone).date()
    await inbox.open(f"/atendimento/agenda/?dia={day}&visao=semana")
    await expect(page.locator(".day")).to_have_count(7)
    rows = page.locator(".appointment")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("mesmo horário")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await rows.first.locator("select").select_option("confirmada")
    await rows.first.get_by_role("button", name="Salvar").click()
    await expect(page.locator(".appointment .answer").first).to_have_text("Confirmou")
    # Still the week that was looked at.
    await expect(page.locator(".day")).to_have_count(7)
    kept = await sync_to_async(Appointment.unscoped.get)(pk=booked.pk)
    assert kept.answer == AnswerMeaning.CONFIRMS


async def test_the_column_shows_books_and_cancels(
    sit_down: SitDown, ana: Membership, booked: Appointment, conversation: Conversation
):
    inbox = await sit_down(ana, viewport=WIDE)
    page = inbox.page
    await inbox.open(f"/atendimento/conversas/{conversation.pk}/")
    column = page.locator("section.appointments")
    await expect(column.locator("li")).to_have_count(2)
    await column.locator("li").first.locator("select").select_option("cancelar")
    await expect(column.locator("li.cancelada")).to_have_count(1)
    await column.locator("summary").click()
    when = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT10:00")
    await column.locator("[name=quando]").fill(when)
    await column.get_by_role("button", name="Marcar").click()
    await expect(column.locator("li")).to_have_count(3)
    count = Appointment.unscoped.filter(state=AppointmentState.BOOKED).count
    assert await sync_to_async(count)() == 2
