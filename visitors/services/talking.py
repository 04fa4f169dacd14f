"""What a visitor says: through the channel's adapter into the same services as everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from common import rooms
from common.errors import DomainError
from common.realtime import Event, publish
from common.visible import visible
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message
from omnichannel.services.facts import facts_apply, facts_lock
from omnichannel.services.media import attachment_bring
from providers import registry
from providers.choices import MessageStatus
from providers.content import Question
from providers.content_json import content_of
from providers.facts import Malformed, Parsed
from providers.site import Site
from visitors.errors import Blocked, NoticeNotAccepted
from visitors.limits import MESSAGES_OF_SESSION, TALKS_OF_NETWORK, TALKS_OF_SESSION, Asking, Limit
from visitors.models import VisitorSession
from visitors.rooms import visitor_room
from visitors.selectors import conversation_shown, is_blocked, message_get
from visitors.services.sessions import needs_form, notice_record

TEXT_BYTES = 10_000
TYPING_SECONDS = 3


class ContentRefusedHere(DomainError):
    """The message is empty, too long, or answers what was not asked."""

    code = "conteudo_recusado"


@dataclass(frozen=True, slots=True)
class VisitorFile:
    """A file as the panel sent it, its type found from its bytes."""

    file: IO[bytes]
    kind: str
    mime_type: str
    filename: str
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class SaidWords:
    """What a visitor says: a text, a tapped choice, or a file with a caption.

    `client_id` is the panel's own id, the same at every repetition.
    """

    client_id: str
    text: str = ""
    choice: dict[str, Any] | None = None
    upload: VisitorFile | None = None
    proof: Any = None

    def key(self, session: VisitorSession) -> str:
        """Return the message's id in the channel."""
        return f"{session.pk.hex}.{self.client_id}"


def visitor_write(*, session: VisitorSession, site: Site, words: SaidWords) -> tuple[Message, bool]:
    """Store what a visitor says, before anybody or any bot looks at it; return the message and
    whether it is new. The same `client_id` again changes nothing, from two tabs at once too.

    Raises NoticeNotAccepted, Blocked, ContentRefusedHere, NotFound, TooMany, WorkNeeded.
    """
    known = _known(session, words)
    if known is not None:
        return _theirs(session, known), False
    if needs_form(session, site):
        raise NoticeNotAccepted
    if is_blocked(session):
        raise Blocked
    return _store(session, words, _payload(session, words))


def _known(session: VisitorSession, words: SaidWords) -> Message | None:
    found: Message | None = (
        Message.objects.for_company(session.company_id)
        .filter(channel=session.channel_id, external_id=words.key(session))
        .select_related("conversation__identity")
        .first()
    )
    return found


def _theirs(session: VisitorSession, message: Message) -> Message:
    """Let a session that was read before another tab's first message know whose it is."""
    session.identity = message.conversation.identity
    return message


def _count(session: VisitorSession, proof: Any) -> None:
    shown = conversation_shown(session)
    own = f"{session.channel_id}:{session.pk.hex}"
    counted: list[tuple[tuple[Limit, ...], str]] = [(MESSAGES_OF_SESSION, own)]
    if shown is None or not shown.is_open:
        counted += [
            (TALKS_OF_SESSION, own),
            (TALKS_OF_NETWORK, f"{session.channel_id}:{session.address}"),
        ]
    Asking(tuple(counted), session.address, proof).take()


def _payload(session: VisitorSession, words: SaidWords) -> dict[str, Any]:
    """Return what the adapter reads. Raises ContentRefusedHere."""
    given: dict[str, Any] = {
        "account": session.channel.account_id,
        "visitor": session.visitor,
        "name": session.name,
        "email": session.email,
        "phone": session.phone,
        "signed": session.signed,
        "act": "file" if words.upload else "message",
        "id": words.key(session),
        "text": words.text,
    }
    if len(words.text.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        said = _("Escreva até 10.000 bytes por mensagem: divida em duas.")
        raise ContentRefusedHere(said, fields={"text": [said]})
    if words.upload is not None:
        upload = words.upload
        return given | {
            "kind": upload.kind,
            "mime_type": upload.mime_type,
            "filename": upload.filename,
            "is_voice": upload.is_voice,
        }
    if words.choice is not None:
        return given | _chosen(session, words.choice)
    if not visible(words.text):
        said = _("Escreva o texto.")
        raise ContentRefusedHere(said, fields={"text": [said]})
    return given


def _chosen(session: VisitorSession, choice: dict[str, Any]) -> dict[str, Any]:
    """Return a tapped choice of a question that was really asked, in its own words."""
    asked = message_get(session, choice.get("message"))
    content = content_of(asked.metadata)
    choices = content.choices if isinstance(content, Question) else ()
    found = next((one for one in choices if one.key == choice.get("key")), None)
    if found is None or asked.direction != Direction.OUT:
        said = _("Esta opção não existe mais.")
        raise ContentRefusedHere(said, fields={"choice": [said]})
    return {"choice": {"key": found.key, "title": found.title}, "reply_to": asked.external_id}


@transaction.atomic
def _store(
    session: VisitorSession, words: SaidWords, payload: dict[str, Any]
) -> tuple[Message, bool]:
    channel = session.channel
    facts = _facts(session, payload)
    facts_lock([(channel, fact) for fact in facts])
    # Whoever was first holds the visitor's lock; the second finds the message.
    known = _known(session, words)
    if known is not None:
        return _theirs(session, known), False
    # Only now: a tab that repeats another's message is not one more.
    _count(session, words.proof)
    facts_apply(channel=channel, facts=facts)
    message = (
        Message.objects.for_company(session.company_id)
        .select_related("conversation")
        .get(channel=channel, external_id=words.key(session))
    )
    if words.upload is not None:
        attachment_bring(attachment=message.attachments.get(), file=words.upload.file)
    _remember(session, message.conversation)
    publish(
        Event(
            type="message_received",
            groups=(visitor_room(session),),
            conversation=message.conversation_id,
            seq=message.conversation.revision,
        )
    )
    return message, True


def _facts(session: VisitorSession, payload: dict[str, Any]) -> list[Parsed]:
    adapter = registry.adapter_for(session.channel.kind)
    facts = list(adapter.parse(payload, received_at=timezone.now()))
    assert not any(isinstance(fact, Malformed) for fact in facts), "the door knows its visitor"
    return facts


def _remember(session: VisitorSession, conversation: Conversation) -> None:
    """Tie the session to its person, whose consent is written down as they gave it."""
    now = timezone.now()
    rows = VisitorSession.objects.for_company(session.company_id).filter(pk=session.pk)
    is_first = session.identity_id is None
    rows.update(identity=conversation.identity_id, seen_at=now, updated_at=now)
    session.identity = conversation.identity
    if is_first:
        # The ledger has one writer a company: whoever is known already is written down there when
        # they accept, not with each message.
        notice_record(session=session)


def visitor_seen(
    *, session: VisitorSession, conversation: Conversation, seq: int, status: MessageStatus
) -> None:
    """Take that a visitor's browser showed, or they read, what we wrote up to a seq."""
    newest = (
        Message.objects.for_company(session.company_id)
        .outbound()
        .filter(conversation=conversation, seq__lte=seq, external_id__isnull=False)
        .exclude(status=MessageStatus.FAILED)
        .order_by("-seq")
        .first()
    )
    if newest is None or newest.read_at or (newest.delivered_at and status != MessageStatus.READ):
        return
    payload = {
        "account": session.channel.account_id,
        "visitor": session.visitor,
        "act": "seen",
        "status": status.value,
        "message": newest.external_id,
    }
    with transaction.atomic():
        facts = _facts(session, payload)
        facts_lock([(session.channel, fact) for fact in facts])
        facts_apply(channel=session.channel, facts=facts)


def visitor_typing(*, conversation: Conversation) -> None:
    """Let attendants see that a visitor types, not what; every three seconds at most."""
    try:
        if not cache.add(f"visitor-typing:{conversation.pk}", 1, TYPING_SECONDS):
            return
    except RedisError:
        return
    publish(
        Event(
            type="typing",
            groups=rooms.of_conversation(
                conversation.company_id, conversation.pk, conversation.attendant_id
            ),
            conversation=conversation.pk,
            data={"member": None},
        )
    )
