"""What inbox pages read. Everything starts from `visible_to`; keyset pages, so depth costs
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects

from accounts.models import Membership
from common.errors import NotFound
from contacts.models import Contact, Segment
from contacts.segments import SegmentRefused
from contacts.services.segments import segment_people
from omnichannel.choices import MEDIA_KINDS, Direction, MessageKind, TemplateStatus
from omnichannel.models import Attachment, Conversation, Message, Reaction, Template
from omnichannel.selectors import conversations_search

# Three screens of a list and of a thread; the next page is fetched before its end comes into view.
LIST_SIZE = 30
THREAD_SIZE = 40
CHANGES_SIZE = 200
# A count past this is "999+" on screen: counting on would cost more than it says.
COUNT_LIMIT = 1000
# The columns a bubble is drawn from; a page reads dozens of them, quotes and authors included.
QUOTED = ("kind", "text", "direction", "author_kind", "deleted_at", "author__user__name")
DRAWN = (
    *QUOTED,
    *(f"reply_to__{name}" for name in QUOTED),
    "seq",
    "conversation_id",
    "company_id",
    "happened_at",
    "is_internal",
    "metadata",
    "reply_to_external_id",
    "status",
    "error_detail",
    "external_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "edited_at",
)
# The columns a card is drawn from. Whole rows of five tables took a third of the list's time.
LISTED = (
    "channel__kind",
    "channel__name",
    "contact__name",
    "contact__phone",
    "identity__username",
    "about__name",
    "attendant__user__name",
    "stage",
    "unread_count",
    "last_message_at",
    "last_message_kind",
    "last_message_text",
    "last_message_direction",
    "last_message_status",
    "last_inbound_at",
    "waiting_since",
)


def conversations_of(membership: Membership, tab: str) -> Any:
    """Return what a tab holds: `minhas` (mine, open), `livres` (nobody's, open), `todas` (all)."""
    seen = Conversation.objects.visible_to(membership)
    if tab == "minhas":
        return seen.open().filter(attendant=membership)
    if tab == "livres":
        return seen.open().filter(attendant=None)
    return seen


def conversation_page(
    membership: Membership,
    *,
    tab: str = "todas",
    words: str = "",
    segment: UUID | None = None,
    is_clear: bool = True,
    after: tuple[datetime, UUID] | None = None,
    size: int = LIST_SIZE,
) -> tuple[list[Conversation], tuple[datetime, UUID] | None]:
    """Return one page of a tab, newest first, and where the next begins (None at the end);
    `is_clear` as in ContactQuerySet.search.
    """
    found = conversations_search(_within(membership, tab, segment), words, is_clear=is_clear)
    rows = found.filter(last_message_at__isnull=False)
    if after is not None:
        moment, last = after
        rows = rows.filter(Q(last_message_at__lt=moment) | Q(last_message_at=moment, pk__lt=last))
        # Says the same as the line above in a way the index can seek to.
        rows = rows.filter(last_message_at__lte=moment)
    page: list[Conversation] = list(_listed(rows).order_by("-last_message_at", "-id")[: size + 1])
    more = len(page) > size
    page = page[:size]
    last_row = page[-1] if page else None
    cursor = (last_row.last_message_at, last_row.pk) if more and last_row else None
    return page, cursor  # type: ignore[return-value]


def _within(membership: Membership, tab: str, segment: UUID | None) -> Any:
    """Keep a tab's conversations with people of a segment; one that is gone holds nobody."""
    rows = conversations_of(membership, tab)
    if segment is None:
        return rows
    chosen = Segment.objects.filter(pk=segment).first()
    if chosen is None:
        return rows.none()
    try:
        return rows.filter(contact__in=segment_people(chosen).order_by().values("pk"))
    except SegmentRefused:
        return rows.none()


def segments_of(membership: Membership) -> list[tuple[UUID, str]]:
    """Return the company's segments to choose from, as (id, name)."""
    rows = Segment.objects.for_company(membership.company_id).order_by("name")
    return list(rows.values_list("pk", "name"))


def _listed(rows: Any) -> Any:
    return rows.select_related("contact", "channel", "identity", "about", "attendant__user").only(
        *LISTED
    )


def counts(membership: Membership) -> dict[str, int]:
    """Return {"minhas", "livres", "todas", "nao_lidas"}: open conversations, capped at
    COUNT_LIMIT.
    """
    mine = conversations_of(membership, "minhas")
    return _capped(
        minhas=mine,
        livres=conversations_of(membership, "livres"),
        todas=conversations_of(membership, "todas").open(),
        nao_lidas=mine.filter(unread_count__gt=0),
    )


def _capped(**tabs: Any) -> dict[str, int]:
    """Count each, in one statement: every list asks for these, and four would wait four times."""
    parts, values = [], []
    for rows in tabs.values():
        part, own = rows.order_by().values("pk")[:COUNT_LIMIT].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({part}) tab)")  # noqa: S608 (the ORM's own SQL)
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(tabs, cursor.fetchone(), strict=True))


def conversation_get(membership: Membership, conversation_id: Any) -> Conversation:
    """Return a conversation this person may see. Raises NotFound."""
    row = (
        Conversation.objects.visible_to(membership)
        .select_related("contact__guardian", "channel", "identity", "about")
        .select_related("attendant__user", "company")
        .filter(pk=conversation_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _shown(conversation: Conversation) -> Any:
    """Messages as a thread shows them: a reaction we sent is drawn on its message, not as one."""
    return (
        Message.objects.filter(conversation=conversation)
        .exclude(kind=MessageKind.REACTION, direction=Direction.OUT)
        .select_related("author__user", "reply_to__author__user")
        .only(*DRAWN)
        .prefetch_related(Prefetch("reactions", queryset=Reaction.objects.exclude(emoji="")))
    )


def _with_parts(rows: list[Message]) -> list[Message]:
    """Load files and earlier texts of those that can have some, which on most pages is nobody."""
    files = [row for row in rows if row.kind in MEDIA_KINDS]
    prefetch_related_objects(files, Prefetch("attachments", Attachment.objects.order_by("id")))
    prefetch_related_objects([row for row in rows if row.edited_at], "versions")
    return rows


def thread_page(
    conversation: Conversation,
    *,
    before: tuple[datetime, int] | None = None,
    size: int = THREAD_SIZE,
) -> tuple[list[Message], tuple[datetime, int] | None]:
    """Return the newest messages, oldest first, and where older ones begin (None at the start)."""
    rows = _shown(conversation)
    if before is not None:
        moment, seq = before
        rows = rows.filter(happened_at__lte=moment).filter(
            Q(happened_at__lt=moment) | Q(happened_at=moment, seq__lt=seq)
        )
    page = list(rows.order_by("-happened_at", "-seq")[: size + 1])
    more = len(page) > size
    page = page[:size]
    oldest = page[-1] if page else None
    cursor = (oldest.happened_at, oldest.seq) if more and oldest else None
    return _with_parts(page[::-1]), cursor


def thread_changes(conversation: Conversation, since: int) -> list[Message] | None:
    """Return messages that are new or changed after a revision, oldest first; None when they are
    too many and the page should load anew."""
    rows = list(
        _shown(conversation)
        .filter(revision__gt=since)
        .order_by("happened_at", "seq")[: CHANGES_SIZE + 1]
    )
    return None if len(rows) > CHANGES_SIZE else _with_parts(rows)


def message_get(membership: Membership, message_id: Any) -> Message:
    """Return a message of a conversation this person may see. Raises NotFound."""
    row = (
        Message.objects.filter(
            conversation__in=Conversation.objects.visible_to(membership), pk=message_id
        )
        .select_related("conversation__channel", "conversation__contact", "conversation__identity")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def contact_get(membership: Membership, contact_id: Any) -> Contact:
    """Return a person the reader may see. Raises NotFound."""
    row: Contact | None = Contact.objects.visible_to(membership).filter(pk=contact_id).first()
    if row is None:
        raise NotFound
    return row


def attachment_get(membership: Membership, attachment_id: Any) -> Attachment:
    """Return a file of a conversation this person may see. Raises NotFound."""
    row = (
        Attachment.objects.filter(
            conversation__in=Conversation.objects.visible_to(membership), pk=attachment_id
        )
        .select_related("conversation__channel", "message")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def past_conversations(
    membership: Membership, conversation: Conversation, size: int = 10
) -> QuerySet[Conversation]:
    """Return the person's other conversations, newest first."""
    return (
        Conversation.objects.visible_to(membership)
        .filter(contact_id=conversation.contact_id)
        .exclude(pk=conversation.pk)
        .select_related("channel")
        .order_by(F("opened_at").desc())[:size]
    )


def shared_files(conversation: Conversation, size: int = 12) -> QuerySet[Attachment]:
    """Return the newest files of a conversation that were sent or received."""
    return (
        Attachment.objects.filter(conversation=conversation, message__isnull=False)
        .filter(message__deleted_at=None)
        .select_related("message")
        .order_by("-created_at")[:size]
    )


def colleagues(membership: Membership) -> list[Membership]:
    """Return the company's people, by name."""
    return list(Membership.objects.active().select_related("user").order_by("user__name"))


def conversations_again(
    membership: Membership,
    ids: Sequence[UUID],
    *,
    tab: str,
    words: str,
    segment: UUID | None = None,
    is_clear: bool = True,
) -> list[Conversation]:
    """Return those of the conversations that still belong to a tab, a segment and a search."""
    found = conversations_search(_within(membership, tab, segment), words, is_clear=is_clear)
    return list(_listed(found.filter(pk__in=ids, last_message_at__isnull=False)))


def templates_of(conversation: Conversation) -> list[Template]:
    """Return the templates of the conversation's account that Meta still lists."""
    return list(
        Template.objects.filter(waba_id=conversation.channel.waba_id).exclude(
            status=TemplateStatus.DELETED
        )
    )
