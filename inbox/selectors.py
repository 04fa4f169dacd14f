"""What inbox pages read. Everything starts from `visible_to`; keyset pages, so depth costs
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, prefetch_related_objects

from accounts.models import Membership
from common.errors import NotFound
from common.scoping import current_company_id
from contacts.models import Contact, Segment
from contacts.segments import SegmentRefused
from contacts.services.segments import segment_people
from inbox import composed
from inbox.list import ordering
from inbox.list.conditions import Conditions
from inbox.list.pins import pinned_first, pins_marked, pins_of
from omnichannel.choices import Direction
from omnichannel.models import Attachment, Conversation, Message, Template
from omnichannel.search import Hit, conversations_found
from omnichannel.selectors import parts_load
from omnichannel.words import Said
from providers.choices import MessageKind, TemplateStatus

EVERYTHING = Conditions()
# Three screens of a list and of a thread; the next page is fetched before its end comes into view.
LIST_SIZE = 30
THREAD_SIZE = 40
CHANGES_SIZE = 200
# So many are chosen at once where all that match are meant.
MATCHING = 2_000
# Earlier conversations in the contact column.
PAST_SIZE = 10


def conversations_of(membership: Membership, tab: str) -> Any:
    """Return what a tab holds: see composed.tab_rows."""
    return composed.tab_rows(tab, membership).filter(company_id=current_company_id())


def _is_at_home(membership: Membership) -> bool:
    """Tell whether the open scope is that of the reader's company: in another they see nothing."""
    return membership.company_id == current_company_id()


def conversation_page(
    membership: Membership,
    *,
    tab: str = "todas",
    segment: UUID | None = None,
    where: Conditions = EVERYTHING,
    found: Mapping[UUID, Hit] | None = None,
    order: str = ordering.RECENT,
    after: ordering.ListPlace | None = None,
    size: int = LIST_SIZE,
) -> tuple[list[Conversation], ordering.ListPlace | None]:
    """Return one page of a tab, newest first unless another order is asked for, and where the next
    begins (None at the end); with `found` (`found_in`), of what was searched for.
    """
    is_plain = segment is None and found is None and not where and _is_at_home(membership)
    rows = _within(membership, tab, segment, where)
    if found is not None:
        rows = rows.filter(pk__in=list(found))
    is_everything = composed.sees_all(membership)
    moment = ordering.moment_for(membership.company_id, order, after.at if after else None)
    page: list[tuple[int, Any]] = []
    for number, part in enumerate(ordering.stretches(tab, order, moment)):
        if len(page) > size or (after is not None and number < after.stretch):
            continue
        place = part.place_of(after) if after is not None and number == after.stretch else None
        left = size + 1 - len(page)
        # Whole eights: what is left of a page would be thirty statements to keep.
        stretch = composed.StretchPage(tab, order, number, left + -left % 8, is_everything)
        if is_plain:
            found_rows = composed.stretch_of(membership, stretch, place, moment)
        else:
            found_rows = composed.stretch_rows(rows, stretch, place, moment)
        page += [(number, row) for row in found_rows[:left]]
    shown = [row for _number, row in page[:size]]
    cursor = None
    if len(page) > size:
        cursor = ordering.place_at(page[size - 1][0], shown[-1], moment.now)
    # Who searches is looking for something else.
    pins = pins_of(membership, tab) if found is None else {}
    return pinned_first(shown, rows, pins, is_first=after is None), cursor


def found_in(
    membership: Membership,
    words: str,
    *,
    tab: str = "todas",
    segment: UUID | None = None,
    where: Conditions = EVERYTHING,
    is_clear: bool = True,
) -> dict[UUID, Hit] | None:
    """Return what of a tab's conversations holds the words, None when there are none; `is_clear` as
    in ContactQuerySet.search.
    """
    if not words.replace("\x00", "").strip():
        return None
    rows = _within(membership, tab, segment, where).filter(last_message_at__isnull=False)
    is_every = composed.sees_all(membership) and tab == "todas" and segment is None
    is_every = is_every and not where
    return conversations_found(rows, words, is_clear=is_clear, is_every=is_every)


def conversations_matching(
    membership: Membership,
    words: str,
    *,
    tab: str = "todas",
    segment: UUID | None = None,
    where: Conditions = EVERYTHING,
    is_clear: bool = True,
) -> list[UUID]:
    """Return the ids of what a list would show page after page, up to a limit."""
    found = found_in(membership, words, tab=tab, segment=segment, where=where, is_clear=is_clear)
    rows = _within(membership, tab, segment, where).filter(last_message_at__isnull=False)
    if found is not None:
        rows = rows.filter(pk__in=list(found))
    return list(rows.order_by("-last_message_at", "-id").values_list("pk", flat=True)[:MATCHING])


def said_of(found: Mapping[UUID, Hit], rows: Sequence[Conversation]) -> dict[UUID, str]:
    """Return what the messages that were found of some conversations say, by their ids."""
    hits = (found[row.pk].message_id for row in rows if row.pk in found)
    wanted = {message_id for message_id in hits if message_id is not None}
    if not wanted:
        return {}
    messages = Message.objects.filter(pk__in=wanted)
    return dict(messages.annotate(said=Said("text", "metadata")).values_list("pk", "said"))


def _within(membership: Membership, tab: str, segment: UUID | None, where: Conditions) -> Any:
    """Keep a tab's conversations that meet conditions, with people of a segment; one that is gone
    holds nobody.
    """
    rows = conversations_of(membership, tab)
    if where:
        rows = rows.filter(where.where())
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
    return composed.SEGMENTS.rows(membership.company_id)


def counts(membership: Membership) -> dict[str, int]:
    """Return composed.COUNTED: how many each tab lists, how many of mine have unread messages
    and how many hold mentions that the reader has not seen ("mencoes"), capped at
    composed.COUNT_LIMIT.
    """
    if not _is_at_home(membership):
        return dict.fromkeys(composed.COUNTED, 0)
    everything = composed.sees_all(membership)
    return composed.COUNTS.now(membership.company_id, membership.pk, shape=everything)


def conversation_get(membership: Membership, conversation_id: Any) -> Conversation:
    """Return a conversation this person may see. Raises NotFound."""
    seen = composed.visible_values(membership)
    row: Conversation | None = composed.CONVERSATION.first(conversation_id, *seen)
    if row is None:
        raise NotFound
    row.channel.company = row.company
    return row


def last_mover(conversation: Conversation) -> Any:
    """Return the id of whoever moved a conversation last; None when the system did."""
    lines = Message.objects.filter(conversation=conversation, kind=MessageKind.SYSTEM)
    return lines.order_by("-seq").values_list("author_id", flat=True).first()


def _shown(conversation: Conversation) -> Any:
    return composed.shown(conversation.company_id, conversation.pk)


def _with_parts(rows: list[Message]) -> list[Message]:
    """Load what hangs on messages: files, reactions and earlier texts."""
    parts_load(rows)
    prefetch_related_objects([row for row in rows if row.edited_at], "versions")
    return rows


def thread_page(
    conversation: Conversation,
    *,
    before: tuple[datetime, int] | None = None,
    size: int = THREAD_SIZE,
) -> tuple[list[Message], tuple[datetime, int] | None]:
    """Return the newest messages, oldest first, and where older ones begin (None at the start)."""
    if before is None:
        page = composed.NEWEST.rows(conversation.company_id, conversation.pk, shape=size + 1)
    else:
        moment, seq = before
        rows = _shown(conversation).filter(happened_at__lte=moment)
        rows = rows.filter(Q(happened_at__lt=moment) | Q(happened_at=moment, seq__lt=seq))
        page = list(rows.order_by("-happened_at", "-seq")[: size + 1])
    more = len(page) > size
    page = page[:size]
    oldest = page[-1] if page else None
    cursor = (oldest.happened_at, oldest.seq) if more and oldest else None
    return _with_parts(page[::-1]), cursor


def thread_around(
    conversation: Conversation, message_id: UUID, *, size: int = THREAD_SIZE
) -> tuple[list[Message], tuple[datetime, int] | None, list[tuple[datetime, int]]]:
    """Return the newest messages and, before them, those around one of them, oldest first; where
    older ones begin; and the two ends of what is left out between, [] when nothing is.
    """
    newest, older = thread_page(conversation, size=size)
    place = _place_of(conversation, message_id)
    if older is None or place is None or place >= older:
        return newest, older, []
    before, older = thread_page(conversation, before=(place[0], place[1] + 1), size=size // 2)
    after, is_all = thread_between(conversation, place, _place(newest[0]), size=size // 2)
    ends = [] if is_all else [_place(after[-1] if after else before[-1]), _place(newest[0])]
    return before + after + newest, older, ends


def thread_between(
    conversation: Conversation,
    after: tuple[datetime, int],
    before: tuple[datetime, int],
    *,
    size: int = THREAD_SIZE,
) -> tuple[list[Message], bool]:
    """Return the messages between two others, oldest first, and whether these are all of them."""
    (since, first), (until, last) = after, before
    rows = (
        _shown(conversation)
        .filter(happened_at__range=(since, until))
        .filter(
            Q(happened_at__gt=since) | Q(seq__gt=first), Q(happened_at__lt=until) | Q(seq__lt=last)
        )
    )
    page = list(rows.order_by("happened_at", "seq")[: size + 1])
    return _with_parts(page[:size]), len(page) <= size


def _place(message: Message) -> tuple[datetime, int]:
    return message.happened_at, message.seq


def _place_of(conversation: Conversation, message_id: UUID) -> tuple[datetime, int] | None:
    rows = Message.objects.filter(conversation=conversation, pk=message_id)
    return rows.values_list("happened_at", "seq").first()


def first_unread(
    conversation: Conversation, page: Sequence[Message], *, has_older: bool
) -> int | None:
    """Return the seq of the patient's first message that nobody read, None when all were. Asks the
    database only when the newest page does not tell.
    """
    if not conversation.unread_count:
        return None
    said = [message for message in page if message.direction == Direction.IN]
    unread = [message.seq for message in said if message.read_at is None]
    if unread and not (has_older and said[0].read_at is None):
        return min(unread)
    found: int | None = (
        Message.objects.inbound()
        .filter(conversation=conversation, read_at=None)
        .order_by("seq")
        .values_list("seq", flat=True)
        .first()
    )
    return found


def page_size(unread: int) -> int:
    """Return how many messages a conversation opens with: where somebody wrote more than a page
    since, those too, with a few before them, up to a limit.
    """
    return THREAD_SIZE if unread < THREAD_SIZE else min(unread + 10, CHANGES_SIZE)


def thread_changes(conversation: Conversation, since: int) -> list[Message] | None:
    """Return messages that are new or changed after a revision, oldest first; None when they are
    too many and the page should load anew."""
    rows = composed.CHANGED.rows(
        conversation.company_id, conversation.pk, since, shape=CHANGES_SIZE + 1
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
    membership: Membership, conversation: Conversation, size: int = PAST_SIZE
) -> list[Conversation]:
    """Return the person's other conversations, newest first."""
    seen = composed.visible_values(membership)
    return composed.PAST.rows(conversation.contact_id, conversation.pk, *seen, shape=size)


def first_opened(conversation: Conversation, past: Sequence[Conversation]) -> datetime | None:
    """Return when the person's first conversation began: a history that was brought along may be
    older than their record. Asks the database only where `past` does not hold all.
    """
    if len(past) < PAST_SIZE:
        return min(row.opened_at for row in (conversation, *past))
    rows = Conversation.objects.filter(contact_id=conversation.contact_id)
    found: datetime | None = rows.aggregate(first=Min("opened_at"))["first"]
    return found


def shared_files(conversation: Conversation, size: int = 12) -> list[Attachment]:
    """Return the newest files of a conversation that were sent or received."""
    return composed.FILES.rows(conversation.company_id, conversation.pk, shape=size)


def colleagues(membership: Membership) -> list[Membership]:
    """Return the company's people, by name."""
    return composed.COLLEAGUES.rows(membership.company_id)


def conversations_again(
    membership: Membership,
    ids: Sequence[UUID],
    *,
    tab: str,
    segment: UUID | None = None,
    where: Conditions = EVERYTHING,
    found: Mapping[UUID, Hit] | None = None,
    order: str = ordering.RECENT,
) -> list[Conversation]:
    """Return those of the conversations that still belong to a tab, a segment and a search, with
    what gives their place in an order.
    """
    wanted = ids if found is None else [pk for pk in ids if pk in found]
    rows = _within(membership, tab, segment, where)
    rows = composed.listed(rows.filter(pk__in=wanted, last_message_at__isnull=False))
    moment = ordering.moment_for(membership.company_id, order)
    shown = list(ordering.counted(rows, tab, order, moment))
    pins_marked(shown, pins_of(membership, tab) if found is None else {})
    return shown


def templates_of(conversation: Conversation) -> list[Template]:
    """Return the templates of the conversation's account that Meta still lists."""
    return list(
        Template.objects.filter(waba_id=conversation.channel.waba_id).exclude(
            status=TemplateStatus.DELETED
        )
    )
