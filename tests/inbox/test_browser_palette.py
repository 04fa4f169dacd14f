"""In a real browser: Ctrl+K finds what may be done and everybody, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from tests import make
from tests.inbox.browser import BROWSER, Inbox

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDTHS = [
    pytest.param({"width": 1366, "height": 768}, id="1366"),
    pytest.param({"width": 360, "height": 740}, id="360"),
]


@pytest.fixture
def two(channel: Channel, conversation: Conversation) -> Conversation:
    person = make.person("5511970000001", "Débora Açucena")
    found: Conversation = make.inbound(channel, text="Bom dia", person=person).conversation
    return found


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_actions_and_people_are_found_and_done_by_keys(
    sit_down: SitDown,
    beto: Membership,
    conversation: Conversation,
    two: Conversation,
    viewport: Any,
):
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await page.locator("#texto").focus()
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Ações e pessoas")
    await expect(palette).to_be_visible()
    await page.keyboard.type("debora")
    option = palette.get_by_role("option", name="Débora Açucena")
    await expect(option).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#cabeca h2")).to_have_text("Débora Açucena")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("encerr")
    await expect(palette.get_by_role("option").first).to_contain_text("Encerrar")
    await page.keyboard.press("Enter")
    # What is done to a patient asks first, as its button does.
    await expect(page.locator("#confirmar")).to_contain_text("Débora Açucena")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("zzzz")
    await expect(palette).to_contain_text("Nada encontrado.")
    await page.keyboard.press("Escape")
    await expect(palette).to_be_hidden()


async def test_a_phone_in_any_form_and_altgr_find_too(
    sit_down: SitDown, ana: Membership, two: Conversation
):
    inbox = await sit_down(ana)
    page = inbox.page
    await inbox.open()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("(11) 97000-0001")
    palette = page.get_by_role("dialog", name="Ações e pessoas")
    await expect(palette.get_by_role("option", name="Débora Açucena")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator("#mensagens, #lista").first.focus()
    await page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {
            key: "/", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true }))"""
    )
    await expect(page.locator("#busca")).to_be_focused()
