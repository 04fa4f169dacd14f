"""What cannot be sent as it is: turned into what WhatsApp takes, or refused with what goes."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from omnichannel.models import Attachment
from omnichannel.services.media import FileRefused, attachment_upload
from providers.choices import MessageKind
from providers.conversion import CannotConvert
from providers.outgoing import ContentRefused
from providers.whatsapp.media import MEDIA_TYPES

HEIC = (Path(__file__).parent.parent / "fixtures" / "foto.heic").read_bytes()
PDF = b"%PDF-1.4\n%%EOF\n"
CSV = b"nome;telefone\nAna;1\n"


def picture(form: str, *more: str, mode: str = "RGB", color: Any = "red", **options: Any) -> bytes:
    file = io.BytesIO()
    frames = [Image.new(mode, (33, 17), one) for one in (color, *more)]
    frames[0].save(
        file, form, **({"save_all": True, "append_images": frames[1:]} if more else {}), **options
    )
    return file.getvalue()


def recording() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(2)
        written.setsampwidth(2)
        written.setframerate(22050)
        written.writeframes(b"\1\2\3\4" * 4000)
    return file.getvalue()


def clip(form: str = "mov", codec: str = "libx264") -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as out:
        stream: Any = out.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for step in range(4):
            image = Image.new("RGB", (64, 48), (step * 40, 0, 0))
            out.mux(stream.encode(av.VideoFrame.from_image(image)))
        out.mux(stream.encode(None))
    return file.getvalue()


def sound(form: str, codec: str, rate: int = 48_000) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame(format=stream.format.name, layout="mono", samples=960)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def upload(conversation: Any, content: bytes, name: str, mime_type: str, **how: bool) -> Attachment:
    return attachment_upload(
        conversation=conversation,
        uploaded_by=None,
        file=io.BytesIO(content),
        filename=name,
        mime_type=mime_type,
        **how,
    )


M4A = sound("ipod", "aac")
OPUS = sound("ogg", "libopus")
WEBM = sound("webm", "libopus")
STILL, MOVING = picture("GIF"), picture("GIF", "blue", "green", duration=200)
SCAN = picture("TIFF", "blue")
GLASS = picture("WEBP", mode="RGBA", color=(1, 2, 3, 90))
XLS = "application/vnd.ms-excel"
SENT: list[tuple[bytes, str, str, str, MessageKind, str]] = [
    (picture("JPEG"), "a.jpg", "image/jpg", "image/jpeg", MessageKind.IMAGE, "a.jpg"),
    (picture("JPEG"), "a.jpg", "image/pjpeg", "image/jpeg", MessageKind.IMAGE, "a.jpg"),
    (picture("JPEG"), "a.jpg", "", "image/jpeg", MessageKind.IMAGE, "a.jpg"),
    (picture("PNG"), "a.jpg", "image/jpeg", "image/png", MessageKind.IMAGE, "a.jpg"),
    (picture("WEBP"), "foto.webp", "image/webp", "image/jpeg", MessageKind.IMAGE, "foto.jpg"),
    (GLASS, "logo.webp", "image/webp", "image/png", MessageKind.IMAGE, "logo.png"),
    (picture("WEBP", "blue"), "a.webp", "image/webp", "video/mp4", MessageKind.VIDEO, "a.mp4"),
    (HEIC, "IMG_1.HEIC", "image/heic", "image/jpeg", MessageKind.IMAGE, "IMG_1.jpg"),
    (HEIC, "IMG_1.HEIC", "", "image/jpeg", MessageKind.IMAGE, "IMG_1.jpg"),
    (picture("AVIF"), "a.avif", "image/avif", "image/jpeg", MessageKind.IMAGE, "a.jpg"),
    (STILL, "a.gif", "image/gif", "image/png", MessageKind.IMAGE, "a.png"),
    (MOVING, "a.gif", "image/gif", "video/mp4", MessageKind.VIDEO, "a.mp4"),
    (picture("BMP"), "a.bmp", "image/bmp", "image/png", MessageKind.IMAGE, "a.png"),
    (picture("TIFF"), "a.tif", "image/tiff", "image/jpeg", MessageKind.IMAGE, "a.jpg"),
    (SCAN, "rx.tif", "image/tiff", "application/pdf", MessageKind.DOCUMENT, "rx.pdf"),
    (M4A, "memo.m4a", "audio/x-m4a", "audio/mp4", MessageKind.AUDIO, "memo.m4a"),
    (M4A, "memo.m4a", "audio/m4a", "audio/mp4", MessageKind.AUDIO, "memo.m4a"),
    (M4A, "memo.m4a", "", "audio/mp4", MessageKind.AUDIO, "memo.m4a"),
    (b"ID3" + b"\0" * 99, "a.mp3", "audio/mp3", "audio/mpeg", MessageKind.AUDIO, "a.mp3"),
    (OPUS, "a.ogg", "application/ogg", "audio/ogg", MessageKind.AUDIO, "a.ogg"),
    (OPUS, "a.opus", "audio/opus", "audio/ogg", MessageKind.AUDIO, "a.opus"),
    (recording(), "a.wav", "audio/x-wav", "audio/mp4", MessageKind.AUDIO, "a.m4a"),
    (WEBM, "a.weba", "audio/webm", "audio/mp4", MessageKind.AUDIO, "a.m4a"),
    (clip(), "clip.mov", "video/quicktime", "video/mp4", MessageKind.VIDEO, "clip.mp4"),
    (PDF, "a.pdf", "", "application/pdf", MessageKind.DOCUMENT, "a.pdf"),
    (PDF, "a.pdf", "application/octet-stream", "application/pdf", MessageKind.DOCUMENT, "a.pdf"),
    (CSV, "a.csv", XLS, "text/plain", MessageKind.DOCUMENT, "a.csv"),
    (CSV, "a.csv", "text/csv", "text/plain", MessageKind.DOCUMENT, "a.csv"),
    (b"BEGIN:VCALENDAR\n", "a.ics", "text/calendar", "text/plain", MessageKind.DOCUMENT, "a.ics"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "declared", "sent", "kind", "kept"), SENT)
def test_what_can_go_goes_as_what_whatsapp_takes(
    conversation, content, name, declared, sent, kind, kept
):
    row = upload(conversation, content, name, declared)
    assert (row.mime_type, row.kind, row.filename) == (sent, kind, kept)
    assert row.mime_type in MEDIA_TYPES
    assert row.size == len(row.file.read())


REFUSED = [
    (b"PK\x03\x04" + b"\0" * 40, "a.zip", "application/zip"),
    (b"{\\rtf1}", "a.rtf", "application/rtf"),
    (b"{\\rtf1}", "a.doc", "application/msword"),
    (b"<html></html>", "a.html", "text/html"),
    (b"var a = 1", "a.js", "text/javascript"),
    (b'{"a": 1}', "a.json", "application/json"),
    (b"\0\1\2\3" * 30, "a.dcm", "application/dicom"),
    (clip("webm", "libvpx"), "a.webm", "video/webm"),
    (
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK",
        "a.ods",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
]


@pytest.mark.parametrize(("content", "name", "declared"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_cannot_go_is_refused_at_attach_with_what_goes(conversation, content, name, declared):
    with pytest.raises(ContentRefused) as refused:
        upload(conversation, content, name, declared)
    assert "PDF, Word, Excel" in str(refused.value.detail)
    assert not Attachment.unscoped.exists()


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        (b"GIF89a" + b"\0" * 30, "a.gif", "image/gif"),
        (HEIC[:200], "a.heic", "image/heic"),
        (b"RIFF\x10\0\0\0WAVE" + b"\0" * 30, "a.wav", "audio/wav"),
        (clip("mov", "mpeg4"), "a.mov", "video/quicktime"),
    ],
    ids=["gif", "heic", "wav", "mov"],
)
def test_a_damaged_or_foreign_file_is_refused_in_words(conversation, content, name, declared):
    with pytest.raises(CannotConvert) as refused:
        upload(conversation, content, name, declared)
    assert str(refused.value.detail)


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        (OPUS, "a.opus", "audio/opus"),
        (WEBM, "a.weba", "audio/webm"),
        (M4A, "a.m4a", "audio/x-m4a"),
        (recording(), "a.wav", "audio/wav"),
        (sound("mp3", "libmp3lame"), "a.mp3", "audio/mpeg"),
    ],
    ids=["opus", "webm", "m4a", "wav", "mp3"],
)
def test_a_voice_note_is_mono_opus_in_ogg_whatever_was_recorded(
    conversation, content, name, declared
):
    row = upload(conversation, content, name, declared, is_voice=True)
    assert (row.mime_type, row.is_voice, row.filename) == ("audio/ogg", True, f"a{'.ogg'}")
    with av.open(row.file.open("rb")) as heard:
        context = heard.streams.audio[0].codec_context
        assert (context.name, context.layout.name) == ("opus", "mono")


def test_only_a_sound_is_a_voice_note(conversation):
    with pytest.raises(FileRefused):
        upload(conversation, picture("PNG"), "a.png", "image/png", is_voice=True)


def test_a_sticker_is_sent_only_by_whoever_asks_for_one(conversation):
    content = picture("WEBP")
    row = upload(conversation, content, "a.webp", "image/webp", is_sticker=True)
    assert (row.kind, row.mime_type) == (MessageKind.STICKER, "image/webp")


def test_a_film_of_a_gif_lasts_as_long_and_has_no_b_frames(conversation):
    row = upload(conversation, MOVING, "a.gif", "image/gif")
    with av.open(row.file.open("rb")) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert not stream.codec_context.has_b_frames
        assert 0.4 <= (film.duration or 0) / av.time_base <= 0.8


def test_a_playlist_that_calls_itself_sound_opens_no_address(conversation):
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"
    with pytest.raises((FileRefused, CannotConvert, ContentRefused)):
        upload(conversation, playlist, "a.wav", "audio/wav", is_voice=True)


def test_a_picture_too_large_to_unpack_is_refused(conversation, monkeypatch):
    from providers.conversion import pictures

    monkeypatch.setattr(pictures, "MOST_POINTS", 100)
    with pytest.raises(CannotConvert):
        upload(conversation, picture("BMP"), "a.bmp", "image/bmp")
