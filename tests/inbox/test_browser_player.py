"""In a real browser: voice notes are played, one at a time, by mouse, keys and screen readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Attachment, Channel, Conversation
from omnichannel.services.sounds import sound_measure
from providers.choices import MessageKind
from tests import make
from tests.inbox.browser import BROWSER, Inbox
from tests.providers.test_waveform import spoken

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
HEARD = "(box) => box.querySelector('audio').currentTime"
WIDTHS = [
    pytest.param({"width": 1366, "height": 768}, id="1366"),
    pytest.param({"width": 360, "height": 740}, id="360"),
]


def receive(channel: Channel, number: int, words: str) -> Conversation:
    media = (make.media_ref(str(number), kind=MessageKind.AUDIO, is_voice=True),)
    message = make.inbound(channel, kind=MessageKind.AUDIO, text="", media=media)
    attachment = Attachment.unscoped.get(message=message)
    sound = spoken((4, 0.2), (4, 1), (4, 0.4))
    attachment.state, attachment.mime_type = "pronto", "audio/wav"
    attachment.transcription, attachment.transcription_state = words, "pronta"
    attachment.size = len(sound.getvalue())
    sound_measure(attachment, sound)
    attachment.file.save("", ContentFile(sound.getvalue()), save=False)
    attachment.save()
    talk: Conversation = message.conversation
    return talk


@pytest.fixture
def notes(channel: Channel) -> Conversation:
    """Two voice notes of twelve seconds."""
    receive(channel, 1, "Bom dia, queria remarcar")
    return receive(channel, 2, "Pode ser na quinta")


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_a_voice_note_is_played_and_only_one_at_a_time(
    sit_down: SitDown, beto: Membership, notes: Conversation, viewport: Any
):
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await inbox.open_conversation(notes)
    players = page.get_by_role("group", name="Mensagem de voz")
    first, second = players.nth(0), players.nth(1)
    await expect(first).to_contain_text("0:12")
    await expect(first.locator("..")).to_contain_text("Bom dia, queria remarcar")
    assert await first.locator(".wave path").first.evaluate("(path) => path.getTotalLength()") > 64
    await first.get_by_role("button", name="Tocar").click()
    await expect(first.get_by_role("button", name="Pausar")).to_be_visible()
    await expect(first.locator("[data-part=time]")).to_have_text("0:01")
    await second.get_by_role("button", name="Tocar").click()
    await expect(first.get_by_role("button", name="Tocar")).to_be_visible()
    await expect(second.get_by_role("button", name="Pausar")).to_be_visible()
    wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider


async def test_speed_is_kept_and_keys_go_through_the_note(
    sit_down: SitDown, beto: Membership, channel: Channel, notes: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(notes)
    player = page.get_by_role("group", name="Mensagem de voz").first
    speed = player.get_by_role("button", name="Velocidade")
    await speed.click()
    await expect(speed).to_contain_text("1,5×")
    await speed.click()
    await expect(speed).to_contain_text("2×")
    await page.reload()
    await expect(speed).to_contain_text("2×")
    await player.get_by_role("button", name="Tocar").press("Enter")
    await expect(player.get_by_role("button", name="Pausar")).to_be_visible()
    assert await player.locator("audio").evaluate("(sound) => sound.playbackRate") == 2
    await player.get_by_role("button", name="Pausar").press(" ")
    place = player.get_by_role("slider", name="Posição")
    await place.focus()
    await place.press("Home")
    await place.press("ArrowRight")
    assert 4.9 < await player.evaluate(HEARD) < 5.2
    await expect(place).to_have_attribute("aria-valuetext", "0:05 de 0:12")
    await expect(page.locator("#texto")).to_have_value("")
    await place.press("End")
    assert await player.evaluate(HEARD) > 11


async def test_a_note_goes_on_while_its_bubble_is_drawn_anew(
    sit_down: SitDown, beto: Membership, channel: Channel, notes: Conversation
):
    inbox = await sit_down(beto)
    page = inbox.page
    await inbox.open_conversation(notes)
    player = page.get_by_role("group", name="Mensagem de voz").first
    await player.get_by_role("button", name="Tocar").click()
    await expect(player.locator("[data-part=time]")).to_have_text("0:01")
    before = await player.evaluate(HEARD)
    await page.evaluate(
        """async () => {
            const { exchange, el } = await import("/static/inbox/js/fragments.js");
            const url = `${el("conversa").dataset.changes}?desde=0`;
            await exchange(url, { target: el("mensagens") });
        }"""
    )
    await expect(player.get_by_role("button", name="Pausar")).to_be_visible()
    assert await player.evaluate(HEARD) >= before
