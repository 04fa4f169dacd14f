"""The list in a real browser: clocks that go on, order, unread, density."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from common.scoping import company_scope
from contacts.services.contacts import tags_named
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_mark_read, conversation_take
from queues.models import Queue, Ticket
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.queues.conftest import make_queue

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def queue(beto: Membership, bells) -> Queue:
    return make_queue(beto.company, beto)


async def test_waits_and_promises_go_on_and_two_people_read_the_same(
    sit_down: SitDown, ana: Membership, beto: Membership, queue: Queue, channel: Channel
):
    await behind(lambda: make.inbound(channel))
    inbox, board = await sit_down(beto), await sit_down(ana)
    # A machine whose clock is wrong reads what the others read.
    for one, wrong in ((inbox, timedelta(minutes=-7)), (board, timedelta(minutes=3))):
        await one.page.clock.install(time=timezone.now() + wrong)
    await inbox.open("/atendimento/?filtro=livres")
    await board.open("/atendimento/painel/")
    card, row = inbox.page.locator(".card"), board.page.locator("tbody tr[id^=t-]")
    await expect(card).to_contain_text("Chegou agora")
    await expect(card.locator("[data-due-at]")).to_be_hidden()
    for minutes, words, told in (
        (2, "Espera 2 min", "SLA: 1ª resposta em 2 min"),
        (6, "Espera 6 min", "SLA estourado há 1 min"),
    ):
        for one in (inbox, board):
            await one.page.clock.fast_forward(120_000 if minutes == 2 else 240_000)
        await expect(card).to_contain_text(words)
        await expect(row).to_contain_text(told)
        await expect(row).to_contain_text(f"{minutes} min")
    await expect(card.locator(".chip.danger")).to_contain_text("SLA estourado há 1 min")


async def test_eight_cards_stand_on_a_small_screen_and_mine_say_nothing_twice(
    sit_down: SitDown, beto: Membership, queue: Queue, channel: Channel
):
    def talks() -> None:
        for place in range(9):
            at = timezone.now() - timedelta(minutes=place)
            person = make.person(f"55119{70000000 + place}", f"Pessoa {place}")
            message = make.inbound(channel, at=at, person=person)
            if place % 2:
                conversation_take(conversation=message.conversation, attendant=beto)

    await behind(talks)
    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    for tab in ("todas", "minhas"):
        await inbox.open(f"/atendimento/?filtro={tab}")
        cards = inbox.page.locator(".card")
        if tab == "minhas":
            await expect(cards).to_have_count(4)
            await expect(cards.first).not_to_contain_text("Você")
            await expect(cards.first).not_to_contain_text("Recepção")
        else:
            await expect(cards).to_have_count(9)
            box = await cards.nth(7).bounding_box()
            assert box is not None and box["y"] + box["height"] <= 768


async def test_a_wait_stands_whole_beside_a_broken_promise_and_a_window_that_closes(
    sit_down: SitDown, beto: Membership, queue: Queue, channel: Channel
):
    now = timezone.now()
    await behind(lambda: make.inbound(channel, at=now - timedelta(hours=23, minutes=20)))
    other = make.person("5511970000001", "Pessoa 1")
    await behind(lambda: make.inbound(channel, at=now, person=other))
    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    await inbox.page.clock.install(time=now)
    await inbox.open("/atendimento/?filtro=livres")
    for name, minutes, wait, beside in (
        ("Joana", 2, "2 min", "Fecha"),
        ("Pessoa 1", 10, "12 min", "SLA estourado"),
    ):
        await inbox.page.clock.fast_forward(minutes * 60_000)
        facts = inbox.page.locator(".card", has_text=name).locator(".facts")
        await expect(facts).to_contain_text(beside)
        await expect(facts.locator(".long")).to_be_hidden()
        short = facts.locator(".short")
        await expect(short).to_have_text(wait)
        assert await short.evaluate("words => words.scrollWidth <= words.clientWidth")


async def test_a_conversation_is_put_aside_as_unread_and_stays_so(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    message = await behind(lambda: make.inbound(channel))
    await behind(lambda: conversation_take(conversation=message.conversation, attendant=beto))
    inbox = await sit_down(beto)
    await inbox.open_conversation(message.conversation)
    page = inbox.page
    card = page.locator(".card")
    await expect(card).not_to_contain_class("unread")
    await card.hover()
    await page.get_by_role("button", name="como não lida").click()
    await expect(page.locator(".thread-empty")).to_be_visible()
    await expect(card.locator(".badge")).to_contain_text("1 não lida")
    await expect(page).to_have_title("(1) Atendimento")
    await card.click()
    await expect(card.locator(".badge")).to_have_count(0)


async def test_whoever_waits_longest_comes_first_at_a_touch(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    def talks() -> None:
        for ago in (3, 50, 20):
            at = timezone.now() - timedelta(minutes=ago)
            person = make.person(f"55119{70000000 + ago}", f"Pessoa {ago}")
            conversation_take(
                conversation=make.inbound(channel, at=at, person=person).conversation,
                attendant=beto,
            )

    await behind(talks)
    inbox = await sit_down(beto)
    await inbox.open("/atendimento/?filtro=minhas")
    names = inbox.page.locator(".card .name")
    menu = inbox.page.locator("#ordem")
    await menu.locator("summary").click()
    await expect(menu.get_by_role("button", name="Próximo")).to_have_attribute(
        "aria-pressed", "true"
    )
    await inbox.page.keyboard.press("Escape")
    await expect(menu.locator("summary")).to_be_focused()
    await inbox.page.keyboard.press("Enter")
    await menu.get_by_role("button", name="Sem resposta há mais tempo").click()
    await expect(menu).not_to_have_attribute("open", "")
    await expect(names).to_have_text(["Pessoa 50", "Pessoa 20", "Pessoa 3"])
    # Who writes again does not sink, and somebody new finds their place by themselves.
    await behind(lambda: make.inbound(channel, person=make.person("5511970000050", "Pessoa 50")))
    late = await behind(
        lambda: make.inbound(
            channel,
            at=timezone.now() - timedelta(minutes=30),
            person=make.person("5511970000030", "Pessoa 30"),
        )
    )
    await behind(lambda: conversation_take(conversation=late.conversation, attendant=beto))
    await expect(names).to_have_text(["Pessoa 50", "Pessoa 30", "Pessoa 20", "Pessoa 3"])


async def test_an_administrators_phone_does_not_scroll_sideways(
    sit_down: SitDown, ana: Membership, queue: Queue
):
    def staff() -> None:
        ana.user.is_staff = True
        ana.user.save(update_fields=["is_staff"])

    await behind(staff)
    inbox = await sit_down(ana, viewport={"width": 360, "height": 740})
    await inbox.open()
    page = inbox.page
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    box = await page.get_by_role("button", name="Sair").bounding_box()
    assert box is not None and box["x"] + box["width"] <= 360


async def test_where_nothing_hovers_a_preview_ends_before_the_unread_mark(
    sit_down: SitDown, beto: Membership, conversation: Conversation, channel: Channel
):
    await behind(lambda: make.inbound(channel, text="Uma frase longa demais para a linha " * 3))
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    await behind(lambda: conversation_mark_read(conversation=conversation, up_to=9))
    inbox = await sit_down(
        beto, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    await inbox.open("/atendimento/?filtro=minhas")
    words = await inbox.page.locator(".card .preview .truncate").bounding_box()
    mark = await inbox.page.locator(".unread-mark").bounding_box()
    assert words is not None and mark is not None
    assert words["x"] + words["width"] <= mark["x"]


async def test_a_tag_is_taken_from_those_there_are_or_made_at_a_key(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    def talk() -> Conversation:
        found = make.inbound(channel).conversation
        with company_scope(found.company_id):
            tags_named(found.company_id, ["Urgência", "Convênio"])
        return found

    conversation = await behind(talk)
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    page = inbox.page
    await page.get_by_role("button", name="Editar contato").click()
    line = page.get_by_label("Procurar ou criar etiqueta")
    boxes = page.locator("#acao .tag-box")
    await expect(boxes).to_have_count(2)
    await line.fill("urgenc")
    await expect(boxes.filter(visible=True)).to_have_text(["Urgência"])
    await line.fill("urgencia")
    await line.press("Enter")
    await line.fill("Retorno")
    await line.press("Enter")
    await expect(page.locator("#acao .tag-box:has(:checked)")).to_have_text(["Retorno", "Urgência"])
    await page.locator("#acao .button.primary").click()
    await expect(page.locator("#painel .tag-list")).to_contain_text("Urgência")
    await expect(page.locator("#painel .tag-list")).to_contain_text("Retorno")


@pytest.mark.parametrize("width", [1366, 360])
async def test_what_comes_next_stands_first_with_its_reason_and_every_order_can_be_chosen(
    sit_down: SitDown, beto: Membership, channel: Channel, queue: Queue, width: int
):
    def talks() -> None:
        for ago, level in ((3, 10), (50, 5), (20, 1)):
            at = timezone.now() - timedelta(minutes=ago)
            person = make.person(f"55119{70000000 + ago}", f"Pessoa {ago}")
            talk = make.inbound(channel, at=at, person=person).conversation
            conversation_take(conversation=talk, attendant=beto)
            Ticket.unscoped.filter(conversation=talk).update(
                priority=level, first_response_due_at=None, resolution_due_at=None
            )
        Conversation.unscoped.update(unread_count=0)

    await behind(talks)
    inbox = await sit_down(beto, viewport={"width": width, "height": 768})
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    names = page.locator(".card .name")
    await expect(names).to_have_text(["Pessoa 3", "Pessoa 50", "Pessoa 20"])
    why = page.locator(".card .why").first
    await expect(why).to_be_visible()
    await expect(why).to_contain_text("prioridade")
    await expect(page.locator(".card.awaits")).to_have_count(3)
    menu = page.locator("#ordem")
    for name, order in (
        # Taken last is newest.
        ("Mais recentes", ["Pessoa 20", "Pessoa 50", "Pessoa 3"]),
        ("Sem resposta há mais tempo", ["Pessoa 50", "Pessoa 20", "Pessoa 3"]),
    ):
        await menu.locator("summary").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        box = await menu.locator(".menu").bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
        await menu.get_by_role("button", name=name).click()
        await expect(names).to_have_text(order)
        await expect(page.locator(".card .why")).to_have_count(0)
    # It is remembered.
    await inbox.open("/atendimento/?filtro=minhas")
    await expect(names).to_have_text(["Pessoa 50", "Pessoa 20", "Pessoa 3"])
