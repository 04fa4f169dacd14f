"""What is done with conversations from the list, by mouse, finger and keyboard, at both widths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from common.scoping import company_scope
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_mark_read, conversation_take
from omnichannel.services.snoozing import snoozes_wake
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
widths = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def talks(channel: Channel, beto: Membership, bells: list[Any]) -> list[Conversation]:
    """Give five conversations of beto's, the newest first."""
    made = []
    for place in range(5):
        at = timezone.now() - timedelta(minutes=10 * place + 1)
        person = make.person(f"55119{70000000 + place}", f"Pessoa {place}")
        talk = make.inbound(channel, at=at, person=person).conversation
        made.append(talk)
    for talk in reversed(made):
        conversation_take(conversation=talk, attendant=beto)
    return made


@widths
async def test_a_conversation_is_put_aside_by_a_phrase_and_comes_back(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open(f"/atendimento/conversas/{talks[0].pk}/?filtro=minhas")
    opened = page.locator("[data-act=more-acts]")
    if await opened.is_visible():
        await opened.click()
    await page.get_by_role("button", name="Adiar").click()
    dialog = page.locator("#acao")
    await dialog.get_by_label("Outro momento").fill("em 2 horas")
    await expect(dialog.locator("#momento")).to_contain_text("Volta")
    box = await dialog.bounding_box()
    assert box is not None and box["x"] >= 0 and box["width"] <= screen["viewport"]["width"]
    await dialog.get_by_label("Outro momento").press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".event").last).to_contain_text("adiou a conversa até")
    await expect(page.locator(f"#c-{talks[0].pk}")).to_have_count(0)
    await expect(page.locator("#abas [data-filter=adiadas] .count")).to_have_text("1")

    def due() -> None:
        Conversation.unscoped.filter(pk=talks[0].pk).update(snoozed_until=timezone.now())
        snoozes_wake()

    await behind(due)
    await expect(page.locator(f"#c-{talks[0].pk}")).to_have_count(1)
    await expect(page.locator("#avisos")).to_contain_text("adiada voltou")


async def menu_of(inbox: Inbox, talk: Conversation, screen: dict[str, Any]) -> Any:
    """Open a card's menu: by a long press on a phone, by the other button at a desk."""
    card = inbox.page.locator(f"#c-{talk.pk} .card")
    if screen is DESK:
        await card.click(button="right")
    else:
        box = await card.bounding_box()
        assert box is not None
        point = [{"x": box["x"] + 120, "y": box["y"] + 20}]
        cdp = await inbox.page.context.new_cdp_session(inbox.page)
        touch = {"type": "touchStart", "touchPoints": point}
        await cdp.send("Input.dispatchTouchEvent", touch)
        await expect(inbox.page.locator("#menu-conversa")).to_be_visible()
        await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    menu = inbox.page.locator("#menu-conversa")
    await expect(menu).to_be_visible()
    return menu


@widths
async def test_a_card_s_menu_acts_and_an_act_is_taken_back(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    menu = await menu_of(inbox, talks[2], screen)
    box = await menu.bounding_box()
    assert box is not None and box["x"] + box["width"] <= screen["viewport"]["width"]
    assert box["y"] + box["height"] <= screen["viewport"]["height"]
    await menu.get_by_role("menuitem", name="Adiar").click()
    dialog = page.locator("#acao")
    await expect(dialog.locator("#acao-quem")).to_contain_text("Pessoa 2")
    await dialog.get_by_role("button", name="Até o paciente escrever").click()
    await expect(dialog).to_be_hidden()
    await expect(page.locator(f"#c-{talks[2].pk}")).to_have_count(0)
    await page.locator("#avisos").get_by_role("button", name="Desfazer").click()
    await expect(page.locator(f"#c-{talks[2].pk}")).to_have_count(1)
    assert page.url.endswith("/atendimento/?filtro=minhas")


@widths
async def test_several_are_chosen_and_tagged_at_once(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    if screen is DESK:
        await page.locator(f"#c-{talks[0].pk}").hover()
        await page.locator(f"#c-{talks[0].pk} .pick").click()
        await page.locator(f"#c-{talks[3].pk} .pick").click(modifiers=["Shift"])
        await expect(page.locator("#selecao-conta")).to_have_text("4 escolhidas")
    else:
        menu = await menu_of(inbox, talks[0], screen)
        await menu.get_by_role("menuitem", name="Escolher").click()
        await page.locator(f"#c-{talks[1].pk} .pick").tap()
        await expect(page.locator("#selecao-conta")).to_have_text("2 escolhidas")
        await page.get_by_role("button", name="Escolher todas").click()
        await expect(page.locator("#selecao-conta")).to_have_text("5 escolhidas")
    await page.locator("#selecao [data-do=etiquetar]").click()
    await page.locator("#acao [name=etiqueta]").fill("Retorno")
    await page.locator("#acao [name=etiqueta]").press("Enter")
    await expect(page.locator("#avisos")).to_contain_text("Feito em")
    await expect(page.locator("#selecao")).to_be_hidden()

    def tagged() -> int:
        with company_scope(beto.company_id):
            return sum(talk.contact.tags.count() for talk in talks)

    assert await behind(tagged) == (4 if screen is DESK else 5)


async def test_keys_reach_the_menu_and_the_boxes(
    sit_down: SitDown, beto: Membership, talks: list[Conversation]
):
    inbox = await sit_down(beto, **DESK)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    card = page.locator(f"#c-{talks[1].pk} .card")
    await card.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Shift+Space")
    await expect(page.locator("#selecao-conta")).to_have_text("2 escolhidas")
    await page.keyboard.press("Escape")
    await expect(page.locator("#selecao")).to_be_hidden()
    await card.focus()
    await page.keyboard.press("ContextMenu")
    await expect(page.locator("#menu-conversa")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.get_by_role("menuitem", name="Copiar link")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(card).to_be_focused()


@widths
async def test_the_list_is_filtered_and_the_address_keeps_it(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    await behind(lambda: conversation_mark_read(conversation=talks[1], up_to=99))
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    await expect(page.locator("#lista .card")).to_have_count(5)
    await page.get_by_role("button", name="Filtrar a lista").click()
    dialog = page.locator("#acao")
    await dialog.get_by_text("Não lida", exact=True).click()
    button = dialog.get_by_role("button", name="Filtrar", exact=True)
    box = await button.bounding_box()
    assert box is not None and box["y"] + box["height"] <= screen["viewport"]["height"]
    await button.click()
    await expect(page.locator("#lista .card")).to_have_count(4)
    await expect(page.locator(f"#c-{talks[1].pk}")).to_have_count(0)
    assert "condicoes=nao_lida" in page.url
    await page.reload()
    await page.locator("#ao-vivo[data-state=ligado]").wait_for(state="attached")
    await expect(page.locator("#lista .card")).to_have_count(4)
    # What is read now no longer belongs here, and goes by itself.
    await behind(lambda: conversation_mark_read(conversation=talks[2], up_to=99))
    await expect(page.locator(f"#c-{talks[2].pk}")).to_have_count(0)
    await page.get_by_role("button", name="Filtrar a lista").click()
    await page.locator("#acao").get_by_role("button", name="Tirar os filtros").click()
    await expect(page.locator("#lista .card")).to_have_count(5)
    assert "condicoes" not in page.url
