"""One person on two kinds of channel: each conversation is answered where they wrote from in it."""

from __future__ import annotations

import pytest

from contacts.models import Contact, ContactIdentity
from contacts.services.contacts import contact_save
from contacts.services.merging import contacts_merge, merge_undo
from contacts.services.privacy import contact_erase
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_reopen
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.gate import Refused
from omnichannel.services.outbound import message_send, message_send_to_phone
from providers.choices import MessageStatus
from tests import kinds, make
from tests.kinds import by_number, writes
from tests.omnichannel.services.test_addresses import changed, says
from tests.race import errors, together

pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)
A, B, C = "5541988110001", "5541988110002", "5541988110003"
USER_A, USER_B = "BR.91000000000000001", "BR.91000000000000002"


@pytest.fixture
def sms(monkeypatch):
    return kinds.numbers(monkeypatch)


@pytest.fixture
def texts(clinic, sms) -> Channel:
    return kinds.channel_of(clinic, sms)


def answer(talk: Conversation, actor, words: str = "Bom dia") -> Message:
    row = message_send(conversation=talk, author=actor, text=words)
    conversation_deliver(conversation=talk)
    row.refresh_from_db()
    return row


def test_each_kind_is_answered_on_its_own_channel_at_its_own_form(
    channel, texts, ana, provider, sms
):
    chat = says(channel, "554188110001", USER_A).conversation
    text = writes(texts, by_number(A)).conversation
    assert chat.contact_id == text.contact_id
    assert answer(chat, ana).status == answer(text, ana).status == MessageStatus.SENT
    assert [(to.phone, to.user_id) for to in (one.to for one in provider.sent)] == [
        ("554188110001", USER_A)
    ]
    assert [one.to.address for one in sms.sent] == [A]
    assert (sms.sent[0].to.phone, sms.sent[0].to.user_id) == ("", "")


def test_after_a_merge_each_is_answered_where_they_wrote(channel, texts, ana, provider, sms):
    chat, text = says(channel, A, USER_A).conversation, writes(texts, by_number(B)).conversation
    contacts_merge(kept=chat.contact, gone=text.contact, actor=ana)
    writes(texts, by_number(C))
    other = Contact.unscoped.standing().exclude(pk=chat.contact_id).get()
    contacts_merge(kept=chat.contact, gone=other, actor=ana)
    answer(chat, ana)
    answer(text, ana)
    assert [one.to.phone for one in provider.sent] == [A]
    assert [one.to.address for one in sms.sent] == [B]


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_merge_does_not_turn_what_waits(channel, texts, ana, sms, is_undone):
    text = writes(texts, by_number(A)).conversation
    row = message_send(conversation=text, author=ana, text="Seu exame está pronto")
    conversation_close(conversation=writes(texts, by_number(B)).conversation, actor=None)
    other = Contact.unscoped.exclude(pk=text.contact_id).get()
    merge = contacts_merge(kept=text.contact, gone=other, actor=ana)
    # The other number takes the one conversation over before the message leaves.
    writes(texts, by_number(B))
    if is_undone:
        merge_undo(merge=merge, actor=ana)
    conversation_deliver(conversation=text)
    assert [one.to.address for one in sms.sent] == [A]
    row.refresh_from_db()
    assert row.status == MessageStatus.SENT


def test_an_edited_phone_moves_no_conversation(channel, texts, ana, provider, sms):
    chat, text = says(channel, A, USER_A).conversation, writes(texts, by_number(A)).conversation
    contact_save(actor=ana, contact=text.contact, phone="(41) 98811-0002")
    answer(chat, ana)
    answer(text, ana)
    assert provider.sent[0].to.phone == A
    assert sms.sent[0].to.address == A


def test_a_number_that_staff_choose_is_written_to_by_either_kind(
    channel, texts, ana, provider, sms
):
    typed = contact_save(actor=ana, contact=None, name="Rita", phone="(41) 98811-0001")
    row = message_send_to_phone(channel=texts, author=ana, phone="41988110001", text="Oi")
    conversation_deliver(conversation=row.conversation)
    assert row.conversation.contact_id == typed.pk
    assert [one.to.address for one in sms.sent] == [A]
    # Whoever answers from there goes on in the conversation that was begun there.
    assert writes(texts, by_number("554188110001")).conversation_id == row.conversation_id
    assert says(channel, A, USER_A).conversation.contact_id == typed.pk


def test_an_erased_person_has_no_address(texts, ana, sms):
    text = writes(texts, by_number(A)).conversation
    conversation_close(conversation=text, actor=None)
    contact_erase(contact=text.contact, actor=ana)
    conversation_reopen(conversation=text, actor=ana)
    with pytest.raises(Refused) as refused:
        message_send(conversation=text, author=ana, text="Oi")
    assert refused.value.code == "sem_destino"


# --- a number that its person has left -----------------------------------------------------------


@pytest.mark.parametrize("is_waiting", [False, True])
def test_a_number_left_on_one_kind_is_written_to_by_none(
    channel, texts, ana, provider, sms, is_waiting
):
    chat = says(channel, A, USER_A).conversation
    text = writes(texts, by_number(A)).conversation
    waiting = message_send(conversation=text, author=ana, text="Seu exame") if is_waiting else None
    changed(channel, (A, USER_A), (B, USER_B))
    if waiting:
        conversation_deliver(conversation=text)
        waiting.refresh_from_db()
        assert (waiting.status, waiting.error_code) == (MessageStatus.FAILED, "sem_destino")
    # SMS was not told of a new number: nobody guesses one.
    text.refresh_from_db()
    with pytest.raises(Refused) as refused:
        message_send(conversation=text, author=ana, text="Oi")
    assert refused.value.code == "sem_destino"
    assert sms.sent == []
    chat.refresh_from_db()
    answer(chat, ana)
    assert provider.sent[0].to.phone == B


def test_the_new_owner_of_a_number_is_a_person_of_their_own_for_both_kinds(
    channel, texts, ana, provider, sms
):
    nestor = writes(texts, by_number(A, "Nestor")).conversation
    assert says(channel, A, USER_A).conversation.contact_id == nestor.contact_id
    changed(channel, (A, USER_A), (B, USER_B))
    olivia = writes(texts, by_number(A, "Olivia")).conversation
    assert olivia.contact_id != nestor.contact_id
    answer(olivia, ana)
    assert [one.to.address for one in sms.sent] == [A]
    nestor.refresh_from_db()
    assert nestor.address is None
    # Their new number finds them, and they go on where they were.
    assert writes(texts, by_number(B)).conversation_id == nestor.pk
    nestor.refresh_from_db()
    answer(nestor, ana)
    assert sms.sent[-1].to.address == B
    # WhatsApp repeats itself: the number is Olivia's by now.
    changed(channel, (A, USER_A), (B, USER_B))
    assert writes(texts, by_number(A)).conversation_id == olivia.pk
    assert says(channel, A, "BR.3").conversation.contact_id == olivia.contact_id


def test_another_user_id_takes_the_number_from_the_old_owner_on_both_kinds(
    channel, texts, ana, provider, sms
):
    old = says(channel, A, USER_A).conversation
    text = writes(texts, by_number(A)).conversation
    new = says(channel, A, USER_B).conversation
    assert old.contact_id == text.contact_id != new.contact_id
    text.refresh_from_db()
    with pytest.raises(Refused):
        message_send(conversation=text, author=ana, text="Seu exame")
    assert writes(texts, by_number(A)).conversation.contact_id == new.contact_id


# --- at the same moment --------------------------------------------------------------------------


@racing
def test_first_messages_of_two_kinds_at_once_make_one_person_and_a_conversation_each(
    channel, texts, provider
):
    for turn in range(4):
        long, short = f"55419{81110000 + turn}", f"5541{81110000 + turn}"
        at_once = [
            (channel, make.person(long, user_id=f"BR.{long}")),
            (texts, by_number(short)),
            (channel, make.person(short, user_id=f"BR.{long}")),
            (texts, by_number(long)),
        ]
        results = together(*(lambda on=on, who=who: writes(on, who) for on, who in at_once))
        assert errors(results) == []
        assert Contact.unscoped.count() == turn + 1
        assert Conversation.unscoped.count() == 2 * (turn + 1)
        assert len({row.conversation_id for row in results}) == 2


@racing
def test_a_first_text_and_a_start_by_staff_at_once_are_one_conversation(texts, ana, sms):
    for turn in range(4):
        number = f"55419{82220000 + turn}"
        results = together(
            lambda n=number: writes(texts, by_number(n)).conversation_id,
            lambda n=number: (
                message_send_to_phone(channel=texts, author=ana, phone=n, text="Oi").conversation_id
            ),
        )
        assert errors(results) == []
        assert len(set(results)) == 1
        assert ContactIdentity.unscoped.filter(value=number).count() == 1
