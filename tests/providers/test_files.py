"""Files by their bytes: real ones of every type that is sent, and pretenders."""

import io
import wave
import zipfile

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from providers.choices import MEDIA_KINDS, MessageKind
from providers.files import agrees, is_animated_webp, sniff
from providers.outgoing import ContentRefused, SendError
from providers.whatsapp.media import (
    MEDIA_LIMITS,
    MEDIA_TYPES,
    file_check,
    media_check,
    media_kind_for,
)
from simulator.whatsapp.services.media import LIMITS as SIMULATED

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def picture(form, **members):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, form, **members)
    return file.getvalue()


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name in names:
            written.writestr(name, "x")
    return file.getvalue()


def recording(form, codec, rate=8000):
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame(format=stream.format.name, layout="mono", samples=rate // 10)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


def sound():
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(b"\0\0" * 100)
    return file.getvalue()


WEBP = picture("WEBP")
MOVING = io.BytesIO()
Image.new("RGB", (8, 8)).save(
    MOVING, "WEBP", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")]
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
AMR = b"#!AMR\n\x3c\x91\x17\x16"

REAL = {
    "image/jpeg": picture("JPEG"),
    "image/png": picture("PNG"),
    "image/gif": picture("GIF"),
    "image/webp": WEBP,
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "audio/ogg": recording("ogg", "libopus", 48_000),
    "audio/mpeg": recording("mp3", "libmp3lame"),
    "audio/aac": recording("adts", "aac"),
    "audio/mp4": recording("ipod", "aac"),
    "audio/amr": AMR,
    "video/mp4": recording("mp4", "aac"),
    "video/3gpp": recording("3gp", "aac"),
    "video/webm": recording("webm", "libopus", 48_000),
    "audio/wav": sound(),
    "application/msword": OLE,
    "application/vnd.ms-excel": OLE,
    "application/vnd.ms-powerpoint": OLE,
    DOCX: archive("[Content_Types].xml", "word/document.xml"),
    XLSX: archive("[Content_Types].xml", "xl/workbook.xml"),
    PPTX: archive("[Content_Types].xml", "ppt/presentation.xml"),
    "application/zip": archive("a.txt"),
    "text/plain": "Olá, bom dia\r\n".encode(),
    "text/csv": b"nome;telefone\nAna;1\n",
    "text/html": b"<!DOCTYPE html><html>",
}


@pytest.mark.parametrize("mime_type", REAL)
def test_a_real_file_is_what_it_says(mime_type):
    assert agrees(mime_type, REAL[mime_type])
    assert agrees(f"{mime_type.upper()}; codecs=opus", REAL[mime_type])


SELDOM = {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}


@pytest.mark.parametrize("mime_type", sorted(set(REAL) - SELDOM - {"text/csv"}))
def test_the_type_of_a_real_file_is_seen(mime_type):
    assert sniff(REAL[mime_type]) == mime_type


PRETENDERS = [
    (REAL["text/html"], "image/jpeg"),
    (REAL["text/html"], "text/plain"),
    (b"<svg onload=alert(1)>", "image/png"),
    (b"  <script>alert(1)</script>", "text/plain"),
    (b"MZ\x90\0\x03\0\0\0", "application/pdf"),
    (b"MZ\x90\0\x03\0\0\0", "text/plain"),
    (b"MZ\x90\0\x03\0\0\0", "application/octet-stream"),
    (b"\x7fELF\x02\x01\x01", "application/zip"),
    (b"#!/bin/sh\n", "text/plain"),
    (REAL["image/png"], "image/jpeg"),
    (REAL["image/jpeg"], "image/png"),
    (REAL["image/jpeg"], "image/webp"),
    (REAL["application/pdf"], DOCX),
    (REAL["application/zip"], "application/pdf"),
    (REAL[DOCX], XLSX),
    (REAL[DOCX], "application/msword"),
    (OLE, DOCX),
    (OLE, "image/jpeg"),
    (REAL["audio/ogg"], "audio/mpeg"),
    (REAL["audio/mpeg"], "video/mp4"),
    (REAL["video/webm"], "audio/ogg"),
    (REAL["video/mp4"], "image/png"),
    (REAL["text/plain"], "application/pdf"),
    (REAL["text/plain"], "image/jpeg"),
    (REAL["text/plain"], "application/msword"),
    (REAL["text/plain"], DOCX),
    (b"\0\0\0\0random", "image/png"),
    (b"", "image/png"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/mp4"),
    ("<html>".encode("utf-16"), "text/plain"),
]


@pytest.mark.parametrize(("head", "declared"), PRETENDERS)
def test_a_file_that_is_something_else_is_seen_through(head, declared):
    assert not agrees(declared, head)


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (REAL["video/webm"], "audio/webm"),
        (REAL["audio/ogg"], "application/ogg"),
        (REAL["audio/mp4"], "audio/x-m4a"),
        (REAL["video/mp4"], "audio/mp4"),
        (REAL[DOCX], DOCX),
        (REAL["text/plain"], "application/json"),
        ("nome;telefone\n".encode("utf-16"), "text/csv"),
        (REAL["video/mp4"], "video/quicktime"),
        (b"\0\0\0\0dicom or anything", "application/dicom"),
    ],
)
def test_other_honest_names_are_accepted(head, declared):
    assert agrees(declared, head)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([*REAL, "x", "", "application/octet-stream"]))
def test_no_bytes_raise(head, declared):
    sniff(head)
    assert agrees(declared, head) in (True, False)


def test_a_sticker_that_moves_is_told_from_one_that_does_not():
    assert is_animated_webp(MOVING.getvalue())
    assert not is_animated_webp(WEBP)


# --- WhatsApp's types and sizes -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime_type", "kind"),
    [
        ("image/jpeg", MessageKind.IMAGE),
        ("image/png", MessageKind.IMAGE),
        ("image/webp", MessageKind.STICKER),
        ("image/gif", None),
        ("text/csv", None),
        ("audio/ogg; codecs=opus", MessageKind.AUDIO),
        ("AUDIO/MPEG", MessageKind.AUDIO),
        ("audio/webm", None),
        ("video/mp4", MessageKind.VIDEO),
        ("video/quicktime", None),
        ("application/pdf", MessageKind.DOCUMENT),
        (DOCX, MessageKind.DOCUMENT),
        ("", None),
        ("pdf", None),
        ("/", None),
    ],
)
def test_a_type_is_sent_as_its_kind(mime_type, kind):
    assert media_kind_for(mime_type) == kind


def test_every_media_kind_has_its_limit():
    assert set(MEDIA_LIMITS) == set(MEDIA_KINDS)


def test_what_we_send_is_what_the_simulator_takes_as_meta_does():
    taken = {one for types, _most in SIMULATED.values() for one in types}
    assert taken == MEDIA_TYPES


@pytest.mark.parametrize(
    ("kind", "mime_type", "most"),
    [
        (MessageKind.IMAGE, "image/png", 5 * 1024**2),
        (MessageKind.AUDIO, "audio/ogg; codecs=opus", 16 * 1024**2),
        (MessageKind.VIDEO, "video/mp4", 16 * 1024**2),
        (MessageKind.DOCUMENT, "application/pdf", 100 * 1024**2),
        (MessageKind.STICKER, "image/webp", 500 * 1024),
    ],
)
def test_the_size_limit_is_exact(kind, mime_type, most):
    media_check(kind, mime_type, most)
    with pytest.raises(ContentRefused) as refused:
        media_check(kind, mime_type, most + 1)
    assert list(refused.value.fields) == ["attachment"]


def test_a_still_sticker_has_a_smaller_limit():
    media_check(MessageKind.STICKER, "image/webp", 100 * 1024, is_animated=False)
    with pytest.raises(ContentRefused):
        media_check(MessageKind.STICKER, "image/webp", 100 * 1024 + 1, is_animated=False)


@pytest.mark.parametrize(
    ("kind", "mime_type"),
    [
        (MessageKind.IMAGE, "image/gif"),
        (MessageKind.AUDIO, "audio/webm"),
        (MessageKind.VIDEO, "video/webm"),
        (MessageKind.STICKER, "image/png"),
    ],
)
def test_a_type_of_another_kind_is_refused(kind, mime_type):
    with pytest.raises(ContentRefused):
        media_check(kind, mime_type, 10)


def test_a_checked_file_stands_at_its_beginning():
    file = io.BytesIO(REAL["image/png"])
    file.read()
    file_check(file, "image/png")
    assert file.tell() == 0


def test_a_still_sticker_is_measured_by_its_own_limit():
    with pytest.raises(SendError) as error:
        file_check(io.BytesIO(WEBP + b"\0" * 110 * 1024), "image/webp")
    assert error.value.code == "midia_recusada"
