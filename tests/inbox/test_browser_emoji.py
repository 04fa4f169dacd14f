"""In a real browser: emoji by a colon and from the sheet, voice notes recorded in the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import av
import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.conversations import conversation_take
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    """A conversation that beto holds."""
    conversation_take(conversation=conversation, attendant=beto)
    return conversation


async def test_a_colon_and_a_word_offer_emoji(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    page = inbox.page
    await inbox.open_conversation(talk)
    box, options = page.locator("#texto"), page.locator("#escolhas").get_by_role("option")
    # Times, and a lone colon with one letter, offer nothing.
    await box.press_sequentially("Às 10:30 :D")
    await expect(page.locator("#escolhas")).to_be_hidden()
    await box.fill("")
    await box.press_sequentially("Obrigado :coracao")
    await expect(options.first).to_contain_text("❤️")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("Obrigado ❤️")


async def test_the_sheet_is_walked_by_keys(sit_down: SitDown, beto: Membership, talk: Conversation):
    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    page = inbox.page
    await inbox.open_conversation(talk)
    box, sheet = page.locator("#texto"), page.locator("#emojis")
    await box.fill("Olá mundo")
    await box.evaluate("node => node.setSelectionRange(3, 3)")
    await page.get_by_role("button", name="Emoji", exact=True).click()
    await expect(sheet.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(box).to_be_focused()
    await page.get_by_role("button", name="Emoji", exact=True).click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    # A letter searches, and is none of the page's keys.
    await page.keyboard.press("r")
    await page.keyboard.type("emedio")
    await expect(sheet.locator(".emoji-grid button")).to_have_text(["💊"])
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("Olá💊 mundo")
    await page.get_by_role("button", name="Emoji", exact=True).click()
    await expect(sheet.locator(".emoji-grid").first.locator("button")).to_have_text(["💊"])


async def test_a_finger_picks_and_the_sheet_fits(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, **PHONE)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.get_by_role("button", name="Emoji", exact=True).tap()
    sheet = page.locator("#emojis")
    place: Any = await sheet.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 360 and place["y"] >= 0
    await sheet.get_by_role("button", name="joinha positivo sim ok").tap()
    await expect(page.locator("#texto")).to_have_value("👍")
    await expect(sheet).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


def voice_sent(talk: Conversation) -> tuple[bool, str, str, int, int]:
    """Return what a voice note became: flag, type, codec, channels, messages."""
    (row,) = Attachment.unscoped.filter(conversation=talk)
    with row.file.open("rb") as file, av.open(file) as sound:
        codec = sound.streams.audio[0].codec_context
        name, channels = codec.name, codec.layout.nb_channels
    count = Message.unscoped.filter(conversation=talk, kind="audio").count()
    return row.is_voice, row.mime_type, name.removeprefix("lib"), channels, count


@pytest.mark.parametrize("options", [{"viewport": {"width": 1366, "height": 768}}, PHONE])
async def test_a_voice_note_is_recorded_heard_and_sent(
    sit_down: SitDown, beto: Membership, talk: Conversation, options: dict[str, Any]
):
    inbox = await sit_down(beto, permissions=["microphone"], **options)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#texto").fill("Já te respondo")
    strip = page.locator(".recording")
    await page.get_by_role("button", name="Gravar um áudio").click()
    await strip.get_by_role("button", name="Descartar").click()
    await expect(strip).to_be_hidden()
    await page.get_by_role("button", name="Gravar um áudio").click()
    await expect(strip.locator("time")).to_have_text("0:01")
    await strip.get_by_role("button", name="Parar e ouvir").click()
    await expect(strip.locator("audio")).to_be_visible()
    place: Any = await strip.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= options["viewport"]["width"]
    await strip.get_by_role("button", name="Enviar áudio").click()
    await expect(strip).to_be_hidden()
    await expect(page.locator(".message.out:not(.going) .bubble")).to_have_count(1)
    assert await behind(lambda: voice_sent(talk)) == (True, "audio/ogg", "opus", 1, 1)
    # What was being written is still being written.
    await expect(page.locator("#texto")).to_have_value("Já te respondo")
