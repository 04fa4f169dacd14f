"""A talk goes on by another channel: one ticket, one protocol, one promise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from common.errors import Forbidden, NotFound
from common.scoping import company_scope
from contacts.models import Contact
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.merging import contacts_merge
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.conversations import ConversationClosed, conversation_take
from omnichannel.services.elsewhere import WayTo, reaches_of
from omnichannel.services.gate import Refused
from omnichannel.services.outbound import message_send
from omnichannel.services.switching import conversation_continue
from queues.models import Queue, Ticket, TicketEvent
from queues.services.tickets import ticket_finish, ticket_transfer
from tests import make
from tests.queues.conftest import again, agree, make_queue, say
from tests.race import errors, together

pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)
YASMIN = PersonRef((IdentityRef(IdentityKind.IG_SID, "77", ""),), "Yasmin Teles")


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def queue(clinic: Company, beto: Membership, carla: Membership) -> Queue:
    return make_queue(clinic, beto, carla)


@pytest.fixture
def sms(clinic: Company) -> Channel:
    return make.sms_channel(clinic)


@pytest.fixture
def talk(channel: Channel, queue: Queue, beto: Membership) -> Conversation:
    """Somebody wrote by WhatsApp two days ago, and beto serves them."""
    talk = make.inbound(channel, at=timezone.now() - timedelta(days=2)).conversation
    with company_scope(talk.company_id):
        return conversation_take(conversation=again(talk), attendant=beto)


def ways(talk: Conversation, text: str = "") -> dict[str, WayTo]:
    """Return the ways to a conversation's person, by the kind of channel."""
    with company_scope(talk.company_id):
        return {one.channel.kind: one for one in reaches_of(again(talk), text)}


def go(talk: Conversation, actor: Membership, kind: str) -> Conversation:
    key = ways(talk)[kind].key
    with company_scope(talk.company_id):
        return conversation_continue(conversation=again(talk), key=key, actor=actor)


def lines(talk: Conversation) -> list[str]:
    rows = Message.unscoped.filter(conversation=talk, kind="sistema").order_by("seq")
    return [row.metadata["event"] for row in rows]


def test_the_ticket_goes_along_with_all_it_is(talk, sms, beto, carla):
    before = Ticket.unscoped.get()
    new = go(talk, beto, "sms")
    ticket = Ticket.unscoped.get()
    kept = ("protocol", "entered_at", "started_at", "wait_seconds", "resolution_due_at", "status")
    assert {name: getattr(ticket, name) for name in kept} == {
        name: getattr(before, name) for name in kept
    }
    assert (ticket.conversation_id, ticket.attendant) == (new.pk, beto)
    assert (again(new).stage, again(new).attendant) == (Stage.HUMAN, beto)
    assert again(talk).stage == Stage.CLOSED
    assert again(new).continues_id == talk.pk
    assert lines(talk)[-1] == "continua_em"
    assert lines(new) == ["continua_de"]
    assert again(new).last_message_at is not None
    agree()
    # The first answer is noted once, wherever it was given.
    say(new, beto)
    assert again(ticket).first_response_at is not None
    assert "continuado" in TicketEvent.unscoped.values_list("kind", flat=True)


def test_the_wait_of_whoever_waits_for_an_answer_goes_along(talk, sms, beto):
    waited = again(talk).waiting_since
    new = go(talk, beto, "sms")
    assert again(new).waiting_since == waited
    assert again(talk).waiting_since is None


def test_what_they_write_where_they_began_belongs_to_the_same_ticket(talk, sms, channel, beto):
    new = go(talk, beto, "sms")
    back = make.inbound(channel, text="Voltei").conversation
    assert Ticket.unscoped.count() == 1
    assert (again(back).stage, again(back).attendant) == (Stage.HUMAN, beto)
    assert lines(back)[-1] == "voltou"
    # They are answered there, and going on from there brings the ticket back.
    say(back, beto)
    assert Ticket.unscoped.count() == 1
    third = go(new, beto, "whatsapp")
    assert third.pk == back.pk
    assert Ticket.unscoped.get().conversation_id == back.pk
    assert again(new).stage == Stage.CLOSED
    agree()


@pytest.mark.parametrize("end", ["finish", "transfer"])
def test_whoever_lets_go_of_the_ticket_lets_go_of_all_of_it(talk, sms, channel, beto, carla, end):
    new = go(talk, beto, "sms")
    back = make.inbound(channel, text="Voltei").conversation
    ticket = Ticket.unscoped.get()
    with company_scope(talk.company_id):
        if end == "finish":
            ticket_finish(ticket=ticket, actor=beto, reason="Resolvido")
        else:
            ticket_transfer(ticket=ticket, actor=beto, attendant=carla, reason="Férias")
    assert again(back).stage == Stage.CLOSED
    assert again(new).attendant == (beto if end == "finish" else carla)
    agree()


@pytest.mark.parametrize("back", ["whatsapp", "instagram"])
def test_while_it_waits_what_they_write_by_another_channel_opens_no_second(
    clinic, talk, sms, channel, beto, ana, back
):
    """It comes to where they write now, with its place; the conversation it waited in ends."""
    new = go(talk, beto, "sms")
    before = Ticket.unscoped.get()
    other = make_queue(clinic, ana, name="Exames", is_default=False)
    with company_scope(clinic):
        ticket_transfer(ticket=before, actor=beto, queue=other, reason="Férias")
    (ticket,) = Ticket.unscoped.open()
    assert (ticket.status, ticket.conversation_id) == ("aguardando", new.pk)
    if back == "whatsapp":
        here = make.inbound(channel, text="Oi?").conversation
    else:
        met = make.inbound(make.messaging_channel(clinic), person=YASMIN, is_echo=True)
        contacts_merge(kept=talk.contact, gone=met.conversation.contact, actor=ana)
        here = make.inbound(met.channel, person=YASMIN).conversation
    (same,) = Ticket.unscoped.open()
    kept = ("pk", "protocol", "entered_at", "queued_at", "queue_id", "status")
    assert [getattr(same, name) for name in kept] == [getattr(ticket, name) for name in kept]
    assert same.conversation_id == here.pk
    assert (again(new).stage, lines(new)[-1]) == (Stage.CLOSED, "continua_em")
    assert again(here).continues_id == new.pk
    agree()


def test_two_tickets_of_one_person_become_one(clinic, channel, queue, sms, beto, ana):
    instagram = make.messaging_channel(clinic)
    one = make.inbound(channel).conversation
    two = make.inbound(instagram, person=YASMIN).conversation
    contacts_merge(kept=one.contact, gone=two.contact, actor=ana)
    with company_scope(clinic):
        conversation_take(conversation=again(one), attendant=beto)
    assert Ticket.unscoped.open().count() == 2
    new = go(one, beto, "instagram")
    assert new.pk == two.pk
    (ticket,) = Ticket.unscoped.open()
    assert (ticket.conversation_id, ticket.attendant) == (two.pk, beto)
    (other,) = Ticket.unscoped.exclude(pk=ticket.pk)
    assert (other.status, other.end_reason) == (
        "transferido",
        f"juntado ao atendimento {ticket.protocol}",
    )
    agree()


def test_each_way_has_its_reason_and_what_it_takes(clinic, channel, talk, sms, ana):
    instagram = make.messaging_channel(clinic)
    met = make.inbound(instagram, person=YASMIN, at=timezone.now() - timedelta(hours=27))
    contacts_merge(kept=talk.contact, gone=met.conversation.contact, actor=ana)
    found = ways(talk, "Olá! " * 60)
    assert [found["sms"].state, found["sms"].parts] == ["aberta", 2]
    closed = found["instagram"]
    assert closed.state == "fechada"
    assert closed.closed_at is not None
    assert timedelta(hours=2) < timezone.now() - closed.closed_at < timedelta(hours=4)
    assert "whatsapp" not in found
    # From there, WhatsApp: closed too, a template would arrive.
    assert ways(met.conversation)["whatsapp"].state == "fechada"
    with company_scope(clinic):
        Template.unscoped.create(
            company=clinic, waba_id=channel.waba_id, name="a", language="pt_BR", status="APPROVED"
        )
    assert ways(met.conversation)["whatsapp"].state == "modelo"
    assert not found["instagram"].is_usable
    with pytest.raises(Refused):
        go(talk, ana, "instagram")


def test_where_they_wrote_last_comes_first(clinic, channel, talk, sms, ana):
    instagram = make.messaging_channel(clinic)
    met = make.inbound(instagram, person=YASMIN)
    contacts_merge(kept=talk.contact, gone=met.conversation.contact, actor=ana)
    assert next(iter(ways(talk))) == "instagram"


def test_an_address_that_is_not_the_persons_is_no_way(talk, clinic, rival, beto):
    make.sms_channel(rival)
    assert ways(talk) == {}
    with company_scope(clinic), pytest.raises(NotFound):
        conversation_continue(conversation=again(talk), key="x.y", actor=beto)


def test_a_typed_number_is_a_way_and_said_to_be_unverified(clinic, sms, queue, ana):
    instagram = make.messaging_channel(clinic)
    met = make.inbound(instagram, person=YASMIN).conversation
    Contact.unscoped.filter(pk=met.contact_id).update(phone="+5541988887777")
    way = ways(met)["sms"]
    assert (way.address, way.is_verified, way.talk) == ("5541988887777", False, None)
    new = go(met, ana, "sms")
    assert new.contact_id == met.contact_id
    assert again(new).address == {"phone": "", "user_id": "", "address": "5541988887777"}


def test_a_colleagues_talk_and_an_ended_one_stay(talk, sms, carla, beto):
    with pytest.raises(Forbidden):
        go(talk, carla, "sms")
    new = go(talk, beto, "sms")
    assert new.pk != talk.pk
    with pytest.raises(ConversationClosed):
        go(talk, beto, "sms")


def test_promotions_by_a_channel_they_never_chose_need_their_word(talk, clinic, channel, beto, ana):
    make.inbound(other := make.messaging_channel(clinic), person=YASMIN)
    met = Conversation.unscoped.get(channel=other)
    with company_scope(clinic):
        promotion = Template.unscoped.create(
            company=clinic,
            waba_id=channel.waba_id,
            name="promo",
            language="pt_BR",
            status="APPROVED",
            category="MARKETING",
            components=[{"type": "BODY", "text": "Oi"}],
        )
        Contact.unscoped.filter(pk=met.contact_id).update(phone="+5541977776666")
    new = go(met, ana, "whatsapp")
    with company_scope(clinic), pytest.raises(Refused) as refused:
        message_send(
            conversation=new,
            author=ana,
            kind="template",
            template={"name": promotion.name, "language": "pt_BR", "variables": {}},
        )
    assert refused.value.code == "sem_consentimento"


@racing
def test_two_who_go_on_at_once_leave_one_ticket_and_one_way(talk, sms, beto, ana):
    key = ways(talk)["sms"].key

    def act(who: Membership) -> Any:
        with company_scope(talk.company_id):
            return conversation_continue(conversation=again(talk), key=key, actor=who)

    results = together(lambda: act(beto), lambda: act(ana))
    assert [type(one) for one in errors(results)] == [ConversationClosed]
    assert Ticket.unscoped.count() == 1
    assert Conversation.unscoped.open().count() == 1


@racing
def test_whoever_writes_while_a_colleague_goes_on_gets_no_second_ticket(talk, sms, channel, beto):
    results = together(
        lambda: go(talk, beto, "sms"),
        lambda: make.inbound(channel, text="Oi?"),
    )
    assert not errors(results)
    assert Ticket.unscoped.open().count() == 1
