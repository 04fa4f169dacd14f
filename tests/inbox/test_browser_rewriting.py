"""In a real browser: a text in other words is tried on, taken back, and never costs a letter."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Company, Membership
from bot.models import BotSuggestion
from bot.services import rewriting
from omnichannel.models import Channel, Conversation, Message
from tests import make
from tests.bot.conftest import publish
from tests.inbox.browser import BROWSER, Inbox, behind
from tests.inbox.test_browser_scripts import called

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
OWN, MADE = "pode vir amanha as 14h", "Olá! Pode vir amanhã, às 14h."


@pytest.fixture
def talk(clinic: Company, channel: Channel) -> Conversation:
    """Give a conversation on a channel whose assistant allows it."""
    publish(clinic, [channel], mode="desligado")
    return make.inbound(channel, text="Posso ir amanhã?").conversation


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the model answer when this is set."""
    event = threading.Event()

    def write(**given: object) -> BotSuggestion:
        assert event.wait(20)
        return BotSuggestion(text=MADE, style="cordial")

    monkeypatch.setattr(rewriting, "writer_of", lambda talk: object())
    monkeypatch.setattr(rewriting, "text_rewrite", write)
    return event


async def ask(inbox: Inbox, words: str = "Mais cordial") -> None:
    await inbox.page.locator(".rewriting summary").click()
    await inbox.page.locator(".rewriting .menu").get_by_text(words).click()


@pytest.mark.parametrize("wide", [1366, 360])
async def test_other_words_are_used_taken_back_and_sent(
    sit_down: SitDown, beto: Membership, talk: Conversation, free: threading.Event, wide: int
):
    inbox = await sit_down(beto, viewport={"width": wide, "height": 768})
    page = inbox.page
    await inbox.open_conversation(talk)
    box, strip = page.locator("#texto"), page.locator(".rewritten")
    await expect(page.locator("[data-can-rewrite]")).to_have_count(1)
    await expect(page.locator(".rewriting")).to_be_hidden()
    await box.fill(OWN)
    await ask(inbox)
    await expect(strip).to_contain_text("Reescrevendo")
    # Who goes on writing meanwhile loses nothing.
    await box.press("End")
    await box.press_sequentially(", traga o exame")
    free.set()
    await expect(strip.locator(".proposal")).to_contain_text(MADE)
    await expect(box).to_have_value(f"{OWN}, traga o exame")
    for button in ("Usar", "Voltar ao meu texto"):
        await expect(strip.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await strip.get_by_role("button", name="Usar").click()
    await expect(box).to_have_value(f"{MADE}, traga o exame")
    await expect(strip).to_contain_text("revise antes de enviar")
    await inbox.open_conversation(talk)
    await strip.get_by_role("button", name="Voltar ao meu texto").click()
    await expect(box).to_have_value(f"{OWN}, traga o exame")
    await expect(strip).to_be_hidden()
    await ask(inbox, "Mais curto")
    await strip.get_by_role("button", name="Usar").click()
    await box.press("Enter")
    await expect(box).to_have_value("")
    await expect(strip).to_be_hidden()
    await expect(inbox.bubble(MADE)).to_be_visible()
    assert await behind(lambda: [row.text for row in Message.unscoped.outbound()]) == [MADE]


async def test_a_refusal_is_told_where_it_was_asked_and_the_text_stays(
    sit_down: SitDown, beto: Membership, talk: Conversation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rewriting, "writer_of", lambda talk: object())

    def refuse(**given: object) -> None:
        raise rewriting.RewriteUnavailable

    monkeypatch.setattr(rewriting, "text_rewrite", refuse)
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#texto").fill(OWN)
    await ask(inbox, "Corrigir o português")
    await expect(page.locator(".rewritten")).to_contain_text("O seu continua como estava")
    await expect(page.locator("#texto")).to_have_value(OWN)
    inbox.problems.clear()  # the browser itself reports the refusal
    await page.locator(".modes").get_by_text("Nota interna").click()
    await expect(page.locator(".rewritten")).to_be_hidden()
    await expect(page.locator(".rewriting")).to_be_hidden()


async def test_what_was_typed_around_a_text_stays(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    await inbox.open()
    calls = [
        (["oi", "oi", "Olá!"], "Olá!"),
        (["oi, e mais", "oi", "Olá!"], "Olá!, e mais"),
        (["antes oi", "oi", "Olá!"], "antes Olá!"),
        (["outra coisa", "oi", "Olá!"], "outra coisa\nOlá!"),
        (["", "oi", "Olá!"], "Olá!"),
    ]
    found = await called(inbox, "rewriting.js", "swapped", [values for values, _text in calls])
    assert found == [text for _values, text in calls]
