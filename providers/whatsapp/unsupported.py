"""What to say of a message that cannot be shown, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

# Meta's codes: the message can be read on the phone only; its file could not be fetched.
ON_THE_PHONE, TOO_LARGE = "131060", "131052"


def unsupported_words(data: Mapping[str, Any], *, is_ours: bool) -> str:
    """Return the sentence for a message of a kind, or in a state, that WhatsApp does not bring."""
    name = _kind_name(str(data.get("inner_type") or data.get("type") or ""))
    errors = data.get("errors")
    codes = (
        {str(one.get("code")) for one in errors if isinstance(one, dict)}
        if isinstance(errors, list)
        else set()
    )
    if is_ours:
        return _with_name(
            _("Enviada pelo celular da clínica. O WhatsApp só a mostra lá."),
            _("Enviada pelo celular da clínica (%(name)s). O WhatsApp só a mostra lá."),
            name,
        )
    if ON_THE_PHONE in codes:
        return _("Esta mensagem só pode ser lida no WhatsApp do celular da clínica. Abra-a lá.")
    if TOO_LARGE in codes:
        return _(
            "O WhatsApp não conseguiu entregar o arquivo: ele é grande demais (limite de 100 MB) ou"
            " não existe mais. Peça para enviar um menor ou um link."
        )
    if str(data.get("type")) in _WHOLE and not codes:
        return _with_name(
            _("O WhatsApp entregou esta mensagem incompleta. Peça para enviar de novo."),
            _("O WhatsApp entregou esta mensagem incompleta (%(name)s). Peça para enviar de novo."),
            name,
        )
    return _with_name(
        _("O WhatsApp não entrega este tipo de mensagem. Peça para enviar de outro jeito."),
        _(
            "O WhatsApp não entrega este tipo de mensagem (%(name)s)."
            " Peça para enviar de outro jeito."
        ),
        name,
    )


# Kinds that we do show when they come as documented.
_WHOLE = frozenset(
    {"text", "image", "audio", "voice", "video", "document", "sticker", "location"}
    | {"contacts", "interactive", "button", "order"}
)


def _with_name(plain: str, named: str, name: str) -> str:
    return named % {"name": name} if name else plain


def _kind_name(kind: str) -> str:
    names = {
        "poll": _("enquete"),
        "poll_creation": _("enquete"),
        "view_once": _("foto de visualização única"),
        "event": _("evento"),
        "group_invite": _("convite de grupo"),
        "video_note": _("recado em vídeo"),
        "text": _("texto"),
        "image": _("foto"),
        "audio": _("áudio"),
        "voice": _("áudio"),
        "video": _("vídeo"),
        "document": _("documento"),
        "sticker": _("figurinha"),
        "location": _("localização"),
        "contacts": _("contato"),
        "button": _("botão"),
        "order": _("pedido"),
        "template": _("modelo"),
        "interactive": _("mensagem com botões"),
        "edit": _("edição"),
    }
    return names.get(kind, "")
