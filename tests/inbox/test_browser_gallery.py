"""In a real browser: a photo is looked at closely, and the ones around it, without leaving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Attachment, Channel, Conversation
from providers.choices import MessageKind
from tests import make
from tests.inbox.browser import BROWSER, Inbox

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDTHS = [
    pytest.param({"width": 1366, "height": 768}, id="1366"),
    pytest.param({"width": 360, "height": 740}, id="360"),
]
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>\n"
)


def photo(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "PNG")
    return out.getvalue()


def receive(channel: Channel, number: int, kind: Any, name: str, content: bytes, mime: str) -> Any:
    media = (make.media_ref(str(number), kind=kind, filename=name),)
    message = make.inbound(channel, kind=kind, text="", media=media)
    attachment = Attachment.unscoped.get(message=message)
    attachment.file.save("", ContentFile(content))
    Attachment.unscoped.filter(pk=attachment.pk).update(
        state="pronto", size=len(content), mime_type=mime
    )
    return message


@pytest.fixture
def album(channel: Channel) -> Conversation:
    """Three photos and a PDF, in this order."""
    for number, colour in enumerate(("red", "green", "blue")):
        name = f"{colour}.png"
        receive(channel, number, MessageKind.IMAGE, name, photo(colour), "image/png")
    last = receive(channel, 9, MessageKind.DOCUMENT, "exame.pdf", PAPER, "application/pdf")
    talk: Conversation = last.conversation
    return talk


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_photos_are_walked_through_and_enlarged_by_keys(
    sit_down: SitDown, beto: Membership, album: Conversation, viewport: Any
):
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await inbox.open_conversation(album)
    first = page.locator(".message a.picture").first
    await first.focus()
    await page.keyboard.press("Enter")
    viewer = page.locator("#galeria")
    await expect(viewer).to_be_visible()
    await expect(viewer.locator("[data-part=count]")).to_have_text("1 / 4")
    await expect(viewer.locator("[data-part=name]")).to_have_text("red.png")
    await expect(viewer.get_by_role("button", name="Arquivo anterior")).to_be_hidden()
    await page.keyboard.press("ArrowRight")
    await expect(viewer.locator("[data-part=name]")).to_have_text("green.png")
    image = viewer.locator(".frame img")
    before = (await image.bounding_box())["width"]  # type: ignore[index]
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    await expect(viewer.locator("[data-part=scale]")).to_have_text("182 %")
    assert (await image.bounding_box())["width"] > 1.7 * before  # type: ignore[index]
    # Enlarged, an arrow looks at another part of the same photo.
    await page.keyboard.press("ArrowRight")
    await expect(viewer.locator("[data-part=name]")).to_have_text("green.png")
    await page.keyboard.press("0")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(viewer.locator("[data-part=name]")).to_have_text("exame.pdf")
    await expect(viewer.locator(".frame").locator("iframe, a")).to_be_visible()
    download = viewer.get_by_role("link", name="Baixar")
    await expect(download).to_have_attribute("download", "exame.pdf")
    await page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(first).to_be_focused()


async def test_wheel_pinch_and_swipe(sit_down: SitDown, beto: Membership, album: Conversation):
    inbox = await sit_down(beto, viewport={"width": 360, "height": 740}, has_touch=True)
    page = inbox.page
    await inbox.open_conversation(album)
    await page.locator(".message a.picture").first.tap()
    viewer = page.locator("#galeria")
    scale, name = viewer.locator("[data-part=scale]"), viewer.locator("[data-part=name]")
    await expect(viewer.locator("[data-part=count]")).to_have_text("1 / 4")
    touch = await page.context.new_cdp_session(page)

    async def fingers(kind: str, *points: tuple[int, int]) -> None:
        told = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    await fingers("touchStart", (300, 370))
    await fingers("touchMove", (200, 372))
    await fingers("touchMove", (100, 374))
    await fingers("touchEnd")
    await expect(name).to_have_text("green.png")
    await fingers("touchStart", (170, 370), (190, 370))
    await fingers("touchMove", (130, 370), (230, 370))
    await fingers("touchEnd")
    await expect(scale).to_have_text("500 %")
    # One finger now moves the photo instead of leaving it.
    await fingers("touchStart", (300, 370))
    await fingers("touchMove", (100, 370))
    await fingers("touchEnd")
    await expect(name).to_have_text("green.png")
    await page.mouse.move(180, 370)
    await page.mouse.wheel(0, 2000)
    await expect(scale).to_have_text("100 %")
    await viewer.get_by_role("button", name="Ir para a mensagem").click()
    await expect(viewer).to_be_hidden()
    await expect(page.locator(".message").nth(1)).to_be_in_viewport()
