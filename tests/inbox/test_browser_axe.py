"""axe-core finds nothing serious on the pages, dialogs and menus that people work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from typing import Any

import pytest_asyncio
from playwright.async_api import expect

from accounts.models import Company, Membership
from accounts.services.preferences import preferences_change
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import message_send, note_add
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.inbox.test_browser_gallery import album
from tests.queues.conftest import make_queue

__all__ = ["album"]

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
# What is serious or worse on the page: rule, where, words.
# The choices below a text box are walked by its own keys while it keeps the focus; axe knows that
# pattern by a role that a box of several lines may not have.
RUN = """async () => {
    const choices = "#escolhas-lista";
    const { violations } = await axe.run(document, {
        resultTypes: ["violations"],
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations
        .filter((one) => ["serious", "critical"].includes(one.impact))
        .flatMap((one) => one.nodes.map((node) =>
            [one.id, node.target.join(" "), node.any[0]?.message ?? node.failureSummary]))
        .filter(([rule, where]) => !(rule === "scrollable-region-focusable" && where === choices));
}"""
LOOKS = {
    "light": {"theme": "claro"},
    "dark": {"theme": "escuro"},
    "light-contrast": {"theme": "claro", "contrast": True},
    "dark-contrast": {"theme": "escuro", "contrast": True},
}
WIDTHS = {"1366": {"width": 1366, "height": 768}, "360": {"width": 360, "height": 740}}
PAGES = (
    "?filtro=todas",
    "conversas/nova/",
    "pacientes/",
    "respostas-rapidas/",
    "respostas-rapidas/nova/",
    "relatorios/",
    "dashboard/",
    "painel/",
    "campanhas/",
    "campanhas/nova/",
    "senha/",
)


class Watcher:
    """Runs axe at each step of a walk, and keeps what it found."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.page = inbox, inbox.page
        self.found: dict[str, list[Any]] = {}

    async def look(self, place: str) -> None:
        """Look at the page as it stands, once nothing moves any more."""
        await self.page.evaluate(
            "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"
        )
        # By the developer's door: the page's own policy lets no such script in.
        if not await self.page.evaluate("typeof axe === 'object'"):
            await self.page.evaluate(AXE)
        if serious := await self.page.evaluate(RUN):
            self.found[place] = serious

    async def press(self, *names: str) -> None:
        """Press keys."""
        for name in names:
            await self.page.keyboard.press(name)


@pytest_asyncio.fixture(
    loop_scope="session", params=[f"{look} {width}" for look in LOOKS for width in WIDTHS]
)
async def watcher(
    request: Any, sit_down: SitDown, ana: Membership, clinic: Company
) -> AsyncIterator[Watcher]:
    """Give a manager's browser in each look and width; at the end nothing serious was found."""
    look, width = request.param.split()
    await behind(lambda: preferences_change(membership=ana, values=LOOKS[look]))
    one = Watcher(await sit_down(ana, viewport=WIDTHS[width], reduced_motion="reduce"))
    yield one
    told = "\n".join(f"{place}: {line}" for place, lines in one.found.items() for line in lines)
    assert not told, told


async def test_no_page_has_anything_serious(
    watcher: Watcher, clinic: Company, ana: Membership, beto: Membership, channel: Channel
):
    def prepare() -> None:
        make_queue(clinic, beto)
        for number in range(3):
            person = make.person(f"551197000000{number}", f"Rita Melo {number}")
            make.inbound(channel, text="Quero marcar", person=person)

    await behind(prepare)
    for path in PAGES:
        await watcher.page.goto(f"{watcher.inbox.address}/atendimento/{path}")
        await watcher.page.wait_for_load_state("networkidle")
        await watcher.look(path)


async def test_no_dialog_or_menu_of_a_conversation_has_anything_serious(
    watcher: Watcher, ana: Membership, album: Conversation
):
    def prepare() -> None:
        conversation_take(conversation=album, attendant=ana)
        message_send(conversation=album, author=ana, text="Já vi, obrigada! https://a.example")
        note_add(conversation=album, author=ana, text="Ligar amanhã")

    await behind(prepare)
    page = watcher.page
    await watcher.inbox.open_conversation(album)
    await watcher.look("thread")
    box = page.locator("#texto")
    for place, typed in (("quick", "/"), ("emoji", ":cora"), ("blanks", "{{")):
        await box.fill("")
        await box.press_sequentially(typed)
        await page.wait_for_timeout(400)
        await watcher.look(place)
    await watcher.press("Escape")
    await box.fill("Bom dia")
    for act, name in (("emoji", "emoji sheet"), ("templates", "templates")):
        button = page.locator(f"[data-act={act}]:visible").first
        if await button.count():
            await button.click()
            await page.wait_for_timeout(500)
            await watcher.look(name)
            await watcher.press("Escape")
    await page.get_by_role("button", name="Enviar mais tarde").click()
    await expect(page.locator("#acao")).to_be_visible()
    await page.wait_for_timeout(400)
    await watcher.look("schedule")
    await watcher.press("Escape")
    await page.locator(".message .bubble").last.click(button="right")
    await page.wait_for_timeout(300)
    await watcher.look("message menu")
    await watcher.press("Escape")
    await page.locator(".message a.picture").first.click()
    await expect(page.locator("#galeria")).to_be_visible()
    await watcher.look("gallery")
    await watcher.press("Escape", "Escape", "Control+k")
    await page.wait_for_timeout(500)
    await watcher.look("palette")
    await watcher.press("Escape")


async def test_no_dialog_or_menu_of_the_list_has_anything_serious(
    watcher: Watcher, ana: Membership, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=ana))
    page = watcher.page
    await watcher.inbox.open()
    await page.get_by_role("button", name="Filtrar a lista").click()
    await page.wait_for_timeout(500)
    await watcher.look("filters")
    await watcher.press("Escape")
    card = page.locator(".card").first
    await card.click(button="right")
    await page.wait_for_timeout(300)
    await watcher.look("card menu")
    await watcher.press("Escape")
    await page.locator(".standing > summary").click()
    await watcher.look("standing")
    await page.get_by_role("button", name="Preferências").click()
    await watcher.look("preferences")
    await watcher.press("Escape")
    await page.evaluate("document.querySelector('#ajuda').showModal()")
    await watcher.look("help")
    await watcher.press("Escape")
    await page.get_by_label("Escolher a conversa de").first.check(force=True)
    await page.wait_for_timeout(300)
    await watcher.look("several")
    for name in ("Adiar", "Atribuir", "Etiquetar"):
        button = page.locator(".selection").get_by_role("button", name=name).first
        if await button.count() and await button.is_visible():
            await button.click()
            await page.wait_for_timeout(500)
            await watcher.look(f"several: {name}")
            await watcher.press("Escape")
