"""Who wrote the mail that a mail passes on. Pure."""

from __future__ import annotations

import re

from providers.email.limits import is_address

# Nobody reads further to find out.
LOOKED_AT = 20_000
MARK = re.compile(
    r"^[ \t>*]*-{3,}\s*(?:forwarded message|mensagem encaminhada|mensagem reenviada|"
    r"mensagem original|original message)\s*-{3,}\s*$"
    r"|^[ \t>*]*(?:begin forwarded message|in[ií]cio da mensagem encaminhada)\s*:\s*$",
    re.IGNORECASE | re.MULTILINE,
)
FROM = re.compile(r"^[ \t>*]*(?:de|from|remetente)\s*:\*?[ \t]*(.{3,300})$", re.I | re.M)
ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]]{1,64}@[A-Za-z0-9.-]{1,190}[A-Za-z0-9]")
# So far below the mark the header still begins.
NEAR = 400


def forwarded_from(text: str) -> tuple[str, str] | None:
    """Return address and name of the first author named below the mark of a forwarded mail."""
    text = text[:LOOKED_AT]
    mark = MARK.search(text)
    if mark is None:
        return None
    line = FROM.search(text, mark.end(), min(len(text), mark.end() + NEAR))
    found = ADDRESS.search(line[1]) if line else None
    if line is None or found is None or not is_address(found[0]):
        return None
    name = re.sub(r"[<\[(].*", "", line[1]).strip(" \"'*")
    return found[0], "" if "@" in name else name[:100]
