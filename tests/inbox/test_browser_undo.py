"""In a real browser: a text that was just sent comes back to the box, or goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from accounts.services.preferences import preferences_change
from omnichannel.models import Conversation, ScheduledMessage
from omnichannel.services.conversations import conversation_take
from omnichannel.services.scheduling import scheduled_sweep
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


def fall_due() -> None:
    ScheduledMessage.unscoped.update(send_at=timezone.now())
    scheduled_sweep()


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["1366", "360"])
async def test_a_text_is_undone_and_another_one_goes(
    sit_down: SitDown, beto: Membership, conversation: Conversation, options: dict[str, Any]
):
    def choose() -> None:
        conversation_take(conversation=conversation, attendant=beto)
        preferences_change(membership=beto, values={"undo_send": True})

    await behind(choose)
    inbox = await sit_down(beto, **options)
    page = inbox.page
    await inbox.open_conversation(conversation)
    box, strip = page.locator("#texto"), page.locator("#agendadas")
    await box.fill("Sua consulta é hoje")
    await page.locator(".send").click()
    await expect(strip.locator("q")).to_have_text("Sua consulta é hoje")
    await expect(box).to_have_value("")
    width = options["viewport"]["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await strip.get_by_role("button", name="Desfazer").click()
    await expect(box).to_have_value("Sua consulta é hoje")
    await expect(strip.locator("li")).to_have_count(0)
    await behind(fall_due)
    await box.fill("Sua consulta é amanhã")
    await page.locator(".send").click()
    await expect(strip.locator("q")).to_have_text("Sua consulta é amanhã")
    await behind(fall_due)
    await expect(inbox.bubble("Sua consulta é amanhã")).to_have_count(1)
    await expect(inbox.bubble("Sua consulta é hoje")).to_have_count(0)
    await expect(strip.locator("li")).to_have_count(0)
