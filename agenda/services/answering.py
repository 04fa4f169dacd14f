"""What patients answer to reminders and to offers of a free slot.

An answer counts only about the appointment it answers: a button or a quote names it; plain words do
when the reminder is what was said last, or when they speak of an appointment and just one was asked
about. What is not clear goes to people, marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.services.audit import audit_record
from agenda.answers import Understood, key_read, understand, understand_reaction
from agenda.choices import AnswerMeaning, AnswerWay, AppointmentState, ReminderState
from agenda.models import Appointment, AppointmentAnswer, Reminder
from agenda.services.appointments import appointment_cancel, appointment_lock
from agenda.services.offers import offer_answered
from agenda.services.planning import reminders_plan
from agenda.services.slots import slot_take_back
from agenda.services.wording import echo_of
from common.realtime import publish
from omnichannel import events
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_lock,
    system_line,
)
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.marks import Reacted
from omnichannel.services.observing import SETTLED, Arrival, Observer
from omnichannel.services.spoken import About, spoken_to
from providers.choices import MessageKind
from providers.content import Answer
from providers.content_json import content_of

# Words without a quote answer what was asked in these days.
ANSWERS_FOR = timedelta(days=7)
ECHO = "agenda"
# After these nobody needs to read what was said.
SETTLES = frozenset({AnswerMeaning.CONFIRMS, AnswerMeaning.CANNOT})
REOPENS_FOR = timedelta(hours=24)
ANSWERABLE = (ReminderState.SENT,)


class AgendaAnswers(Observer):
    """Listens to what patients write, before the bot and the queues."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Understand each answer. Where nothing else was said, nobody needs to read it."""
        for arrival in arrivals:
            if arrival.is_courtesy or not arrival.messages:
                continue
            is_new = _is_new(arrival)
            done = [_take(arrival.conversation, message) for message in arrival.messages]
            if is_new and all(done):
                _settle(arrival.conversation)


def reaction_heard(reacted: Reacted) -> None:
    """Understand an emoji that a patient put on a reminder; one taken away changes nothing."""
    if reacted.direction != Direction.IN or not reacted.emoji:
        return
    reminder = _reminder_of(reacted.message.company_id, pk=reacted.message.pk)
    found = understand_reaction(reacted.emoji)
    if reminder is not None and found.is_something:
        _answer(reminder.appointment, reacted.message, AnswerWay.REACTION, found)


@transaction.atomic
def answer_correct(
    *, appointment: Appointment, actor: Membership, meaning: AnswerMeaning
) -> Appointment:
    """Let staff say what was meant, whatever was understood. A cancelled appointment stands again
    when its person comes after all and nobody has its time.
    """
    row = appointment_lock(appointment)
    _write(row, None, AnswerWay.STAFF, Understood(meaning, "equipe"), actor)
    if meaning == AnswerMeaning.CANNOT:
        appointment_cancel(appointment=row, actor=actor)
    elif row.state == AppointmentState.CANCELLED and row.answer_way:
        _stand_again(row)
    reminders_plan(row)
    audit_record(
        company=row.company_id,
        actor=actor.user,
        action="compromisso.resposta_corrigida",
        target=row,
    )
    return row


def _stand_again(row: Appointment) -> None:
    if slot_take_back(row):
        row.state = AppointmentState.BOOKED
        row.save(update_fields=["state", "updated_at"])


def _is_new(arrival: Arrival) -> bool:
    talk = arrival.conversation
    is_first = talk.message_count == len(arrival.messages)
    return talk.stage in (Stage.QUEUE, Stage.BOT) and (
        is_first or arrival.is_reopened or _only_reminded(talk)
    )


def _only_reminded(talk: Conversation) -> bool:
    """Whether nothing was said in a conversation but reminders and what answers them."""
    rows = Message.objects.for_company(talk.company_id).filter(conversation=talk)
    said = rows.exclude(kind=MessageKind.SYSTEM).exclude(metadata__has_key="purpose")
    said = said.exclude(metadata__has_key=SETTLED)
    ours = said.outbound().exclude(client_id__startswith="lembrete-")
    return (
        talk.attendant_id is None
        and not ours.exclude(client_id__startswith="oferta-").exists()
        and said.inbound().count() <= 1
    )


def _settle(talk: Conversation) -> None:
    """End the conversation before it comes to a queue; what comes soon opens it again."""
    conversation_close(
        conversation=talk,
        actor=None,
        line="agenda_respondida",
        reopen_until=timezone.now() + REOPENS_FOR,
    )
    # Those who are told after us look at this very row.
    talk.refresh_from_db()


def _take(talk: Conversation, message: Message) -> bool:
    """Act on what a message answers; return whether nobody needs to read it."""
    if (offered := offer_answered(talk, message)) is not None:
        _mark(message, offered)
        return offered in SETTLES
    content = content_of(message.metadata)
    if isinstance(content, Answer):
        found = _tapped(talk, message, content)
    elif message.kind == MessageKind.TEXT and message.text:
        found = _typed(talk, message)
    else:
        found = None
    if found is None:
        return False
    appointment, understood, way = found
    return _answer(appointment, message, way, understood, talk)


Found = tuple[Appointment, Understood, AnswerWay]


def _tapped(talk: Conversation, message: Message, content: Answer) -> Found | None:
    named = key_read(content.key)
    if named is None:
        # A button whose author gave it no key of ours: its words say it, its quote which one.
        reminder = _quoted(talk, message)
        understood = understand(content.title or message.text)
        if reminder is None or not understood.is_something:
            return None
        return reminder.appointment, understood, AnswerWay.BUTTON
    rows = Appointment.objects.for_company(talk.company_id).filter(pk=named[0])
    reminded = Reminder.objects.for_company(talk.company_id).filter(
        appointment_id=named[0], message__conversation__contact_id=talk.contact_id
    )
    row = rows.first()
    # Keys come back from a phone, which may send any.
    if row is None or not (row.contact_id == talk.contact_id or reminded.exists()):
        return None
    way = AnswerWay.TEXT if content.is_typed else AnswerWay.BUTTON
    return row, Understood(named[1], "botao"), way


def _typed(talk: Conversation, message: Message) -> Found | None:
    understood = understand(message.text)
    if not understood.is_something:
        return None
    reminder = _quoted(talk, message)
    if reminder is None and not message.reply_to_external_id:
        reminder = _asked(talk, message, understood)
    if reminder is None:
        return None
    return reminder.appointment, understood, AnswerWay.TEXT


def _quoted(talk: Conversation, message: Message) -> Reminder | None:
    quote = message.reply_to_external_id
    if not quote:
        return None
    return _reminder_of(talk.company_id, channel_id=talk.channel_id, external_id=quote)


def _asked(talk: Conversation, message: Message, understood: Understood) -> Reminder | None:
    """Return the reminder that plain words answer; none where several were asked about."""
    open_ones = _open(talk, message.happened_at)
    # Of several, the one that was not answered yet; of several such nobody can tell.
    unanswered = [one for one in open_ones if _is_unanswered(one.appointment)]
    open_ones = unanswered or open_ones
    if len({one.appointment_id for one in open_ones}) != 1:
        return None
    spoken = spoken_to(talk, answer=message)
    newest = spoken[0] if spoken else None
    for one in open_ones:
        if newest and one.message and one.message.external_id == newest.external_id:
            return one
    is_care = newest is None or newest.about in (About.CARE, About.UNKNOWN)
    return open_ones[0] if understood.is_explicit and is_care else None


def _is_unanswered(row: Appointment) -> bool:
    return row.state == AppointmentState.BOOKED and row.answer in (
        AnswerMeaning.SILENT,
        AnswerMeaning.UNSURE,
    )


def _open(talk: Conversation, at: datetime) -> list[Reminder]:
    rows: Any = (
        Reminder.objects.for_company(talk.company_id)
        .filter(
            state__in=ANSWERABLE,
            message__conversation__contact_id=talk.contact_id,
            message__channel_id=talk.channel_id,
            message__happened_at__gte=at - ANSWERS_FOR,
            appointment__starts_at__gt=at,
        )
        .select_related("appointment", "message")
        .order_by("-message__happened_at")
    )
    return list(rows[:20])


def _reminder_of(company_id: Any, **where: Any) -> Reminder | None:
    rows: Any = Reminder.objects.for_company(company_id).filter(
        **{f"message__{name}": value for name, value in where.items()}
    )
    found: Reminder | None = rows.select_related("appointment").first()
    return found


def _answer(
    appointment: Appointment,
    message: Message,
    way: AnswerWay,
    found: Understood,
    talk: Conversation | None = None,
) -> bool:
    """Write down what was understood, act on it, show it and say it back."""
    row = appointment_lock(appointment)
    talk = talk or message.conversation
    is_past = row.starts_at <= message.happened_at and way != AnswerWay.REACTION
    if is_past or row.starts_at <= timezone.now():
        return False
    is_news = row.answer != found.meaning
    can_change = row.state == AppointmentState.BOOKED
    _write(row, message, way, found, None)
    if can_change and found.meaning == AnswerMeaning.CANNOT:
        appointment_cancel(appointment=row, actor=None)
    elif row.state == AppointmentState.CANCELLED and found.meaning == AnswerMeaning.CONFIRMS:
        _stand_again(row)
    if row.state == AppointmentState.CANCELLED and found.meaning == AnswerMeaning.CONFIRMS:
        # The time is somebody else's now: a person has to tell them.
        _show(talk, row, AnswerMeaning.UNSURE)
        return False
    reminders_plan(row)
    _show(talk, row, found.meaning)
    if way != AnswerWay.REACTION:
        _mark(message, found.meaning)
    if is_news and found.meaning != AnswerMeaning.UNSURE:
        courtesy_send(talk, ECHO, text=echo_of(row, found.meaning))
    return found.meaning in SETTLES


def _write(
    row: Appointment,
    message: Message | None,
    way: AnswerWay,
    found: Understood,
    actor: Membership | None,
) -> None:
    AppointmentAnswer.unscoped.create(
        company_id=row.company_id,
        appointment=row,
        message=message,
        way=way,
        meaning=found.meaning,
        rule=found.rule,
        author=actor,
    )
    # What is not clear does not undo what was.
    if found.meaning == AnswerMeaning.UNSURE and row.answer != AnswerMeaning.SILENT:
        return
    row.answer, row.answer_way, row.answered_at = found.meaning, way, timezone.now()
    row.save(update_fields=["answer", "answer_way", "answered_at", "updated_at"])


def _mark(message: Message, meaning: AnswerMeaning) -> None:
    """Note with a message what was understood; the bot says nothing to what is settled."""
    if meaning in (AnswerMeaning.UNSURE, AnswerMeaning.SILENT):
        return
    message.metadata = {**message.metadata, SETTLED: f"agenda:{meaning}"}
    Message.unscoped.filter(pk=message.pk).update(metadata=message.metadata)


def _show(talk: Conversation, row: Appointment, meaning: AnswerMeaning) -> None:
    held = conversation_lock(talk)
    held.revision += 1
    system_line(
        held,
        f"agenda_{meaning}",
        None,
        {"appointment": str(row.pk), "starts_at": row.starts_at.isoformat()},
    )
    held.save()
    publish(events.changed("message_updated", held))
    if talk is not held:
        talk.refresh_from_db()
