"""In a real browser: what is sent is on screen at once, once, and never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from accounts.models import Company, Membership
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    """A conversation that beto holds."""
    conversation_take(conversation=conversation, attendant=beto)
    return conversation


@pytest.fixture
def by_sms(clinic: Company, beto: Membership) -> Conversation:
    """A conversation that beto holds, where texts are charged by parts."""
    person = PersonRef((IdentityRef(IdentityKind.PHONE, "5541998887777"),), "Joana Dias")
    talk = make.inbound(make.sms_channel(clinic), person=person).conversation
    conversation_take(conversation=talk, attendant=beto)
    return talk


async def write(inbox: Inbox, text: str) -> None:
    await inbox.page.locator("#texto").fill(text)
    await inbox.page.keyboard.press("Enter")


def stored(talk: Conversation) -> list[tuple[str, bool]]:
    rows = Message.unscoped.filter(conversation=talk, direction="saida").exclude(kind="sistema")
    return list(rows.order_by("seq").values_list("text", "is_internal"))


async def test_what_is_sent_stands_there_before_the_server_answers(
    sit_down: SitDown, beto: Membership, channel: Channel, talk: Conversation
):
    inbox, other = await sit_down(beto), await sit_down(beto)
    page = inbox.page
    await other.open_conversation(talk)
    await inbox.open_conversation(talk)
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            await let_go.wait()
        await route.continue_()

    await page.route("**/mensagens/", hold)
    await write(inbox, "Primeira")
    await write(inbox, "Segunda")
    await page.locator(".modes").get_by_text("Nota interna").click()
    await write(inbox, "Só entre nós")
    going = page.locator(".message.going")
    texts = ["Primeira", "Segunda", "Só entre nós"]
    await expect(going.locator(".text")).to_have_text(texts, timeout=1_000)
    await expect(going.first.locator(".tick.pendente")).to_be_visible()
    await expect(going.last).to_have_class("message note going")
    # What comes in meanwhile does not push them about, nor do they hold it up.
    await behind(lambda: make.inbound(channel, text="Mais uma dúvida"))
    await expect(inbox.bubble("Mais uma dúvida")).to_be_visible()
    # Another conversation is opened before any of them was taken.
    await page.locator("#texto").fill("Ainda escrevendo")
    let_go.set()
    for screen in (inbox, other):
        for text in texts:
            await expect(screen.bubble(text)).to_have_count(1)
        await expect(screen.page.locator(".message.going")).to_have_count(0)
    await expect(page.locator("#texto")).to_have_value("Ainda escrevendo")
    assert await behind(lambda: stored(talk)) == [
        ("Primeira", False),
        ("Segunda", False),
        ("Só entre nós", True),
    ]


async def test_what_nobody_knows_of_outlives_a_reload_and_is_sent_once(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    answers = iter(["lost after it was stored", "lost before"])

    async def lose(route: Route) -> None:
        how = next(answers, "") if route.request.method == "POST" else ""
        if how == "lost after it was stored":
            await route.fetch()
        if how:
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/mensagens/", lose)
    await write(inbox, "Guardada")
    # The hint tells of it: what the lost answer left open is settled.
    await expect(inbox.bubble("Guardada")).to_have_count(1)
    await expect(page.locator(".message.going")).to_have_count(0)
    await write(inbox, "Perdida")
    await expect(page.locator(".message.going .trouble")).to_be_visible()
    await page.reload()
    going = page.locator(".message.going", has_text="Perdida")
    await expect(going.locator(".trouble")).to_be_visible()
    await going.get_by_role("button", name="Voltar ao texto").click()
    await expect(page.locator("#texto")).to_have_value("Perdida")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Perdida")).to_have_count(1)
    assert await behind(lambda: stored(talk)) == [("Guardada", False), ("Perdida", False)]
    inbox.problems.clear()  # the browser itself reports the lost answers


async def test_what_is_refused_comes_back_where_it_was_written(
    sit_down: SitDown, beto: Membership, ana: Membership, talk: Conversation
):
    from omnichannel.services.outbound import message_send

    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    hers, has_gone_on = Message.unscoped.filter(text="Já respondi"), asyncio.Event()

    async def answer_first(route: Route) -> None:
        if route.request.method == "POST" and not await behind(hers.exists):
            await behind(lambda: message_send(conversation=talk, author=ana, text="Já respondi"))
            # The refusal comes while something else is being written.
            await has_gone_on.wait()
        await route.continue_()

    await page.route("**/mensagens/", answer_first)
    await write(inbox, "Minha resposta")
    await page.locator(".modes").get_by_text("Nota interna").click()
    await page.keyboard.type("Nota que começo")
    has_gone_on.set()
    await expect(page.locator("#avisos")).to_contain_text("Um colega respondeu")
    await expect(page.locator("#texto")).to_have_value("Nota que começo")
    await page.locator(".modes").get_by_text("Responder").click()
    await expect(page.locator("#texto")).to_have_value("Minha resposta")
    await expect(page.locator(".composer .problem")).to_contain_text("Um colega respondeu")
    await expect(page.locator(".message.going")).to_have_count(0)
    assert await behind(lambda: stored(talk)) == [("Já respondi", False)]
    inbox.problems.clear()  # the browser itself reports the refusal


async def test_a_file_stands_there_while_it_goes_up_and_comes_back_when_it_cannot(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    let_go = asyncio.Event()
    broken: list[bool] = []

    async def hold(route: Route) -> None:
        await let_go.wait()
        await (route.abort() if broken else route.continue_())

    await page.route("**/anexos/", hold)
    picture = await page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})

    async def send(caption: str) -> None:
        file = {"name": "exame.png", "mimeType": "image/png", "buffer": picture}
        await page.locator("#arquivos").set_input_files([file])
        await page.locator("#texto").fill(caption)
        await page.keyboard.press("Enter")

    await send("Seu exame")
    going = page.locator(".message.going")
    await expect(going).to_contain_text("exame.png", timeout=1_000)
    await expect(going).to_contain_text("Seu exame")
    await expect(page.locator(".piece")).to_have_count(0)
    let_go.set()
    await expect(inbox.bubble("Seu exame").locator("img")).to_be_visible()
    await expect(going).to_have_count(0)
    broken.append(True)
    await send("Mais um")
    await expect(page.locator(".piece.broken")).to_contain_text("exame.png")
    await expect(page.locator("#texto")).to_have_value("Mais um")
    await expect(page.locator(".composer .problem")).to_contain_text("exame.png")
    await expect(going).to_have_count(0)
    assert await behind(lambda: stored(talk)) == [("Seu exame", False)]
    await page.get_by_role("button", name="Remover exame.png").click()
    inbox.problems.clear()  # the browser itself reports the lost upload


async def test_what_a_text_costs_goes_with_the_text(
    sit_down: SitDown, beto: Membership, by_sms: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(by_sms)
    measure = inbox.page.locator(".measure")
    await inbox.page.locator("#texto").fill("Olá, Joana!")
    await expect(measure).to_contain_text("1 SMS")
    await inbox.page.keyboard.press("Enter")
    await expect(inbox.page.locator("#texto")).to_have_value("")
    await expect(measure).to_be_empty()
    await inbox.page.locator("#texto").fill("Até amanhã")
    await inbox.page.reload()
    await expect(inbox.page.locator("#texto")).to_have_value("Até amanhã")
    await expect(measure).to_contain_text("1 SMS")
