"""Files: up with a message, down to those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Membership
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.serving import file_response
from tests import make

Enter = Callable[[Membership], Client]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
JSON = {"Accept": "application/json"}


def upload(
    client: Client, conversation: Conversation, name: str, content: bytes, mime_type: str
) -> HttpResponse:
    file = SimpleUploadedFile(name, content, content_type=mime_type)
    where = reverse("inbox:attach", args=[conversation.pk])
    return client.post(where, {"arquivo": file}, headers=JSON)


def stored(conversation: Conversation, mime_type: str, content: bytes = PNG) -> Attachment:
    from django.core.files.base import ContentFile

    attachment = Attachment(
        company_id=conversation.company_id,
        conversation=conversation,
        kind="documento",
        state="pronto",
        mime_type=mime_type,
        size=len(content),
        filename='laudo "final".txt',
    )
    attachment.file.save("", ContentFile(content))
    return attachment


def fetch(client: Client, attachment: Attachment, **headers: str) -> Any:
    return client.get(reverse("inbox:file", args=[attachment.pk]), headers=headers)


def test_an_uploaded_picture_can_be_sent_and_fetched(
    enter: Enter, beto: Membership, conversation: Conversation
):
    client = enter(beto)
    answer = upload(client, conversation, "foto.png", PNG, "image/png")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["kind"], body["size"]) == ("imagem", len(PNG))
    form = {"anexo": body["id"], "client_id": "k", "texto": "Veja"}
    where = reverse("inbox:messages", args=[conversation.pk])
    assert client.post(where, form, headers={"HX-Request": "true"}).status_code == 200
    assert Message.unscoped.get(text="Veja").kind == "imagem"
    fetched = fetch(client, Attachment.unscoped.get(pk=body["id"]))
    assert b"".join(fetched.streaming_content) == PNG
    assert fetched["Content-Type"] == "image/png"


def test_bytes_that_are_not_their_type_are_refused_with_a_sentence(
    enter: Enter, beto: Membership, conversation: Conversation
):
    answer = upload(enter(beto), conversation, "foto.png", b"MZ" + bytes(300), "image/png")
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert Attachment.unscoped.count() == 0


def test_an_empty_file_is_refused(enter: Enter, beto: Membership, conversation: Conversation):
    answer = upload(enter(beto), conversation, "nada.png", b"", "image/png")
    assert answer.status_code == 422
    assert "vazio" in answer.json()["detail"]


@pytest.mark.parametrize("mime_type", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_what_a_browser_could_run_is_downloaded_and_not_shown(
    enter: Enter, beto: Membership, conversation: Conversation, mime_type: str
):
    answer = fetch(enter(beto), stored(conversation, mime_type))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("mime_type", "served"),
    [
        ("text/javascript", "application/octet-stream"),
        ("application/javascript", "application/octet-stream"),
        ("text/css", "application/octet-stream"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/plain", "application/octet-stream"),
        ("application/x-laudo", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("application/zip", "application/zip"),
        ("application/vnd.ms-excel", "application/vnd.ms-excel"),
        ("image/heic", "image/heic"),
    ],
)
def test_nothing_is_served_as_a_type_a_page_could_use_as_its_own(
    enter: Enter, beto: Membership, conversation: Conversation, mime_type: str, served: str
):
    answer = fetch(enter(beto), stored(conversation, mime_type))
    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("name", "mime_type", "given"),
    [
        ("", "application/pdf", "arquivo.pdf"),
        ("laudo", "application/pdf", "laudo.pdf"),
        ("Exame 12.03", "image/jpeg", "Exame%2012.03.jpg"),
        ("laudo\u202efdp.exe", "application/pdf", "laudofdp.exe"),
        ("a.doc", "application/vnd.oasis.opendocument.text", "a.doc"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_file_is_given_a_name_that_opens_it(
    enter: Enter,
    beto: Membership,
    conversation: Conversation,
    name: str,
    mime_type: str,
    given: str,
):
    attachment = stored(conversation, mime_type)
    attachment.filename = name[:255] if len(name) < 255 else name
    answer = file_response(RequestFactory().get("/"), attachment)
    assert answer["Content-Disposition"].endswith(f"UTF-8''{given}")


def test_an_attendant_asks_again_for_a_file_that_did_not_come(
    enter: Enter, beto: Membership, conversation: Conversation, client: Client
):
    message = make.inbound(conversation.channel, kind="imagem", media=(make.media_ref("9"),))
    attachment = Attachment.unscoped.get(message=message)
    Attachment.unscoped.update(state="recusado", error="motivo")
    page = enter(beto).get(reverse("inbox:conversation", args=[message.conversation_id]))
    where = reverse("inbox:file-retry", args=[attachment.pk])
    assert where in page.content.decode()
    answer = enter(beto).post(where, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Baixando o arquivo" in answer.content.decode()
    attachment.refresh_from_db()
    assert (attachment.state, attachment.error) == ("pendente", "")


def test_a_file_name_cannot_leave_its_header(
    enter: Enter, beto: Membership, conversation: Conversation
):
    answer = fetch(enter(beto), stored(conversation, "image/png"))
    assert answer["Content-Disposition"] == "inline; filename*=UTF-8''laudo%20final.txt"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, 207),
        ("bytes=-8", 200, 207),
        ("bytes=5-9999", 5, 207),
    ],
)
def test_a_player_gets_the_part_it_asks_for(
    enter: Enter, beto: Membership, conversation: Conversation, asked: str, first: int, last: int
):
    answer = fetch(enter(beto), stored(conversation, "audio/ogg"), Range=asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(PNG)}"
    assert b"".join(answer.streaming_content) == PNG[first : last + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=9-2", "bytes=-", "bytes=900-", "linhas=1-2", "bytes=0-1,4-5"]
)
def test_a_part_that_makes_no_sense_gets_the_whole_file(
    enter: Enter, beto: Membership, conversation: Conversation, asked: str
):
    answer = fetch(enter(beto), stored(conversation, "audio/ogg"), Range=asked)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PNG


def test_a_file_that_is_not_there_yet_is_404(
    enter: Enter, beto: Membership, conversation: Conversation
):
    attachment = stored(conversation, "image/png")
    Attachment.unscoped.update(state="pendente")
    assert fetch(enter(beto), attachment).status_code == 404


def test_another_conversations_file_cannot_be_sent(
    enter: Enter, rui: Membership, beto: Membership, conversation: Conversation
):
    foreign = Attachment.unscoped.create(
        company_id=rui.company_id, conversation=conversation, kind="imagem"
    )
    form = {"anexo": str(foreign.pk), "client_id": "k"}
    where = reverse("inbox:messages", args=[conversation.pk])
    assert enter(beto).post(where, form).status_code == 404
