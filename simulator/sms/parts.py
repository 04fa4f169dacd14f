"""How many SMS a text is, counted as a carrier's bill does: on its own, so that it also tells when
the product counts wrongly.
"""

from __future__ import annotations

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = set("\f^{}\\[~]|€")


def parts_of(text: str) -> list[str]:
    """Return the parts of a text as a phone receives them, before it puts them together."""
    if set(text) <= GSM | ESCAPED:
        sizes, alone, each = [1 + (sign in ESCAPED) for sign in text], 160, 153
    else:
        sizes, alone, each = [len(sign.encode("utf-16-be")) // 2 for sign in text], 70, 67
    if sum(sizes) <= alone:
        return [text]
    parts, room = [""], each
    for sign, size in zip(text, sizes, strict=True):
        if size > room:
            parts.append("")
            room = each
        parts[-1] += sign
        room -= size
    return parts
