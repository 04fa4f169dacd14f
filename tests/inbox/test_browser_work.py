"""What is done with conversations from the list, by mouse, finger and keyboard, at both widths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from omnichannel.services.snoozing import snoozes_wake
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
widths = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def talks(channel: Channel, beto: Membership, bells: list[Any]) -> list[Conversation]:
    """Give five conversations of beto's, the newest first."""
    made = []
    for place in range(5):
        at = timezone.now() - timedelta(minutes=10 * place + 1)
        person = make.person(f"55119{70000000 + place}", f"Pessoa {place}")
        talk = make.inbound(channel, at=at, person=person).conversation
        made.append(talk)
    for talk in reversed(made):
        conversation_take(conversation=talk, attendant=beto)
    return made


@widths
async def test_a_conversation_is_put_aside_by_a_phrase_and_comes_back(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open(f"/atendimento/conversas/{talks[0].pk}/?filtro=minhas")
    opened = page.locator("[data-act=more-acts]")
    if await opened.is_visible():
        await opened.click()
    await page.get_by_role("button", name="Adiar").click()
    dialog = page.locator("#acao")
    await dialog.get_by_label("Outro momento").fill("em 2 horas")
    await expect(dialog.locator("#momento")).to_contain_text("Volta")
    box = await dialog.bounding_box()
    assert box is not None and box["x"] >= 0 and box["width"] <= screen["viewport"]["width"]
    await dialog.get_by_label("Outro momento").press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".event").last).to_contain_text("adiou a conversa até")
    await expect(page.locator(f"#c-{talks[0].pk}")).to_have_count(0)
    await expect(page.locator("#abas [data-filter=adiadas] .count")).to_have_text("1")

    def due() -> None:
        Conversation.unscoped.filter(pk=talks[0].pk).update(snoozed_until=timezone.now())
        snoozes_wake()

    await behind(due)
    await expect(page.locator(f"#c-{talks[0].pk}")).to_have_count(1)
    await expect(page.locator("#avisos")).to_contain_text("adiada voltou")
