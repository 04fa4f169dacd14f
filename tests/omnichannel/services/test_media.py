"""Files: from Meta only, of the size and type they claim, and never by their own name."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from omnichannel.adapters.meta import not_sent
from omnichannel.adapters.outgoing import Account, MediaInfo, SendError
from omnichannel.adapters.whatsapp.adapter import WhatsAppAdapter
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation
from omnichannel.services import media
from omnichannel.services.media import (
    FileRefused,
    attachment_fetch,
    attachment_retry,
    attachment_upload,
    attachments_sweep,
    safe_name,
)
from tests import make
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
        (b"<script>alert(1)</script>", "image/png"),
        (b"<html></html>", "image/jpeg"),
        (b"%PDF-1.7", "image/jpeg"),
        (PROGRAM, "application/octet-stream"),
        (b"", "image/jpeg"),
    ],
    ids=range(7),
)
def test_a_file_whose_bytes_are_not_its_type_is_refused(waiting, provider, content, declared):
    provider.file, provider.info = content, MediaInfo("x", declared)
    attachment_fetch(attachment=waiting)
    row = fresh(waiting)
    assert (row.state, row.file.name) == (State.REFUSED, "")
    assert row.error
    attachment_fetch(attachment=due(waiting))
    assert fresh(waiting).state == State.REFUSED


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
        list(WhatsAppAdapter().media_chunks(Account("1", access_token="t"), info, 100_000))
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
        (JPEG, "x/" + "y" * 500),
    ],
    ids=range(7),
)
def test_a_file_that_lies_is_refused_and_not_stored(conversation, content, mime_type):
    with pytest.raises(FileRefused):
        upload(conversation, content, mime_type=mime_type)
    assert not Attachment.unscoped.exists()


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
