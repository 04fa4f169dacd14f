"""Answers to reminders: what counts, about which appointment, and what people see of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from agenda.answers import key_of
from agenda.choices import AnswerMeaning, AnswerWay, AppointmentState
from agenda.models import Appointment, AppointmentAnswer
from agenda.services.answering import answer_correct
from agenda.services.reminders import reminders_sweep
from contacts.models import Consent
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Message
from omnichannel.services.changes import reaction_apply
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind
from providers.content import Answer
from providers.facts import AccountRef, ReactionUpdate
from tests import make
from tests.agenda.conftest import Book, Remind


def read(row: Appointment) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.answer


def tap(channel: Channel, key: str, title: str, quoted: Message) -> Message:
    return make.inbound(
        channel,
        kind=MessageKind.INTERACTIVE,
        text=title,
        content=Answer(key=key, title=title, by="template"),
        reply_to=quoted.external_id,
    )


def thumb(channel: Channel, message: Message, emoji: str = "👍") -> None:
    update = ReactionUpdate(
        account=AccountRef(channel.account_id),
        person=make.person(),
        target=str(message.external_id),
        emoji=emoji,
        happened_at=timezone.now(),
    )
    reaction_apply(channel=channel, update=update)


def last_told(message: Message) -> str:
    rows = Message.unscoped.outbound().filter(conversation=message.conversation)
    said = rows.filter(metadata__purpose="agenda").last()
    return said.text if said else ""


def test_a_thumb_on_the_reminder_confirms(book: Book, remind: Remind, channel: Channel) -> None:
    row = book()
    message = remind(row)
    thumb(channel, message)
    assert read(row) == (AppointmentState.BOOKED, AnswerMeaning.CONFIRMS)
    assert row.answer_way == AnswerWay.REACTION
    events = Message.unscoped.filter(conversation=message.conversation, kind=MessageKind.SYSTEM)
    assert [one.metadata["event"] for one in events] == ["agenda_confirmada"]


@pytest.mark.parametrize(
    ("meaning", "title", "state"),
    [
        (AnswerMeaning.CONFIRMS, "Confirmar", AppointmentState.BOOKED),
        (AnswerMeaning.CANNOT, "Cancelar", AppointmentState.CANCELLED),
        (AnswerMeaning.MOVES, "Remarcar", AppointmentState.BOOKED),
    ],
)
def test_a_button_answers_its_own_appointment(
    book: Book, remind: Remind, channel: Channel, meaning: AnswerMeaning, title: str, state: str
) -> None:
    row, other = book(), book(at=timezone.now() + timedelta(days=5))
    message = remind(row)
    remind(other)
    answer = tap(channel, key_of(row.pk, meaning), title, message)
    assert read(row) == (state, meaning)
    assert read(other) == (AppointmentState.BOOKED, AnswerMeaning.SILENT)
    assert last_told(answer).startswith("Entendi")


def test_cancelling_an_appointment_is_no_wish_to_be_left_alone(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    message = remind(row)
    before = Consent.unscoped.count()
    tap(channel, key_of(row.pk, AnswerMeaning.CANNOT), "Cancelar", message)
    assert read(row)[0] == AppointmentState.CANCELLED
    typed = book()
    remind(typed)
    make.inbound(channel, text="cancelar")
    assert read(typed)[0] == AppointmentState.CANCELLED
    assert Consent.unscoped.count() == before


@pytest.mark.parametrize("text", ["Sim", "confirmo", "ok", "👍"])
def test_typed_words_confirm_what_was_asked_last_and_nobody_need_read_them(
    book: Book, remind: Remind, channel: Channel, text: str
) -> None:
    row = book()
    remind(row)
    reminders_sweep()
    answer = make.inbound(channel, text=text)
    assert read(row) == (AppointmentState.BOOKED, AnswerMeaning.CONFIRMS)
    assert answer.conversation.stage == Stage.CLOSED or closed(answer)
    assert "presença confirmada" in last_told(answer)


def closed(message: Message) -> bool:
    message.conversation.refresh_from_db()
    return message.conversation.stage == Stage.CLOSED


def test_who_wants_another_time_comes_to_people(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    remind(row)
    reminders_sweep()
    answer = make.inbound(channel, text="preciso remarcar")
    assert read(row) == (AppointmentState.BOOKED, AnswerMeaning.MOVES)
    assert not closed(answer)


def test_a_doubt_comes_to_people_and_confirms_nothing(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    remind(row)
    answer = make.inbound(channel, text="sim, mas vou atrasar")
    assert read(row)[1] == AnswerMeaning.UNSURE
    assert not closed(answer)
    assert last_told(answer) == ""


def test_plain_words_answer_nothing_where_two_appointments_were_asked_about(
    book: Book, remind: Remind, channel: Channel
) -> None:
    rows = [book(), book(at=timezone.now() + timedelta(days=4))]
    for row in rows:
        remind(row)
    make.inbound(channel, text="sim")
    assert {read(row)[1] for row in rows} == {AnswerMeaning.SILENT}


def test_a_quote_says_which_of_two(book: Book, remind: Remind, channel: Channel) -> None:
    first, second = book(), book(at=timezone.now() + timedelta(days=4))
    asked = remind(first)
    remind(second)
    make.inbound(channel, text="confirmo", reply_to=asked.external_id)
    assert read(first)[1] == AnswerMeaning.CONFIRMS
    assert read(second)[1] == AnswerMeaning.SILENT


def test_ok_to_a_colleague_confirms_nothing(
    book: Book, remind: Remind, channel: Channel, beto: Membership
) -> None:
    row = book()
    message = remind(row)
    make.inbound(channel, text="qual o endereço?")
    said = message_send(conversation=message.conversation, author=beto, text="Rua das Flores, 10")
    Message.unscoped.filter(pk=said.pk).update(external_id="wamid.endereco")
    make.inbound(channel, text="ok")
    assert read(row)[1] == AnswerMeaning.SILENT
    # Words that speak of the visit still count.
    make.inbound(channel, text="confirmo presença")
    assert read(row)[1] == AnswerMeaning.CONFIRMS


def test_an_answer_after_the_hour_changes_nothing(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    message = remind(row)
    past = timezone.now() - timedelta(hours=1)
    Appointment.unscoped.filter(pk=row.pk).update(starts_at=past, ends_at=timezone.now())
    tap(channel, key_of(row.pk, AnswerMeaning.CONFIRMS), "Confirmar", message)
    assert read(row)[1] == AnswerMeaning.SILENT


def test_a_key_of_somebody_elses_appointment_is_no_answer(
    book: Book, remind: Remind, channel: Channel, ana: Membership
) -> None:
    row = book()
    message = remind(row)
    stranger = make.person("5511977776666", "Outra Pessoa")
    make.inbound(
        channel,
        person=stranger,
        kind=MessageKind.INTERACTIVE,
        text="Confirmar",
        content=Answer(
            key=key_of(row.pk, AnswerMeaning.CONFIRMS), title="Confirmar", by="template"
        ),
        reply_to=message.external_id,
    )
    assert read(row)[1] == AnswerMeaning.SILENT


def test_staff_correct_what_was_understood_and_it_is_kept_who_did(
    book: Book, remind: Remind, channel: Channel, beto: Membership
) -> None:
    row = book()
    remind(row)
    make.inbound(channel, text="não vou poder")
    assert read(row) == (AppointmentState.CANCELLED, AnswerMeaning.CANNOT)
    answer_correct(appointment=row, actor=beto, meaning=AnswerMeaning.CONFIRMS)
    assert read(row) == (AppointmentState.BOOKED, AnswerMeaning.CONFIRMS)
    answers = AppointmentAnswer.unscoped.filter(appointment=row)
    assert [(one.meaning, one.author) for one in answers] == [
        (AnswerMeaning.CANNOT, None),
        (AnswerMeaning.CONFIRMS, beto),
    ]


def test_mudar_after_a_confirmation_takes_it_back(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    remind(row)
    make.inbound(channel, text="sim")
    answer = make.inbound(channel, text="mudar")
    assert read(row)[1] == AnswerMeaning.MOVES
    assert not closed(answer)


def test_the_bot_says_nothing_to_what_was_understood(
    book: Book, remind: Remind, channel: Channel
) -> None:
    row = book()
    remind(row)
    answer = make.inbound(channel, text="sim")
    answer.refresh_from_db()
    assert answer.metadata["settled"] == "agenda:confirmada"
    bots: Any = Message.unscoped.filter(author_kind=Author.BOT, metadata__has_key="purpose")
    assert bots.count() == 0
