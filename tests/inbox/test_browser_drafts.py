"""In a real browser: what is half-written stands on other screens too, and is never lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Conversation, Draft
from omnichannel.services.conversations import conversation_take
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    """A conversation that beto holds."""
    conversation_take(conversation=conversation, attendant=beto)
    return conversation


def kept(talk: Conversation) -> dict[str, str]:
    return dict(Draft.unscoped.filter(conversation=talk).values_list("mode", "text"))


async def until_kept(inbox: Inbox, talk: Conversation, wanted: dict[str, str]) -> None:
    for _ in range(200):
        if await behind(lambda: kept(talk)) == wanted:
            return
        await inbox.page.wait_for_timeout(50)
    assert await behind(lambda: kept(talk)) == wanted


async def test_a_draft_stands_on_another_screen_and_goes_when_it_is_sent(
    sit_down: SitDown, beto: Membership, carla: Membership, talk: Conversation
):
    desk = await sit_down(beto, viewport={"width": 1366, "height": 768})
    await desk.open_conversation(talk)
    await desk.page.locator("#texto").press_sequentially("Bom dia, a sua consulta")
    await desk.page.locator(".modes").get_by_text("Nota interna").click()
    await desk.page.locator("#texto").press_sequentially("Confirmar com a recepção")
    written = {"resposta": "Bom dia, a sua consulta", "nota": "Confirmar com a recepção"}
    await until_kept(desk, talk, written)
    await expect(desk.page.locator(f"#c-{talk.pk} .preview")).to_have_attribute(
        "data-draft", "Rascunho"
    )
    phone = await sit_down(beto, viewport={"width": 360, "height": 740})
    await phone.open_conversation(talk)
    box = phone.page.locator("#texto")
    await expect(box).to_have_value(written["resposta"])
    await phone.page.locator(".modes").get_by_text("Nota interna").click()
    await expect(box).to_have_value(written["nota"])
    await phone.page.locator(".modes").get_by_text("Responder").click()
    await phone.page.locator("#escrever .send").click()
    await expect(phone.bubble(written["resposta"])).to_have_count(1)
    await until_kept(phone, talk, {"nota": written["nota"]})
    # The desk looks again: what was sent elsewhere does not stand there to be sent twice.
    await desk.page.reload()
    await expect(desk.bubble(written["resposta"])).to_have_count(1)
    await expect(desk.page.locator("#texto")).to_have_value(written["nota"])
    await desk.page.locator(".modes").get_by_text("Responder").click()
    await expect(desk.page.locator("#texto")).to_have_value("")
    # Nobody else sees what somebody half-wrote.
    other = await sit_down(carla)
    await other.open_conversation(talk)
    await expect(other.page.locator("#texto")).to_have_value("")


async def test_two_screens_that_wrote_differently_lose_nothing(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    desk, phone = await sit_down(beto), await sit_down(beto)
    await desk.open_conversation(talk)
    await phone.open_conversation(talk)
    await desk.page.locator("#texto").press_sequentially("Da mesa")
    await until_kept(desk, talk, {"resposta": "Da mesa"})
    await phone.page.locator("#texto").press_sequentially("Do celular")
    strip = phone.page.locator(".other-draft")
    await expect(strip).to_contain_text("Da mesa")
    await expect(phone.page.locator("#texto")).to_have_value("Do celular")
    assert await behind(lambda: kept(talk)) == {"resposta": "Da mesa"}
    await strip.get_by_role("button", name="Juntar").click()
    await expect(phone.page.locator("#texto")).to_have_value("Da mesa\nDo celular")
    await until_kept(phone, talk, {"resposta": "Da mesa\nDo celular"})
    await expect(strip).to_be_hidden()


async def test_without_a_line_the_page_keeps_and_tells_later(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.context.set_offline(True)
    await page.locator("#texto").press_sequentially("Escrito no túnel")
    await page.wait_for_timeout(1_000)
    assert await behind(lambda: kept(talk)) == {}
    await page.context.set_offline(False)
    await until_kept(inbox, talk, {"resposta": "Escrito no túnel"})
    # A closed tab leaves what was typed in its last moment.
    await page.locator("#texto").press_sequentially(" e no fim")
    await page.goto("about:blank")
    await until_kept(inbox, talk, {"resposta": "Escrito no túnel e no fim"})
    inbox.problems.clear()
