"""Following a conversation by hand: what its patient writes is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.inbox.test_browser_work import DESK, talks, widths

__all__ = ("talks",)
pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@widths
async def test_a_follower_is_told_what_the_patient_writes(
    sit_down: SitDown,
    carla: Membership,
    channel: Channel,
    talks: list[Conversation],
    screen: dict[str, Any],
):
    inbox = await sit_down(carla, **screen)
    page = inbox.page
    await inbox.open(f"/atendimento/conversas/{talks[0].pk}/?filtro=todas")
    if screen is not DESK:
        await page.locator("#cabeca [data-act=panel]").click()
    panel = page.locator("#participantes")
    async with page.expect_response("**/acompanhadas/"):
        await panel.get_by_role("button", name="Acompanhar").click()
    await expect(panel).to_contain_text(carla.user.name)
    await expect(panel.get_by_role("button", name="Acompanhar")).to_have_count(0)
    await panel.scroll_into_view_if_needed()
    box = await panel.bounding_box()
    assert box is not None and box["x"] >= 0
    assert box["x"] + box["width"] <= screen["viewport"]["width"]
    async with page.expect_response("**/acompanhadas/"):
        await inbox.open("/atendimento/?filtro=minhas")
    person = make.person("5511970000000", "Pessoa 0")
    await behind(lambda: make.inbound(channel, person=person, text="Outra coisa"))
    await expect(page.locator("#avisos")).to_contain_text("conversa que você acompanha")
    await page.locator("#avisos").get_by_role("button", name="Abrir a conversa").click()
    await expect(page.locator("#mensagens")).to_contain_text("Outra coisa")
