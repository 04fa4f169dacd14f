"""The files around one, for the page's viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from common.scoping import company_scope
from inbox.talk.gallery import files_around
from omnichannel.models import Attachment, Channel, Conversation, Message
from providers.choices import MessageKind
from tests import make

Enter = Callable[[Membership], Client]


def received(
    channel: Channel, number: int, kind: MessageKind = MessageKind.IMAGE, mime: str = "image/png"
) -> Attachment:
    media = (make.media_ref(str(number), kind=kind, filename=f"{number}"),)
    message = make.inbound(channel, kind=kind, text="", media=media)
    rows = Attachment.unscoped.filter(message=message)
    rows.update(state="pronto", mime_type=mime, size=3)
    return rows.get()


def asked(client: Client, conversation: Conversation, attachment: Any) -> Any:
    where = reverse("inbox:media", args=[conversation.pk])
    return client.get(where, {"arquivo": str(attachment)}, headers={"Accept": "application/json"})


def test_the_viewer_hears_of_what_it_can_show(enter: Enter, beto: Membership, channel: Channel):
    first, second = received(channel, 1), received(channel, 2)
    received(channel, 3, MessageKind.AUDIO, "audio/ogg")
    received(channel, 4, MessageKind.DOCUMENT, "application/msword")
    paper = received(channel, 5, MessageKind.DOCUMENT, "application/pdf")
    deleted = received(channel, 6)
    Message.unscoped.filter(pk=deleted.message_id).update(deleted_at=timezone.now())
    client = enter(beto)
    found = asked(client, first.conversation, second.pk).json()["files"]
    assert [(row["id"], row["kind"]) for row in found] == [
        (str(first.pk), "imagem"),
        (str(second.pk), "imagem"),
        (str(paper.pk), "pdf"),
    ]
    assert found[0]["said"].startswith("Joana Dias · ")


def test_a_photo_that_no_browser_shows_is_left_out(
    enter: Enter, beto: Membership, channel: Channel
):
    plain = received(channel, 1)
    received(channel, 2, mime="image/tiff")
    found = asked(enter(beto), plain.conversation, plain.pk).json()["files"]
    assert [row["id"] for row in found] == [str(plain.pk)]


def test_only_those_near_are_told(channel: Channel):
    rows = [received(channel, number) for number in range(7)]
    with company_scope(channel.company_id):
        assert files_around(rows[3].conversation, rows[3], size=2) == rows[1:6]
        assert files_around(rows[3].conversation, size=2) == rows[3:]


def test_a_file_of_another_conversation_is_none_of_this_one(
    enter: Enter, beto: Membership, channel: Channel
):
    mine = received(channel, 1)
    person = make.person("5511970000001", "Rita Melo")
    other = make.inbound(channel, text="Oi", person=person).conversation
    client = enter(beto)
    assert asked(client, other, mine.pk).status_code == 404
    assert asked(client, other, "x").status_code == 404


def test_a_pdf_may_be_framed_by_our_pages_alone(
    enter: Enter, beto: Membership, channel: Channel, settings: Any
):
    from django.core.files.base import ContentFile

    paper = received(channel, 5, MessageKind.DOCUMENT, "application/pdf")
    paper.file.save("", ContentFile(b"%PDF"))
    answer = enter(beto).get(reverse("inbox:file", args=[paper.pk]))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
