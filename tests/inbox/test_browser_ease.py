"""In a real browser: what eases a long day, from the keyboard to a network that goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from common.scoping import company_scope
from omnichannel.choices import Direction
from omnichannel.models import Channel, Conversation, Message, MessageVersion, Reaction
from omnichannel.services.conversations import conversation_take
from omnichannel.services.marks import reaction_show
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def talk(channel: Channel, beto: Membership) -> Conversation:
    """Three messages, the last of them edited and reacted to; beto serves."""
    for text in ("Um", "Dois", "Três, corrigido"):
        message = make.inbound(channel, text=text)
    Message.unscoped.filter(pk=message.pk).update(edited_at=timezone.now())
    MessageVersion.unscoped.create(
        company_id=channel.company_id,
        message=message,
        text="Treis",
        reason="edicao",
        replaced_at=timezone.now(),
    )
    Reaction.unscoped.create(
        company_id=channel.company_id,
        message=message,
        direction="entrada",
        emoji="👍",
        happened_at=timezone.now(),
    )
    talk = Conversation.unscoped.get(pk=message.conversation_id)
    conversation_take(conversation=talk, attendant=beto)
    return talk


def react(talk: Conversation, text: str, emoji: str) -> None:
    """Let the patient put an emoji on a message."""
    with transaction.atomic(), company_scope(talk.company_id):
        Conversation.objects.select_for_update().get(pk=talk.pk)
        message = Message.objects.get(conversation=talk, text=text)
        reaction_show(message, Direction.IN, emoji, timezone.now())


async def test_the_messages_are_one_stop_of_the_tab_key_and_can_be_walked(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#mensagens").focus()
    await page.keyboard.press("Tab")
    await expect(page.locator(".edited")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".edits")).to_contain_text("Treis")
    await page.keyboard.press("Escape")
    await expect(page.locator(".edits")).to_be_hidden()
    await page.locator("#mensagens").focus()
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Três, corrigido")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(inbox.bubble("Dois")).to_be_focused()
    # The row is drawn anew under who stands on it.
    await behind(lambda: react(talk, "Dois", "❤"))
    await expect(inbox.bubble("Dois").locator(".reactions")).to_contain_text("❤")
    await expect(inbox.bubble("Dois")).to_be_focused()
    # To react comes first, then to reply.
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".replying")).to_contain_text("Dois")
    await expect(page.locator("#texto")).to_be_focused()
    # The pill of a reaction lies over the bubble's edge, not under it.
    assert await page.locator(".reactions li").last.evaluate(
        """(pill) => {
          const box = pill.getBoundingClientRect();
          return pill.contains(document.elementFromPoint(box.left + box.width / 2, box.top + 1));
        }"""
    )


async def test_a_network_that_goes_is_said_at_once_and_comes_back(
    sit_down: SitDown, beto: Membership, channel: Channel, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.context.set_offline(True)
    await expect(page.locator("#ao-vivo")).to_have_attribute("data-state", "caiu", timeout=2_000)
    await behind(lambda: make.inbound(channel, text="Enquanto a rede caiu"))
    await page.context.set_offline(False)
    await expect(page.locator("#ao-vivo")).to_have_attribute("data-state", "ligado")
    await expect(inbox.bubble("Enquanto a rede caiu")).to_be_visible()
    await page.wait_for_timeout(500)
    await expect(page.locator("#ao-vivo")).to_have_attribute("data-state", "ligado")
    inbox.problems.clear()  # the browser itself reports the lost network


async def test_what_was_written_before_a_colleague_took_over_is_still_there(
    sit_down: SitDown, beto: Membership, ana: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#texto").fill("Seu exame fica pronto amanhã")
    await behind(lambda: conversation_take(conversation=talk, attendant=ana))
    await expect(page.locator(".instead.colleague")).to_be_visible()
    await expect(page.locator(".kept")).to_contain_text("Seu exame fica pronto amanhã")
    await page.get_by_role("button", name="Usar como nota").click()
    await expect(page.locator("#texto")).to_have_value("Seu exame fica pronto amanhã")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.note:not(.going)")).to_contain_text("pronto amanhã")


async def test_the_window_is_counted_in_its_last_hours_with_the_day(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await page.clock.install()
    await inbox.open_conversation(talk)
    await expect(page.locator("#janela")).to_be_hidden()
    await expect(page.locator("#janela")).to_contain_text("amanhã às")
    await page.clock.fast_forward("20:30:00")
    await expect(page.locator("#janela")).to_be_visible()
    await page.set_viewport_size({"width": 1920, "height": 1080})
    wide = await page.locator("#mensagens").evaluate(
        """(box) => Math.max(...[...box.children].map((row) => row.getBoundingClientRect().right))
            - Math.min(...[...box.children].map((row) => row.getBoundingClientRect().left))"""
    )
    assert wide <= 960
