"""Queues in a real browser: the next patient, the dialogs, presence, the live board."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Membership, Presence
from accounts.services.presence import presence_choose
from omnichannel.models import Channel
from queues.models import Queue, Ticket
from queues.services.tickets import ticket_take
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.queues.conftest import again, make_queue

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def queue(beto: Membership, carla: Membership, bells) -> Queue:
    return make_queue(beto.company, beto, carla)


@pytest.fixture
def ticket(queue: Queue, channel: Channel) -> Ticket:
    rows = Ticket.unscoped.select_related("conversation")
    return rows.get(conversation=make.inbound(channel).conversation)


async def test_an_open_page_brings_its_person_to_work_and_the_menu_changes_it(
    sit_down: SitDown, beto: Membership, queue: Queue
):
    inbox = await sit_down(beto)
    await inbox.open()
    menu = inbox.page.locator("#presenca-minha")
    await expect(menu).to_have_attribute("data-state", "online")
    await menu.locator("summary").click()
    await menu.get_by_text("Ausente: Almoço").click()
    await expect(menu).to_have_attribute("data-state", "ausente")
    await expect(menu.locator("summary small")).to_have_text("Almoço")
    row = await behind(lambda: Presence.unscoped.get(membership=beto))
    assert row.state == "ausente"


async def test_next_then_finish_with_a_reason(sit_down: SitDown, beto: Membership, ticket: Ticket):
    inbox = await sit_down(beto)
    await inbox.open()
    page = inbox.page
    await page.locator("#proximo").click()
    await expect(page.locator("#cabeca")).to_contain_text("Com você")
    await expect(page.locator("#avisos")).to_contain_text("pontos:")
    await expect(page.locator("#painel")).to_contain_text(ticket.protocol)
    await page.get_by_role("button", name="Finalizar").click()
    await page.locator("#acao input[name=motivo]").fill("Consulta agendada")
    await page.locator("#acao .button.primary").click()
    await expect(page.locator("#acao")).not_to_be_visible()
    await expect(page.locator("#cabeca")).to_contain_text("Encerrada")
    await expect(page.locator("#painel")).to_contain_text("Consulta agendada")


async def test_a_transfer_reaches_the_colleagues_page_at_once(
    sit_down: SitDown, beto: Membership, carla: Membership, ticket: Ticket
):
    await behind(lambda: ticket_take(ticket=ticket, attendant=beto))
    mine, theirs = await sit_down(beto), await sit_down(carla)
    await theirs.open("/atendimento/?filtro=minhas")
    await mine.open_conversation(ticket.conversation)
    page = mine.page
    await page.get_by_role("button", name="Transferir").click()
    await page.locator("#acao select").select_option(f"pessoa.{carla.pk}")
    await page.locator("#acao input[name=motivo]").fill("Fim do turno")
    await page.locator("#acao .button.primary").click()
    await expect(theirs.page.locator(".card")).to_have_count(1)
    await expect(theirs.page.locator("#avisos")).to_contain_text("passado para você")
    await expect(page.locator("#cabeca")).to_contain_text("Com Carla")


async def test_the_board_moves_by_itself_and_takes_orders(
    sit_down: SitDown, ana: Membership, beto: Membership, ticket: Ticket, channel: Channel
):
    board = await sit_down(ana)
    await board.open("/atendimento/painel/")
    page = board.page
    await expect(page.locator(".numbers li").first).to_have_text("1esperando")
    other = make.person("5511970000001", "Rita Melo")
    await behind(lambda: make.inbound(channel, person=other))
    await expect(page.locator(".numbers li").first).to_have_text("2esperando")
    await behind(lambda: presence_choose(membership=beto, state=Presence.State.ONLINE))
    await expect(page.locator(".people .dot.online")).to_have_count(2)
    row = page.locator(f"#t-{ticket.pk}")
    await row.locator("select").select_option(f"pessoa.{beto.pk}")
    await expect(row.locator("td").nth(2)).to_have_text("Beto Reis")
    assert (await behind(lambda: again(ticket))).attendant_id == beto.pk


async def test_a_transfer_warns_of_who_is_away_and_a_release_asks_first(
    sit_down: SitDown, beto: Membership, carla: Membership, ticket: Ticket
):
    await behind(lambda: ticket_take(ticket=ticket, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open_conversation(ticket.conversation)
    page = inbox.page
    await page.get_by_role("button", name="Transferir").click()
    warning = page.locator("#acao .caution.away")
    await expect(warning).not_to_be_visible()
    await page.locator("#acao select").select_option(f"pessoa.{carla.pk}")
    await expect(warning).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Liberar").click()
    await expect(page.locator("#confirmar")).to_contain_text("Joana Dias")
    await page.locator("#confirmar").get_by_role("button", name="Cancelar").click()
    assert (await behind(lambda: again(ticket))).attendant_id == beto.pk
    await page.get_by_role("button", name="Liberar").click()
    await page.locator("#confirmar").get_by_role("button", name="Confirmar").click()
    await expect(page.locator("#cabeca")).to_contain_text("Sem atendente")


@pytest.mark.parametrize("width", [1366, 360])
@pytest.mark.parametrize("path", ["painel", "campanhas"])
async def test_board_and_campaigns_keep_the_rail(
    sit_down: SitDown, ana: Membership, queue: Queue, path: str, width: int
):
    inbox = await sit_down(ana, viewport={"width": width, "height": 740})
    await inbox.open(f"/atendimento/{path}/")
    page = inbox.page
    rail = page.get_by_role("navigation", name="Principal")
    await expect(rail.locator("[aria-current=page]")).to_have_attribute(
        "href", f"/atendimento/{path}/"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await rail.locator("#presenca-minha summary").click()
    await expect(rail.get_by_text("Ausente: Almoço")).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Escape")
    await rail.get_by_role("link", name="Conversas").click()
    await expect(page.locator("#lista")).to_be_visible()
