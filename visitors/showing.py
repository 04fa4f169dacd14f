"""What attendants see of a visitor beside their conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from omnichannel.models import Conversation
from providers import registry
from providers.site import Hosted
from visitors.models import VisitorSession
from visitors.services.sessions import HERE

# After so long an answer is better given elsewhere, if they said where.
AWAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class VisitorNow:
    """The latest browser of a conversation's visitor. `name`, `email` and `phone` are what they
    typed; `is_identified` tells that the site signed who they are, so that these are its words.
    """

    is_here: bool
    is_away: bool
    seen_at: datetime
    is_identified: bool
    subject: str
    name: str
    email: str
    phone: str
    answer_by: str
    answer_by_words: Any
    path: str
    title: str
    campaign: str


def visitor_of(conversation: Conversation) -> VisitorNow | None:
    """Return who writes, from which page; None where it is not the chat of a site."""
    if not registry.has_face(conversation.channel.kind, Hosted):
        return None
    rows = VisitorSession.objects.for_company(conversation.company_id)
    row = rows.filter(identity=conversation.identity_id).order_by("-seen_at").first()
    if row is None:
        return None
    gone = timezone.now() - row.seen_at
    marks = row.page.get("utm") or {}
    return VisitorNow(
        is_here=row.ended_at is None and gone < HERE,
        is_away=row.ended_at is not None or gone > AWAY,
        seen_at=row.seen_at,
        is_identified=row.is_identified,
        subject=row.subject,
        name=row.name,
        email=row.email,
        phone=row.phone,
        answer_by=row.answer_by,
        answer_by_words=row.get_answer_by_display(),
        path=row.page.get("path", ""),
        title=row.page.get("title", ""),
        campaign=" · ".join(filter(None, marks.values())),
    )
