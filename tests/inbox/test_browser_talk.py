"""In a real browser: messages come, go and tick without a reload."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.async_api import Route, WebSocketRoute, expect

from accounts.models import Membership
from common import realtime
from inbox.consumers import CompanySocket
from inbox.selectors import THREAD_SIZE
from inbox.sockets import Refuse
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_mark_read, conversation_take
from providers.choices import MessageStatus
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]


async def write(inbox: Inbox, text: str) -> None:
    await inbox.page.locator("#texto").fill(text)
    await inbox.page.keyboard.press("Enter")


async def test_a_person_logs_in_opens_a_conversation_and_answers(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down()
    page = inbox.page
    await page.goto(f"{inbox.address}/atendimento/?filtro=todas")
    await page.get_by_label("E-mail").fill(beto.user.email)
    await page.get_by_label("Senha").fill(make.PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await page.locator(".card", has_text="Joana Dias").click()
    await expect(inbox.bubble("Oi")).to_be_visible()
    await expect(page).to_have_url(f"{inbox.address}/atendimento/conversas/{conversation.pk}/")
    await write(inbox, "Olá, Joana!")
    await expect(inbox.bubble("Olá, Joana!").locator(".tick.pendente")).to_be_visible()
    await expect(page.locator("#texto")).to_have_value("")
    await expect(page.locator("#cabeca")).to_contain_text("Com você")


async def test_a_message_that_arrives_appears_without_a_reload(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    other = make.person("5511970000001", "Rita Melo")
    await behind(lambda: make.inbound(channel, text="Tem vaga amanhã?"))
    await behind(lambda: make.inbound(channel, text="Bom dia", person=other))
    await expect(inbox.bubble("Tem vaga amanhã?")).to_be_visible()
    await expect(inbox.page.locator(".card .name")).to_have_text(["Rita Melo", "Joana Dias"])
    await expect(inbox.page.locator("#abas .count")).to_have_text(["1", "1", "2"])


async def test_what_no_hint_told_of_appears_once_pages_are_told_that_hints_were_lost(
    sit_down: SitDown,
    beto: Membership,
    channel: Channel,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    with monkeypatch.context() as deaf:
        deaf.setattr(realtime, "send", lambda events: None)
        other = make.person("5511970000001", "Rita Melo")
        await behind(lambda: make.inbound(channel, text="Tem vaga amanhã?"))
        await behind(lambda: make.inbound(channel, text="Bom dia", person=other))
    await expect(inbox.page.locator(".card .name")).to_have_text(["Joana Dias"])
    realtime.doubt()
    await expect(inbox.page.locator(".card .name")).to_have_text(["Rita Melo", "Joana Dias"])
    await expect(inbox.bubble("Tem vaga amanhã?")).to_be_visible()


async def test_a_fetch_that_failed_is_made_again_though_no_hint_comes_any_more(
    sit_down: SitDown,
    beto: Membership,
    channel: Channel,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
):
    # What the server does not send, the page fetches.
    monkeypatch.setattr("inbox.talk.live.Follower.heard", lambda *_told: None)
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    failed: list[str] = []

    async def fail(route: Route) -> None:
        failed.append(route.request.url)
        await route.abort()

    fetches = re.compile(r"/lista/|/mensagens/\?desde")
    await inbox.page.route(fetches, fail)
    other = make.person("5511970000001", "Rita Melo")
    await behind(lambda: make.inbound(channel, text="Tem vaga amanhã?"))
    await behind(lambda: make.inbound(channel, text="Bom dia", person=other))
    while len({url.partition("?")[0] for url in failed}) < 2:
        await asyncio.sleep(0.02)
    await inbox.page.unroute(fetches)
    await expect(inbox.page.locator(".card .name")).to_have_text(["Rita Melo", "Joana Dias"])
    await expect(inbox.bubble("Tem vaga amanhã?")).to_be_visible()
    inbox.problems = [text for text in inbox.problems if "Failed to load" not in text]


async def test_an_answer_that_is_late_does_not_put_an_older_state_over_a_newer_one(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open()
    held: list[bool] = []

    async def hold_first(route: Route) -> None:
        is_first = not held
        held.append(is_first)
        answer = await route.fetch()
        if is_first:
            await asyncio.sleep(1.0)
        await route.fulfill(response=answer)

    await inbox.page.route("**/lista/", hold_first)
    await behind(lambda: make.inbound(channel, text="um"))
    while not held:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    await behind(lambda: make.inbound(channel, text="dois"))
    await asyncio.sleep(1.5)
    await expect(inbox.page.locator(".card")).to_contain_text("dois")
    assert held == [True, False]


async def test_unread_messages_of_mine_show_in_the_title(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open()
    await expect(inbox.page).to_have_title("(1) Atendimento")


async def test_reading_clears_the_unread_mark(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    await expect(inbox.page.locator(".card .badge")).to_have_count(0)
    await expect(inbox.page).to_have_title("Joana Dias · Atendimento")


async def test_ticks_move_on_the_screen(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    await write(inbox, "Confirmado")
    await expect(inbox.bubble("Confirmado")).to_be_visible()
    await behind(lambda: mark("Confirmado", MessageStatus.READ))
    await expect(inbox.bubble("Confirmado").locator(".tick.lida")).to_be_visible()


def mark(text: str, status: str, **fields: str) -> None:
    """Move a message on as the delivery services do: row, revision, hint."""
    from common.realtime import send
    from omnichannel import events

    message = Message.unscoped.get(text=text)
    conversation = message.conversation
    conversation.revision += 1
    conversation.save()
    Message.unscoped.filter(pk=message.pk).update(
        status=status, revision=conversation.revision, **fields
    )
    send([events.changed("message_updated", conversation)])


async def test_a_failure_shows_why_and_is_tried_again_by_a_click(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    await write(inbox, "Vai falhar")
    await expect(inbox.bubble("Vai falhar")).to_be_visible()
    await behind(
        lambda: mark("Vai falhar", MessageStatus.FAILED, error_detail="O número não existe.")
    )
    await expect(inbox.bubble("Vai falhar").locator(".trouble")).to_contain_text("não existe")
    await inbox.page.get_by_role("button", name="Tentar de novo").click()
    await expect(inbox.bubble("Vai falhar").locator(".tick.pendente")).to_be_visible()
    await expect(inbox.bubble("Vai falhar")).to_have_count(1)


async def test_hitting_send_many_times_sends_once(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    await inbox.page.locator("#texto").fill("Só uma vez")
    await inbox.page.evaluate(
        "() => { for (let i = 0; i < 5; i++) document.querySelector('#escrever .send').click(); }"
    )
    await expect(inbox.bubble("Só uma vez")).to_be_visible()
    count = await behind(lambda: Message.unscoped.filter(text="Só uma vez").count())
    assert count == 1


async def test_a_message_whose_answer_got_lost_is_stored_once(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    lost: list[str] = []

    async def lose(route):  # type: ignore[no-untyped-def]
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await inbox.page.route("**/mensagens/", lose)
    await write(inbox, "Chegou ou não?")
    # It was stored: the hint of it settles what the lost answer left open.
    await expect(inbox.bubble("Chegou ou não?")).to_have_count(1)
    await expect(inbox.page.locator(".message.going")).to_have_count(0)
    await expect(inbox.page.locator("#texto")).to_have_value("")
    while not inbox.problems:
        await inbox.page.wait_for_timeout(50)
    inbox.problems.clear()  # the browser itself reports the lost answer
    count = await behind(lambda: Message.unscoped.filter(text="Chegou ou não?").count())
    assert count == 1


async def test_a_lost_connection_is_announced_and_what_was_missed_is_fetched(
    sit_down: SitDown,
    monkeypatch: pytest.MonkeyPatch,
    beto: Membership,
    channel: Channel,
    conversation: Conversation,
):
    inbox = await sit_down(beto)
    page = inbox.page
    sockets: list[WebSocketRoute] = []

    def pass_through(route: WebSocketRoute) -> None:
        route.connect_to_server()
        sockets.append(route)

    await page.route_web_socket("**/ws/atendimento/**", pass_through)
    await inbox.open_conversation(conversation)
    with monkeypatch.context() as down:
        down.setattr(CompanySocket, "connect", Refuse.connect)
        await sockets[-1].close()
        await expect(page.locator("#conexao")).to_contain_text("Reconectando")
        await behind(lambda: make.inbound(channel, text="Enquanto você estava fora"))
    await expect(page.locator("#conexao")).to_be_hidden(timeout=30_000)
    await expect(inbox.bubble("Enquanto você estava fora")).to_be_visible()
    inbox.problems.clear()  # the browser itself reports the refused sockets


LONG = 2 * THREAD_SIZE + 30


def chatter(channel: Channel, start: datetime) -> Conversation:
    facts = [
        make.fact(channel, text=f"linha {place}.", at=start + timedelta(minutes=place))
        for place in range(LONG)
    ]
    return make.inbounds(channel, *facts)[-1].conversation


async def test_history_loads_upward_and_keeps_its_place(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    start = timezone.now() - timedelta(hours=20)
    conversation = await behind(lambda: chatter(channel, start))
    await behind(lambda: conversation_mark_read(conversation=conversation, up_to=LONG))
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    page = inbox.page
    await expect(page.locator(".message")).to_have_count(THREAD_SIZE)
    await page.locator("#mensagens").evaluate("(box) => (box.scrollTop = 0)")
    await expect(page.locator(".message")).to_have_count(2 * THREAD_SIZE)
    first = page.locator(".message", has_text=f"linha {LONG - THREAD_SIZE}.")
    await expect(first).to_be_in_viewport()
    await page.locator("#mensagens").evaluate("(box) => (box.scrollTop = 0)")
    await expect(page.locator(".message")).to_have_count(LONG)
    shown = await page.locator(".message .text").all_inner_texts()
    assert shown == [f"linha {place}." for place in range(LONG)]
    await expect(page.locator(".day")).to_have_count(
        len({timezone.localdate(start + timedelta(minutes=place)) for place in range(LONG)})
    )


async def test_a_draft_waits_in_its_own_conversation(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    rita = make.person("5511970000001", "Rita Melo")
    await behind(lambda: make.inbound(channel, text="Olá", person=rita))
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    await page.locator(".card", has_text="Joana").click()
    await page.locator("#texto").fill("Pela metade")
    await page.locator(".card", has_text="Rita").click()
    await expect(page.locator("#cabeca")).to_contain_text("Rita")
    await expect(page.locator("#texto")).to_have_value("")
    await page.locator(".card", has_text="Joana").click()
    await expect(page.locator("#texto")).to_have_value("Pela metade")


async def test_a_colleague_who_looks_at_the_same_conversation_is_named(
    sit_down: SitDown, beto: Membership, carla: Membership, conversation: Conversation
):
    his, hers = await sit_down(beto), await sit_down(carla)
    await his.open_conversation(conversation)
    await hers.open_conversation(conversation)
    await expect(his.page.locator("#presenca")).to_contain_text("Carla Nunes também está vendo")
    await hers.page.locator("#texto").press_sequentially("Oi")
    await expect(his.page.locator("#presenca")).to_contain_text("Carla Nunes está escrevendo")


async def test_news_leaves_a_half_written_dependant_alone(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    fold = inbox.page.locator("#novo-dependente")
    await fold.locator("summary").click()
    await fold.locator("[name=nome]").fill("Enzo Di")
    await behind(lambda: make.inbound(channel, text="É para o meu filho"))
    await expect(inbox.bubble("É para o meu filho")).to_be_visible()
    await expect(fold.locator("[name=nome]")).to_be_visible()
    await expect(fold.locator("[name=nome]")).to_have_value("Enzo Di")
    await fold.locator("[name=nome]").fill("Enzo Dias")
    await fold.get_by_role("button", name="Adicionar").click()
    await expect(inbox.page.locator("#cabeca")).to_contain_text("Sobre Enzo Dias")
    await expect(fold.locator("[name=nome]")).to_be_hidden()
    await expect(fold.locator("[name=nome]")).to_have_value("")
