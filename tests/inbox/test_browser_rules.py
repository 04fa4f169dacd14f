"""A rule by hand: written, tried out, switched on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Conversation
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox
from tests.inbox.test_browser_macros import in_width
from tests.inbox.test_browser_work import talks, widths

__all__ = ("talks",)
pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@widths
async def test_a_rule_is_written_tried_and_switched_on(
    sit_down: SitDown, ana: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(ana, **screen)
    page = inbox.page
    await page.goto(f"{inbox.address}/atendimento/regras/nova/")
    await page.get_by_label("Nome").fill("Saudação")
    await page.locator("[name=campo_0]").select_option("palavras")
    await expect(page.locator("[name=canal_0]")).to_be_hidden()
    await page.locator("[name=palavra_0]").fill("oi, olá")
    await page.locator("[name=acao_0]").select_option("nota")
    await page.locator("[name=texto_0]").fill("Cumprimentou.")
    await in_width(inbox)
    await page.get_by_role("button", name="Salvar e simular").click()
    await expect(page.locator("main")).to_contain_text("Valeria para 5 das últimas 5 conversas")
    await in_width(inbox)
    await page.get_by_role("button", name="Ligar").click()
    await expect(page.get_by_text("Ligada", exact=True)).to_be_visible()
    await in_width(inbox)
