"""What the door reads: channels by their public keys, and of a visitor what is their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from common.composed import Composed
from common.errors import NotFound
from common.rows import run
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind
from omnichannel.choices import Direction, Stage
from omnichannel.external import external_key
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.answers import ASKED
from providers import registry
from providers.choices import MessageKind, MessageStatus
from providers.site import Hosted, Site
from queues import selectors as queues
from queues.choices import TicketStatus
from queues.models import Ticket
from queues.services.opening import hours_now, queue_for
from visitors.models import VisitorBlock, VisitorSession

PAGE = 50
CHANGES = 200
LISTED = 20
KEY_LENGTH = 22
# What has left for the visitor; what waits, or failed, they never see.
GONE = (
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
    MessageStatus.UNCERTAIN,
)


# What every message of a visitor asks. The key is the only name they have for the channel, whose
# company is theirs.
_BY_KEY = Composed(
    lambda key: (
        Channel.unscoped.proven()
        .sending()
        .filter(kind__in=registry.kinds_with(Hosted), account_id=key)
        .select_related("company")
    )
)
_BLOCKS = Composed(
    lambda company, channel, visitor, address: (
        VisitorBlock.objects.for_company(company)
        .filter(
            Q(kind=VisitorBlock.Kind.VISITOR, value=visitor)
            | Q(kind=VisitorBlock.Kind.ADDRESS, value=address),
            channel=channel,
        )
        .values_list("pk")[:1]
    )
)
_SESSION = Composed(
    lambda column, company, channel, value: (
        VisitorSession.objects.for_company(company)
        .going_on()
        .filter(channel=channel, **{column: value})
        .select_related("identity")
    )
)
_WRITTEN = Composed(
    lambda company, channel, external_id: (
        Message.objects.for_company(company)
        .filter(channel=channel, external_id=external_id)
        .select_related("conversation__identity")
    )
)


def channel_by_key(key: str) -> Channel:
    """Return the active channel that a public key names. Raises NotFound."""
    found: Channel | None = _BY_KEY.first(key[: KEY_LENGTH + 1])
    if found is None:
        raise NotFound
    return found


def site_of(channel: Channel) -> Site:
    """Return how the channel's visitors are received."""
    return registry.face_of(channel.kind, Hosted).site(channel.account())


def is_blocked(session: VisitorSession) -> bool:
    """Tell whether the clinic does not want to hear of a visitor or of where they come from."""
    where = (session.company_id, session.channel_id)
    return bool(_BLOCKS.rows(*where, session.visitor, session.address))


def session_by(channel: Channel, column: str, value: Any) -> VisitorSession | None:
    """Return the session of a channel that goes on and has a value in a column: its id, or the
    hash of a secret.
    """
    found: VisitorSession | None = _SESSION.first(
        channel.company_id, channel.pk, value, shape=column
    )
    if found is not None:
        found.channel = channel
    return found


def message_written(session: VisitorSession, external_id: str) -> Message | None:
    """Return a message of a visitor's channel by its id there, with its conversation."""
    found: Message | None = _WRITTEN.first(session.company_id, session.channel_id, external_id)
    return found


# --- conversations --------------------------------------------------------------------------------


def identity_of(session: VisitorSession) -> ContactIdentity | None:
    """Return whom a visitor's messages belong to; None before the first one."""
    if session.identity_id is not None:
        return session.identity
    if not session.subject:
        return None
    found: ContactIdentity | None = (
        ContactIdentity.objects.for_company(session.company_id)
        .filter(kind=IdentityKind.WEBCHAT, realm=session.channel.account_id, value=session.visitor)
        .first()
    )
    return found


def conversations_of(session: VisitorSession) -> QuerySet[Conversation]:
    """Return a visitor's own conversations, the newest first."""
    rows = Conversation.objects.for_company(session.company_id)
    identity = identity_of(session)
    if identity is None:
        return rows.none()
    # By thread too: a record made one of two has conversations of other visitors.
    return (
        rows.filter(
            channel=session.channel_id,
            identity=identity,
            thread_key=external_key(session.visitor),
        )
        .select_related("attendant__user")
        .order_by("-opened_at")
    )


_OWN = Composed(
    lambda company, channel, identity, thread, pk: (
        Conversation.objects.for_company(company)
        .filter(channel=channel, identity=identity, thread_key=thread, pk=pk)
        .select_related("attendant__user")
    )
)
_GOES_ON = Composed(
    lambda company, channel, identity, thread: (
        Conversation.objects.for_company(company)
        .open()
        .filter(channel=channel, identity=identity, thread_key=thread)
        .values_list("pk")[:1]
    )
)


def conversation_get(session: VisitorSession, value: Any) -> Conversation:
    """Return one of a visitor's own conversations. Raises NotFound for every other id."""
    try:
        pk = UUID(str(value))
    except ValueError:
        raise NotFound from None
    identity = identity_of(session)
    if identity is None:
        raise NotFound
    found: Conversation | None = _OWN.first(*_whose(session, identity), pk)
    if found is None:
        raise NotFound
    found.channel = session.channel
    return found


def is_talking(session: VisitorSession) -> bool:
    """Tell whether a conversation of a visitor goes on."""
    identity = identity_of(session)
    return identity is not None and bool(_GOES_ON.rows(*_whose(session, identity)))


def _whose(session: VisitorSession, identity: ContactIdentity) -> tuple[UUID, UUID, UUID, str]:
    thread = external_key(session.visitor)
    return session.company_id, session.channel_id, identity.pk, thread


def conversation_shown(session: VisitorSession) -> Conversation | None:
    """Return the conversation that a panel shows first: the open one, else the latest."""
    rows = list(conversations_of(session)[:LISTED])
    return next((row for row in rows if row.is_open), rows[0] if rows else None)


# --- messages -------------------------------------------------------------------------------------


def seen_by_visitor(conversation: Conversation) -> QuerySet[Message]:
    """Return what a visitor sees of a conversation: no notes, no lines of the system, nothing that
    has not left, and no question for a rating, which the panel's stars ask for already.
    """
    return (
        Message.objects.for_company(conversation.company_id)
        .filter(conversation=conversation, is_internal=False)
        .exclude(kind__in=(MessageKind.SYSTEM, MessageKind.REACTION))
        .filter(~Q(metadata__purpose=ASKED) | ~Q(metadata__has_key="purpose"))
        .filter(Q(direction=Direction.IN) | Q(status__in=GONE))
        .select_related("author__user")
        .prefetch_related("attachments")
    )


_CHANGED = Composed(
    lambda company, conversation, since: (
        seen_by_visitor(Conversation(pk=conversation, company_id=company))
        .filter(revision__gt=since)
        .prefetch_related(None)
        .order_by("revision", "seq")[: CHANGES + 1]
    )
)


def messages_before(
    conversation: Conversation, before: int | None = None
) -> tuple[list[Message], bool]:
    """Return a page of messages, oldest first, and whether there are earlier ones."""
    rows = seen_by_visitor(conversation)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: PAGE + 1])
    return found[:PAGE][::-1], len(found) > PAGE


def messages_changed(conversation: Conversation, since: int) -> tuple[list[Message], bool]:
    """Return what changed after a revision, oldest change first, and whether there is more."""
    found: list[Message] = _CHANGED.rows(conversation.company_id, conversation.pk, since)
    prefetch_related_objects(found, "attachments")
    return found[:CHANGES], len(found) > CHANGES


def message_get(session: VisitorSession, value: Any) -> Message:
    """Return a message that a visitor sees. Raises NotFound."""
    try:
        row = (
            Message.objects.for_company(session.company_id)
            .filter(pk=UUID(str(value)), conversation__in=conversations_of(session).order_by())
            .first()
        )
    except ValueError:
        raise NotFound from None
    if row is None or row.is_internal:
        raise NotFound
    return row


def attachment_get(session: VisitorSession, pk: UUID) -> Attachment:
    """Return a file of a visitor's own conversations that they see. Raises NotFound."""
    rows = Attachment.objects.for_company(session.company_id).filter(
        conversation__in=conversations_of(session).order_by()
    )
    found = rows.select_related("message", "conversation").filter(pk=pk).first()
    if found is None or found.message_id is None or not found.file:
        raise NotFound
    if not seen_by_visitor(found.conversation).filter(pk=found.message_id).exists():
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class SeenCounts:
    """Of one conversation: what the visitor has not read, and up to where the clinic has."""

    unread: int = 0
    read_seq: int = 0


COUNTS = f"""
SELECT conversation_id,
    count(*) FILTER (
        WHERE direction = '{Direction.OUT}' AND read_at IS NULL AND status = ANY(%s::text[])
    ),
    max(seq) FILTER (WHERE direction = '{Direction.IN}' AND read_at IS NOT NULL)
FROM omnichannel_message
WHERE company_id = %s::uuid AND conversation_id = ANY(%s::uuid[]) AND NOT is_internal
    AND metadata ->> 'purpose' IS DISTINCT FROM '{ASKED}'
GROUP BY conversation_id
"""  # noqa: S608  (our own constants only)


def counts_of(conversations: Sequence[Conversation]) -> dict[Any, SeenCounts]:
    """Return the counts of a visitor's conversations, in one statement."""
    if not conversations:
        return {}
    ids = [row.pk for row in conversations]
    rows = run(COUNTS, [one.value for one in GONE], conversations[0].company_id, ids)
    return {pk: SeenCounts(unread, read or 0) for pk, unread, read in rows}


# --- waiting --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a visitor stands in their queue; `expected` is in seconds, None where nobody knows."""

    position: int
    waiting: int
    expected: int | None


def place_of(conversation: Conversation) -> QueuePlace | None:
    """Return a visitor's place; None where they do not wait, or nobody works now."""
    if conversation.stage != Stage.QUEUE:
        return None
    ticket = queues.ticket_of(conversation.pk)
    if ticket is None or ticket.status != TicketStatus.WAITING:
        return None
    found = queues.ticket_position(ticket)
    if found is None or not hours_now(ticket.queue)[0]:
        return None
    zone = conversation.channel.company.zone.key
    numbers = queues.queue_numbers([ticket.queue], zone=zone)[ticket.queue_id]
    # Each of those at work takes one after the other; before the day's first end nobody knows.
    expected = None
    if numbers.average_service and numbers.online:
        expected = numbers.average_service * found[0] // numbers.online
    return QueuePlace(found[0], found[1], expected)


def rating_of(conversation: Conversation) -> Ticket | None:
    """Return the ticket that a visitor may have a word on: the last one, once it has ended after
    somebody served it.
    """
    ticket = None if conversation.is_open else queues.ticket_of(conversation.pk)
    if ticket is None or ticket.is_open or ticket.started_at is None:
        return None
    return ticket


@dataclass(frozen=True, slots=True)
class HoursNow:
    """Whether somebody answers now, and when that begins again; None when nobody knows."""

    is_open: bool
    opens_at: datetime | None


def hours_of(channel: Channel) -> HoursNow:
    """Return whether a channel's queue works now; without a queue somebody may always answer."""
    queue = queue_for(channel)
    if queue is None:
        return HoursNow(True, None)
    return HoursNow(*hours_now(queue, timezone.now()))


def link_elsewhere(channel: Channel) -> str:
    """Return the address that opens a new message to another channel of the company, with {text};
    "" where it has none.
    """
    links = {kind: registry.policy_of(kind).link for kind in registry.ADAPTERS}
    rows = (
        Channel.objects.for_company(channel.company_id)
        .proven()
        .sending()
        .filter(kind__in=[kind for kind, link in links.items() if link])
        .exclude(phone_number="")
    )
    found = rows.order_by("-is_default", "name").first()
    if found is None:
        return ""
    number = "".join(sign for sign in found.phone_number if sign.isdigit())
    return links[found.kind].replace("{number}", number)
