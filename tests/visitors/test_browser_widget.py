"""In a real browser, on a site of another origin: the chat from its button to the answer."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from accounts.models import Company, Membership
from omnichannel.choices import Direction
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from tests import make
from tests.inbox.browser import BROWSER, CHROMIUM_FLAGS, Inbox, behind
from tests.inbox.conftest import sit_down  # noqa: F401  (the attendant's browser)
from tests.visitors.site import SampleSite, Visit
from visitors import limits

pytestmark = [*BROWSER, pytest.mark.usefixtures("bells")]
Arrive = Callable[..., Awaitable[Visit]]
NOTICE = {"asks_name": "obrigatorio"}


@pytest.fixture
def site() -> Iterator[SampleSite]:
    served = SampleSite()
    yield served
    served.stop()


@pytest.fixture
def chat(clinic: Company, site: SampleSite, live_address: str) -> Channel:
    row = make.webchat_channel(clinic, origins=site.origin)
    site.embed(live_address, row.account_id)
    return row


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(
    browser: Any, chat: Channel, site: SampleSite, tmp_path: Path, transactional_db: None
) -> AsyncIterator[Arrive]:
    """Give tabs of one visitor's browser, whose frames of other sites may keep things."""
    # As it is in a visitor's everyday window. A private one denies frames of other sites their
    # storage; whoever asks for it walks that way.
    (tmp_path / "Default").mkdir()
    preferences = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(preferences))
    kept = await browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path="/usr/bin/chromium",
        args=CHROMIUM_FLAGS,
        locale="pt-BR",
        viewport={"width": 1366, "height": 768},
    )
    contexts, visits = [kept], []

    async def come(*, is_private: bool = False, **options: Any) -> Visit:
        context = kept
        if is_private or options:
            context = await browser.new_context(**{"locale": "pt-BR", **options})
            contexts.append(context)
        visit = Visit(await context.new_page(), site.origin)
        visits.append(visit)
        return visit

    yield come
    problems = [problem for visit in visits for problem in visit.problems]
    for context in contexts:
        await context.close()
    assert problems == []


def talk(chat: Channel) -> Conversation:
    return Conversation.objects.for_company(chat.company).filter(channel=chat).latest("opened_at")


def arrived(chat: Channel) -> list[str]:
    rows = Message.objects.for_company(chat.company).filter(channel=chat, direction=Direction.IN)
    return list(rows.order_by("seq").values_list("text", flat=True))


def answer(chat: Channel, attendant: Membership, text: str) -> None:
    conversation = talk(chat)
    message_send(conversation=conversation, author=attendant, text=text)
    conversation_deliver(conversation=conversation)


async def test_a_visitor_writes_and_an_attendant_answers_in_the_inbox(
    arrive: Arrive,
    sit_down: Callable[..., Awaitable[Inbox]],  # noqa: F811
    chat: Channel,
    ana: Membership,
):
    visit = await arrive()
    await visit.come()
    assert await visit.kept() == []
    await visit.open()
    assert await visit.kept() == []
    await visit.write("Quero marcar uma consulta")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    # Only who wrote is known again, by a pointer that names nobody.
    assert await visit.kept() == [f"central:{chat.account_id}"]

    inbox = await sit_down(ana)
    await inbox.open_conversation(await behind(lambda: talk(chat)))
    await expect(inbox.bubble("Quero marcar uma consulta")).to_be_visible()
    await inbox.page.locator("#texto").press_sequentially("Amanhã às 14h?")
    await expect(visit.panel.locator(".typing")).to_be_visible()
    await inbox.page.locator("#texto").press("Enter")
    await expect(inbox.bubble("Amanhã às 14h?")).to_be_visible()
    await behind(lambda: conversation_deliver(conversation=talk(chat)))
    await expect(visit.said("Amanhã às 14h?")).to_be_visible()
    await expect(visit.panel.locator(".tick.lida")).to_be_visible()

    await visit.page.reload()
    await visit.open()
    await expect(visit.said("Amanhã às 14h?")).to_have_count(1)
    await expect(visit.said("Quero marcar uma consulta")).to_have_count(1)


async def test_what_is_written_without_a_line_arrives_once_after_a_reload(
    arrive: Arrive, chat: Channel, ana: Membership
):
    visit = await arrive()
    await visit.come()
    await visit.open()

    line = ["loses answers"]

    async def under_way(route: Route) -> None:
        if line[0] == "loses answers":
            # It is stored at the door, and the visitor's browser never hears so.
            await route.fetch()
            await route.fulfill(status=503, body="{}")
        elif line[0] == "is cut":
            await route.abort()
        else:
            await route.continue_()

    await visit.page.route("**/mensagens/", under_way)
    await visit.write("A resposta se perdeu")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    line[0] = "is cut"
    await visit.write("Escrita sem conexão")
    await expect(visit.panel.locator(".pending")).to_have_count(1)
    await visit.page.reload()
    await visit.open()
    await expect(visit.said("Escrita sem conexão")).to_be_visible()
    line[0] = "is back"
    await expect(visit.panel.locator(".pending")).to_have_count(0)
    await expect(visit.said("Escrita sem conexão")).to_have_count(1)
    assert await behind(lambda: arrived(chat)) == ["A resposta se perdeu", "Escrita sem conexão"]


@pytest.mark.slow
async def test_two_tabs_share_one_socket_and_tell_each_other(
    arrive: Arrive, chat: Channel, ana: Membership
):
    one, other = await arrive(), await arrive()
    await one.come()
    await one.open()
    await one.write("Da primeira aba")
    await expect(one.panel.locator(".tick.enviada")).to_be_visible()
    await other.come()
    await other.open()
    await expect(other.said("Da primeira aba")).to_be_visible()
    await other.write("Da segunda aba")
    await expect(one.said("Da segunda aba")).to_have_count(1)
    await behind(lambda: answer(chat, ana, "Para as duas"))
    for visit in (one, other):
        await expect(visit.said("Para as duas")).to_have_count(1)
    assert len(one.sockets) + len(other.sockets) == 1
    # The tab that had the socket goes; the other takes it up.
    await one.page.close()
    await behind(lambda: answer(chat, ana, "Para quem ficou"))
    await expect(other.said("Para quem ficou")).to_have_count(1)
    assert len(other.sockets) == 1


async def test_a_keyboard_is_enough_on_a_narrow_screen(arrive: Arrive, chat: Channel):
    await behind(
        lambda: Channel.unscoped.filter(pk=chat.pk).update(settings={**chat.settings, **NOTICE})
    )
    visit = await arrive(viewport={"width": 360, "height": 740})
    await visit.come()
    keyboard = visit.page.keyboard
    await visit.launcher.focus()
    await keyboard.press("Enter")
    await visit.panel.locator("#campo-name").wait_for()
    await visit.panel.locator("#campo-name").focus()
    await keyboard.type("Marina Alves")
    await keyboard.press("Tab")
    await expect(visit.panel.locator(".tick-box input")).to_be_focused()
    await keyboard.press("Space")
    await keyboard.press("Enter")
    await expect(visit.field).to_be_focused()
    await keyboard.type("Pelo teclado")
    await keyboard.press("Enter")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    locked = "getComputedStyle(document.documentElement).overflow"
    assert await visit.page.evaluate(locked) == "hidden"
    frame = next(one for one in visit.page.frames if "/chat/" in one.url)
    assert await frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = """[...document.querySelectorAll("button, a, textarea")].filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return height && (height < 44 || width < 44);
    }).map((one) => one.outerHTML.slice(0, 80))"""
    assert await frame.evaluate(small) == []
    await keyboard.press("Escape")
    await expect(visit.launcher).to_be_focused()
    assert await visit.page.evaluate(locked) != "hidden"


async def test_it_speaks_english(
    arrive: Arrive, chat: Channel, site: SampleSite, live_address: str
):
    site.embed(live_address, chat.account_id, "en")
    visit = await arrive()
    await visit.come()
    await visit.open()
    await visit.write("Hello")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    shown = await visit.panel.locator("body").inner_text()
    assert "Hello! How can we help?" in shown
    assert not re.search(r"[ãçõ]|Você|Mensagem|Conversa|Agora", shown)
    await expect(visit.field).to_have_attribute("placeholder", "Write your message…")


@pytest.mark.slow
async def test_a_private_window_chats_without_any_storage(
    arrive: Arrive, chat: Channel, ana: Membership
):
    visit = await arrive(is_private=True)
    await visit.come()
    await visit.open()
    await visit.write("Em janela anônima")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    await behind(lambda: answer(chat, ana, "Recebemos"))
    await expect(visit.said("Recebemos")).to_be_visible()
    await visit.page.reload()
    await visit.open()
    await expect(visit.said("Recebemos")).to_have_count(1)


@pytest.mark.slow
async def test_above_the_limits_the_browser_works_and_then_waits_with_the_text_kept(
    arrive: Arrive, chat: Channel, monkeypatch: pytest.MonkeyPatch
):
    few = (limits.Limit("messages", 8, 0, 1),)
    monkeypatch.setattr("visitors.services.talking.MESSAGES_OF_SESSION", few)
    visit = await arrive()
    await visit.come()
    await visit.open()
    # None is free: this one costs the browser work.
    await visit.write("Custou trabalho")
    await expect(visit.panel.locator(".tick.enviada")).to_be_visible()
    await visit.write("Acima do limite")
    await expect(visit.panel.locator(".held")).to_contain_text("Enviaremos em")
    await expect(visit.said("Acima do limite")).to_be_visible()
    await expect(visit.panel.locator(".held")).to_have_count(0, timeout=30_000)
    await expect(visit.panel.locator(".pending")).to_have_count(0, timeout=30_000)
    assert await behind(lambda: arrived(chat)) == ["Custou trabalho", "Acima do limite"]


async def test_on_a_site_that_is_not_listed_no_button_stands(
    arrive: Arrive, chat: Channel, site: SampleSite
):
    wrong = {**chat.settings, "origins": "https://outra.example"}
    await behind(lambda: Channel.unscoped.filter(pk=chat.pk).update(settings=wrong))
    visit = await arrive()
    async with visit.page.expect_console_message(lambda said: "no chat for" in said.text):
        await visit.page.goto(site.origin)
    await expect(visit.launcher).to_have_count(0)
