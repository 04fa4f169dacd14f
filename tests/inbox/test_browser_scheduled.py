"""In a real browser: what stands in the box is sent later, seen meanwhile, and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation, ScheduledMessage
from omnichannel.services.conversations import conversation_take
from omnichannel.services.scheduling import scheduled_sweep
from tests import make
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


def fall_due() -> None:
    ScheduledMessage.unscoped.update(send_at=timezone.now())
    scheduled_sweep()


@pytest.mark.parametrize("options", [{"viewport": {"width": 1366, "height": 768}}, PHONE])
async def test_a_message_is_scheduled_taken_back_and_sent(
    sit_down: SitDown, beto: Membership, talk: Conversation, options: dict[str, Any]
):
    inbox = await sit_down(beto, **options)
    page = inbox.page
    await inbox.open_conversation(talk)
    box, dialog, strip = page.locator("#texto"), page.locator("#acao"), page.locator("#agendadas")
    await box.fill("Tudo certo para amanhã?")
    await page.get_by_role("button", name="Enviar mais tarde").click()
    await dialog.get_by_role("button", name="Daqui a 1 hora").click()
    await expect(dialog).to_be_hidden()
    await expect(strip.locator("q")).to_have_text("Tudo certo para amanhã?")
    await expect(box).to_have_value("")
    await strip.get_by_role("button", name="Cancelar").click()
    await expect(strip.locator("li")).to_have_count(0)
    await expect(box).to_have_value("Tudo certo para amanhã?")
    # In words, too.
    await page.get_by_role("button", name="Enviar mais tarde").click()
    await dialog.get_by_label("Outro momento").fill("daqui a 2 horas")
    await dialog.get_by_role("button", name="Agendar").click()
    await expect(strip.locator("li")).to_have_count(1)
    width = options["viewport"]["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await behind(fall_due)
    await expect(inbox.bubble("Tudo certo para amanhã?")).to_have_count(1)
    await expect(strip.locator("li")).to_have_count(0)


async def test_what_the_patient_overtook_is_held_and_comes_back(
    sit_down: SitDown, beto: Membership, channel: Channel, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    strip = page.locator("#agendadas")
    await page.locator("#texto").fill("Ainda quer o horário?")
    await page.get_by_role("button", name="Enviar mais tarde").click()
    await page.locator("#acao").get_by_role("button", name="Daqui a 1 hora").click()
    await expect(strip.locator("li")).to_have_count(1)
    await behind(lambda: make.inbound(channel, text="Não preciso mais"))
    await behind(fall_due)
    await expect(strip.locator("li.held")).to_contain_text("O paciente escreveu depois")
    await strip.get_by_role("button", name="Voltar ao texto").click()
    await expect(page.locator("#texto")).to_have_value("Ainda quer o horário?")
    await expect(strip.locator("li")).to_have_count(0)
    await expect(inbox.bubble("Ainda quer o horário?")).to_have_count(0)


async def test_an_empty_box_has_nothing_to_schedule(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.get_by_role("button", name="Enviar mais tarde").click()
    await page.locator("#acao").get_by_role("button", name="Daqui a 1 hora").click()
    await expect(page.locator("#acao .problem")).to_contain_text("Escreva a mensagem")
    inbox.problems.clear()
