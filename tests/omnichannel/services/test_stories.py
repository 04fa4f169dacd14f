"""Stories: copied while they live, told as expired afterwards, gone with the message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from common.scoping import company_scope
from contacts.masking import Lens
from inbox.talk.presenters import bubbles_of
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Message
from omnichannel.services import media
from omnichannel.services.media import attachment_fetch
from omnichannel.services.stories import EXPIRED, TAKEN_BACK
from providers.instagram.adapter import InstagramAdapter
from providers.outgoing import SendError
from tests import make
from tests.providers.messaging.bodies import ACCOUNT, PERSON, body

pytestmark = pytest.mark.django_db
URL = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 500
FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 500
REPLY = {"text": "Quanto custa?", "reply_to": {"story": {"id": "1", "url": URL}}}
MENTION = {"attachments": [{"type": "story_mention", "payload": {"url": URL}}]}


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path) -> None:
    own = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "default": own}


@pytest.fixture
def direct(clinic):
    return make.messaging_channel(clinic)


def comes(**message) -> None:
    event = {
        "sender": {"id": PERSON},
        "recipient": {"id": ACCOUNT},
        "timestamp": int(timezone.now().timestamp() * 1000),
        "message": {"mid": "m_1", **message},
    }
    make.process(body(event), source="instagram")


def fetch(monkeypatch, answer: bytes | SendError) -> Attachment:
    def chunks(self, account, info, limit):
        if isinstance(answer, SendError):
            raise answer
        yield answer

    monkeypatch.setattr(InstagramAdapter, "media_chunks", chunks)
    attachment_fetch(attachment=Attachment.unscoped.get())
    return Attachment.unscoped.get()


def shown(reader):
    row = Message.unscoped.get()
    with company_scope(row.company_id):
        (bubble,) = bubbles_of(row.conversation, [row], reader, Lens(reader))
    return bubble


@pytest.mark.parametrize(
    ("said", "words", "kind", "data"),
    [
        (REPLY, "Respondeu a um story da clínica", "imagem", JPEG),
        (MENTION, "Mencionou a clínica em um story", "imagem", JPEG),
        (MENTION, "Mencionou a clínica em um story", "video", FILM),
    ],
)
def test_a_story_is_copied_and_told_as_expired_after_a_day(
    direct, ana, monkeypatch, said, words, kind, data
):
    comes(**said)
    row = fetch(monkeypatch, data)
    assert (row.state, row.kind) == (AttachmentState.READY, kind)
    bubble = shown(ana)
    assert bubble.story == f"{words} · some em 24 horas"
    assert [one.kind for one in bubble.files] == [kind]
    Message.unscoped.update(happened_at=timezone.now() - timedelta(hours=25))
    bubble = shown(ana)
    assert bubble.story == f"{words} · story expirado"
    assert bubble.files[0].url


def test_a_story_that_is_gone_already_says_so_and_promises_nothing(direct, ana, monkeypatch):
    comes(**REPLY)
    row = fetch(monkeypatch, SendError("midia_expirada", "não está mais"))
    assert (row.state, row.error) == (AttachmentState.FAILED, str(EXPIRED))
    assert shown(ana).text == REPLY["text"]


@pytest.mark.parametrize("said", [REPLY, MENTION])
def test_who_takes_the_message_back_takes_the_copy_away(
    direct, ana, monkeypatch, said, django_capture_on_commit_callbacks
):
    comes(**said)
    name = fetch(monkeypatch, JPEG).file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        comes(is_deleted=True)
    row = Attachment.unscoped.get()
    assert (row.file.name, row.error, row.size) == ("", str(TAKEN_BACK), 0)
    assert not default_storage.exists(name)
    assert shown(ana).files == ()


def test_a_copy_that_comes_after_the_message_was_taken_back_is_not_kept(
    direct, monkeypatch, django_capture_on_commit_callbacks
):
    comes(**MENTION)
    kept = media._place_of

    def taken_back_meanwhile(attachment, account):
        comes(is_deleted=True)
        return kept(Attachment(source_url=URL), account)

    monkeypatch.setattr(media, "_place_of", taken_back_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        row = fetch(monkeypatch, JPEG)
    assert (row.file.name, row.state) == ("", AttachmentState.FAILED)
    assert not list(default_storage.listdir("")[1])
