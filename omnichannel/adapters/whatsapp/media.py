"""What WhatsApp takes as a file: types and sizes by kind (Meta's media reference, 2026)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _

from omnichannel.adapters.files import HEAD_BYTES, agrees, is_animated_webp
from omnichannel.adapters.outgoing import ContentRefused, SendError
from omnichannel.choices import MessageKind

MIB = 1024 * 1024
KIB = 1024

ANIMATED_STICKER_BYTES = 500 * KIB
STATIC_STICKER_BYTES = 100 * KIB
# The play button for a voice message shows up to this size; larger ones arrive as a file.
VOICE_BYTES = 512 * KIB


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """The types a kind takes and its largest size in bytes. No types: any."""

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
    # Other types are tolerated as documents.
    MessageKind.DOCUMENT: MediaLimit(frozenset(), 100 * MIB),
}
CAPTIONED = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


def plain_type(mime_type: str) -> str:
    """Return a type without its parameters: `audio/ogg; codecs=opus` is `audio/ogg`."""
    return mime_type.partition(";")[0].strip().lower()


def media_kind_for(mime_type: str) -> MessageKind | None:
    """Return the kind as which a file of this type is sent, None for what is no type at all.

    What WhatsApp does not show itself (a GIF, a spreadsheet, a recording in webm) goes as a
    document.
    """
    plain = plain_type(mime_type)
    for kind, limit in MEDIA_LIMITS.items():
        if plain in limit.types:
            return kind
    main, slash, sub = plain.partition("/")
    return MessageKind.DOCUMENT if main and slash and sub else None


def media_check(kind: MessageKind, mime_type: str, size: int, *, is_animated: bool = True) -> None:
    """Refuse a file that WhatsApp would refuse. Raises ContentRefused naming the limit."""
    limit = MEDIA_LIMITS[kind]
    if limit.types and plain_type(mime_type) not in limit.types:
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
    kind = media_kind_for(mime_type) or MessageKind.DOCUMENT
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
