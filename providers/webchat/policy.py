"""What the chat of a site carries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.choices import MessageKind
from providers.conversion import SOUNDS
from providers.file_types import NAMES
from providers.policy import FileRule, Policy, QuestionRule

MIB = 1024 * 1024
FILE_BYTES = 16 * MIB
TEXT_BYTES = 10_000
# What browsers draw and play without help.
SENT: dict[MessageKind, frozenset[str]] = {
    MessageKind.IMAGE: frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    MessageKind.AUDIO: frozenset({"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg"}),
    MessageKind.DOCUMENT: frozenset({"application/pdf"}),
}
TURNED: dict[MessageKind, frozenset[str]] = {
    MessageKind.IMAGE: frozenset({"image/heic", "image/avif", "image/bmp", "image/tiff"}),
    MessageKind.AUDIO: SOUNDS,
}
# What visitors may send: a browser's own recording too.
RECEIVED = frozenset().union(*SENT.values()) | {"audio/webm", "audio/wav", "image/heic"}
GOES = _(
    "O chat leva fotos (JPG, PNG, WEBP, GIF, HEIC), áudios (MP3, M4A, AAC, OGG, WAV) e PDF. Salve"
    " em PDF ou em um desses formatos e anexe de novo."
)
QUESTIONS = QuestionRule(
    buttons=10,
    button_title=60,
    button_key=256,
    body=TEXT_BYTES,
    rows=20,
    row_title=60,
    row_description=160,
    row_key=256,
    sections=10,
    section_title=60,
)


def _rules() -> dict[MessageKind, FileRule]:
    found = {}
    for kind, own in SENT.items():
        taken = own | TURNED.get(kind, frozenset())
        others = {name for name, usual in NAMES.items() if usual in own}
        found[kind] = FileRule(
            sent=tuple(sorted(own)),
            types=tuple(sorted(taken | others)),
            turned=tuple(sorted(TURNED.get(kind, ()))),
            max_bytes=FILE_BYTES,
        )
    return found


POLICY = Policy(
    icon="message-square",
    kinds=frozenset({MessageKind.TEXT, MessageKind.INTERACTIVE, *SENT}),
    is_always_open=True,
    text_limit=TEXT_BYTES,
    text_unit="bytes",
    caption_limit=1000,
    files=_rules(),
    files_goes=GOES,
    questions=QUESTIONS,
    # A visitor's talk is their own, even where the clinic made two records one.
    has_threads=True,
)
