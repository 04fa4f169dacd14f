"""In a real browser: what hands do in a hurry never reaches another patient."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Route, expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation, Message, Template
from providers.choices import TemplateStatus
from queues.models import Ticket
from queues.services.tickets import ticket_finish, ticket_take
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.queues.conftest import make_queue

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
LATE = 1.5


@pytest.fixture
def queue(beto: Membership, carla: Membership, bells: Any) -> Any:
    return make_queue(beto.company, beto, carla)


@pytest.fixture
def carlos(queue: Any, beto: Membership, channel: Channel) -> Conversation:
    """Somebody whom beto serves."""
    talk = make.inbound(
        channel, text="Sou o Carlos", person=make.person("5511970000002", "Carlos Lima")
    ).conversation
    ticket_take(
        ticket=Ticket.unscoped.select_related("conversation").get(conversation=talk), attendant=beto
    )
    return Conversation.unscoped.get(pk=talk.pk)


@pytest.fixture
def alice(queue: Any, channel: Channel) -> Conversation:
    """Somebody who waits."""
    person = make.person("5511970000003", "Alice Fontoura")
    return make.inbound(channel, text="Sou a Alice", person=person).conversation


async def slow(inbox: Inbox, pattern: str) -> None:
    async def hold(route: Route) -> None:
        await asyncio.sleep(LATE)
        await route.continue_()

    await inbox.page.route(pattern, hold)


async def settled(inbox: Inbox) -> None:
    """Wait out the moment in which a single key waits to be the only one."""
    await inbox.page.wait_for_timeout(600)


async def test_while_a_conversation_loads_nothing_reaches_the_one_before(
    sit_down: SitDown, beto: Membership, carlos: Conversation, alice: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    await expect(page.locator("#texto")).to_be_focused()
    # A dialog of Carlos is still on its way when Alice is chosen.
    await slow(inbox, "**/finalizar/")
    await slow(inbox, f"**/conversas/{alice.pk}/")
    await page.locator("#cabeca").get_by_role("button", name="Finalizar").click()
    await page.locator(".card", has_text="Alice").click()
    await expect(page.locator(".card[aria-current]")).to_contain_text("Alice", timeout=500)
    await expect(page.locator(".stage-cover")).to_contain_text("Alice Fontoura", timeout=500)
    await expect(inbox.bubble("Sou o Carlos")).to_be_hidden()
    await expect(page.locator("#texto")).to_be_hidden()
    await page.mouse.click(700, 850)
    await page.keyboard.type("Xe a senhora pode vir")
    await page.keyboard.press("Enter")
    await expect(page.locator("#cabeca h2")).to_have_text("Alice Fontoura")
    await page.wait_for_timeout(int(LATE * 1000))
    await expect(page.locator("dialog[open]")).to_have_count(0)
    outgoing = Message.unscoped.filter(direction="saida").exclude(kind="sistema")
    assert await behind(outgoing.count) == 0
    await expect(page.locator("#texto")).to_be_focused()
    await page.keyboard.type("Bom dia, Alice")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Bom dia, Alice")).to_be_visible()
    assert (await behind(outgoing.get)).conversation_id == alice.pk


async def test_a_conversation_that_cannot_be_had_leaves_nobody_on_the_stage(
    sit_down: SitDown, beto: Membership, carlos: Conversation, alice: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    await page.route(f"**/conversas/{alice.pk}/", lambda route: route.abort())
    await page.locator(".card", has_text="Alice").click()
    await expect(page.locator("#palco")).to_contain_text("Não foi possível abrir: Alice Fontoura")
    await expect(inbox.bubble("Sou o Carlos")).to_have_count(0)
    await expect(page.locator("#avisos .notice")).to_have_count(0)
    await page.unroute(f"**/conversas/{alice.pk}/")
    inbox.problems.clear()  # the browser itself reports the lost answer
    await page.locator("#palco").get_by_role("link", name="Tentar de novo").click()
    await expect(inbox.bubble("Sou a Alice")).to_be_visible()


async def test_an_end_meant_for_one_ticket_does_not_end_the_next(
    sit_down: SitDown, beto: Membership, channel: Channel, carlos: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    await page.locator("#cabeca").get_by_role("button", name="Finalizar").click()
    dialog = page.locator("#acao")
    await expect(dialog).to_contain_text("Carlos Lima")
    first = await behind(lambda: Ticket.unscoped.get(conversation=carlos))
    await behind(lambda: ticket_finish(ticket=first, actor=beto, reason="Resolvido"))
    again = make.person("5511970000002", "Carlos Lima")
    await behind(lambda: make.inbound(channel, text="Mais uma coisa", person=again))
    await dialog.locator("[name=motivo]").fill("Resolvido")
    await dialog.locator(".button.primary").click()
    await expect(page.get_by_text("já terminou").first).to_be_visible()
    assert await behind(lambda: Ticket.unscoped.open().filter(conversation=carlos).count()) <= 1
    inbox.problems.clear()  # the browser itself reports the refusal


async def test_a_note_and_an_answer_are_two_texts(
    sit_down: SitDown, beto: Membership, carlos: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    box = page.locator("#texto")
    await page.locator(".modes").get_by_text("Nota interna").click()
    await page.keyboard.type("Paciente devendo 3 parcelas")
    await page.locator(".modes").get_by_text("Responder").click()
    await expect(box).to_have_value("")
    await page.keyboard.type("Bom dia!")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.out:not(.going)", has_text="Bom dia!")).to_be_visible()
    await page.locator(".modes").get_by_text("Nota interna").click()
    await expect(box).to_have_value("Paciente devendo 3 parcelas")
    await page.reload()
    await expect(box).to_have_value("Paciente devendo 3 parcelas")
    await expect(page.get_by_role("button", name="Salvar nota")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.note:not(.going)", has_text="3 parcelas")).to_be_visible()
    kept = Message.unscoped.filter(text__contains="parcelas")
    assert [row.is_internal for row in await behind(lambda: list(kept))] == [True]


async def test_typing_without_looking_takes_nobody(
    sit_down: SitDown, beto: Membership, carlos: Conversation, alice: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    await page.locator("#cabeca").get_by_role("button", name="Transferir").click()
    await expect(page.locator("#acao select")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#texto")).to_be_focused()
    await page.keyboard.type("pode vir às 10h")
    await expect(page.locator("#texto")).to_have_value("pode vir às 10h")
    for place in ("#mensagens", ".card >> nth=0"):
        await page.locator(place).focus()
        await page.keyboard.type("Pode vir: a Ana espera", delay=60)
        await settled(inbox)
        await page.keyboard.press("Escape")
    await page.locator("#mensagens").focus()
    for key in "paex":
        await page.keyboard.press(key)
        await settled(inbox)
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("#cabeca h2")).to_have_text("Carlos Lima")
    assert (await behind(lambda: Conversation.unscoped.get(pk=alice.pk))).attendant_id is None


async def test_escape_ends_what_was_typed_and_the_next_letter_stands_alone(
    sit_down: SitDown, beto: Membership, carlos: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    await page.locator("#texto").press("Escape")
    # Faster than two letters that belong together.
    for key in ("r", "Escape", "x"):
        await page.keyboard.press(key)
    await expect(page.locator("#acao")).to_be_visible()


async def test_what_was_taken_can_be_given_back_for_some_seconds(
    sit_down: SitDown, beto: Membership, carlos: Conversation, alice: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    for take in ("Shift+P", "click"):
        if take == "click":
            await page.locator(".card", has_text="Alice").click()
            await page.get_by_role("button", name="Assumir").click()
        else:
            await page.locator("#mensagens").focus()
            await page.keyboard.press(take)
        await expect(page.locator("#cabeca h2")).to_have_text("Alice Fontoura")
        await expect(page.locator("#cabeca")).to_contain_text("Com você")
        await page.wait_for_timeout(300)
        await expect(page.locator("#avisos .passed")).to_have_count(0)
        await page.locator("#avisos").get_by_role("button", name="Desfazer").click()
        row = Conversation.unscoped.filter(pk=alice.pk, attendant=None)
        if take == "Shift+P":
            await expect(page.locator("#cabeca h2")).to_have_text("Carlos Lima")
        else:
            await expect(page.locator("#cabeca")).to_contain_text("Sem atendente")
        assert await behind(row.exists)


@pytest.fixture
def reminder(channel: Channel) -> Template:
    made = [
        Template(
            company_id=channel.company_id,
            waba_id=channel.waba_id,
            name=name,
            language="pt_BR",
            category="UTILITY",
            status=status,
            components=[{"type": "BODY", "text": text}],
        )
        for name, status, text in (
            ("confirmacao", TemplateStatus.APPROVED, "Olá, {{1}}! Sua consulta é {{2}} com {{3}}."),
            *((f"aviso_{i}", TemplateStatus.APPROVED, "Aviso. " * 20) for i in range(6)),
            ("parado_ha_muito_tempo", TemplateStatus.PAUSED, "Pausado."),
        )
    ]
    return Template.unscoped.bulk_create(made)[0]


async def inside(page: Any, selector: str) -> bool:
    """Tell whether a thing stands on the screen whole and nothing lies over it."""
    script = """(node) => {
      const box = node.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
        && node.contains(top);
    }"""
    return bool(await page.locator(selector).evaluate(script))


async def test_a_template_is_sent_by_the_mouse_at_every_size(
    sit_down: SitDown, beto: Membership, carlos: Conversation, reminder: Template
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(carlos)
    sizes = ((1920, 1080), (1366, 768), (1024, 600), (768, 1024), (360, 740), (360, 480))
    for number, (width, height) in enumerate(sizes):
        await page.set_viewport_size({"width": width, "height": height})
        await page.locator(".button-template").click()
        await expect(page.locator("#modelos header")).to_contain_text("Carlos Lima")
        spill = "(list) => list.scrollWidth > list.clientWidth"
        assert not await page.locator(".picker .options ul").evaluate(spill)
        await page.locator(".option", has_text="Confirmacao").click()
        await page.get_by_label("Sua consulta é ___").fill("amanhã")
        assert await inside(page, "#modelos .dialog-foot .primary")
        await page.locator("#modelos .dialog-foot .primary").click()
        problem = page.locator("#modelos .problem")
        await expect(problem).to_be_visible()
        danger = "(node) => getComputedStyle(node).color"
        assert await problem.evaluate(danger) == await page.locator(
            ".option .chip.danger"
        ).evaluate(danger)
        await page.get_by_label("com ___").fill(f"Dra. Lia {number}")
        await page.locator("#modelos .dialog-foot .primary").click()
        await expect(inbox.bubble(f"Dra. Lia {number}")).to_be_visible()
        await expect(page.locator("#modelos")).to_be_hidden()
