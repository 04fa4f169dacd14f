"""What stands under a message that failed: the one button that can help now."""

from __future__ import annotations

from django.utils.translation import gettext as _

from inbox.templatetags.inbox_ui import icon
from omnichannel.remedies import Remedy


def trouble_button(remedy: str, retry_address: str) -> str:
    """Draw it; nothing where the reader may not answer."""
    match remedy:
        case Remedy.RETRY:
            does = f'hx-post="{retry_address}" hx-disable="this"'
            return _button(does, "rotate-ccw", _("Tentar de novo"))
        case Remedy.TEMPLATE:
            return _button('data-act="templates"', "message-square-text", _("Enviar modelo"))
        case Remedy.ELSEWHERE:
            return _button('data-act="elsewhere"', "split", _("Outro canal"))
        case Remedy.REWRITE:
            return _button('data-act="write-again"', "pencil", _("Escrever de novo"))
        case Remedy.FILE:
            return _button('data-act="attach"', "paperclip", _("Escolher outro arquivo"))
        case _:
            return ""


def _button(does: str, drawn: str, words: str) -> str:
    return (
        f'<button class="button small" type="button" {does}>{icon(drawn, "small")}{words}</button>'
    )
