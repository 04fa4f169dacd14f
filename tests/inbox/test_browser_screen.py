"""In a real browser: keyboard, phone width, themes, files, templates, dialogs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.conversations import conversation_take
from providers.choices import TemplateStatus
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
PHONE = {"viewport": {"width": 390, "height": 844}}


def second(channel: Channel) -> Conversation:
    person = make.person("5511970000001", "Rita Melo")
    return make.inbound(channel, text="Bom dia", person=person).conversation


async def test_everything_can_be_done_from_the_keyboard(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: second(channel))
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    await page.keyboard.press("?")
    await expect(page.locator("#ajuda")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await page.keyboard.type("joana")
    await expect(page.locator(".card")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Oi")).to_be_visible()
    await page.locator("#texto").press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#cabeca")).to_contain_text("Com você")
    await page.keyboard.press("n")
    await page.keyboard.type("Só para nós")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Só para nós")).to_be_visible()
    await page.locator("#texto").press("Escape")
    await page.keyboard.press("r")
    await page.keyboard.type("Para ela")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Para ela")).to_be_visible()
    await page.locator("#texto").press("Escape")
    await page.keyboard.press("e")
    await expect(page.locator("#confirmar")).to_contain_text("Encerrar a conversa de Joana Dias?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".instead.closed")).to_be_visible()


async def test_a_note_differs_by_label_and_by_colour(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await page.get_by_text("Nota interna").first.click()
    await expect(page.get_by_text("O paciente não vê")).to_be_visible()
    await expect(page.get_by_role("button", name="Salvar nota")).to_be_visible()
    await page.locator("#texto").fill("Cuidado")
    await page.keyboard.press("Enter")
    note = page.locator(".message.note .bubble")
    await expect(note).to_contain_text("Nota interna")
    colours = [
        await bubble.evaluate("(node) => getComputedStyle(node).backgroundColor")
        for bubble in (note, page.locator(".message.in .bubble"))
    ]
    assert colours[0] != colours[1]


async def test_on_a_phone_one_column_shows_at_a_time(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto, **PHONE)
    page = inbox.page
    await inbox.open()
    await page.locator(".card", has_text="Joana").click()
    await expect(inbox.bubble("Oi")).to_be_visible()
    await expect(page.locator(".list-column")).to_be_hidden()
    await page.get_by_role("button", name="Dados do contato", exact=True).click()
    await expect(page.locator("#painel h3")).to_be_visible()
    await page.get_by_role("button", name="Fechar os dados do contato").click()
    await page.get_by_role("link", name="Voltar para a lista").click()
    await expect(page.locator(".list-column")).to_be_visible()
    await page.go_back()
    await expect(inbox.bubble("Oi")).to_be_visible()
    wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider


async def test_the_theme_is_kept_for_the_next_page(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto, color_scheme="light")
    page = inbox.page
    await inbox.open()
    light = await page.evaluate("getComputedStyle(document.body).color")
    await page.get_by_role("button", name="Trocar o tema").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await inbox.open_conversation(conversation)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await page.evaluate("getComputedStyle(document.body).color") != light


async def test_a_file_is_shown_uploaded_and_sent_with_its_caption(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    picture = await page.screenshot(clip={"x": 0, "y": 0, "width": 60, "height": 60})
    files = [{"name": "raio-x.png", "mimeType": "image/png", "buffer": picture}]
    await page.locator("#arquivos").set_input_files(files)
    await expect(page.locator(".piece")).to_contain_text("raio-x.png")
    await page.locator("#texto").fill("Seu exame")
    await page.keyboard.press("Enter")
    sent = inbox.bubble("Seu exame")
    await expect(sent.locator("img")).to_have_js_property("naturalWidth", 60)
    await expect(page.locator(".piece")).to_have_count(0)


async def test_a_file_the_channel_refuses_is_refused_before_it_is_uploaded(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    big = {"name": "enorme.png", "mimeType": "image/png", "buffer": bytes(6 * 1024 * 1024)}
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.locator("#arquivos").set_input_files([big])
    await expect(page.locator(".piece.broken")).to_contain_text("o limite")
    assert not [url for url in asked if url.endswith("/anexos/")]
    await page.get_by_role("button", name="Remover enorme.png").click()
    await expect(page.locator(".piece")).to_have_count(0)


@pytest.fixture
def reminder(channel: Channel) -> Template:
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="lembrete_consulta",
        language="pt_BR",
        category="UTILITY",
        status=TemplateStatus.APPROVED,
        components=[{"type": "BODY", "text": "Olá, {{1}}! Sua consulta é {{2}}."}],
    )


async def test_a_template_is_previewed_as_it_is_filled_and_sent(
    sit_down: SitDown, beto: Membership, conversation: Conversation, reminder: Template
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await page.get_by_role("button", name="Enviar um modelo").click()
    await page.get_by_role("button", name="Lembrete consulta").click()
    await page.get_by_label("Campo 2").fill("<b>amanhã</b>")
    await expect(page.locator(".sample .text")).to_have_text(
        "Olá, Joana! Sua consulta é <b>amanhã</b>."
    )
    await page.get_by_label("Campo 2").fill("amanhã às 15h")
    await page.locator("#modelos").get_by_role("button", name="Enviar modelo").click()
    await expect(inbox.bubble("Sua consulta é amanhã às 15h.")).to_be_visible()
    await expect(page.locator("#modelos")).to_be_hidden()


async def test_when_the_window_closes_the_composer_offers_a_template(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await page.clock.install()
    await inbox.open_conversation(conversation)
    await expect(page.locator("#janela [data-left]")).to_contain_text("Fecha em 24 h")
    await page.clock.fast_forward("23:30:00")
    await expect(page.locator("#janela")).to_have_attribute("data-state", "quase")
    await page.clock.fast_forward("01:00:00")
    await expect(page.locator("#janela")).to_have_attribute("data-state", "fechada")
    await expect(page.locator("#texto")).to_be_hidden()
    await expect(page.get_by_role("button", name="Enviar modelo")).to_be_visible()


async def test_ending_a_conversation_asks_first(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await page.get_by_role("button", name="Encerrar").click()
    await page.get_by_role("button", name="Cancelar").click()
    await expect(page.locator("#cabeca")).to_have_attribute("data-stage", "humano")
    await page.get_by_role("button", name="Encerrar").click()
    await page.get_by_role("button", name="Confirmar").click()
    await expect(page.locator("#cabeca")).to_have_attribute("data-stage", "encerrada")
    await page.locator(".instead").get_by_role("button", name="Reabrir").click()
    await expect(page.locator("#texto")).to_be_visible()


async def test_a_quoted_message_is_found_by_a_click_on_its_quote(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(conversation)
    await inbox.bubble("Oi").hover()
    await page.get_by_role("button", name="Responder a esta mensagem").click()
    await expect(page.locator(".replying")).to_contain_text("Oi")
    await page.locator("#texto").fill("Pois não")
    await page.keyboard.press("Enter")
    await inbox.bubble("Pois não").locator(".quote").click()
    await expect(page.locator(".message.found")).to_contain_text("Oi")


async def test_tabs_switch_the_list_and_stay_chosen(
    sit_down: SitDown, beto: Membership, channel: Channel, conversation: Conversation
):
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    await behind(lambda: second(channel))
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open()
    await expect(page.locator(".card")).to_have_count(2)
    await page.get_by_role("link", name="Minhas").click()
    await expect(page.locator(".card .name")).to_have_text(["Joana Dias"])
    await page.keyboard.press("2")
    await expect(page.locator(".card .name")).to_have_text(["Rita Melo"])
    await page.reload()
    await expect(page.locator(".card .name")).to_have_text(["Rita Melo"])


async def test_a_conversation_somebody_takes_leaves_the_free_tab(
    sit_down: SitDown, beto: Membership, carla: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open("/atendimento/?filtro=livres")
    await expect(inbox.page.locator(".card")).to_have_count(1)
    await behind(lambda: conversation_take(conversation=conversation, attendant=carla))
    await expect(inbox.page.locator(".card")).to_have_count(0)
    await expect(inbox.page.locator("#lista")).to_contain_text("Ninguém esperando")
    assert await behind(Message.unscoped.count) == 2
