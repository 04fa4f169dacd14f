"""Macros by hand: written on their page, run from the head, the palette and on several."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from accounts.models import Membership
from contacts.models import Contact
from omnichannel.models import Conversation
from queues.services.macros import macro_save
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.inbox.test_browser_work import talks, widths

__all__ = ("talks",)
pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


async def in_width(inbox: Inbox) -> None:
    """Fail where the page is wider than the screen."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await inbox.page.evaluate(wide) <= 0


@widths
async def test_the_pages_of_a_manager_fit(
    sit_down: SitDown, ana: Membership, screen: dict[str, Any]
):
    inbox = await sit_down(ana, **screen)
    for path in ("macros/", "regras/", "regras/nova/", "finalizacao/", "agenda/", "fluxos/"):
        await inbox.page.goto(f"{inbox.address}/atendimento/{path}")
        heading = inbox.page.get_by_role("heading", level=1)
        await expect(heading).to_be_visible()
        box = await heading.bounding_box()
        assert box is not None and box["height"] < 60, path
        await in_width(inbox)


@widths
async def test_a_macro_is_written_and_run_from_the_head(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await page.goto(f"{inbox.address}/atendimento/macros/nova/")
    await page.get_by_label("Nome").fill("Confirma e etiqueta")
    # One row waits, and each shows only what its choice needs.
    await expect(page.locator("[data-step]:visible")).to_have_count(1)
    await page.locator("[name=acao_0]").select_option("responder")
    await expect(page.locator("[name=fila_0]")).to_be_hidden()
    await page.locator("[name=texto_0]").fill("Oi, {{primeiro_nome}}, confirmado.")
    await page.locator("[name=acao_1]").select_option("etiquetar")
    await page.locator("[name=etiqueta_1]").fill("Confirmado")
    await in_width(inbox)
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_text("Confirma e etiqueta", exact=True)).to_be_visible()
    await in_width(inbox)
    await inbox.open(f"/atendimento/conversas/{talks[0].pk}/?filtro=minhas")
    opened = page.locator("[data-act=more-acts]")
    if await opened.is_visible():
        await opened.click()
    await page.locator("#cabeca").get_by_role("button", name="Macros").click()
    dialog = page.locator("#acao")
    await dialog.get_by_role("button", name="Confirma e etiqueta").click()
    await expect(dialog).to_contain_text("Oi, Pessoa, confirmado.")
    box = await dialog.bounding_box()
    assert box is not None and box["x"] >= 0 and box["width"] <= screen["viewport"]["width"]
    await dialog.get_by_role("button", name="Executar").click()
    await expect(dialog.locator("[data-state=feito]")).to_have_count(2)
    await dialog.locator(".dialog-foot").get_by_role("button", name="Fechar").click()
    await expect(page.locator("#mensagens")).to_contain_text("Oi, Pessoa, confirmado.")


@widths
async def test_a_macro_runs_by_the_palette_and_on_several(
    sit_down: SitDown, beto: Membership, talks: list[Conversation], screen: dict[str, Any]
):
    await behind(
        lambda: macro_save(
            actor=beto, name="Marca retorno", steps=[{"act": "etiquetar", "tag": "Retorno"}]
        )
    )
    inbox = await sit_down(beto, **screen)
    page = inbox.page
    await inbox.open(f"/atendimento/conversas/{talks[0].pk}/?filtro=minhas")
    await page.keyboard.press("Control+k")
    await page.locator("#paleta-busca").fill("marca ret")
    await expect(page.locator("#paleta-lista")).to_contain_text("Marca retorno")
    await page.keyboard.press("Enter")
    await page.locator("#acao").get_by_role("button", name="Executar").click()
    await expect(page.locator("#acao [data-state=feito]")).to_have_count(1)
    await inbox.open("/atendimento/?filtro=minhas")
    for talk in talks[1:3]:
        await page.locator(f"#c-{talk.pk} .card").focus()
        await page.keyboard.press(" ")
    await page.locator("#selecao").get_by_role("button", name="Executar uma macro").click()
    await page.locator("#acao").get_by_label("Marca retorno").check()
    await page.locator("#acao").get_by_role("button", name="Aplicar").click()
    await expect(page.locator("#acao")).to_be_hidden()

    def tagged() -> int:
        return Contact.unscoped.filter(tags__name="Retorno").count()

    assert await behind(tagged) == 3
