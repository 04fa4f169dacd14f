"""In a real browser: quick replies after a slash, blanks after braces, by keyboard and finger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.async_api import Route, expect

from accounts.models import Membership
from contacts.models import Contact
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_take
from queues.models import QuickReply, Ticket
from queues.services.quick_replies import quick_reply_save
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
def talk(conversation: Conversation, ana: Membership, beto: Membership) -> Conversation:
    """A conversation that beto holds, with what he may answer by a slash."""
    conversation_take(conversation=conversation, attendant=beto)
    Contact.unscoped.filter(pk=conversation.contact_id).update(name="Joana Dias")
    quick_reply_save(actor=ana, scope="empresa", name="endereço", text="Rua das Flores, 10")
    quick_reply_save(actor=beto, name="oi", folder="Geral", text="Oi, {{primeiro_nome}}!")
    quick_reply_save(
        actor=beto,
        name="preparo",
        text="Segue o preparo.",
        files=[SimpleUploadedFile("Preparo.pdf", PDF, "application/pdf")],
    )
    quick_reply_save(actor=beto, name="protocolo", text="Seu protocolo é {{protocolo}}.")
    return conversation


def sent(talk: Conversation) -> list[tuple[str, str]]:
    rows = Message.unscoped.filter(conversation=talk, direction="saida").exclude(kind="sistema")
    return list(rows.order_by("seq").values_list("kind", "text"))


async def test_a_slash_offers_and_the_keyboard_chooses(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    page = inbox.page
    await inbox.open_conversation(talk)
    box, menu = page.locator("#texto"), page.locator("#escolhas")
    options = menu.get_by_role("option")
    await box.press_sequentially("/")
    await expect(options).to_have_count(4)
    # Without accents, and by what it says.
    await box.press_sequentially("endereco")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(box).to_have_value("/endereco")
    await expect(box).to_be_focused()
    await box.fill("")
    await box.press_sequentially("/flores")
    await expect(options).to_have_text(["/endereçoToda a empresaRua das Flores, 10"])
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("Rua das Flores, 10")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Rua das Flores, 10")).to_have_count(1)
    # What is used most comes first; arrows go round.
    await box.press_sequentially("Certo /")
    await expect(options.first).to_contain_text("/endereço")
    await page.keyboard.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Escape")
    # A slash inside of a word, or with nothing behind it, is a slash.
    await box.fill("")
    await box.press_sequentially("1/endereco")
    await expect(menu).to_be_hidden()
    used = await behind(lambda: QuickReply.unscoped.get(name="endereço").used_count)
    assert used == 1


async def test_blanks_are_filled_and_an_empty_one_never_leaves(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    await behind(lambda: Ticket.unscoped.filter(conversation=talk).delete())
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    box = page.locator("#texto")
    await box.press_sequentially("/oi")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("Oi, Joana!")
    await box.press_sequentially(" Sou {{aten")
    options = page.locator("#escolhas").get_by_role("option")
    await expect(options.first).to_contain_text("{{atendente}}")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value(f"Oi, Joana! Sou {beto.user.name}")
    await box.fill("")
    await box.press_sequentially("/protocolo")
    await page.keyboard.press("Enter")
    await expect(page.locator("#avisos")).to_contain_text("Sem valor para {{protocolo}}")
    await box.press("End")
    await page.keyboard.press("Enter")
    await expect(page.locator("#escrever .problem")).to_have_text(
        "Preencha {{protocolo}} antes de enviar."
    )
    await expect(box).to_have_value("Seu protocolo é {{protocolo}}.")
    assert await behind(lambda: sent(talk)) == []
    inbox.problems.clear()


async def test_enter_waits_for_what_is_about_to_be_offered(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/rapidas/", hold)
    box = page.locator("#texto")
    await box.press_sequentially("/oi")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.going")).to_have_count(0)
    let_go.set()
    await expect(box).to_have_value("Oi, Joana!")
    assert await behind(lambda: sent(talk)) == []


async def test_a_finger_chooses_and_files_come_along(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(
        beto, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.get_by_role("button", name="Respostas rápidas").tap()
    option = page.locator("#escolhas").get_by_role("option", name="/preparo")
    await expect(option).to_be_visible()
    box: Any = await page.locator("#escolhas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["y"] >= 0
    await option.tap()
    await expect(page.locator("#texto")).to_have_value("Segue o preparo.")
    await expect(page.locator(".piece")).to_contain_text("Preparo.pdf")
    await page.locator("#escrever .send").tap()
    await expect(inbox.bubble("Segue o preparo.")).to_have_count(1)
    assert await behind(lambda: sent(talk)) == [("documento", "Segue o preparo.")]


async def test_what_was_said_is_kept_as_a_quick_reply(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#texto").fill("Estamos abertos até as 18 h.")
    await page.keyboard.press("Enter")
    bubble = inbox.bubble("Estamos abertos até as 18 h.")
    await expect(bubble).to_have_count(1)
    await bubble.hover()
    await bubble.get_by_role("button", name="Mais ações desta mensagem").click()
    await page.get_by_role("menuitem", name="Salvar como resposta rápida").click()
    dialog = page.locator("#acao")
    await expect(dialog.get_by_label("Texto")).to_have_value("Estamos abertos até as 18 h.")
    await dialog.get_by_label("Nome curto").fill("dois nomes")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog.locator(".problem")).to_contain_text("sem espaços")
    inbox.problems.clear()
    await dialog.get_by_label("Nome curto").fill("horario")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog).to_be_hidden()
    await page.locator("#texto").press_sequentially("/hora")
    await expect(page.locator("#escolhas").get_by_role("option")).to_contain_text("/horario")


async def test_the_page_keeps_changes_and_removes(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto, viewport={"width": 360, "height": 740})
    page = inbox.page
    await page.goto(f"{inbox.address}/atendimento/respostas-rapidas/")
    await expect(page.get_by_role("link", name="Alterar /endereço")).to_have_count(0)
    await page.get_by_role("link", name="Nova").click()
    await page.get_by_label("Nome curto").fill("pix")
    await page.get_by_label("Texto").fill("Nosso Pix é o CNPJ.")
    await page.get_by_role("button", name="Salvar").click()
    await page.get_by_role("link", name="Alterar /pix").click()
    await page.get_by_label("Pasta").fill("Pagamento")
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("heading", name="Pagamento")).to_be_visible()
    await page.get_by_role("link", name="Alterar /pix").click()
    await page.get_by_text("Apagar esta resposta").click()
    await page.get_by_role("button", name="Apagar de vez").click()
    await expect(page.get_by_text("/pix")).to_have_count(0)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
