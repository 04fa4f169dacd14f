"""In a real browser: walking through a long conversation by wheel, keys and finger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_mark_read
from omnichannel.services.outbound import message_send
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
LONG = 36


@pytest.fixture
def long_talk(channel: Channel, beto: Membership) -> Conversation:
    """A conversation of some screens, read, whose last message quotes one far above."""
    start = timezone.now() - timedelta(hours=2)
    first = make.inbound(channel, text="A primeira de todas", at=start)
    for place in range(1, LONG):
        make.inbound(channel, text=f"linha {place}.\n" * 3, at=start + timedelta(minutes=place))
    talk = Conversation.unscoped.get(pk=first.conversation_id)
    conversation_mark_read(conversation=talk, up_to=LONG)
    message_send(conversation=talk, author=beto, text="Sobre o começo", reply_to=first)
    return talk


async def top(inbox: Inbox) -> float:
    return float(await inbox.page.locator("#mensagens").evaluate("(box) => box.scrollTop"))


async def from_foot(inbox: Inbox) -> float:
    script = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"
    return float(await inbox.page.locator("#mensagens").evaluate(script))


async def to_foot(inbox: Inbox) -> None:
    await inbox.page.wait_for_timeout(700)  # what was moved by hand is left alone so long
    await inbox.page.locator("#mensagens").evaluate("(box) => (box.scrollTop = box.scrollHeight)")
    await inbox.page.wait_for_timeout(100)
    assert await from_foot(inbox) < 2


async def test_the_foot_lets_go_by_small_steps_keys_and_a_quote(
    sit_down: SitDown, beto: Membership, channel: Channel, long_talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(long_talk)
    await page.locator("#mensagens").hover()
    for step, times in ((40, 5), (6, 30)):
        await to_foot(inbox)
        for _time in range(times):
            await page.mouse.wheel(0, -step)
            await page.wait_for_timeout(20)
        await page.wait_for_timeout(300)
        assert await from_foot(inbox) == pytest.approx(step * times, abs=2)
    await to_foot(inbox)
    await page.locator("#mensagens").focus()
    await page.keyboard.press("ArrowUp")
    await page.wait_for_timeout(300)
    assert 20 <= await from_foot(inbox) <= 96
    await to_foot(inbox)
    await page.locator(".message.out .quote").click()
    await expect(page.locator(".message.found")).to_be_in_viewport()
    assert await top(inbox) < 400


async def test_news_pulls_nobody_down_and_my_own_message_does(
    sit_down: SitDown, beto: Membership, channel: Channel, long_talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(long_talk)
    await behind(lambda: make.inbound(channel, text="Segue o fim"))
    await expect(inbox.bubble("Segue o fim")).to_be_in_viewport()
    await page.locator("#mensagens").hover()
    await page.mouse.wheel(0, -700)
    await page.wait_for_timeout(300)
    here = await top(inbox)
    await behind(lambda: make.inbound(channel, text="Chegou agora"))
    await expect(page.locator(".jump[data-act=bottom]")).to_have_text("Novas mensagens")
    assert await top(inbox) == here
    await page.locator("#texto").fill("Respondo já")
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("Respondo já")).to_be_in_viewport()
    assert await from_foot(inbox) < 2


async def swipe(page: Any, by: int, moves: int) -> None:
    """Draw a finger down the messages, as a touch screen reports it."""
    client = await page.context.new_cdp_session(page)
    box = await page.locator("#mensagens").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    touch: dict[str, Any] = {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    await client.send("Input.dispatchTouchEvent", touch)
    for move in range(1, moves + 1):
        points = [{"x": x, "y": y + by * move / moves}]
        await client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
        await page.wait_for_timeout(30)
    await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await page.wait_for_timeout(300)


async def test_a_finger_moves_the_thread_from_its_foot(
    sit_down: SitDown, beto: Membership, channel: Channel, long_talk: Conversation
):
    small = {"width": 360, "height": 740}
    inbox = await sit_down(beto, viewport=small, has_touch=True, is_mobile=True)
    await inbox.open_conversation(long_talk)
    for moves in (4, 12, 40):
        await to_foot(inbox)
        await swipe(inbox.page, 300, moves)
        assert await from_foot(inbox) > 200
