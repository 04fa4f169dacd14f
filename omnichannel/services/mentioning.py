"""Colleagues named in internal notes: who may be, whom a note names, and what was seen."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError
from common.realtime import publish
from omnichannel import events
from omnichannel.models import Conversation, Mention, Message

# A note that names more is a notice to all, for which there are better places.
MOST = 20
MANAGERS = (Membership.Role.ADMINISTRATOR, Membership.Role.SUPERVISOR)


class MentionRefused(DomainError):
    """The note names somebody who may not see it, or too many."""

    code = "mencao_recusada"
    message = _("Quem você mencionou não pode ver esta conversa. Tire a menção e salve de novo.")


def mentionable(conversation: Conversation) -> QuerySet[Membership]:
    """Return who may be named in a conversation's notes: who works in its company and may see it,
    by name. The same rule as ConversationQuerySet.visible_to, asked from the other side.
    """
    company = conversation.company
    people = Membership.objects.for_company(company.pk).active().select_related("user")
    if not company.attendants_see_all and conversation.attendant_id is not None:
        people = people.filter(Q(role__in=MANAGERS) | Q(pk=conversation.attendant_id))
    return people.order_by("user__name", "pk")


def named_in(note: Message, chosen: Collection[UUID] = ()) -> list[Membership]:
    """Return whom a note names by "@" and their name, but for its author.

    `chosen` are the people picked while it was written: they tell apart who have the same name.
    Raises MentionRefused when one of them may not see the conversation, or they are too many.
    """
    if "@" not in note.text:
        return []
    people = [one for one in mentionable(note.conversation) if one.pk != note.author_id]
    if set(chosen) - {one.pk for one in people}:
        raise MentionRefused
    named = _named(note.text, people, set(chosen))
    if len(named) > MOST:
        limit = _("Uma nota menciona no máximo %(limit)s pessoas.") % {"limit": MOST}
        raise MentionRefused(limit, fields={"text": [limit]})
    return named


def mentions_keep(note: Message, named: Iterable[Membership]) -> None:
    """Store the mentions of a note that was just stored, in its transaction."""
    Mention.unscoped.bulk_create(
        Mention(
            company_id=note.company_id,
            member=one,
            message=note,
            conversation_id=note.conversation_id,
        )
        for one in named
    )


def _named(text: str, people: Iterable[Membership], chosen: set[UUID]) -> list[Membership]:
    """Return whom a text names, the longest names first: "@Ana Paula" does not name Ana."""
    by_name: dict[str, list[Membership]] = defaultdict(list)
    for one in people:
        by_name[_plain(one.user.name)].append(one)
    left, found = _plain(text), []
    for name in sorted(filter(None, by_name), key=len, reverse=True):
        left, count = re.subn(rf"(?<![\w@])@{re.escape(name)}(?!\w)", " ", left)
        if count:
            same = by_name[name]
            picked = [one for one in same if one.pk in chosen]
            found += picked or same
    return found


def _plain(text: str) -> str:
    """Return a text as names are compared: a channel's wording may have taken the accents."""
    parts = unicodedata.normalize("NFD", " ".join(text.split()))
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


@transaction.atomic
def mentions_seen(
    *, member: Membership, conversation: Conversation, note_ids: Collection[UUID]
) -> int:
    """Note that somebody has notes before their eyes; return how many of them named them and were
    news.
    """
    rows = Mention.objects.of(member).unseen().filter(conversation=conversation)
    count = rows.filter(message__in=note_ids).update(seen_at=timezone.now())
    if count:
        # Their other screens count anew.
        publish(events.changed("message_updated", conversation))
    return count
