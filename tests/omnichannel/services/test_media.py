"""Files: from Meta only, of the size and type they claim, and never by their own name."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from common.crypto import SecretUnreadable
from common.errors import NotFound
from omnichannel.choices import AttachmentState, ChannelStatus
from omnichannel.models import Attachment, Channel, ChannelNotice, Conversation
from omnichannel.services import media
from omnichannel.services.media import (
    FileRefused,
    TooManyUploads,
    attachment_bring,
    attachment_fetch,
    attachment_retry,
    attachment_upload,
    attachments_sweep,
    uploads_purge,
)
from omnichannel.services.outbound import message_send
from providers import registry
from providers.base import Downloads
from providers.choices import MessageKind
from providers.conversion.sounds import voice
from providers.facts import MediaRef
from providers.file_types import safe_name
from providers.meta.errors import GraphFault, not_sent
from providers.outgoing import Account, MediaInfo, SendError
from providers.whatsapp.adapter import WhatsAppAdapter
from providers.whatsapp.errors import explain_media
from tests import kinds, make
from tests.providers.test_waveform import spoken
from tests.race import errors, together

State = AttachmentState
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 500
PROGRAM = b"MZ\x90\x00" + b"\x00" * 500


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }


@pytest.fixture
def waiting(channel) -> Attachment:
    """Give a picture that waits at the provider."""
    make.inbound(channel, media=(make.media_ref("9", filename="../../etc/passwd"),))
    return Attachment.unscoped.get()


def fresh(row):
    return type(row).unscoped.get(pk=row.pk)


def due(row: Attachment) -> Attachment:
    Attachment.unscoped.filter(pk=row.pk).update(fetch_after=timezone.now())
    return fresh(row)


class Addressed(kinds.Plain, Downloads):
    """A kind that names files by their addresses."""

    def __init__(self) -> None:
        super().__init__("sms", kinds.NUMBERS)
        self.asked: list[MediaInfo] = []
        self.answer: bytes | SendError = JPEG

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        self.asked.append(info)
        if isinstance(self.answer, SendError):
            raise self.answer
        yield self.answer


FAR = "https://api.exemplo.com/arquivos/1?chave=segredo" + "x" * 1500


@pytest.fixture
def addressed(monkeypatch) -> Addressed:
    adapter = Addressed()
    monkeypatch.setitem(registry.ADAPTERS, "sms", adapter)
    return adapter


@pytest.fixture
def linked(clinic, addressed) -> Attachment:
    """Give a picture whose address came with its message."""
    ref = MediaRef(MessageKind.IMAGE, mime_type="image/jpeg", url=FAR)
    on = kinds.channel_of(clinic, addressed)
    kinds.writes(on, kinds.by_number(make.PHONE), kind=MessageKind.IMAGE, media=(ref,))
    return Attachment.unscoped.get()


# --- receiving -----------------------------------------------------------------------------------


def test_a_received_file_is_stored_under_a_name_of_ours(waiting, provider, settings):
    provider.file = JPEG
    attachment_fetch(attachment=waiting)
    row = fresh(waiting)
    assert (row.state, row.size, row.mime_type) == (State.READY, len(JPEG), "image/jpeg")
    assert row.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert row.file.read() == JPEG
    assert row.file.name.startswith(f"{row.company_id}/")
    assert "passwd" not in row.file.name
    assert os.path.realpath(row.file.path).startswith(os.path.realpath(settings.MEDIA_ROOT))


def test_a_fetched_file_shows_on_open_pages(waiting, provider):
    before = waiting.conversation.revision
    attachment_fetch(attachment=waiting)
    talk = Conversation.unscoped.get()
    assert talk.revision == before + 1 == fresh(waiting.message).revision


def test_a_file_is_fetched_from_the_address_that_came_with_it_which_is_then_forgotten(
    linked, addressed
):
    assert linked.source_url == FAR
    attachment_fetch(attachment=linked)
    row = fresh(linked)
    assert [info.url for info in addressed.asked] == [FAR]
    assert (row.state, row.source_url, row.file.read()) == (State.READY, "", JPEG)


def test_an_address_is_kept_for_as_long_as_somebody_may_try_again(linked, addressed, caplog):
    addressed.answer = SendError("midia_de_fora", "O endereço não foi aberto.")
    attachment_fetch(attachment=linked)
    row = fresh(linked)
    assert (row.state, row.source_url) == (State.FAILED, FAR)
    assert "segredo" not in caplog.text
    addressed.answer = JPEG
    attachment_retry(attachment=row)
    attachment_fetch(attachment=fresh(row))
    assert (fresh(row).state, fresh(row).source_url) == (State.READY, "")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SendError("credencial_invalida", "Recusadas.", scope="channel"), ChannelStatus.ERROR),
        (SendError("limite_de_envio", "Espere.", retryable=True, scope="number"), "ativo"),
        (SendError("midia_sumiu", "Sumiu."), "ativo"),
    ],
)
def test_what_stands_in_the_way_of_the_channel_stops_it_and_the_file_waits(
    linked, addressed, error, status
):
    addressed.answer = error
    attachment_fetch(attachment=linked)
    channel = fresh(linked.conversation.channel)
    assert channel.status == status
    is_stopped = status == ChannelStatus.ERROR
    assert channel.status_detail == ("Recusadas." if is_stopped else "")
    assert (fresh(linked).state == State.FAILED) is (error.code == "midia_sumiu")
    # Told twice, it is noticed once; somebody who switched it off finds it off.
    attachment_fetch(attachment=due(linked))
    assert ChannelNotice.unscoped.filter(channel=channel).count() == is_stopped


def test_credentials_that_no_key_opens_stop_the_channel_and_the_file_waits(
    linked, addressed, monkeypatch
):
    def unreadable(self):
        raise SecretUnreadable

    monkeypatch.setattr(Channel, "account", unreadable)
    attachment_fetch(attachment=linked)
    channel = fresh(linked.conversation.channel)
    assert (channel.status, addressed.asked) == (ChannelStatus.ERROR, [])
    assert fresh(linked).state == State.PENDING


def test_fetching_again_changes_nothing(waiting, provider):
    attachment_fetch(attachment=waiting)
    name = fresh(waiting).file.name
    provider.file = JPEG + b"outro"
    attachment_fetch(attachment=waiting)
    assert fresh(waiting).file.name == name


@pytest.mark.django_db(transaction=True)
def test_several_who_fetch_at_once_download_once(waiting, provider):
    calls = []

    def chunks():
        calls.append(1)
        yield JPEG

    provider.file = chunks
    results = together(*(lambda: attachment_fetch(attachment=fresh(waiting)) for _ in range(4)))
    assert errors(results) == []
    assert len(calls) == 1


@pytest.mark.parametrize("form", ["hex", "HEX", "base64"])
def test_the_promised_digest_is_checked_in_either_form(waiting, provider, form):
    digest = hashlib.sha256(JPEG)
    shown = {
        "hex": digest.hexdigest(),
        "HEX": digest.hexdigest().upper(),
        "base64": base64.b64encode(digest.digest()).decode(),
    }[form]
    provider.file, provider.info = JPEG, MediaInfo("x", "image/jpeg", sha256=shown)
    attachment_fetch(attachment=waiting)
    assert fresh(waiting).state == State.READY


@pytest.mark.parametrize("digest", ["0" * 64, "AAAA", "não é base64"])
def test_a_file_that_is_not_the_promised_one_is_refused(waiting, provider, digest):
    provider.info = MediaInfo("x", "image/jpeg", sha256=digest)
    attachment_fetch(attachment=waiting)
    row = fresh(waiting)
    assert (row.state, row.file.name) == (State.REFUSED, "")


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (PROGRAM, "image/jpeg"),
        (b"\x7fELF" + b"\x00" * 100, "application/pdf"),
        (PROGRAM, "application/octet-stream"),
        (b"#!/bin/sh\nrm -rf /", "text/plain"),
        (b"", "image/jpeg"),
    ],
    ids=range(5),
)
def test_a_program_and_nothing_at_all_are_refused_with_what_to_ask_of_the_patient(
    waiting, provider, content, declared
):
    provider.file, provider.info = content, MediaInfo("x", declared)
    attachment_fetch(attachment=waiting)
    row = fresh(waiting)
    assert (row.state, row.file.name) == (State.REFUSED, "")
    assert "Escolha outro" not in row.error
    assert "Pe" in row.error
    attachment_fetch(attachment=due(waiting))
    assert fresh(waiting).state == State.REFUSED


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
WEBP = b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(40)
QUICKTIME = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + bytes(60)
RTF = b"{\\rtf1\\ansi Laudo}"
PAGE = b"<html><body><table><tr><td>Ana</td></tr></table></body></html>"
TABLE = b"nome\tdata\nAna\t01/12/2026\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le")
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX_TYPE = f"{OFFICE}wordprocessingml.document"
OCTETS = "application/octet-stream"


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        # Enough before the folder that the first bytes do not name it.
        for name in ("[Content_Types].xml", *names):
            written.writestr(name, "x" * 9000)
    return file.getvalue()


DOCX = archive("word/document.xml")
LABELS = [
    (PDF, OCTETS, "application/pdf"),
    (PDF, "", "application/pdf"),
    (PDF, "application/x-pdf", "application/pdf"),
    (PDF, "image/jpeg", "application/pdf"),
    (b"\r\n" + PDF, "application/pdf", "application/pdf"),
    (b"\xef\xbb\xbf" + PDF, "application/pdf", "application/pdf"),
    (b"\x1b%-12345X@PJL JOB\r\n" + PDF, "application/pdf", "application/pdf"),
    (b"\0" * 300 + PDF, OCTETS, "application/pdf"),
    (DOCX, "application/msword", DOCX_TYPE),
    (DOCX, "application/zip", DOCX_TYPE),
    (DOCX, OCTETS, DOCX_TYPE),
    (archive("xl/workbook.xml"), "application/vnd.ms-excel", f"{OFFICE}spreadsheetml.sheet"),
    (archive("fotos/1.jpg"), "application/pdf", "application/zip"),
    (OLE, OCTETS, "application/msword"),
    (OLE, "application/vnd.ms-excel", "application/msword"),
    (RTF, "application/msword", "application/rtf"),
    (PAGE, "application/vnd.ms-excel", "text/html"),
    (TABLE, "application/vnd.ms-excel", "text/plain"),
    (b"a;b\n1;2\n", "text/csv", "text/csv"),
    (JPEG, OCTETS, "image/jpeg"),
    (JPEG, "image/png", "image/jpeg"),
    (JPEG, "image/jpg", "image/jpeg"),
    (PNG, "image/jpeg", "image/png"),
    (WEBP, "image/jpeg", "image/webp"),
    (QUICKTIME, "video/mp4", "video/quicktime"),
    (b"MZ, segue o laudo", "text/plain", "text/plain"),
    (b"OggS" + b"\0" * 40, "audio/ogg; codecs=opus", "audio/ogg"),
    (b"\x89\x01\x02 nobody knows\x00", "application/x-laudo", "application/x-laudo"),
    (b"\x89\x01\x02 nobody knows\x00", "isto nao e um tipo", OCTETS),
]


@pytest.mark.parametrize(("content", "declared", "kept"), LABELS, ids=range(len(LABELS)))
def test_what_a_patient_sent_is_kept_under_what_it_is_whatever_its_label(
    waiting, provider, content, declared, kept
):
    provider.file, provider.info = content, MediaInfo("x", declared)
    Attachment.unscoped.update(kind="documento", mime_type="")
    attachment_fetch(attachment=fresh(waiting))
    row = fresh(waiting)
    assert (row.state, row.mime_type, row.kind) == (State.READY, kept, "documento")
    assert row.file.read() == content


@pytest.mark.parametrize(
    ("content", "shown"), [(PNG, "imagem"), (WEBP, "imagem"), (PDF, "documento")], ids=range(3)
)
def test_a_photo_is_drawn_as_one_only_when_it_is_one(waiting, provider, content, shown):
    provider.file = content
    attachment_fetch(attachment=waiting)
    assert fresh(waiting).kind == shown


def test_a_refused_file_is_asked_for_again(waiting, provider, bells):
    provider.file = PROGRAM
    attachment_fetch(attachment=waiting)
    assert fresh(waiting).state == State.REFUSED
    provider.file = JPEG
    attachment_retry(attachment=fresh(waiting))
    assert (fresh(waiting).state, fresh(waiting).error) == (State.PENDING, "")
    attachment_fetch(attachment=fresh(waiting))
    assert fresh(waiting).state == State.READY


def test_a_file_that_is_here_is_not_fetched_again(waiting, provider):
    attachment_fetch(attachment=waiting)
    attachment_retry(attachment=fresh(waiting))
    assert fresh(waiting).state == State.READY


@pytest.mark.parametrize(
    ("code", "subcode", "http"), [(100, 33, 400), (33, None, 400), (None, None, 404)]
)
def test_a_file_that_the_provider_no_longer_has_ends_at_once_with_its_own_reason(
    waiting, provider, code, subcode, http
):
    def gone():
        raise explain_media(GraphFault(http=http, code=code, subcode=subcode), is_send=False)

    provider.on_info = gone
    attachment_fetch(attachment=waiting)
    row = fresh(waiting)
    assert (row.state, row.attempts) == (State.FAILED, 1)
    assert "não tem mais este arquivo" in row.error


def test_what_was_given_up_promises_no_more_tries(waiting, provider):
    def fail():
        raise explain_media(GraphFault(http=500, code=2), is_send=False)

    provider.on_info = fail
    Attachment.unscoped.update(attempts=media.MAX_ATTEMPTS - 1)
    attachment_fetch(attachment=fresh(waiting))
    row = fresh(waiting)
    assert row.state == State.FAILED
    assert "automaticamente" not in row.error


def test_what_may_work_later_is_tried_on_a_schedule_and_then_given_up(waiting, provider):
    def fail():
        raise not_sent()

    provider.on_info = fail
    waits = []
    for _ in range(media.MAX_ATTEMPTS):
        attachment_fetch(attachment=due(waiting))
        row = fresh(waiting)
        if row.state == State.PENDING:
            waits.append(round((row.fetch_after - timezone.now()).total_seconds()))
    assert waits == list(media.WAITS)
    assert (row.state, row.attempts) == (State.FAILED, media.MAX_ATTEMPTS)


def test_before_its_time_nothing_is_fetched(waiting, provider):
    Attachment.unscoped.update(fetch_after=timezone.now() + timedelta(minutes=1))
    attachment_fetch(attachment=fresh(waiting))
    assert fresh(waiting).attempts == 0


def test_what_breaks_us_again_and_again_ends_too(waiting, provider):
    """A bug or a full disk must not be tried for ever."""

    def bug():
        raise RuntimeError

    provider.on_info = bug
    for _ in range(media.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            attachment_fetch(attachment=due(waiting))
    attachment_fetch(attachment=due(waiting))
    assert fresh(waiting).state == State.FAILED


def test_a_final_refusal_is_final_and_somebody_may_ask_once_more(waiting, provider, bells):
    def gone():
        raise SendError("midia_de_fora", "x")

    provider.on_info = gone
    attachment_fetch(attachment=waiting)
    assert fresh(waiting).state == State.FAILED
    provider.on_info = lambda: None
    attachment_retry(attachment=waiting)
    attachment_fetch(attachment=fresh(waiting))
    assert fresh(waiting).state == State.READY


def test_the_sweep_rings_for_what_is_due(
    waiting, bells, django_capture_on_commit_callbacks, conversation
):
    with django_capture_on_commit_callbacks(execute=True):
        assert attachments_sweep() == 1
    assert bells == [
        ("omnichannel.tasks.attachment_fetch", (str(waiting.company_id), str(waiting.pk)))
    ]


# --- from Meta only ------------------------------------------------------------------------------

FOREIGN = [
    "http://lookaside.fbsbx.com/x",
    "https://evil.example/x",
    "https://lookaside.fbsbx.com.evil.example/x",
    "https://lookaside.fbsbx.com@evil.example/x",
    "https://evil.example#lookaside.fbsbx.com",
    "https://evil.example\\@lookaside.fbsbx.com/",
    "https://lookaside.fbsbx.com:8443/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://[::ffff:169.254.169.254]/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://localhost/x",
    "https://metadata.google.internal/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://lookaside.fbsbx.com/x",
    "//lookaside.fbsbx.com/x",
    "javascript:alert(1)",
    "https://fbsbx.com/x",
    "https://xfbsbx.com/x",
    "https://lookaside.fbsbx.com%00.evil.example/x",
    "https://",
    "",
    "\x00",
]


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Collect every address that anybody tries to open."""
    urls: list[str] = []

    def get(self, url, **kwargs):
        urls.append(url)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "get", get)
    return urls


@pytest.mark.parametrize("url", FOREIGN, ids=range(len(FOREIGN)))
def test_an_address_outside_metas_hosts_is_never_fetched(waiting, monkeypatch, asked, url):
    monkeypatch.setattr(WhatsAppAdapter, "media_info", lambda *args: MediaInfo(url, "image/jpeg"))
    attachment_fetch(attachment=waiting)
    assert asked == []
    assert fresh(waiting).state == State.FAILED


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "0.0.0.0", "100.64.0.1"],
)
def test_a_meta_name_that_leads_inside_is_never_fetched(waiting, monkeypatch, asked, address):
    import socket

    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **kwargs: [(2, 1, 6, "", (address, 443))]
    )
    info = MediaInfo("https://lookaside.fbsbx.com/x", "image/jpeg")
    monkeypatch.setattr(WhatsAppAdapter, "media_info", lambda *args: info)
    attachment_fetch(attachment=waiting)
    assert asked == []
    assert fresh(waiting).state == State.FAILED


def test_a_file_over_the_limit_is_not_read_to_its_end(httpserver, settings):
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    httpserver.expect_request("/x").respond_with_data(b"x" * 300_000, mimetype="image/jpeg")
    info = MediaInfo(httpserver.url_for("/x"), "image/jpeg")
    with pytest.raises(SendError) as caught:
        list(
            WhatsAppAdapter().media_chunks(
                Account("1", secrets={"access_token": "t"}), info, 100_000
            )
        )
    assert caught.value.code == "midia_grande"
    assert not caught.value.retryable


# --- sending -------------------------------------------------------------------------------------


def upload(conversation, content=JPEG, filename="foto.jpg", mime_type="image/jpeg") -> Attachment:
    return attachment_upload(
        conversation=conversation,
        uploaded_by=None,
        file=io.BytesIO(content),
        filename=filename,
        mime_type=mime_type,
    )


def test_an_uploaded_file_is_ready_and_stored_under_a_name_of_ours(conversation):
    row = upload(conversation, filename="../../../etc/cron.d/x.jpg")
    assert (row.state, row.filename, row.kind) == (State.READY, "x.jpg", "imagem")
    assert "cron" not in row.file.name
    assert row.sha256 == hashlib.sha256(JPEG).hexdigest()


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"", "image/jpeg"),
        (PROGRAM, "image/jpeg"),
        (PROGRAM, "application/pdf"),
        (b"<html><script>", "image/png"),
        (JPEG, "application/pdf"),
        (b"#!/bin/sh\nrm -rf /", "text/plain"),
    ],
    ids=range(6),
)
def test_a_file_that_lies_is_refused_and_not_stored(conversation, content, mime_type):
    with pytest.raises(FileRefused):
        upload(conversation, content, mime_type=mime_type)
    assert not Attachment.unscoped.exists()


def test_an_upload_that_nobody_sends_goes_with_its_file(
    conversation, beto, provider, django_capture_on_commit_callbacks
):
    old, sent, recent = (upload(conversation) for _ in range(3))
    message_send(conversation=conversation, author=beto, attachments=[sent])
    Attachment.unscoped.exclude(pk=recent.pk).update(
        created_at=timezone.now() - media.UNSENT_KEPT - timedelta(minutes=1)
    )
    path = old.file.path
    assert os.path.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads_purge() == 1
    assert not os.path.exists(path)
    assert set(Attachment.unscoped.values_list("pk", flat=True)) == {sent.pk, recent.pk}
    with pytest.raises(NotFound):
        message_send(conversation=conversation, author=beto, attachments=[old])


def test_a_received_file_is_no_upload_that_waits(waiting):
    Attachment.unscoped.update(created_at=timezone.now() - 9 * media.UNSENT_KEPT)
    assert uploads_purge() == 0


def test_nobody_fills_the_disk_with_uploads(conversation, beto, monkeypatch):
    monkeypatch.setattr(media, "OPEN_COUNT", 2)
    given = {"conversation": conversation, "filename": "a.jpg", "mime_type": "image/jpeg"}
    for _ in range(2):
        attachment_upload(uploaded_by=beto, file=io.BytesIO(JPEG), **given)
    with pytest.raises(TooManyUploads):
        attachment_upload(uploaded_by=beto, file=io.BytesIO(JPEG), **given)
    assert Attachment.unscoped.count() == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("exame.pdf", "exame.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\cmd.exe", "cmd.exe"),
        ("a\u200b.pdf", "a.pdf"),
        ("\u200b.htaccess", "htaccess"),
        ("exe\u202efdp.exe", "exefdp.exe"),
        ("a\x00.pdf", "a.pdf"),
        ("a\nb\r\t.pdf", "ab.pdf"),
        ("\ud800.pdf", "pdf"),
        ('a"b<c>d|e?f*g:h.pdf', "abcdefgh.pdf"),
        ("..", "arquivo"),
        (" . ", "arquivo"),
        ("", "arquivo"),
        ("/", "arquivo"),
        ("\u2066\u2069", "arquivo"),
        ("ção 👩‍⚕️.pdf".replace("\u200d", ""), "ção 👩⚕️.pdf"),
    ],
    ids=range(16),
)
def test_a_file_name_is_fit_to_show_and_to_send(given, kept):
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending():
    found = safe_name("x" * 500 + ".pdf")
    assert len(found) == 120
    assert found.endswith(".pdf")


def test_a_voice_note_is_measured_when_it_is_stored(channel):
    media = (make.media_ref("9", kind=MessageKind.AUDIO, is_voice=True),)
    message = make.inbound(channel, kind=MessageKind.AUDIO, text="", media=media)
    attachment = Attachment.unscoped.get(message=message)
    attachment_bring(attachment=attachment, file=voice(spoken((1, 1), (1, 0)), "audio/wav"))
    attachment.refresh_from_db()
    assert attachment.waveform[:20].count("0") == 0
    assert attachment.waveform[-20:].count("0") > 15
    assert abs(attachment.milliseconds - 2000) < 100
