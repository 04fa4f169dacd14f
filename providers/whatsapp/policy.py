"""What WhatsApp carries, and when a clinic may write there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind
from providers.choices import MEDIA_KINDS, MessageKind
from providers.policy import FileRule, Policy, Window
from providers.whatsapp import limits
from providers.whatsapp.media import MEDIA_LIMITS, PICKED_KINDS, WHAT_GOES, types_picked

# Meta, customer service window: counted from the person's last message.
SERVICE_WINDOW = Window(
    hours=24,
    title=_("A janela de 24 horas fechou"),
    hint=_("O WhatsApp só entrega um modelo aprovado até o paciente escrever de novo."),
    strip=_("Janela de 24 horas fechada: só um modelo aprovado chega ao paciente."),
    refusal=_(
        "A janela de 24 horas fechou: o paciente precisa escrever de novo."
        " Envie um modelo aprovado para retomar a conversa."
    ),
)

POLICY = Policy(
    link="https://wa.me/{number}?text={text}",
    icon="message-circle",
    kinds=MEDIA_KINDS
    | {
        MessageKind.TEXT,
        MessageKind.LOCATION,
        MessageKind.CONTACT,
        MessageKind.REACTION,
        MessageKind.INTERACTIVE,
        MessageKind.TEMPLATE,
    },
    window=SERVICE_WINDOW,
    text_limit=limits.TEXT_LIMIT,
    caption_limit=limits.CAPTION_LIMIT,
    files={
        kind: FileRule(
            sent=tuple(sorted(MEDIA_LIMITS[kind].types)),
            types=tuple(types_picked(kind)),
            turned=tuple(sorted(turned)),
            max_bytes=MEDIA_LIMITS[kind].max_bytes,
        )
        for kind, turned in PICKED_KINDS.items()
    },
    files_goes=WHAT_GOES,
    questions=limits.QUESTIONS,
    has_quotes=True,
    reactions=("👍", "❤️", "😂", "😮", "😢", "🙏"),
    has_marks=True,
    starts_with=(IdentityKind.WA_PHONE, IdentityKind.WA_BSUID),
    price_units="message",
    proves_sender=True,
)
