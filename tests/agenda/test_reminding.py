"""When reminders go, and how they leave."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Membership
from agenda.choices import AnswerMeaning, ReminderState
from agenda.models import AgendaSettings, Appointment, Reminder
from agenda.reminding import QuietHours, moments
from agenda.services.appointments import appointment_cancel, appointment_change
from agenda.services.reminders import reminder_send, reminders_sweep
from omnichannel.choices import Stage
from omnichannel.models import Message
from providers.choices import MessageStatus
from tests.agenda.conftest import Book, Remind
from tests.race import errors, together

SP = ZoneInfo("America/Sao_Paulo")
QUIET = QuietHours(time(20), time(8), SP)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SP).astimezone(UTC)


def test_two_days_before_a_monday_is_the_friday() -> None:
    found = moments(local(2026, 5, 18, 14), (48, 24, 3), QUIET, local(2026, 5, 1, 9))
    assert [(hours, at.astimezone(SP)) for hours, at in found] == [
        (48, datetime(2026, 5, 15, 14, tzinfo=SP)),
        (24, datetime(2026, 5, 17, 14, tzinfo=SP)),
        (3, datetime(2026, 5, 18, 11, tzinfo=SP)),
    ]


@pytest.mark.parametrize("hour", [8, 9, 10])
def test_a_quiet_moment_moves_earlier_and_never_past_the_appointment(hour: int) -> None:
    starts = local(2026, 5, 14, hour)
    found = moments(starts, (3,), QUIET, local(2026, 5, 1, 9))
    assert [at.astimezone(SP) for _hours, at in found] == [datetime(2026, 5, 13, 19, 30, tzinfo=SP)]


def test_who_books_late_gets_one_reminder_for_all_that_passed() -> None:
    now = local(2026, 5, 14, 9)
    found = moments(local(2026, 5, 15, 8), (48, 24), QUIET, now)
    assert found == [(24, now)]


def test_nobody_is_reminded_of_what_begins_at_once_or_in_the_night() -> None:
    assert moments(local(2026, 5, 14, 9, 20), (24,), QUIET, local(2026, 5, 14, 9)) == []
    assert moments(local(2026, 5, 14, 8), (24,), QUIET, local(2026, 5, 14, 2)) == []


def test_a_reminder_is_the_template_filled_with_our_keys(
    book: Book, remind: Remind, clinic
) -> None:
    row = book()
    message = remind(row)
    assert "Joana" in message.text and "Dra. Rita Alves" in message.text
    payloads = [
        parameter["payload"]
        for part in message.metadata["template"]["components"]
        if part["type"] == "button"
        for parameter in part["parameters"]
    ]
    assert payloads == [
        f"agenda:{row.pk}:{meaning}"
        for meaning in (AnswerMeaning.CONFIRMS, AnswerMeaning.CANNOT, AnswerMeaning.MOVES)
    ]


def test_a_reminder_leaves_nobody_waiting(book: Book, remind: Remind) -> None:
    message = remind(book())
    assert message.conversation.stage == Stage.QUEUE
    reminders_sweep()
    message.conversation.refresh_from_db()
    assert message.conversation.stage == Stage.CLOSED


def test_what_the_gate_refuses_is_held_with_the_reason(
    book: Book, reminding: AgendaSettings
) -> None:
    reminding.template.status = "PAUSED"
    reminding.template.save()
    row = Reminder.unscoped.filter(appointment=book()).earliest("due_at")
    Reminder.unscoped.filter(pk=row.pk).update(due_at=timezone.now())
    reminder_send(row.pk)
    row.refresh_from_db()
    assert (row.state, row.held_code) == (ReminderState.HELD, "modelo_indisponivel")
    assert Message.unscoped.filter(client_id=f"lembrete-{row.pk}").count() == 0


def test_another_time_begins_anew_and_cancelling_ends_reminders(
    book: Book, reminding: AgendaSettings, ana: Membership
) -> None:
    row = book()
    first = list(waiting(row))
    assert len(first) == 3
    Appointment.unscoped.filter(pk=row.pk).update(answer=AnswerMeaning.CONFIRMS)
    later = row.starts_at + timedelta(days=2)
    appointment_change(
        appointment=row, actor=ana, starts_at=later, ends_at=later + timedelta(hours=1)
    )
    row.refresh_from_db()
    assert row.answer == AnswerMeaning.SILENT
    again = list(waiting(row))
    assert len(again) == 3 and not set(first) & set(again)
    appointment_cancel(appointment=row, actor=ana)
    assert not list(waiting(row))


def test_a_reminder_in_the_quiet_hours_waits_for_their_end(
    book: Book, reminding: AgendaSettings
) -> None:
    now = timezone.now().astimezone(SP)
    reminding.quiet_from = (now - timedelta(hours=1)).time()
    reminding.quiet_until = (now + timedelta(hours=1)).time()
    reminding.save()
    row = Reminder.unscoped.filter(appointment=book()).earliest("due_at")
    Reminder.unscoped.filter(pk=row.pk).update(due_at=timezone.now())
    reminder_send(row.pk)
    row.refresh_from_db()
    assert row.state == ReminderState.WAITING
    assert row.due_at > timezone.now() + timedelta(minutes=50)


def test_who_confirmed_is_not_asked_again_but_reminded_on_the_day(
    book: Book, reminding: AgendaSettings
) -> None:
    row = book()
    Appointment.unscoped.filter(pk=row.pk).update(answer=AnswerMeaning.CONFIRMS)
    Reminder.unscoped.filter(appointment=row).update(due_at=timezone.now())
    for one in waiting(row):
        reminder_send(one)
    states = dict(Reminder.unscoped.filter(appointment=row).values_list("hours", "state"))
    assert states == {
        48: ReminderState.SKIPPED,
        24: ReminderState.SKIPPED,
        3: ReminderState.SENT,
    }


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_reminder(book: Book, reminding: AgendaSettings, rounds: int) -> None:
    for _round in range(rounds):
        row = Reminder.unscoped.filter(appointment=book()).earliest("due_at")
        Reminder.unscoped.filter(pk=row.pk).update(due_at=timezone.now())
        results = together(*[lambda pk=row.pk: reminder_send(pk)] * 4)
        assert not errors(results)
        assert sum(results) == 1
        assert Message.unscoped.filter(client_id=f"lembrete-{row.pk}").count() == 1


def waiting(row: Appointment):
    rows = Reminder.unscoped.filter(appointment=row, state=ReminderState.WAITING)
    return rows.values_list("pk", flat=True)


def test_a_reminder_that_did_not_leave_yet_keeps_its_conversation(
    book: Book, remind: Remind
) -> None:
    message = remind(book())
    Message.unscoped.filter(pk=message.pk).update(status=MessageStatus.PENDING)
    reminders_sweep()
    message.conversation.refresh_from_db()
    assert message.conversation.stage == Stage.QUEUE
