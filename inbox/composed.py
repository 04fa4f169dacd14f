"""Statements of the list and of the thread, each composed once (common.composed)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from accounts.models import Company, Membership
from common.composed import Composed, CountedRows
from contacts.models import Segment
from inbox.list import ordering
from omnichannel.choices import Direction, Stage
from omnichannel.models import Attachment, Conversation, Mention, Message, Pin
from omnichannel.selectors import HAS_REACTIONS
from providers.choices import MessageKind
from queues.urgency import Moment

# A count past this is "999+" on screen: counting on would cost more than it says.
COUNT_LIMIT = 1000
COUNTED = ("minhas", "livres", "robo", "adiadas", "todas", "mencoes", "mencionadas", "nao_lidas")
# The columns a card is drawn from. Whole rows of five tables took a third of the list's time.
LISTED = (
    "channel__kind",
    "channel__name",
    "contact__name",
    "contact__phone",
    "identity__kind",
    "identity__value",
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
    "moved_at",
    "snoozed_at",
    "snoozed_until",
    "opened_at",
)
# The columns a bubble is drawn from; a page reads dozens of them, quotes and authors included.
QUOTED = ("kind", "text", "direction", "author_kind", "deleted_at", "author__user__name")
DRAWN = (
    *QUOTED,
    *(f"reply_to__{name}" for name in (*QUOTED, "metadata")),
    "seq",
    "conversation_id",
    "company_id",
    "happened_at",
    "is_internal",
    "metadata",
    "reply_to_external_id",
    "status",
    "error_code",
    "error_detail",
    "external_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "edited_at",
    "starred_at",
    "client_id",
)


def _reader(company_id: UUID, member_id: UUID | None, sees_all: bool) -> Membership:
    company = Company(pk=company_id, attendants_see_all=sees_all)
    return Membership(pk=member_id, company=company, role=Membership.Role.ATTENDANT)


def _visible(company_id: UUID, member_id: UUID | None) -> Any:
    """Return what somebody may see who sees everything (`member_id` None), or not."""
    reader = _reader(company_id, member_id, sees_all=member_id is None)
    return Conversation.objects.for_company(company_id).visible_to(reader)


def sees_all(reader: Membership) -> bool:
    """Tell whether a reader may see every conversation of the company."""
    return reader.is_manager or reader.company.attendants_see_all


def visible_values(reader: Membership) -> tuple[UUID, ...]:
    """Return the last values of the statements that end with what a reader may see."""
    if sees_all(reader):
        return (reader.company_id,)
    return (reader.company_id, reader.pk)


def tab_rows(tab: str, reader: Membership) -> Any:
    """Return what a tab holds: `minhas` (mine, open, not put aside), `livres` (nobody's, open),
    `robo` (the bot's), `adiadas` (mine, put aside), `mencoes` (with notes that
    name me), `todas` (all).
    """
    seen = Conversation.objects.for_company(reader.company_id).visible_to(reader)
    if tab == "minhas":
        return seen.open().filter(attendant=reader, snoozed_at=None)
    if tab == "adiadas":
        return seen.filter(attendant=reader, snoozed_at__isnull=False)
    if tab == "livres":
        return seen.open().filter(attendant=None).exclude(stage=Stage.BOT)
    if tab == "robo":
        return seen.filter(stage=Stage.BOT)
    if tab == "mencoes":
        return mentioned(seen, Mention.objects.for_company(reader.company_id).of(reader.pk))
    return seen


def mentioned(rows: Any, mentions: Any) -> Any:
    """Keep conversations with one of some mentions, and tell when the newest of them was made."""
    newest = mentions.filter(conversation=OuterRef("pk")).order_by("-created_at")
    return rows.filter(pk__in=mentions.values("conversation")).annotate(
        mentioned_at=Subquery(newest.values("created_at")[:1])
    )


def listed(rows: Any) -> Any:
    """Load what cards are drawn from."""
    return rows.select_related("contact", "channel", "identity", "about", "attendant__user").only(
        *LISTED
    )


@dataclass(frozen=True, slots=True)
class StretchPage:
    """Which stretch of a tab's list is asked for, and how many rows of it."""

    tab: str
    order: str
    number: int
    size: int
    is_everything: bool


def stretch_rows(
    rows: Any, stretch: StretchPage, place: tuple[Any, Any] | None, moment: Moment | None
) -> Any:
    """Return a stretch of a tab's rows, or what comes after a value and an id in it."""
    part = ordering.stretches(stretch.tab, stretch.order, moment)[stretch.number]
    shown = rows.filter(last_message_at__isnull=False)
    return ordering.after(listed(shown), part, place)[: stretch.size]


def _stretch(stretch: StretchPage, company_id: UUID, *rest: Any) -> Any:
    # The reader is named only where the statement asks for who it is.
    *values, member_id = rest if _names_reader(stretch) else (*rest, None)
    moment = None
    if _counts_urgency(stretch):
        values, counted = values[:-5], values[-5:]
        moment = Moment.of(*counted)
    reader = _reader(company_id, member_id, stretch.is_everything)
    return stretch_rows(tab_rows(stretch.tab, reader), stretch, tuple(values) or None, moment)


def _counts_urgency(stretch: StretchPage) -> bool:
    is_first = stretch.number == 0 and stretch.tab not in ordering.ORDERED
    return stretch.order == ordering.NEXT and is_first


def _names_reader(stretch: StretchPage) -> bool:
    return stretch.tab in ("minhas", "adiadas", "mencoes") or not stretch.is_everything


def stretch_of(
    reader: Membership, stretch: StretchPage, place: tuple[Any, Any] | None, moment: Moment
) -> list[Conversation]:
    """Return a stretch of what a tab holds for a reader, after `place` where it is told."""
    values = list(place or ())
    if _counts_urgency(stretch):
        values += moment.values
    if _names_reader(stretch):
        values.append(reader.pk)
    return STRETCH.rows(reader.company_id, *values, shape=stretch)


def _counts(is_everything: bool, company_id: UUID, member_id: UUID) -> dict[str, Any]:
    reader = _reader(company_id, member_id, is_everything)
    # One that somebody began and nobody has written in stands in no list.
    begun = {"last_message_at__isnull": False}
    mine = tab_rows("minhas", reader).filter(**begun)
    named = Mention.objects.for_company(company_id).of(member_id)
    seen = tab_rows("todas", reader)
    return {
        "minhas": mine,
        "livres": tab_rows("livres", reader).filter(**begun),
        "robo": tab_rows("robo", reader).filter(**begun),
        "adiadas": tab_rows("adiadas", reader).filter(**begun),
        "todas": tab_rows("todas", reader).filter(**begun),
        "mencoes": seen.filter(pk__in=named.unseen().values("conversation")),
        "mencionadas": seen.filter(pk__in=named.values("conversation")),
        "nao_lidas": mine.filter(unread_count__gt=0),
    }


def _pins(company_id: UUID, member_id: UUID) -> Any:
    rows = Pin.objects.for_company(company_id).filter(member=member_id)
    return rows.values_list("conversation", "created_at")


def _segments(company_id: UUID) -> Any:
    rows = Segment.objects.for_company(company_id).order_by("name")
    return rows.values_list("pk", "name")


def _conversation(conversation_id: UUID, company_id: UUID, member_id: UUID | None = None) -> Any:
    return (
        _visible(company_id, member_id)
        .select_related("contact__guardian", "channel", "identity", "about")
        .select_related("attendant__user", "company")
        .filter(pk=conversation_id)
    )


def _past(
    size: int,
    contact_id: UUID,
    conversation_id: UUID,
    company_id: UUID,
    member_id: UUID | None = None,
) -> Any:
    return (
        _visible(company_id, member_id)
        # One that was begun and never written in stands nowhere.
        .filter(contact_id=contact_id, message_seq__gt=0)
        .exclude(pk=conversation_id)
        .select_related("channel")
        .order_by(F("opened_at").desc())[:size]
    )


def shown(company_id: Any, conversation_id: Any) -> Any:
    """Return messages as a thread shows them: a reaction we sent is drawn on its message, not as
    one. `has_reactions` tells of which reactions have to be loaded.
    """
    return (
        Message.objects.for_company(company_id)
        .filter(conversation_id=conversation_id)
        .exclude(kind=MessageKind.REACTION, direction=Direction.OUT)
        .select_related("author__user", "reply_to__author__user")
        .only(*DRAWN)
        .annotate(has_reactions=HAS_REACTIONS)
    )


def _newest(size: int, company_id: UUID, conversation_id: UUID) -> Any:
    return shown(company_id, conversation_id).order_by("-happened_at", "-seq")[:size]


def _changed(size: int, company_id: UUID, conversation_id: UUID, since: int) -> Any:
    rows = shown(company_id, conversation_id).filter(revision__gt=since)
    return rows.order_by("happened_at", "seq")[:size]


def _files(size: int, company_id: UUID, conversation_id: UUID) -> Any:
    return (
        Attachment.objects.for_company(company_id)
        .filter(conversation_id=conversation_id, message__isnull=False)
        .filter(message__deleted_at=None)
        .select_related("message")
        .order_by("-created_at")[:size]
    )


def _colleagues(company_id: Any) -> Any:
    mine = Membership.objects.for_company(company_id).active()
    return mine.select_related("user").order_by("user__name")


STRETCH = Composed(_stretch)
COLLEAGUES = Composed(_colleagues)
COUNTS = CountedRows(_counts, COUNT_LIMIT)
PINS = Composed(_pins)
SEGMENTS = Composed(_segments)
CONVERSATION = Composed(_conversation)
PAST = Composed(_past)
NEWEST = Composed(_newest)
CHANGED = Composed(_changed)
FILES = Composed(_files)
