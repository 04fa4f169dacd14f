"""What a visitor says: through the channel's adapter into the same services as everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from common import rooms
from common.errors import DomainError
from common.locks import lock_all
from common.realtime import Event, publish
from common.visible import visible
from contacts.keys import identity_key
from contacts.refs import IdentityKind, IdentityRef
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
from visitors.selectors import is_blocked, is_talking, message_get, message_written
from visitors.services.sessions import is_stale, needs_form, notice_record

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


@transaction.atomic
def visitor_write(*, session: VisitorSession, site: Site, words: SaidWords) -> tuple[Message, bool]:
    """Store what a visitor says, before anybody or any bot looks at it; return the message and
    whether it is new. The same `client_id` again changes nothing, from two tabs at once too.

    Raises NoticeNotAccepted, Blocked, ContentRefusedHere, NotFound, TooMany, WorkNeeded.
    """
    identity = IdentityRef(IdentityKind.WEBCHAT, session.visitor, session.channel.account_id)
    # Whoever is first holds the visitor's lock; the second finds the message.
    lock_all({identity_key(session.company_id, identity)})
    known = message_written(session, words.key(session))
    if known is not None:
        # Another tab's first message may have come since the session was read.
        session.identity = known.conversation.identity
        return known, False
    if needs_form(session, site):
        raise NoticeNotAccepted
    if is_blocked(session):
        raise Blocked
    return _store(session, words, _payload(session, words)), True


def _count(session: VisitorSession, proof: Any, *, is_new_talk: bool) -> None:
    own = f"{session.channel_id}:{session.pk.hex}"
    counted: list[tuple[tuple[Limit, ...], str]] = [(MESSAGES_OF_SESSION, own)]
    if is_new_talk:
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
        "language": get_language(),
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


def _store(session: VisitorSession, words: SaidWords, payload: dict[str, Any]) -> Message:
    is_new_talk = not is_talking(session)
    # Only now: a tab that repeats another's message is not one more.
    _count(session, words.proof, is_new_talk=is_new_talk)
    (message,) = facts_apply(channel=session.channel, facts=_facts(session, payload))
    if words.upload is not None:
        attachment_bring(attachment=message.attachments.get(), file=words.upload.file)
    _remember(session, message.conversation)
    if is_new_talk:
        # Panels that show an older conversation, or none, stand in no room of this one yet.
        publish(
            Event(
                type="message_received",
                groups=(visitor_room(session),),
                conversation=message.conversation_id,
                seq=message.conversation.revision,
            )
        )
    return message


def _facts(session: VisitorSession, payload: dict[str, Any]) -> list[Parsed]:
    adapter = registry.adapter_for(session.channel.kind)
    facts = list(adapter.parse(payload, received_at=timezone.now()))
    assert not any(isinstance(fact, Malformed) for fact in facts), "the door knows its visitor"
    return facts


def _remember(session: VisitorSession, conversation: Conversation) -> None:
    """Tie the session to its person, whose consent is written down as they gave it."""
    now = timezone.now()
    is_first = session.identity_id is None
    is_other = session.identity_id != conversation.identity_id
    if is_other or is_stale(session, now):
        rows = VisitorSession.objects.for_company(session.company_id).filter(pk=session.pk)
        rows.update(identity=conversation.identity_id, seen_at=now, updated_at=now)
    if is_other:
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
