"""In a real browser: the head, the notices and who else is there, at every width."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.outbound import message_send
from providers.choices import MessageStatus
from queues.models import Ticket
from queues.services.tickets import ticket_take, ticket_transfer
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.queues.conftest import make_queue

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
SIZES = ((1920, 1080), (1440, 900), (1366, 768), (1024, 768), (768, 1024), (360, 740))
NAME = "Maria Aparecida Fontoura"


@pytest.fixture
def talk(beto: Membership, carla: Membership, channel: Channel, bells: Any) -> Conversation:
    """A conversation that carla holds, in a queue where beto works too."""
    make_queue(beto.company, beto, carla)
    talk = make.inbound(channel, person=make.person("5511970000003", NAME)).conversation
    ticket = Ticket.unscoped.select_related("conversation").get(conversation=talk)
    ticket_take(ticket=ticket, attendant=carla)
    return Conversation.unscoped.get(pk=talk.pk)


async def seen(page: Any, selector: str) -> bool:
    """Tell whether a thing stands whole on the screen, with nothing over it, once it is still."""
    script = """(node) => {
      const box = node.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return box.width > 0 && box.left >= 0 && box.right <= innerWidth && node.contains(top);
    }"""
    for _look in range(30):
        if await page.locator(selector).evaluate(script):
            return True
        await page.wait_for_timeout(100)
    return False


async def shot(page: Any, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png")


async def test_the_head_names_the_patient_and_offers_every_act_at_every_width(
    sit_down: SitDown, ana: Membership, talk: Conversation
):
    inbox = await sit_down(ana)
    page = inbox.page
    await inbox.open_conversation(talk)
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        name = await page.locator("#cabeca h2").bounding_box()
        assert name is not None
        assert name["width"] >= min(120, width / 3), width
        holder = page.locator("#cabeca .holder")
        await expect(holder).to_have_text("Com Carla")
        assert await holder.evaluate("(node) => node.scrollWidth <= node.clientWidth"), width
        assert await seen(page, "#cabeca .peek"), width
        assert await seen(page, "#cabeca [data-key=a]"), width
        more = page.locator(".more-acts")
        if await more.is_visible() and await more.get_attribute("aria-expanded") != "true":
            await more.click()
        for act in ("[data-key=x]", "[data-key=e]", "[hx-post$='/liberar/']"):
            assert await seen(page, f"#cabeca {act}"), (width, act)
        await shot(page, f"head-{width}")
        await page.keyboard.press("Escape")
        spill = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not spill
    await expect(page.locator("#mais-acoes")).to_be_hidden()


async def test_who_comes_hears_at_once_who_is_there_and_nothing_jumps(
    sit_down: SitDown, ana: Membership, carla: Membership, talk: Conversation
):
    hers, anas = await sit_down(carla), await sit_down(ana)
    await hers.open_conversation(talk)
    before = await hers.page.locator("#mensagens").bounding_box()
    await anas.open_conversation(talk)
    await expect(anas.page.locator("#presenca")).to_contain_text("Carla Nunes", timeout=3_000)
    await expect(hers.page.locator("#presenca")).to_be_visible()
    assert await hers.page.locator("#mensagens").bounding_box() == before
    await shot(hers.page, "presence")


async def test_what_is_passed_on_says_who_from_whom_and_why(
    sit_down: SitDown,
    beto: Membership,
    carla: Membership,
    channel: Channel,
    talk: Conversation,
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    await page.locator(".card").click()
    await expect(page.locator("#cabeca h2")).to_have_text(NAME)

    def pass_on(conversation: Conversation, reason: str) -> None:
        ticket = (
            Ticket.unscoped.select_related("conversation").open().get(conversation=conversation)
        )
        ticket_transfer(ticket=ticket, actor=carla, attendant=beto, reason=reason)

    other = make.person("5511970000004", "Davi Prado")
    second = (await behind(lambda: make.inbound(channel, person=other))).conversation
    tickets = Ticket.unscoped.select_related("conversation")
    await behind(lambda: ticket_take(ticket=tickets.get(conversation=second), attendant=carla))
    await behind(lambda: pass_on(talk, "Quer falar do exame"))
    box = page.locator("#avisos .passed")
    await expect(box).to_contain_text("Quer falar do exame")
    await behind(lambda: pass_on(second, "Fim do turno"))
    await expect(box).to_contain_text("2 atendimentos foram passados para você")
    await expect(box.locator("li")).to_have_count(2)
    assert await page.evaluate(
        """() => document.querySelector('.passed').getBoundingClientRect().bottom
            < document.querySelector('#escrever').getBoundingClientRect().top"""
    )
    await shot(page, "passed")
    await box.get_by_role("link", name=NAME).click()
    await expect(page.locator("#cabeca h2")).to_have_text(NAME)
    line = "Carla Nunes transferiu a conversa para Beto Reis: “Quer falar do exame”"
    await expect(page.locator("#mensagens .event").last).to_contain_text(line)
    await expect(page.locator("#painel .ticket")).to_contain_text("Transferido por")
    await expect(page.locator("#painel .ticket")).to_contain_text("Quer falar do exame")


async def test_a_refusal_stands_in_the_dialog_and_equal_notices_are_one(
    sit_down: SitDown, carla: Membership, talk: Conversation
):
    inbox = await sit_down(carla)
    page = inbox.page
    await inbox.open_conversation(talk)
    for _time in range(3):
        await page.locator("#proximo").click()
        await page.wait_for_timeout(300)
    await expect(page.locator("#avisos .notice")).to_have_count(1)
    await expect(page.locator("#avisos .notice")).to_contain_text("Ninguém está esperando")
    await expect(page.locator("#avisos .times")).to_have_text("×3")
    await expect(page.locator("#avisos .problem")).to_have_count(0)
    await expect(page.locator("#cabeca h2")).to_have_text(NAME)
    await page.get_by_role("button", name="Editar contato").click()
    await expect(page.locator("#acao header")).to_contain_text(NAME)
    email = page.locator("#acao [name=email]")
    await email.fill("maria arroba exemplo")
    await page.locator("#acao .button.primary").click()
    await expect(email).to_be_focused()
    await expect(email).to_have_attribute("aria-invalid", "true")
    field = page.locator("#acao .field:has([name=email])")
    await expect(field.locator(".said")).to_contain_text("e-mail")
    await expect(page.locator("#avisos .problem")).to_have_count(0)
    await shot(page, "refusal")
    await email.fill("maria@exemplo.com.br")
    await page.locator("#acao .button.primary").click()
    await expect(page.locator("#acao")).to_be_hidden()
    inbox.problems.clear()  # the browser itself reports the refusals


def fail(text: str, code: str) -> None:
    row = Message.unscoped.get(text=text)
    Message.unscoped.filter(pk=row.pk).update(
        status=MessageStatus.FAILED, error_code=code, error_detail="Falhou."
    )


async def test_a_failure_offers_what_can_work_and_a_sick_channel_says_so(
    sit_down: SitDown, carla: Membership, channel: Channel, talk: Conversation
):
    def prepare() -> None:
        for text, code in (
            ("fora da janela", "janela_fechada"),
            ("sem WhatsApp", "nao_entregavel"),
            ("rede", "meta_indisponivel"),
            ("longo demais", "conteudo_invalido"),
        ):
            message_send(conversation=talk, author=carla, text=text)
            fail(text, code)
        Channel.unscoped.filter(pk=channel.pk).update(
            status=ChannelStatus.ERROR, status_detail="O token expirou."
        )

    await behind(prepare)
    inbox = await sit_down(carla)
    page = inbox.page
    await inbox.open_conversation(talk)
    offered = {
        text: await inbox.bubble(text).locator(".trouble button").all_inner_texts()
        for text in ("fora da janela", "sem WhatsApp", "rede", "longo demais")
    }
    assert offered == {
        "fora da janela": ["Enviar modelo"],
        "sem WhatsApp": ["Outro canal"],
        "rede": ["Tentar de novo"],
        "longo demais": ["Escrever de novo"],
    }
    await expect(page.locator("#canal")).to_contain_text("O token expirou.")
    await shot(page, "failures")
    await inbox.bubble("fora da janela").get_by_role("button", name="Enviar modelo").click()
    await expect(page.locator("#modelos")).to_be_visible()
    await page.keyboard.press("Escape")
    await inbox.bubble("longo demais").get_by_role("button", name="Escrever de novo").click()
    await expect(page.locator("#texto")).to_have_value("longo demais")
    await inbox.bubble("sem WhatsApp").get_by_role("button", name="Outro canal").click()
    await expect(page.locator("#acao")).to_be_visible()
