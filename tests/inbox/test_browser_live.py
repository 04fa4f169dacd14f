"""In a real browser: what patients write comes down the socket, to those who may read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Request, expect

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import note_add
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


def fetches(inbox: Inbox) -> list[str]:
    """Collect what a page fetches of its thread from now on."""
    found: list[str] = []

    def asked(request: Request) -> None:
        if "desde=" in request.url and request.method == "GET":
            found.append(request.url)

    inbox.page.on("request", asked)
    return found


async def test_what_comes_is_put_in_without_a_fetch_for_each_who_may_see_it(
    sit_down: SitDown,
    clinic: Company,
    ana: Membership,
    beto: Membership,
    carla: Membership,
    channel: Channel,
    conversation: Conversation,
):
    await behind(lambda: Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False))
    desk = await sit_down(ana, viewport={"width": 1366, "height": 768})
    phone = await sit_down(carla, viewport={"width": 360, "height": 740})
    for inbox in (desk, phone):
        await inbox.open_conversation(conversation)
        await expect(inbox.bubble("Oi")).to_be_visible()
    await desk.page.locator("#texto").fill("Estou escrevendo")
    asked = [fetches(desk), fetches(phone)]

    await behind(lambda: make.inbound(channel, text="Tem vaga amanhã?"))
    for inbox in (desk, phone):
        await expect(inbox.bubble("Tem vaga amanhã?")).to_be_visible()
        # The parts around the bubbles follow, and with them what the page counts as its state.
        await expect(inbox.page.locator("#cabeca")).to_have_attribute("data-revision", "2")
        await expect(inbox.bubble("Tem vaga amanhã?")).to_have_count(1)
    assert asked == [[], []]
    await expect(desk.page.locator("#texto")).to_have_value("Estou escrevendo")
    await expect(desk.page.locator("#texto")).to_be_focused()

    # Handed to a colleague, the conversation is none of carla's any more.
    await behind(lambda: conversation_take(conversation=conversation, attendant=beto))
    await expect(desk.page.locator("#cabeca")).to_contain_text("Com Beto")
    await behind(lambda: make.inbound(channel, text="Só para o Beto"))
    await behind(lambda: note_add(conversation=conversation, author=beto, text="Nota do Beto"))
    await expect(desk.bubble("Só para o Beto")).to_be_visible()
    await expect(desk.bubble("Nota do Beto")).to_be_visible()
    for words in ("Só para o Beto", "Nota do Beto"):
        await expect(phone.bubble(words)).to_have_count(0)
    # What is hers no more is not found where her page asks for it, which Chromium complains of.
    assert all("404" in problem for problem in phone.problems)
    phone.problems.clear()


async def test_a_server_that_sends_nothing_is_asked(
    sit_down: SitDown,
    beto: Membership,
    channel: Channel,
    conversation: Conversation,
    monkeypatch,
):
    monkeypatch.setattr("inbox.talk.live.Follower.heard", lambda *_told: None)
    inbox = await sit_down(beto)
    # The answer to "read" brings what is new, too.
    async with inbox.page.expect_response(lambda answer: answer.url.endswith("/lida/")):
        await inbox.open_conversation(conversation)
    await expect(inbox.bubble("Oi")).to_be_visible()
    asked = fetches(inbox)
    await behind(lambda: make.inbound(channel, text="Tem vaga amanhã?"))
    await expect(inbox.bubble("Tem vaga amanhã?")).to_be_visible()
    assert len(asked) == 1
