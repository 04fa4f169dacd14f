"""What is asked at the end, by hand: set on its page, missing said at its input, kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from accounts.models import Company, Membership
from omnichannel.models import Channel
from queues.models import Ticket
from queues.services.queues import queue_save
from queues.services.tickets import ticket_take
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.inbox.test_browser_macros import in_width
from tests.inbox.test_browser_work import DESK, widths

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@widths
async def test_the_end_asks_what_the_company_demands(
    sit_down: SitDown,
    ana: Membership,
    clinic: Company,
    channel: Channel,
    bells: list[Any],
    screen: dict[str, Any],
):
    def waiting() -> Ticket:
        queue_save(company=clinic, actor=None, name="Exames", channels=[channel])
        make.inbound(channel)
        return ticket_take(ticket=Ticket.unscoped.get(), attendant=ana)

    ticket = await behind(waiting)
    inbox = await sit_down(ana, **screen)
    page = inbox.page
    await page.goto(f"{inbox.address}/atendimento/finalizacao/")
    form = page.locator("form").first
    await form.locator("[name=motivos]").fill("Agendado\nDesistiu")
    await form.get_by_label("Só estes motivos").check()
    await form.locator("[name=campos]").fill("Convênio*")
    await in_width(inbox)
    await form.get_by_role("button", name="Salvar").click()
    await expect(page.locator("[name=campos]").first).to_have_value("Convênio*")
    await inbox.open(f"/atendimento/conversas/{ticket.conversation_id}/?filtro=minhas")
    if screen is not DESK:
        await page.locator("[data-act=more-acts]").click()
    await page.locator("#cabeca").get_by_role("button", name="Finalizar").click()
    dialog = page.locator("#acao")
    await dialog.locator("[name=motivo]").select_option("Agendado")
    # Blanks get past the browser; the server names what is missing, at its input.
    await dialog.locator("[name=campo_0]").fill("  ")
    await dialog.get_by_role("button", name="Finalizar", exact=True).click()
    await expect(dialog.locator(".field .problem")).to_contain_text("Falta preencher: Convênio")
    # Chromium tells every refusal on its console.
    assert all("422" in problem for problem in inbox.problems)
    inbox.problems.clear()
    await dialog.locator("[name=campo_0]").fill("Vida")
    await dialog.get_by_role("button", name="Finalizar", exact=True).click()
    await expect(dialog).to_be_hidden()
    kept = await behind(lambda: Ticket.unscoped.get().end_fields)
    assert kept == {"Convênio": "Vida"}
