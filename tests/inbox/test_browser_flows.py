"""A flow is drawn in a browser, by mouse and by keyboard, tried on the phone and published."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from accounts.models import Company, Membership
from flows.models import Flow
from flows.services.drawing import flow_make
from flows.starter import STARTERS
from omnichannel.models import Channel
from tests.inbox.browser import BROWSER, Inbox, behind
from tests.queues.conftest import make_queue

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture
def flow(clinic: Company, channel: Channel, beto: Membership, bells: Any) -> Flow:
    make_queue(clinic, beto)
    satisfaction = next(one for one in STARTERS if one.key == "satisfacao")
    return flow_make(company=clinic, actor=None, name="Satisfação", graph=satisfaction.graph)


async def opened(sit_down: SitDown, ana: Membership, flow: Flow, size: Any = WIDE) -> Page:
    inbox = await sit_down(ana, viewport=size)
    await inbox.open(f"/atendimento/fluxos/{flow.pk}/")
    return inbox.page


async def drafted(flow: Flow) -> dict[str, Any]:
    row = await behind(lambda: Flow.unscoped.get(pk=flow.pk))
    found: dict[str, Any] = row.draft
    return found


async def test_a_flow_is_changed_by_mouse_tried_and_published(
    sit_down: SitDown, ana: Membership, flow: Flow
) -> None:
    page = await opened(sit_down, ana, flow)
    blocks = page.locator(".react-flow__node")
    await expect(blocks).to_have_count(6)
    # Move one.
    box = await page.locator('.react-flow__node[data-id="motivo"]').bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 30, box["y"] + 14)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 60, box["y"] + 60, steps=6)
    await page.mouse.up()
    # Add one, and draw its line by hand.
    await page.get_by_label("Adicionar bloco").select_option("etiqueta")
    await expect(blocks).to_have_count(7)
    await page.get_by_role("textbox", name="Etiqueta", exact=True).fill("Respondeu")
    await page.get_by_role("button", name="Mostrar tudo").click()
    source = page.locator('.react-flow__node[data-id="etiqueta_7"] .react-flow__handle.source')
    target = page.locator('.react-flow__node[data-id="fim"] .react-flow__handle.target')
    await source.drag_to(target)
    await page.get_by_role("button", name="Nota", exact=True).click()
    await page.get_by_label("Leva a: Ótimo").select_option("etiqueta_7")
    await expect(page.locator("#flow-status")).to_have_text("Salvo")
    await expect(page.locator("#flow-problems .error")).to_have_count(0)
    draft = await drafted(flow)
    lines = {(one["source"], one["exit"]): one["target"] for one in draft["edges"]}
    assert lines["nota", "otimo"] == "etiqueta_7" and lines["etiqueta_7", "segue"] == "fim"
    before = {one["id"]: one["x"] for one in flow.draft["nodes"]}
    after = {one["id"]: one["x"] for one in draft["nodes"]}
    assert [key for key in before if before[key] != after[key]] == ["motivo"]
    # The phone plays it, and the way is lit.
    await page.get_by_role("button", name="Testar").click()
    await page.locator(".flow-phone").get_by_role("button", name="Ótimo").click()
    await expect(page.locator(".flow-phone")).to_contain_text("Etiqueta: Respondeu")
    await expect(page.locator(".flow-phone")).to_contain_text("Terminou: Chegou ao fim")
    await expect(page.locator(".flow-block.lit")).to_have_count(4)
    await expect(page.locator(".react-flow__edge.lit")).to_have_count(3)
    await page.get_by_role("button", name="Publicar").click()
    await expect(page.locator("#flow-status")).to_have_text("Versão 1 publicada.")


async def test_a_flow_is_changed_by_keyboard_alone(
    sit_down: SitDown, ana: Membership, flow: Flow
) -> None:
    page = await opened(sit_down, ana, flow)
    blocks = page.locator(".react-flow__node")
    await expect(blocks).to_have_count(6)
    # Search, choose in the list, copy, undo, redo.
    await page.locator("body").press("/")
    await page.keyboard.type("melhorar")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Nome", exact=True)).to_have_value("Motivo")
    await page.keyboard.press("Control+d")
    await expect(blocks).to_have_count(7)
    await page.keyboard.press("Control+z")
    await expect(blocks).to_have_count(6)
    await page.keyboard.press("Control+y")
    await expect(blocks).to_have_count(7)
    await page.get_by_label("Nome", exact=True).focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Outra vez")
    await page.get_by_label("Leva a: respondida").focus()
    await page.keyboard.type("Obrigado")
    await expect(page.get_by_label("Leva a: respondida")).to_have_value("fim")
    # Move it on the canvas, then take it away again.
    await page.locator('.react-flow__node[data-id="pergunta_7"]').focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#flow-status")).to_have_text("Salvo")
    draft = await drafted(flow)
    twin = next(one for one in draft["nodes"] if one["id"] == "pergunta_7")
    assert twin["name"] == "Outra vez"
    assert {"source": "pergunta_7", "exit": "respondida", "target": "fim"} in draft["edges"]
    await page.keyboard.press("Delete")
    await expect(blocks).to_have_count(6)


async def test_who_draws_at_once_is_told_and_loses_nothing_unseen(
    sit_down: SitDown, ana: Membership, flow: Flow
) -> None:
    inbox = await sit_down(ana, viewport=WIDE)
    page = inbox.page
    await inbox.open(f"/atendimento/fluxos/{flow.pk}/")
    await expect(page.locator(".react-flow__node")).to_have_count(6)
    await behind(lambda: Flow.unscoped.filter(pk=flow.pk).update(revision=9))
    await page.get_by_label("Adicionar bloco").select_option("fim")
    await expect(page.locator("#flow-status")).to_contain_text("Alguém mudou este fluxo")
    # The browser itself tells of the refusal.
    assert ["409" in one for one in inbox.problems] == [True]
    inbox.problems.clear()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_pages_of_flows_fit_the_screen(
    sit_down: SitDown, ana: Membership, flow: Flow, size: dict[str, int]
) -> None:
    inbox = await sit_down(ana, viewport=size)
    page = inbox.page
    for where in ("", f"{flow.pk}/", f"{flow.pk}/percursos/"):
        await inbox.open(f"/atendimento/fluxos/{where}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
