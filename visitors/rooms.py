"""Where the sockets of one visitor hear of a conversation that they do not show yet."""

from __future__ import annotations

import hashlib

from visitors.models import VisitorSession


def visitor_room(session: VisitorSession) -> str:
    """Return the room of a visitor: of all browsers of somebody signed, else of one."""
    whole = f"{session.channel_id}:{session.visitor}"
    return f"visitor.{hashlib.sha256(whole.encode()).hexdigest()[:40]}"
