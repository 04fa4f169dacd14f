"""Reports in a browser: charts, numbers that lead somewhere, narrow screens, the wall."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from analytics.services.facts import facts_rebuild
from omnichannel.models import Channel
from queues.models import Queue, Ticket
from queues.services.processing import queue_drain
from queues.services.tickets import ticket_finish
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind
from tests.queues.conftest import make_queue, online

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture
def week(clinic, beto, carla, channel: Channel, bells) -> Queue:
    """Give a week in which people wrote, some of whom were served."""
    online(beto, carla)
    queue = make_queue(clinic, beto, carla)
    for number in range(12):
        person = make.person(f"5511980000{number:03}", f"Pessoa {number}")
        at = timezone.now() - timedelta(days=number % 6, hours=number)
        message = make.inbound(channel, person=person, at=at)
        if number % 3:
            queue_drain(queue=queue)
            ticket = Ticket.unscoped.get(conversation=message.conversation)
            if ticket.attendant_id:
                ticket_finish(ticket=ticket, actor=ticket.attendant, reason="resolvido")
    facts_rebuild(clinic.pk)
    return queue


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
async def test_a_report_draws_its_numbers_and_each_leads_to_its_tickets(
    sit_down: SitDown, ana: Membership, week: Queue, size: dict[str, int], scheme: str
):
    inbox = await sit_down(ana, viewport=size, color_scheme=scheme)
    page = inbox.page
    await inbox.open("/atendimento/relatorios/")
    charts = page.locator(".chart svg")
    await expect(charts).to_have_count(6)
    # What scrolls inside may not let the whole be squeezed.
    squeezed = "rows => rows.filter(one => one.scrollHeight > one.clientHeight + 1).length"
    assert await page.locator(".sheet").evaluate_all(squeezed) == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator(".meaning summary").first.click()
    await expect(page.locator(".meaning p").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".meaning p").first).not_to_be_visible()
    await page.locator(".figures b a").first.click()
    await expect(page.locator("tbody tr")).to_have_count(12)
    await page.locator("tbody th a").first.click()
    await expect(page.locator("#cabeca")).to_contain_text("Pessoa")


async def test_the_wall_moves_by_itself(
    sit_down: SitDown, ana: Membership, week: Queue, channel: Channel
):
    inbox = await sit_down(ana, viewport=WIDE)
    await inbox.open("/atendimento/dashboard/")
    waiting = inbox.page.locator(".numbers b").first
    before = int(await waiting.inner_text())
    person = make.person("5511970000009", "Outra")
    await behind(lambda: make.inbound(channel, person=person))
    await expect(waiting).to_have_text(str(before + 1))
