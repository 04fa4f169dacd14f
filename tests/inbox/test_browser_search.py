"""The search box in a browser: what was found is marked, jumped to, looked for in other tabs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Channel
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


async def test_a_found_message_is_brought_into_view_and_the_rest_can_be_read_from_there(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    def talk() -> None:
        now, texts = timezone.now(), [f"mensagem {n}." for n in range(130)]
        texts[9] = "Preciso da depilação"
        facts = [
            make.fact(channel, text=text, at=now - timedelta(minutes=130 - n))
            for n, text in enumerate(texts)
        ]
        make.inbounds(channel, *facts)

    await behind(talk)
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open("/atendimento/?filtro=minhas")
    await page.locator("#busca").fill("depilacao")
    await expect(page.locator(".elsewhere")).to_contain_text("1 em outras abas")
    await page.locator("[data-look-everywhere]").click()
    card = page.locator("#lista .card")
    await expect(card.locator("mark")).to_have_text("depilação")
    await card.click()
    found = inbox.bubble("Preciso da depilação")
    await expect(found).to_be_in_viewport()
    await expect(inbox.bubble("mensagem 129.")).to_be_attached()
    await expect(inbox.bubble("mensagem 60.")).not_to_be_attached()
    more = page.locator("#lacuna button")
    while await more.count():
        was = await page.locator("#lacuna").get_attribute("data-seq")
        await more.click()
        await page.wait_for_function(
            "was => !document.querySelector('#lacuna') ||"
            " document.querySelector('#lacuna').dataset.seq !== was",
            arg=was,
        )
    seqs = await page.locator("#mensagens > .message").evaluate_all(
        "rows => rows.map(row => Number(row.dataset.seq))"
    )
    assert seqs == list(range(seqs[0], 131))
