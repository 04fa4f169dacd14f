"""Names of colleagues in a note, marked where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_TAG = re.compile(r"(<[^>]*>)")


def mentions_marked(drawn: str, names: Sequence[str]) -> str:
    """Mark "@" and a name in a note's text as it is drawn: markup of ours around escaped words.

    What stands inside of a tag, such as a link's address, is left alone.
    """
    wanted = "|".join(re.escape(escape(name)) for name in sorted(names, key=len, reverse=True))
    mark = re.compile(rf"(?<![\w@])@(?:{wanted})(?!\w)", re.I)
    parts = _TAG.split(drawn)
    return "".join(
        part if place % 2 else mark.sub(r'<b class="mention">\g<0></b>', part)
        for place, part in enumerate(parts)
    )
