"""Swagger UI in a real browser, under the site's content policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Conversation
from tests.api.conftest import API
from tests.inbox.browser import BROWSER, Inbox
from tests.inbox.conftest import sit_down

__all__ = ["sit_down"]

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]


async def test_the_pages_of_the_api_draw_and_a_call_from_them_works(
    sit_down: SitDown,
    beto: Membership,
    conversation: Conversation,
):
    reader = await sit_down(beto)
    page = reader.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{reader.address}{API}docs/")
    tag = page.locator(".opblock-tag[data-tag=conversas]")
    await expect(page.locator(".opblock-tag").first).to_be_visible()
    # The page draws what stands in the window, and more of it as one scrolls.
    for _turn in range(200):
        if await tag.count():
            break
        await page.mouse.wheel(0, 600)
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(tag).to_be_visible()
    await page.locator("[id='operations-conversas-conversas_list'] .opblock-summary").click()
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()
    response = page.locator(".live-responses-table")
    status = response.locator("tbody .response-col_status")
    await expect(status).to_contain_text("200")
    await expect(response).to_contain_text(str(conversation.pk))
    assert all(url.startswith((reader.address, "data:", "blob:")) for url in asked), asked
