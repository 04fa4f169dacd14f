"""In a real browser: what can be done with one message, by mouse, finger and keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation, Message
from providers.choices import MessageKind
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def talk(channel: Channel) -> Conversation:
    make.inbound(channel, text="Oi, tenho alergia a dipirona")
    other = make.person("5511970000001", "Rita Melo")
    make.inbound(channel, text="Sou a Rita", person=other)
    found: Conversation = make.inbound(channel, text="E outra coisa").conversation
    return found


async def test_a_message_is_answered_marked_and_reacted_to_by_keys(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = inbox.page
    await inbox.open_conversation(talk)
    menu = page.get_by_role("menu", name="Ações da mensagem")
    message = inbox.bubble("alergia")
    await message.focus()
    await page.keyboard.press("Enter")
    await expect(menu).to_be_visible()
    await expect(menu.locator("button:focus")).to_have_text("👍")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(message).to_be_focused()
    await page.keyboard.press("Shift+F10")
    async with page.expect_response("**/reagir/") as answering:
        await page.keyboard.press("Enter")
    assert (await answering.value).status == 200
    await expect(message.locator(".reactions")).to_contain_text("👍")
    sent = Message.unscoped.filter(kind=MessageKind.REACTION, direction="saida")
    assert await behind(sent.count) == 1
    await message.hover()
    await message.get_by_role("button", name="Mais ações desta mensagem").click()
    await menu.get_by_role("menuitem", name="Marcar com estrela").click()
    await expect(message.locator(".star")).to_be_visible()
    await page.get_by_role("button", name="Ver as marcadas").click()
    await page.locator("#acao").get_by_role("button", name="alergia").click()
    await expect(page.locator("#acao")).to_be_hidden()
    await expect(message).to_be_in_viewport()
    await message.click(button="right")
    await menu.get_by_role("menuitem", name="Copiar link").click()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"?mensagem={(await message.get_attribute('id'))[2:]}")
    await page.goto(link)
    await expect(inbox.bubble("alergia")).to_be_in_viewport()


async def test_a_finger_that_rests_opens_the_menu_and_a_message_is_passed_on(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, viewport=PHONE, has_touch=True)
    page = inbox.page
    await inbox.open_conversation(talk)
    message = inbox.bubble("alergia")
    box = await message.locator(".text").bounding_box()
    assert box is not None
    touch = await page.context.new_cdp_session(page)
    point = {"x": box["x"] + 10, "y": box["y"] + 8}
    start = {"type": "touchStart", "touchPoints": [point]}
    await touch.send("Input.dispatchTouchEvent", start)
    menu = page.get_by_role("menu", name="Ações da mensagem")
    await expect(menu).to_be_visible()
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(menu).to_be_visible()
    wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider
    await menu.get_by_role("menuitem", name="Encaminhar").click()
    dialog = page.locator("#acao")
    await dialog.get_by_role("searchbox").fill("rita")
    async with page.expect_response("**/encaminhar/**"):
        await dialog.locator(".place", has_text="Rita Melo").click()
    # Who was chosen while the search was under way stays chosen.
    await expect(dialog.get_by_role("radio", name="Rita Melo")).to_be_checked()
    await dialog.get_by_role("button", name="Encaminhar").click()
    await expect(page.locator("#avisos")).to_contain_text("Encaminhada para Rita Melo")
    sent = Message.unscoped.filter(direction="saida", text__contains="dipirona")
    assert (await behind(sent.get)).conversation_id != talk.pk
