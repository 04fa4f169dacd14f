"""What WhatsApp takes as a file: types and sizes by kind (Meta's media reference, 2026)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _

from providers.choices import MessageKind
from providers.conversion import FILMS, PICTURES, SOUNDS, TEXTS
from providers.file_types import NAMES
from providers.files import HEAD_BYTES, agrees, is_animated_webp
from providers.outgoing import ContentRefused, SendError

MIB = 1024 * 1024
KIB = 1024

ANIMATED_STICKER_BYTES = 500 * KIB
STATIC_STICKER_BYTES = 100 * KIB
# The play button for a voice message shows up to this size; larger ones arrive as a file.
VOICE_BYTES = 512 * KIB


WHAT_GOES = _(
    "O WhatsApp não leva arquivos deste tipo. Vão fotos (JPG, PNG, HEIC, WEBP, GIF), vídeos (MP4,"
    " 3GP, MOV), áudios (MP3, M4A, OGG, AAC, AMR, WAV), PDF, Word, Excel, PowerPoint e textos"
    " (TXT, CSV). Salve em PDF ou em um desses formatos e anexe de novo."
)


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """The types a kind takes and its largest size in bytes."""

    types: frozenset[str]
    max_bytes: int


OFFICE_TYPES = frozenset(
    {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)

MEDIA_LIMITS: dict[MessageKind, MediaLimit] = {
    MessageKind.IMAGE: MediaLimit(frozenset({"image/jpeg", "image/png"}), 5 * MIB),
    MessageKind.AUDIO: MediaLimit(
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}), 16 * MIB
    ),
    MessageKind.VIDEO: MediaLimit(frozenset({"video/mp4", "video/3gpp"}), 16 * MIB),
    MessageKind.STICKER: MediaLimit(frozenset({"image/webp"}), ANIMATED_STICKER_BYTES),
    # `POST /media` takes a closed list; what is not on it is refused after the message was written.
    MessageKind.DOCUMENT: MediaLimit(OFFICE_TYPES | {"application/pdf", "text/plain"}, 100 * MIB),
}
MEDIA_TYPES = frozenset().union(*(limit.types for limit in MEDIA_LIMITS.values()))
# A picture that a person picks is no sticker; only who asks for one sends one.
PICKED_TYPES = MEDIA_TYPES - MEDIA_LIMITS[MessageKind.STICKER].types
# Kinds that a person picks in a file dialog, and what is turned into each.
PICKED_KINDS: dict[MessageKind, frozenset[str]] = {
    MessageKind.IMAGE: PICTURES,
    MessageKind.VIDEO: FILMS,
    MessageKind.AUDIO: SOUNDS,
    MessageKind.DOCUMENT: TEXTS,
}
CAPTIONED = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


def plain_type(mime_type: str) -> str:
    """Return a type without its parameters: `audio/ogg; codecs=opus` is `audio/ogg`."""
    return mime_type.partition(";")[0].strip().lower()


def types_picked(kind: MessageKind) -> list[str]:
    """Return every name of a type that may be picked for a kind: sent as it is, or turned."""
    own = MEDIA_LIMITS[kind].types | PICKED_KINDS[kind]
    return sorted(own | {name for name, usual in NAMES.items() if usual in own})


def media_kind_for(mime_type: str) -> MessageKind | None:
    """Return the kind as which a file of this type is sent, None for what WhatsApp takes not."""
    plain = plain_type(mime_type)
    return next((kind for kind, limit in MEDIA_LIMITS.items() if plain in limit.types), None)


def media_kind_checked(mime_type: str, size: int) -> MessageKind:
    """Return that kind for a file of this size. Raises ContentRefused with the list of what goes,
    or naming the limit.
    """
    kind = media_kind_for(mime_type)
    if kind is None:
        _refuse(WHAT_GOES)
    media_check(kind, mime_type, size)
    return kind


def media_check(kind: MessageKind, mime_type: str, size: int, *, is_animated: bool = True) -> None:
    """Refuse a file that WhatsApp would refuse. Raises ContentRefused naming the limit."""
    limit = MEDIA_LIMITS[kind]
    if plain_type(mime_type) not in limit.types:
        shown = ", ".join(sorted(name.partition("/")[2] for name in limit.types))
        _refuse(_("O WhatsApp aceita aqui só arquivos %(types)s.") % {"types": shown})
    if not size:
        _refuse(_("O arquivo está vazio."))
    most = limit.max_bytes
    if kind == MessageKind.STICKER and not is_animated:
        most = STATIC_STICKER_BYTES
    if size > most:
        shown = f"{most // MIB} MB" if most >= MIB else f"{most // KIB} KB"
        _refuse(_("O arquivo passa do limite de %(limit)s do WhatsApp.") % {"limit": shown})


def file_check(file: IO[bytes], mime_type: str) -> None:
    """Refuse a file before it is uploaded: size, type, and bytes that are not what the type says.

    Leaves the file at its beginning. Raises SendError, final for this file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    kind = media_kind_for(mime_type)
    if kind is None:
        raise SendError("midia_recusada", WHAT_GOES)
    try:
        media_check(kind, mime_type, size, is_animated=is_animated_webp(head))
    except ContentRefused as refused:
        raise SendError("midia_recusada", refused.detail) from None
    if not agrees(mime_type, head):
        raise SendError(
            "arquivo_nao_confere",
            _("O conteúdo do arquivo não é do tipo que ele diz ser. Anexe o arquivo original."),
        )


def _refuse(sentence: Any) -> NoReturn:
    raise ContentRefused(sentence, fields={"attachment": [sentence]})
