"""The waiting list: who is offered a freed slot, and who gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from agenda.choices import (
    AnswerMeaning,
    AppointmentSource,
    AppointmentState,
    InviteState,
    WaitState,
)
from agenda.models import AgendaSettings, Appointment, FreedSlot, SlotInvite, WaitingPlace
from agenda.services.appointments import appointment_cancel
from agenda.services.offers import offer_accept, offers_sweep, places_for
from contacts.models import Contact
from contacts.services.contacts import contact_save
from omnichannel.models import Channel, Message
from tests import make
from tests.agenda.conftest import Book
from tests.race import errors, together


def patient(actor: Membership, name: str = "Paula Reis") -> Contact:
    return contact_save(actor=actor, name=name, phone=f"+554199{make.next_number():07d}")


def wait(actor: Membership, contact: Contact | None = None, **values: object) -> WaitingPlace:
    return WaitingPlace.unscoped.create(
        company_id=actor.company_id, contact=contact or patient(actor), **values
    )


def freed(book: Book, actor: Membership, **values: object) -> FreedSlot:
    row = book(**values)
    appointment_cancel(appointment=row, actor=actor)
    return FreedSlot.unscoped.get(freed=row)


def talks(channel: Channel, place: WaitingPlace) -> None:
    """Let a person have written, so that the channel's window is open."""
    make.inbound(channel, person=make.person(place.contact.phone[1:], place.contact.name))


def test_a_freed_slot_is_offered_to_the_few_who_fit_the_most_urgent_first(
    book: Book, ana: Membership, channel: Channel, reminding: AgendaSettings
) -> None:
    reminding.offered_to = 2
    reminding.save()
    usual, urgent, other_kind = wait(ana), wait(ana, urgency=2), wait(ana, kind="Botox")
    late_notice, third = wait(ana, notice_hours=200), wait(ana)
    for place in (usual, urgent, other_kind, late_notice, third):
        talks(channel, place)
    slot = freed(book, ana)
    offers_sweep()
    invited = list(SlotInvite.unscoped.filter(slot=slot).order_by("pk"))
    assert [one.place for one in invited] == [urgent, usual]
    assert {one.state for one in invited} == {InviteState.OPEN}
    # The next wave asks who was not asked.
    FreedSlot.unscoped.filter(pk=slot.pk).update(next_at=timezone.now())
    offers_sweep()
    assert [one.place for one in SlotInvite.unscoped.filter(slot=slot, wave=2)] == [third]


def test_nobody_is_offered_a_later_time_than_they_have(
    book: Book, ana: Membership, channel: Channel, reminding: AgendaSettings, joana: Contact
) -> None:
    sooner = book(at=timezone.now() + timedelta(days=1))
    wait(ana, joana, appointment=sooner)
    slot = freed(book, ana, contact=patient(ana))
    assert places_for(slot, timezone.now()) == []


def test_the_first_yes_wins_the_others_are_told_and_keep_their_place(
    book: Book, ana: Membership, channel: Channel, reminding: AgendaSettings, joana: Contact
) -> None:
    own = book(at=timezone.now() + timedelta(days=20))
    place, other = wait(ana, joana, appointment=own), wait(ana)
    make.inbound(channel)
    talks(channel, other)
    slot = freed(book, ana, contact=patient(ana))
    offers_sweep()
    invite = SlotInvite.unscoped.get(slot=slot, place=place)
    Message.unscoped.filter(pk=invite.message_id).update(
        external_id="wamid.oferta", status="enviada"
    )
    make.inbound(channel, text="quero sim, confirmo")
    make.inbound(channel, text="sim")
    slot.refresh_from_db()
    assert slot.holder == place
    won = Appointment.unscoped.get(source=AppointmentSource.WAITING)
    assert (won.contact, won.starts_at, won.answer) == (
        joana,
        slot.starts_at,
        AnswerMeaning.CONFIRMS,
    )
    own.refresh_from_db()
    assert own.state == AppointmentState.CANCELLED
    offers_sweep()
    late = SlotInvite.unscoped.get(slot=slot, place=other)
    assert late.state == InviteState.LATE
    told = Message.unscoped.filter(
        conversation=late.message.conversation, metadata__purpose="agenda_vaga"
    )
    assert "já foi preenchido" in told.get().text
    other.refresh_from_db()
    assert other.state == WaitState.WAITING
    # The winner's old time is offered on.
    assert FreedSlot.unscoped.filter(freed=own, depth=1).exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_who_say_yes_at_once_are_one_winner(
    book: Book, ana: Membership, reminding: AgendaSettings, rounds: int
) -> None:
    places = [wait(ana) for _ in range(50)]
    for _round in range(rounds):
        slot = freed(book, ana, contact=patient(ana))
        invites = [
            SlotInvite.unscoped.create(company_id=ana.company_id, slot=slot, place=place, wave=1)
            for place in places
        ]
        results: list[object] = []
        # The pool of a test has forty connections.
        for part in (invites[:35], invites[35:]):
            results += together(*[lambda one=one: offer_accept(one) for one in part])
        assert not errors(results)
        assert results.count(True) == 1
        slot.refresh_from_db()
        winner = SlotInvite.unscoped.get(slot=slot, state=InviteState.WON)
        assert slot.holder == winner.place
        assert SlotInvite.unscoped.filter(slot=slot, state=InviteState.LATE).count() == 49
        made = Appointment.unscoped.filter(source=AppointmentSource.WAITING)
        assert made.filter(contact=winner.place.contact).count() == 1
        made.delete()
        WaitingPlace.unscoped.update(state=WaitState.WAITING, appointment=None)


def test_saying_yes_twice_is_one_appointment(
    book: Book, ana: Membership, reminding: AgendaSettings
) -> None:
    place = wait(ana)
    slot = freed(book, ana)
    invite = SlotInvite.unscoped.create(company_id=ana.company_id, slot=slot, place=place, wave=1)
    assert offer_accept(invite) and offer_accept(invite)
    assert Appointment.unscoped.filter(source=AppointmentSource.WAITING).count() == 1
