"""What a turn reads before it decides: the patient's words, and where the talk stands."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from bot.decide import HeardWords, TalkState
from bot.models import BotSession, BotTurn
from omnichannel.choices import Author, Direction
from omnichannel.models import Attachment, Conversation, Message
from providers.choices import MessageKind
from providers.content import Answer
from providers.content_json import content_of

# Who reads one by one how they got here need not be more.
SAID = 3
FILES = (MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT)
OTHERS = (MessageKind.LOCATION, MessageKind.CONTACT, MessageKind.ORDER)


def heard_in(talk: Conversation, seq_from: int, seq_to: int) -> HeardWords:
    """Return what a patient said between two messages. A voice note counts by its transcription."""
    rows = Message.unscoped.filter(
        conversation=talk,
        direction=Direction.IN,
        is_internal=False,
        seq__range=(seq_from, seq_to),
        deleted_at=None,
    ).order_by("happened_at", "seq")
    messages = list(rows)
    spoken = _transcribed(messages)
    texts: list[str] = []
    taps: list[str] = []
    voices = files = unreadable = 0
    for row in messages:
        content = content_of(row.metadata)
        if isinstance(content, Answer):
            taps.append(content.key)
            texts.append(content.title or row.text)
        elif row.kind == MessageKind.AUDIO:
            words = spoken.get(row.pk, "")
            texts += [words] if words else []
            voices += not words
        elif row.kind in FILES or row.kind in OTHERS:
            texts += [row.text] if row.text else []
            files += 1
        elif row.kind == MessageKind.UNSUPPORTED:
            unreadable += 1
        elif row.kind == MessageKind.SYSTEM:
            # A call: nobody hears it here, and who calls wants a person.
            files += 1
        elif row.text:
            texts.append(row.text)
    return HeardWords(tuple(texts), tuple(taps), voices, files, unreadable)


def talk_of(session: BotSession, talk: Conversation, heard: HeardWords, turn: BotTurn) -> TalkState:
    """Return where a talk stands."""
    assistant, now = session.assistant, timezone.now()
    mine = Message.unscoped.outbound().filter(company_id=talk.company_id, author_kind=Author.BOT)
    day = mine.filter(
        conversation__contact_id=talk.contact_id, created_at__gte=now - timedelta(hours=24)
    )
    said = mine.filter(conversation=talk, created_at__gte=session.created_at)
    return TalkState(
        turns=session.turn_count,
        most_turns=assistant.session_turns,
        person_turns=0 if session.is_shadow else day.count(),
        person_most=assistant.person_daily,
        month_is_over=_is_month_over(session),
        misses=session.misses,
        offered=tuple(session.offered),
        said=tuple(said.order_by("-seq").values_list("text", flat=True)[:SAID]),
        same=_same(talk, heard, turn),
        quick=session.quick_count,
        voices=session.voice_count,
        staff=staff_of(talk.company_id),
        alarms=tuple(filter(None, assistant.emergency_words.splitlines())),
    )


def _transcribed(messages: list[Message]) -> dict[object, str]:
    voices = [row.pk for row in messages if row.kind == MessageKind.AUDIO]
    if not voices:
        return {}
    rows = Attachment.unscoped.filter(message__in=voices).exclude(transcription="")
    return dict(rows.values_list("message_id", "transcription"))


def _is_month_over(session: BotSession) -> bool:
    most = session.assistant.monthly_turns
    if most is None or session.is_shadow:
        return False
    zone = session.assistant.company.zone
    first = (
        timezone.now().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    rows = BotTurn.objects.for_company(session.company_id).exclude(message=None)
    return rows.filter(created_at__gte=first).count() >= most


def _same(talk: Conversation, heard: HeardWords, turn: BotTurn) -> int:
    """Return how many times in a row the patient's last text came, this one included."""
    if not heard.texts or heard.taps:
        return 1
    rows = Message.unscoped.filter(
        conversation=talk, direction=Direction.IN, kind=MessageKind.TEXT, seq__lte=turn.seq_to
    )
    last = list(rows.order_by("-seq").values_list("text", flat=True)[:3])
    count = 0
    for text in last:
        if text.strip().lower() != last[0].strip().lower():
            break
        count += 1
    return max(1, count)


def staff_of(company_id: object) -> tuple[str, ...]:
    names = Membership.objects.for_company(company_id).filter(is_active=True)
    return tuple(name.split()[0] for name in names.values_list("user__name", flat=True) if name)
