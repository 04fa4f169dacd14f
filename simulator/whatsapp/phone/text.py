"""Message text as WhatsApp shows it: *bold*, _italic_, ~struck~, ```fixed``` and links."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

MARKS = (
    (re.compile(r"```(.+?)```", re.S), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"), r"<s>\1</s>"),
)
LINK = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)])")


def formatted(text: str) -> SafeString:
    """Escape the text, then put its marks and links in."""
    parts = LINK.split(text)
    shown = [_link(part) if place % 2 else _marked(part) for place, part in enumerate(parts)]
    # Every part was escaped above; only our own tags are added.
    return SafeString("".join(shown))


def _marked(part: str) -> str:
    result = str(escape(part))
    for pattern, tag in MARKS:
        result = pattern.sub(tag, result)
    return result


def _link(address: str) -> str:
    safe = escape(address)
    return f'<a href="{safe}" target="_blank" rel="noopener noreferrer">{safe}</a>'
