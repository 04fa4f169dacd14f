"""The whole process on a real port: Graph, delivery, a broken wire, and the page in a Chromium."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
import requests
from django.db import connections
from playwright.async_api import BrowserContext, Page
from pytest_httpserver import HTTPServer

from simulator.models import SimMessage, SimNumber, SimPerson, SimTemplate, SimWebhook
from simulator.whatsapp.services import fault_set, person_send
from simulator.whatsapp.services.outgoing import mark_read
from tests.simulator.whatsapp.conftest import PATIENCE_SECONDS, PHONE_ID, TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


def until(is_so: Callable[[], Any]) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def post(address: str, body: str) -> requests.Response:
    data = {"messaging_product": "whatsapp", "to": "+5511990000001", "text": {"body": body}}
    return requests.post(
        f"{address}/v26.0/{PHONE_ID}/messages",
        json=data,
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    )


def receipts(receiver: HTTPServer) -> list[str]:
    """Give the statuses that the clinic heard of, in their order."""
    bodies = [request.get_json() for request, _answer in receiver.log]
    values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
    return [value["statuses"][0]["status"] for value in values if "statuses" in value]


def test_a_send_through_the_port_brings_its_receipts(
    address: str, wrote: SimPerson, receiver: HTTPServer
) -> None:
    assert post(address, "Olá").status_code == 200
    until(lambda: receipts(receiver) == ["sent", "delivered"])


def test_a_reset_after_accepting_loses_the_answer_and_not_the_message(
    address: str, wrote: SimPerson, receiver: HTTPServer
) -> None:
    fault_set(kind="aceitar_reset")
    with pytest.raises(requests.ConnectionError):
        post(address, "Chegou?")
    assert SimMessage.objects.filter(direction="saida").count() == 1
    until(lambda: receipts(receiver) == ["sent", "delivered"])


async def apart(work: Callable[[], Any]) -> Any:
    """Touch the database beside the test's loop."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Any, address: str) -> Any:
    """Give an opener of pages at a width; a console error or a refused script fails the test."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    async def call(width: int = 1440, height: int = 920) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale="pt-BR",
            permissions=["microphone"],
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if line.type == "error" else None,
        )
        await page.goto(address)
        return page

    yield call
    for context in contexts:
        await context.close()
    assert faults == []


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_patient_writes_and_sees_ticks_typing_and_the_answer_without_a_reload(
    open_page: Any, address: str, person: SimPerson, number: SimNumber
) -> None:
    page = await open_page()
    await page.fill("#texto", "Oi, *bom dia*!")
    await page.keyboard.press("Enter")
    mine = page.locator(".linha.minha").last
    await mine.locator("b", has_text="bom dia").wait_for()
    await mine.locator("[aria-label='Entregue']").wait_for()
    wamid = await mine.get_attribute("data-wamid")

    await apart(lambda: mark_read(number=number, wamid=wamid or "", is_typing=True))
    await page.locator("#situacao.digitando").wait_for()
    await mine.locator("[aria-label='Lida']").wait_for()

    assert (await apart(lambda: post(address, "Bom dia, Mariana!"))).status_code == 200
    await page.locator(".linha.dela", has_text="Bom dia, Mariana!").wait_for()
    await page.locator("#situacao:not(.digitando)").wait_for()
    # The chat is on screen, so the clinic hears that it was read, and nothing waits unread.
    await page.locator(".novas").wait_for(state="detached")
    await apart(lambda: until(lambda: SimMessage.objects.filter(status="lida", direction="saida")))


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_patient_taps_reacts_quotes_edits_and_deletes(
    open_page: Any, wrote: SimPerson, number: SimNumber, send: Any
) -> None:
    reply = {"type": "reply", "reply": {"id": "s", "title": "Confirmo"}}
    content = {"type": "button", "body": {"text": "Vem?"}, "action": {"buttons": [reply]}}
    await apart(lambda: send("interactive", content))
    page = await open_page()
    await page.click("text=Confirmo")
    await page.locator(".linha.minha .texto", has_text="Confirmo").wait_for()

    clinics = page.locator(".linha.dela").last
    await clinics.locator(".balao").click(button="right")
    await page.click("#menu [data-emoji='❤️']")
    await clinics.locator(".reacoes", has_text="❤️").wait_for()

    await clinics.locator(".balao").click(button="right")
    await page.click("#menu [data-menu=quote]")
    await page.fill("#texto", "esta")
    await page.click("#enviar")
    mine = page.locator(".linha.minha", has_text="esta").last
    await mine.locator(".citada", has_text="Vem?").wait_for()

    await mine.locator(".hora").click(button="right")
    await page.click("#menu [data-menu=edit]")
    await page.fill("#texto", "esta aqui")
    await page.click("#enviar")
    await page.locator(".linha.editada", has_text="esta aqui").wait_for()

    await page.locator(".linha.editada .hora").click(button="right")
    await page.click("#menu [data-menu=revoke]")
    await page.locator(".apagada").wait_for()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_patient_records_a_voice_note_and_sends_a_photo(
    open_page: Any, wrote: SimPerson
) -> None:
    page = await open_page()
    await page.click("#gravar")
    await page.locator("#gravando time", has_text=re.compile(r":(?!00)")).wait_for()
    await page.click("#enviar")
    await page.locator(".linha.minha .audio").wait_for()
    await page.click("#anexos-abrir")
    await page.click("[data-sample=foto]")
    await page.locator(".linha.minha .foto img").wait_for()
    kinds = await apart(lambda: list(SimMessage.objects.values_list("kind", flat=True)))
    assert kinds == ["text", "audio", "image"]


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_at_phone_width_list_chat_and_panel_are_three_screens(
    open_page: Any, wrote: SimPerson
) -> None:
    page = await open_page(390, 844)
    await page.click("a.pessoa")
    await page.locator("#texto").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.click("#voltar")
    await page.locator("#pessoa-nova").wait_for()
    await page.click(".lista .painel-abrir")
    await page.locator("#painel.aberto").wait_for()
    await page.click("#painel-fechar")
    await page.locator("#painel:not(.aberto)").wait_for(state="hidden")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_panel_makes_people_faults_verdicts_and_moves_the_clock(
    open_page: Any, wrote: SimPerson, number: SimNumber
) -> None:
    page = await open_page()
    await page.locator("#janela.aberta").wait_for()
    await page.click("[data-advance='86400']")
    await page.locator("#janela.fechada").wait_for()
    await page.click("[data-offset='0']")
    await page.locator("#janela.aberta").wait_for()

    await page.select_option("#falha [name=kind]", "aceitar_500")
    await page.click("#falha button")
    await page.locator("#falhas li", has_text="Aceitar e responder 500").wait_for()
    await page.click("#falhas button")
    await page.locator("#falhas li").wait_for(state="detached")

    await page.locator("#modelos li", has_text="lembrete_consulta").locator("button").click()
    await page.locator("#modelos [data-status=PAUSED]", has_text="lembrete").wait_for()
    paused = SimTemplate.objects.filter(name="lembrete_consulta", status="PAUSED")
    assert await apart(paused.exists)

    await page.click("#pessoa-nova")
    await page.fill("#dialogo-pessoa [name=name]", "Bruno Inventado")
    await page.click("[data-length='12']")
    await page.click("#pessoa-formulario [type=submit]")
    await page.locator(".dono", has_text="Bruno Inventado").wait_for()
    new = await apart(lambda: SimPerson.objects.get(name="Bruno Inventado"))
    assert len(new.wa_id) == 12


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_name_full_of_markup_is_only_text(
    open_page: Any, number: SimNumber, person: SimPerson
) -> None:
    def spoil() -> None:
        SimPerson.objects.update(name="<img src=x onerror=alert(1)>")
        body = {"body": "<img src=x onerror=alert(1)> https://x.example/\"onmouseover='x'"}
        person_send(number=number, person=SimPerson.objects.get(), kind="text", body=body)

    await apart(spoil)
    page = await open_page()
    await page.locator(".linha.minha .texto").wait_for()
    assert await page.locator("img[src=x]").count() == 0
    assert await page.locator("[onmouseover]").count() == 0
    assert await apart(SimWebhook.objects.count) == 1
