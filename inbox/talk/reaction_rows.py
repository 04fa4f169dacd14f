"""The emojis under a bubble, drawn without a template as all of it is (inbox_rows)."""

from __future__ import annotations

from html import escape

from inbox.talk.shapes import Bubble, ReactionChip


def reactions(bubble: Bubble, label: str, take_back: str) -> str:
    """Draw them; what we put there can be taken back where we may react."""
    if not bubble.reactions:
        return ""
    rows = "".join(
        f'<li title="{escape(one.who)}">{_emoji(bubble, one, take_back)}'
        f"{f'<small>{one.count}</small>' if one.count > 1 else ''}"
        f'<span class="only-readers">{escape(one.who)}</span></li>'
        for one in bubble.reactions
    )
    return f'<ul class="reactions" aria-label="{label}">{rows}</ul>'


def _emoji(bubble: Bubble, one: ReactionChip, take_back: str) -> str:
    emoji = escape(one.emoji)
    if not (one.is_ours and bubble.can_react):
        return emoji
    return (
        f'<button type="button" data-act="unreact" data-emoji="{emoji}" title="{take_back}">{emoji}'
        f'<span class="only-readers">{take_back}</span></button>'
    )
