"""In a real browser: a conversation pinned on top, and a filter saved, opened and deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel
from tests.inbox.browser import BROWSER, Inbox, behind
from tests.inbox.test_list import people

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["1366", "360"])
async def test_a_card_is_pinned_from_its_menu(
    sit_down: SitDown, beto: Membership, channel: Channel, options: dict[str, Any]
):
    await behind(lambda: people(channel, 4))
    inbox = await sit_down(beto, **options)
    page = inbox.page
    await inbox.open()
    names = page.locator("#lista .card .name")
    await expect(names).to_have_text(["Pessoa 0", "Pessoa 1", "Pessoa 2", "Pessoa 3"])
    await page.locator("#lista .card").nth(2).click(button="right")
    await page.get_by_role("menuitem", name="Fixar no topo").click()
    await expect(names).to_have_text(["Pessoa 2", "Pessoa 0", "Pessoa 1", "Pessoa 3"])
    await expect(page.locator("#lista .card").first).to_contain_text("Fixada por você")
    await page.locator("#lista .card").first.click(button="right")
    await expect(page.get_by_role("menuitem", name="Fixar no topo")).to_be_hidden()
    await page.get_by_role("menuitem", name="Desafixar").click()
    await expect(names).to_have_text(["Pessoa 0", "Pessoa 1", "Pessoa 2", "Pessoa 3"])


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["1366", "360"])
async def test_a_filter_is_saved_opened_by_its_address_and_deleted(
    sit_down: SitDown, beto: Membership, channel: Channel, options: dict[str, Any]
):
    await behind(lambda: people(channel, 2))
    inbox = await sit_down(beto, **options)
    page, dialog = inbox.page, inbox.page.locator("#acao")
    await inbox.open()
    await page.get_by_role("button", name="Filtrar a lista").click()
    await dialog.get_by_label("Sem resposta").check()
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog.locator("[data-saved-problem]")).to_have_text("Dê um nome ao filtro.")
    inbox.problems.clear()
    await dialog.get_by_label("Salvar como").fill("Esperam por nós")
    await page.keyboard.press("Enter")
    link = dialog.get_by_role("link", name="Esperam por nós")
    await expect(link).to_be_visible()
    width = options["viewport"]["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await link.click()
    await expect(page.locator("#condicoes")).to_have_value("sem_resposta")
    assert "vista=" in page.url
    await expect(page.locator("#lista .card")).to_have_count(2)
    # The link leads to a page of its own, whose buttons act once its scripts are there.
    await page.locator("#ao-vivo[data-state=ligado]").wait_for(state="attached")
    await page.get_by_role("button", name="Filtrar a lista").click()
    await expect(dialog.get_by_label("Sem resposta")).to_be_checked()
    await dialog.get_by_role("button", name="Apagar o filtro Esperam por nós").click()
    await expect(link).to_have_count(0)
