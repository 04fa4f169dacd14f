"""What Instagram Direct carries, and when a clinic may write there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.choices import MessageKind
from providers.conversion import FILMS, PICTURES, SOUNDS
from providers.meta.messaging.content import REACTIONS
from providers.meta.messaging.fields import HUMAN_AGENT
from providers.meta.messaging.limits import (
    COMMENT_DAYS,
    OTHER_APPS,
    MessagingLimits,
    questions_up_to,
)
from providers.policy import Policy, Window

TEXT_BYTES = 1000
LIMITS = MessagingLimits(
    name="Instagram",
    text_limit=TEXT_BYTES,
    text_unit="bytes",
    files={
        MessageKind.IMAGE: frozenset({"image/jpeg", "image/png"}),
        MessageKind.AUDIO: frozenset({"audio/aac", "audio/mp4", "audio/wav"}),
        MessageKind.VIDEO: frozenset({"video/mp4", "video/quicktime", "video/webm"}),
        MessageKind.DOCUMENT: frozenset({"application/pdf"}),
    },
    turned={
        MessageKind.IMAGE: PICTURES,
        # Instagram plays no Ogg: voice notes are turned too.
        MessageKind.AUDIO: (SOUNDS | {"audio/ogg", "audio/mpeg"}) - {"audio/wav"},
        MessageKind.VIDEO: FILMS - {"video/quicktime"},
    },
    goes=_(
        "O Instagram não leva arquivos deste tipo. Vão fotos (JPG, PNG, HEIC, WEBP, GIF), vídeos"
        " (MP4, MOV, WEBM), áudios (M4A, AAC, WAV, MP3, OGG) e PDF. Salve em PDF ou em um desses"
        " formatos e anexe de novo."
    ),
)
POLICY = Policy(
    icon="image",
    kinds=frozenset(
        {MessageKind.TEXT, MessageKind.INTERACTIVE, MessageKind.REACTION, *LIMITS.files}
    ),
    window=Window(
        hours=24,
        title=_("A janela de 24 horas fechou"),
        hint=_("O Instagram só entrega quando o paciente escrever de novo."),
        strip=_("Janela de 24 horas fechada: o paciente precisa escrever de novo."),
        refusal=_(
            "A janela de 24 horas do Instagram fechou: o paciente precisa escrever de novo. Fale"
            " com ele por outro canal."
        ),
        late_hours=7 * 24,
        late_setting=HUMAN_AGENT,
    ),
    text_limit=TEXT_BYTES,
    text_unit="bytes",
    files=LIMITS.rules(),
    files_goes=LIMITS.goes,
    questions=questions_up_to(TEXT_BYTES),
    has_quotes=True,
    reactions=tuple(REACTIONS),
    comment_days=COMMENT_DAYS,
    other_apps=OTHER_APPS,
    proves_sender=True,
)
