"""In a real browser: an SMS is as long as the line under the box says, and nothing else counts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from accounts.models import Company, Membership
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Conversation, Message
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def talk(clinic: Company) -> Conversation:
    """Give a conversation by SMS."""
    person = PersonRef((IdentityRef(IdentityKind.PHONE, "5541998887777"),), "Joana Dias")
    return make.inbound(make.sms_channel(clinic), person=person).conversation


def stored() -> list[str]:
    return list(Message.unscoped.outbound().order_by("seq").values_list("text", flat=True))


async def test_the_line_says_parts_and_a_text_of_too_many_stays_in_the_box(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    box, line = page.locator("#texto"), page.locator(".measure")
    await box.fill("Olá! Até amanhã.")
    await expect(line).to_contain_text("1 SMS")
    await expect(line).to_contain_text("Chega sem acentos")
    await box.fill("á" * 1530)
    await expect(line).to_contain_text("10 SMS")
    await expect(page.locator(".composer .counter")).to_be_hidden()
    await box.fill("€" * 760)
    await expect(line).to_contain_text("10 SMS")
    await box.fill("€" * 761)
    await expect(line.locator(".over")).to_contain_text("o máximo é 10")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("€" * 761)
    assert await behind(stored) == []
    # Shortened and sent at once, before it is measured anew.
    await page.keyboard.press("End")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("")
    await expect(line).not_to_contain_text(re.compile("SMS"))
    await expect(page.locator(".message.going")).to_have_count(0)
    assert await behind(stored) == ["€" * 760]


async def test_a_draft_is_measured_when_it_is_opened_again_and_a_note_never(
    sit_down: SitDown, beto: Membership, talk: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(talk)
    await page.locator("#texto").fill("a" * 161)
    await expect(page.locator(".measure")).to_contain_text("2 SMS")
    await inbox.open_conversation(talk)
    await expect(page.locator(".measure")).to_contain_text("2 SMS")
    await page.locator(".modes").get_by_text("Nota interna").click()
    await page.locator("#texto").fill("n" * 2000)
    await expect(page.locator(".measure")).to_be_hidden()
    await expect(page.locator(".composer .counter")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(inbox.bubble("n" * 2000)).to_be_visible()
