"""Reminders that fell due leave through the one send gate, or are held with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.choices import AppointmentState, ReminderState
from agenda.models import AgendaSettings, Reminder
from agenda.reminding import SHORTEST
from agenda.services.planning import is_wanted, quiet_of, settings_of
from agenda.services.wording import question_of, template_given
from common.errors import DomainError
from common.tasks import company_apart
from contacts.models import Contact
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.outbound import message_send
from omnichannel.services.starting import conversation_start
from providers.base import Templates
from providers.choices import MessageKind, MessageStatus
from providers.registry import has_face

AT_ONCE = 100
# A reminder that nobody sent for so long says something else than it was to say.
LATEST = timedelta(hours=6)
LEAVING = (MessageStatus.PENDING, MessageStatus.SENDING)


class NowhereToRemind(DomainError):
    """The company chose no channel, or nothing is known of how to reach the person."""

    code = "sem_canal_de_lembrete"
    message = _("Escolha o canal dos lembretes, e cadastre um telefone do paciente.")


def reminders_due() -> QuerySet[Reminder]:
    """Return what the sweep sends, of all companies."""
    return Reminder.unscoped.filter(state=ReminderState.WAITING, due_at__lte=timezone.now())


def reminders_begun() -> QuerySet[Reminder]:
    """Return reminders whose conversations were opened for them and wait to be closed again."""
    return Reminder.unscoped.filter(began=True).exclude(message__status__in=LEAVING)


def reminders_sweep() -> int:
    """Send what is due and close what was opened for it; return how many were looked at."""
    found: Any = reminders_due().order_by("due_at").values_list("pk", "company_id")[:AT_ONCE]
    count = 0
    for pk, company_id in found:
        with company_apart("reminder", company_id):
            count += reminder_send(pk)
    begun: Any = reminders_begun().order_by("updated_at").values_list("pk", "company_id")
    for pk, company_id in begun[:AT_ONCE]:
        with company_apart("reminder", company_id):
            reminder_settle(pk)
    return count


@transaction.atomic
def reminder_send(reminder_id: UUID) -> bool:
    """Send one, hold it or leave it out, in the transaction that claims it; return whether it was
    ours.
    """
    rows: Any = reminders_due().filter(pk=reminder_id).select_for_update(skip_locked=True)
    row: Reminder | None = rows.first()
    if row is None:
        return False
    row.appointment.refresh_from_db()
    settings, now = settings_of(row.company_id), timezone.now()
    is_over = row.appointment.starts_at <= now + SHORTEST or row.due_at < now - LATEST
    is_booked = row.appointment.state == AppointmentState.BOOKED
    if settings is None or not settings.is_on or is_over or not is_booked or not is_wanted(row):
        row.state = ReminderState.SKIPPED
    elif (quiet := quiet_of(settings)).holds(now):
        row.due_at = quiet.after(now)
    else:
        _try(row, settings)
    row.save()
    return True


def _try(row: Reminder, settings: AgendaSettings) -> None:
    try:
        with transaction.atomic():
            row.message, row.began = _sent(row, settings)
            row.state = ReminderState.SENT
    except DomainError as refused:
        row.message, row.state = None, ReminderState.HELD
        row.held_code, row.held_detail = refused.code, str(refused.detail)[:500]


def _sent(row: Reminder, settings: AgendaSettings) -> tuple[Message, bool]:
    channel, appointment = settings.channel, row.appointment
    if channel is None or appointment.contact is None:
        raise NowhereToRemind
    talk = talk_with(appointment.contact, channel)
    began = not talk.message_seq
    template = settings.template if has_face(channel.kind, Templates) else None
    if template is not None:
        given: dict[str, Any] = {
            "kind": MessageKind.TEMPLATE,
            "template": template_given(template, appointment, channel.kind),
        }
    else:
        text, question = question_of(appointment)
        given = {"kind": MessageKind.INTERACTIVE, "text": text, "content": question}
    message = message_send(
        conversation=talk,
        author=None,
        author_kind=Author.BOT,
        client_id=f"lembrete-{row.pk}",
        **given,
    )
    return message, began


def talk_with(contact: Contact, channel: Channel) -> Conversation:
    """Return the open conversation with somebody, or with who answers for them, on a channel.
    Raises NowhereToRemind, and what `conversation_start` does.
    """
    for person in (contact, contact.guardian):
        address = person and (person.phone or person.email)
        if person is not None and address:
            return conversation_start(channel=channel, address=address, person=person)
    raise NowhereToRemind


@transaction.atomic
def reminder_settle(reminder_id: UUID) -> None:
    """Close a conversation that was opened for a reminder alone, once that has left: nobody waits
    in it. What its person writes opens the next one, or this again.
    """
    rows: Any = reminders_begun().filter(pk=reminder_id)
    row: Reminder | None = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return
    row.began = False
    row.save(update_fields=["began", "updated_at"])
    talk = row.message.conversation if row.message is not None else None
    is_quiet = talk is not None and talk.attendant_id is None and talk.last_inbound_at is None
    if talk is not None and is_quiet and talk.stage != Stage.CLOSED:
        conversation_close(conversation=talk, actor=None, line="agenda_lembrete")
