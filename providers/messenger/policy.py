"""What Messenger carries, and when a clinic may write there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.choices import MessageKind
from providers.conversion import FILMS, PICTURES, SOUNDS, TEXTS
from providers.meta.messaging.fields import HUMAN_AGENT
from providers.meta.messaging.limits import (
    COMMENT_DAYS,
    OTHER_APPS,
    MessagingLimits,
    questions_up_to,
)
from providers.policy import Policy, Window
from providers.whatsapp.media import OFFICE_TYPES

TEXT_CHARACTERS = 2000
LIMITS = MessagingLimits(
    name="Messenger",
    text_limit=TEXT_CHARACTERS,
    text_unit="characters",
    files={
        MessageKind.IMAGE: frozenset({"image/jpeg", "image/png"}),
        MessageKind.AUDIO: frozenset({"audio/aac", "audio/mp4", "audio/mpeg"}),
        MessageKind.VIDEO: frozenset({"video/mp4"}),
        MessageKind.DOCUMENT: OFFICE_TYPES | {"application/pdf", "text/plain"},
    },
    turned={
        MessageKind.IMAGE: PICTURES,
        MessageKind.AUDIO: SOUNDS | {"audio/ogg"},
        MessageKind.VIDEO: FILMS,
        MessageKind.DOCUMENT: TEXTS,
    },
    goes=_(
        "O Messenger não leva arquivos deste tipo. Vão fotos (JPG, PNG, HEIC, WEBP, GIF), vídeos"
        " (MP4, MOV), áudios (MP3, M4A, AAC, WAV, OGG), PDF, Word, Excel, PowerPoint e textos (TXT,"
        " CSV). Salve em PDF ou em um desses formatos e anexe de novo."
    ),
)
POLICY = Policy(
    icon="message-circle",
    kinds=frozenset({MessageKind.TEXT, MessageKind.INTERACTIVE, *LIMITS.files}),
    window=Window(
        hours=24,
        title=_("A janela de 24 horas fechou"),
        hint=_("O Messenger só entrega quando o paciente escrever de novo."),
        strip=_("Janela de 24 horas fechada: o paciente precisa escrever de novo."),
        refusal=_(
            "A janela de 24 horas do Messenger fechou: o paciente precisa escrever de novo. Fale"
            " com ele por outro canal."
        ),
        late_hours=7 * 24,
        late_setting=HUMAN_AGENT,
    ),
    text_limit=TEXT_CHARACTERS,
    files=LIMITS.rules(),
    files_goes=LIMITS.goes,
    questions=questions_up_to(TEXT_CHARACTERS),
    has_quotes=True,
    comment_days=COMMENT_DAYS,
    other_apps=OTHER_APPS,
    proves_sender=True,
)
