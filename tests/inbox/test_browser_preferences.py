"""In a real browser: notices of what is mine, when I want them, and how close things stand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_release, conversation_take
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDTHS = [
    pytest.param({"width": 1366, "height": 768}, id="1366"),
    pytest.param({"width": 360, "height": 740}, id="360"),
]
# The page is in the background, and what the system would show is kept instead.
WATCHED = """
    window.told = [];
    window.Notification = class {
        static permission = "granted";
        constructor(words, options) { window.told.push([words, options.tag, options.body ?? ""]); }
        addEventListener() {}
    };
    window.badges = [];
    navigator.setAppBadge = async (count) => window.badges.push(count);
    Object.defineProperty(document, "hidden", { get: () => window.away === true });
"""


async def choose(page: Any, *labels: str, at: dict[str, str] | None = None) -> None:
    await page.locator(".standing > summary").click()
    await page.get_by_role("button", name="Preferências").click()
    dialog = page.get_by_role("dialog", name="Preferências", exact=True)
    for label in labels:
        await dialog.get_by_label(label).check()
    for name, value in (at or {}).items():
        field = dialog.locator(f"[name={name}]")
        async with page.expect_response("**/atendimento/preferencias/"):
            await field.fill(value)
            await field.blur()
    await dialog.get_by_role("button", name="Pronto").click()
    await expect(dialog).to_be_hidden()


async def told(page: Any, count: int) -> Any:
    """Wait until the system was told so often, and return what."""
    for _ in range(100):
        found = await page.evaluate("window.told")
        if len(found) >= count:
            return found
        await page.wait_for_timeout(100)
    raise AssertionError(f"told {found}")


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_a_message_of_mine_is_told_without_a_name(
    sit_down: SitDown,
    beto: Membership,
    channel: Channel,
    conversation: Conversation,
    viewport: Any,
):
    def prepare() -> None:
        conversation_take(conversation=conversation, attendant=beto)
        Conversation.unscoped.filter(pk=conversation.pk).update(unread_count=0)

    await behind(prepare)
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await page.add_init_script(WATCHED)
    await inbox.open("/atendimento/?filtro=todas")
    await choose(page, "Avisos do sistema")
    await page.evaluate("window.away = true")
    other = make.person("5511970000001", "Rita Melo")
    await behind(lambda: make.inbound(channel, text="Ninguém me atende", person=other))
    await expect(page.locator(".card", has_text="Ninguém me atende")).to_be_visible()
    await behind(lambda: make.inbound(channel, text="Meu exame de sangue"))
    assert await told(page, 1) == [["Nova mensagem", "mensagens", ""]]
    assert 1 in await page.evaluate("window.badges")


async def test_silence_may_go_over_midnight_and_holds_for_every_kind(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    held = await page.evaluate(
        """async () => {
            const { isQuiet } = await import("/static/inbox/js/preferences.js");
            const at = (hours) => new Date(2026, 0, 1, hours, 0);
            const night = { quiet_from: "22:00", quiet_until: "07:00" };
            const noon = { quiet_from: "12:00", quiet_until: "13:00" };
            return [isQuiet(night, at(23)), isQuiet(night, at(3)), isQuiet(night, at(8)),
                isQuiet(noon, at(12)), isQuiet(noon, at(13)),
                isQuiet({ quiet_from: "", quiet_until: "" }, at(3))];
        }"""
    )
    assert held == [True, True, False, True, False, False]
    await choose(page, at={"quiet_from": "00:00", "quiet_until": "23:59"})
    told_now = await page.evaluate(
        """async () => (await import("/static/inbox/js/preferences.js")).mayTell("mine")"""
    )
    assert told_now is False


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_another_device_shows_what_was_chosen_on_this_one(
    sit_down: SitDown, beto: Membership, conversation: Conversation, viewport: Any
):
    desk = await sit_down(beto)
    phone = await sit_down(beto, viewport=viewport)
    await phone.open()
    page = desk.page
    await desk.open()
    before = await page.locator(".card").first.evaluate("(card) => card.offsetHeight")
    await choose(page, "Compacta", "Alto contraste", "Tocar um som")
    after = await page.locator(".card").first.evaluate("(card) => card.offsetHeight")
    assert after < before
    root = phone.page.locator("html")
    # The page that is open hears of it, and the next one begins with it.
    await expect(root).to_have_attribute("data-density", "compacta")
    await expect(root).to_have_attribute("data-contrast", "alto")
    await phone.open_conversation(conversation)
    await expect(root).to_have_attribute("data-density", "compacta")
    sound = phone.page.locator("[data-act=sound]")
    await expect(sound).to_have_attribute("aria-pressed", "true")


async def test_the_theme_goes_along_and_a_page_that_knows_nobody_looks_as_the_last(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    desk = await sit_down(beto)
    await desk.open()
    async with desk.page.expect_response("**/atendimento/preferencias/"):
        await desk.page.locator("[data-act=theme]").click()
    root = desk.page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    other = await sit_down(beto)
    await other.open()
    await expect(other.page.locator("html")).to_have_attribute("data-theme", "dark")
    await desk.page.context.clear_cookies()
    await desk.page.goto(f"{desk.address}/atendimento/entrar/")
    await expect(root).to_have_attribute("data-theme", "dark")


async def test_a_person_chooses_their_language_for_pages_and_what_comes_later(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await page.locator(".standing > summary").click()
    await page.get_by_role("button", name="Preferências").click()
    async with page.expect_navigation():
        await page.get_by_label("Idioma").select_option("en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator("#ao-vivo[data-state=ligado]").wait_for(state="attached")
    await behind(lambda: conversation_release(conversation=conversation, actor=beto))
    # A line that the socket brought, in the language of the page.
    said = page.get_by_text("Beto Reis returned the conversation to the queue")
    await expect(said).to_be_visible()


async def test_it_can_be_installed(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    address = await page.locator("link[rel=manifest]").get_attribute("href")
    answer = await page.request.get(f"{inbox.address}{address}")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    for icon in (await answer.json())["icons"]:
        drawn = await page.request.get(f"{inbox.address}/static/inbox/img/{icon['src']}")
        assert drawn.status == 200, icon
