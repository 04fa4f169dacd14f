"""In a real browser: what cannot be sent is said at attach; what was sent can be opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from playwright.async_api import expect

from accounts.models import Membership
from omnichannel.models import Attachment, Channel, Conversation
from providers.choices import MessageKind
from tests import make
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]
HEIC = (Path(__file__).parents[1] / "fixtures" / "foto.heic").read_bytes()


async def test_what_does_not_go_is_said_before_it_is_uploaded_and_the_rest_is_turned(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    page = inbox.page
    posted: list[str] = []
    page.on(
        "request", lambda request: posted.append(request.url) if request.method == "POST" else 0
    )
    # A large photo of an iPhone, whose type this browser does not know: its size says nothing yet.
    photo = {"name": "IMG_1.HEIC", "mimeType": "", "buffer": HEIC + b"\0" * 6 * 1024 * 1024}
    files: list[Any] = [
        {"name": "exames.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04"},
        {"name": "pagina.html", "mimeType": "text/html", "buffer": b"<html></html>"},
        photo,
        {"name": "agenda.csv", "mimeType": "application/vnd.ms-excel", "buffer": b"a;b\n1;2\n"},
    ]
    await page.locator("#arquivos").set_input_files(files)
    broken = page.locator(".piece.broken")
    await expect(broken).to_have_count(2)
    await expect(broken.first).to_contain_text("PDF, Word, Excel")
    await expect(page.locator(".piece:not(.broken) progress")).to_have_count(0)
    assert len([url for url in posted if url.endswith("/anexos/")]) == 2
    kept = await behind(lambda: sorted(Attachment.unscoped.values_list("mime_type", "filename")))
    assert kept == [("image/jpeg", "IMG_1.jpg"), ("text/plain", "agenda.csv")]


async def test_a_file_of_a_patient_is_downloaded_by_its_name_and_a_failed_one_asked_for_again(
    sit_down: SitDown, beto: Membership, channel: Channel
):
    def receive() -> Any:
        media = (make.media_ref("1", kind=MessageKind.DOCUMENT, filename="laudo"),)
        message = make.inbound(channel, kind=MessageKind.DOCUMENT, text="", media=media)
        attachment = Attachment.unscoped.get(message=message)
        attachment.file.save("", ContentFile(b"PK\x03\x04 laudo"))
        Attachment.unscoped.filter(pk=attachment.pk).update(
            state="pronto", size=10, mime_type="application/msword"
        )
        make.inbound(
            channel,
            kind=MessageKind.DOCUMENT,
            text="",
            media=(make.media_ref("2", kind=MessageKind.DOCUMENT, filename="exame.pdf"),),
        )
        Attachment.unscoped.exclude(pk=attachment.pk).update(state="recusado", error="Não veio.")
        return message.conversation

    conversation = await behind(receive)
    inbox = await sit_down(beto)
    await inbox.open_conversation(conversation)
    async with inbox.page.expect_download() as downloading:
        await inbox.page.locator("a.file", has_text="laudo").click()
    assert (await downloading.value).suggested_filename == "laudo.doc"
    refused = inbox.page.locator(".file.broken", has_text="Não veio.")
    await refused.get_by_role("button", name="Baixar de novo").click()
    await expect(inbox.page.locator(".file.waiting")).to_contain_text("Baixando o arquivo")


async def test_no_page_is_kept_from_scripts_of_its_own(sit_down: SitDown, ana: Membership):
    inbox = await sit_down(ana)
    blocked: list[str] = []
    inbox.page.on(
        "console", lambda told: blocked.append(told.text) if "Content Security" in told.text else 0
    )
    places = ("/atendimento/", "/atendimento/campanhas/", "/admin/", "/admin/contacts/contact/add/")
    for place in (*places, "/central-atendimento/docs/"):
        answer = await inbox.page.goto(f"{inbox.address}{place}")
        assert answer is not None
        assert answer.status == 200, place
    await expect(inbox.page.locator("#swagger-ui .info")).to_be_attached()
    assert blocked == []
