"""In a real browser: a patient of four channels becomes one, and is answered where it is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.async_api import expect

from accounts.models import Company, Membership
from contacts.models import Contact
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from queues.models import Ticket
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind
from tests.queues.conftest import make_queue

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
MAIL = "joana@paciente.example"
DIRECT = PersonRef((IdentityRef(IdentityKind.IG_SID, "77"),), "Joana Dias")


@pytest.fixture
def talks(
    clinic: Company, channel: Channel, beto: Membership, sit_down: SitDown
) -> tuple[Any, ...]:
    """One person by three channels, and the protocol of their ticket."""
    make_queue(clinic, beto)
    old = make.inbound(channel, at=timezone.now() - timedelta(days=2)).conversation
    Contact.unscoped.filter(pk=old.contact_id).update(email=MAIL)
    conversation_take(conversation=old, attendant=beto)
    mailbox = make.email_channel(clinic)
    (letter,) = make.mails(mailbox, make.mail("Posso remarcar?"))
    direct = make.inbound(make.messaging_channel(clinic), person=DIRECT).conversation
    protocol = Ticket.unscoped.get(conversation=old).protocol
    return old, letter, direct, protocol


async def test_two_confirmed_suggestions_make_one_person_who_is_answered_elsewhere(
    sit_down: SitDown, beto: Membership, talks: tuple[Any, ...]
):
    old, letter, direct, protocol = talks

    inbox = await sit_down(beto, viewport={"width": 1366, "height": 768})
    page = inbox.page
    await inbox.open_conversation(old)
    asked = page.locator(".suggestions li")
    await expect(asked).to_have_count(2)
    for left in (1, 0):
        await asked.first.get_by_role("button", name="Sim, unir").click()
        await expect(asked).to_have_count(left)
    assert set(await behind(_people)) == {old.contact_id}

    # The window is closed, and the dialog says what is open and where they wrote last.
    await expect(page.locator(".instead.window")).to_be_visible()
    await page.locator(".instead.window").get_by_role("button", name="Outro canal").click()
    way = page.locator(".way", has_text="Direct")
    await expect(way).to_contain_text("Escreveu por último aqui")
    await expect(page.locator(".way .chip")).to_have_count(1)
    await way.click()
    told = page.locator(".event", has_text="Continua a conversa que começou por outro canal")
    await expect(told).to_be_visible()
    await expect(page).to_have_url(f"{inbox.address}/atendimento/conversas/{direct.pk}/")
    await expect(page.locator("#painel")).to_contain_text(protocol)
    # Its own ticket goes on here, not the one that was joined to it.
    await expect(page.locator("#painel")).to_contain_text("Em atendimento")

    # From here by e-mail: what was typed and chosen goes along, and nothing has left.
    await page.locator("#texto").fill("Segue o preparo")
    picture = {"name": "preparo.png", "mimeType": "image/png", "buffer": make_png()}
    await page.locator("#arquivos").set_input_files([picture])
    await expect(page.locator(".piece")).to_have_count(1)
    await page.get_by_role("button", name="Responder por outro canal").click()
    await page.locator(".way", has_text="E-mail").click()
    address = f"{inbox.address}/atendimento/conversas/{letter.conversation_id}/"
    await expect(page).to_have_url(address)
    await expect(page.locator("#texto")).to_have_value("Segue o preparo")
    await expect(page.locator(".piece", has_text="preparo.png")).to_be_visible()
    await expect(page.locator("#painel")).to_contain_text(protocol)
    await page.keyboard.press("Control+Enter")
    await expect(inbox.bubble("Segue o preparo")).to_be_visible()
    assert await behind(lambda: _stages(old, direct)) == [Stage.CLOSED, Stage.CLOSED]


def make_png() -> bytes:
    """Return a small picture."""
    kept = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(kept, "PNG")
    return kept.getvalue()


def _people() -> list[object]:
    return list(Conversation.unscoped.values_list("contact", flat=True))


def _stages(*rows: Conversation) -> list[str]:
    return [Conversation.unscoped.get(pk=row.pk).stage for row in rows]
