"""In a real browser: a colleague is named in a note, hears of it, and finds it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation, Mention
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import note_add
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
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


def write_on(channel: Channel) -> None:
    """Let the patient write more than a page since."""
    for place in range(60):
        make.inbound(channel, text=f"Mais {place}", person=make.person())


async def test_at_offers_as_typed_and_the_note_is_stored_with_whom_it_names(
    sit_down: SitDown, ana: Membership, beto: Membership, carla: Membership, talk: Conversation
):
    inbox = await sit_down(beto, **DESK)
    page = inbox.page
    await inbox.open_conversation(talk)
    box, options = page.locator("#texto"), page.locator("#escolhas [role=option]")
    # In an answer to the patient it is a sign like any other.
    await box.press_sequentially("@c")
    await expect(page.locator("#escolhas")).to_be_hidden()
    await box.fill("")
    await page.get_by_text("Nota interna", exact=True).first.click()
    await box.press_sequentially("Olá @")
    await expect(options).to_have_count(2)
    await box.press_sequentially("NUNES"[:3])
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(box).to_have_value(f"Olá @{carla.user.name} ")
    await expect(page.locator("#escolhas")).to_be_hidden()
    await box.press_sequentially("veja")
    await page.keyboard.press("Enter")
    note = inbox.bubble(f"Olá @{carla.user.name} veja")
    await expect(note.locator(".mention")).to_have_text(f"@{carla.user.name}")
    found = await behind(lambda: list(Mention.unscoped.values_list("member", flat=True)))
    assert found == [carla.pk]


async def test_a_finger_names_a_colleague(
    sit_down: SitDown, beto: Membership, carla: Membership, talk: Conversation
):
    inbox = await sit_down(beto, **PHONE)
    page = inbox.page
    await inbox.open_conversation(talk)
    button = page.get_by_role("button", name="Mencionar um colega")
    await expect(button).to_be_hidden()
    await page.get_by_text("Nota interna", exact=True).first.tap()
    await button.tap()
    await page.locator("#escolhas [role=option]", has_text=carla.user.name).tap()
    await expect(page.locator("#texto")).to_have_value(f"@{carla.user.name} ")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.locator(".send").tap()
    await expect(inbox.bubble(f"@{carla.user.name}").locator(".mention")).to_be_visible()


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["1366", "360"])
async def test_whoever_is_named_hears_of_it_and_the_list_leads_to_the_note(
    sit_down: SitDown,
    beto: Membership,
    carla: Membership,
    channel: Channel,
    talk: Conversation,
    options: dict[str, Any],
):
    inbox = await sit_down(carla, **options)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    tab = page.locator("#abas a[data-filter=mencoes]")
    await expect(tab).to_have_count(0)
    text = f"@{carla.user.name} pode ver o exame?"
    await behind(lambda: note_add(conversation=talk, author=beto, text=text))
    await behind(lambda: write_on(channel))
    await expect(page.locator("#avisos")).to_contain_text("mencionou você")
    await expect(tab.locator(".count")).to_have_text("1")
    await expect(page).to_have_title("(1) Atendimento")
    assert (
        await page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    )
    await tab.click()
    card = page.locator("#lista .card")
    await expect(card).to_have_count(1)
    await expect(card).to_contain_text("pode ver o exame?")
    await card.click()
    await expect(inbox.bubble("pode ver o exame?")).to_be_in_viewport()
    await expect(tab.locator(".count")).to_have_text("0")
    await expect(page).to_have_title("Joana Dias · Atendimento")


async def test_the_notice_itself_leads_there(
    sit_down: SitDown, beto: Membership, carla: Membership, talk: Conversation
):
    inbox = await sit_down(carla, **DESK)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    await behind(lambda: note_add(conversation=talk, author=beto, text=f"@{carla.user.name} veja"))
    await page.locator("#avisos").get_by_role("button", name="Abrir a nota").click()
    await expect(inbox.bubble("veja")).to_be_in_viewport()
    await expect(page).to_have_url(re.compile(rf"conversas/{talk.pk}/"))
