"""A message goes to the address its person wrote from in that conversation, and to no other."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from accounts.models import AuditEntry
from contacts.models import Contact, ContactIdentity, DuplicatePair, DuplicateReason
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.contacts import contact_save
from contacts.services.merging import contacts_merge, merge_undo
from contacts.services.privacy import contact_erase
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.conversations import (
    conversation_close,
    conversation_reopen,
)
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.gate import Refused
from omnichannel.services.outbound import message_retry, message_send, message_send_to_phone
from omnichannel.services.receipts import token_of
from providers.choices import MessageKind, MessageStatus
from providers.content import Choice, Place, Question, ReactionTo, Section
from providers.outgoing import SendResult
from providers.whatsapp.content import body_of
from tests import make
from tests.conftest import FIXTURES

pytestmark = pytest.mark.django_db
A, B = "5541988110001", "5541988110002"
# No body under tests/fixtures/cases tells of a later second.
CASES_END = 1795951957
USER_A, USER_B = "BR.91000000000000001", "BR.91000000000000002"


def says(channel: Channel, phone: str = "", user: str = "", words: str = "Oi", **extra: Any):
    """Let somebody write; return the stored message."""
    ids = {"from": phone} if phone else {"from": None}
    given = {**ids, **({"from_user_id": user} if user else {}), **extra}
    named = {**({"wa_id": phone} if phone else {}), **({"user_id": user} if user else {})}
    raw = make.said(words, **given)
    contacts = [{"profile": {"name": f"Pessoa {phone or user}"}, **named}]
    (event,) = make.process(make.body(channel, raw, contacts=contacts))
    assert event.state == "processado", event.error
    return Message.unscoped.get(external_id=raw["id"])


def changed(channel: Channel, old: tuple[str, str], new: tuple[str, str], kind: str = ""):
    """Let WhatsApp say that somebody has another number now."""
    (phone, user), (wa_id, user_id) = old, new
    raw = make.said(type="system", **{"from": phone, "from_user_id": user})
    raw.pop("text")
    raw["system"] = {
        "type": kind or "user_changed_number",
        **({"wa_id": wa_id} if wa_id else {}),
        **({"user_id": user_id} if user_id else {}),
    }
    (event,) = make.process(make.body(channel, raw, contacts=[]))
    assert event.state == "processado", event.error


def wire(provider, talk: Conversation, actor, **message: Any) -> dict[str, Any]:
    """Send a message in a conversation; return the address on the wire."""
    row = message_send(conversation=talk, author=actor, **(message or {"text": "Bom dia"}))
    conversation_deliver(conversation=talk)
    sent = next(one for one in provider.sent if one.token == token_of(row))
    body = body_of(sent)
    return {key: body[key] for key in ("to", "recipient") if key in body}


def template(channel: Channel) -> dict[str, Any]:
    Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="lembrete",
        language="pt_BR",
        status="APPROVED",
        category="UTILITY",
        components=[{"type": "BODY", "text": "Até amanhã!"}],
    )
    return {"kind": MessageKind.TEMPLATE, "template": {"name": "lembrete", "language": "pt_BR"}}


@pytest.fixture
def two(channel, ana):
    """Give the conversations of two people, made one record, with the merge."""
    first, second = says(channel, A, USER_A), says(channel, B, USER_B)
    kept, gone = first.conversation.contact, second.conversation.contact
    merge = contacts_merge(kept=kept, gone=gone, actor=ana)
    return first.conversation, second.conversation, merge


# --- merged, edited, moved -----------------------------------------------------------------------


def test_after_a_merge_each_is_answered_where_they_wrote(channel, ana, provider, two):
    mine, theirs, _merge = two
    says(channel, A, USER_A)
    assert wire(provider, mine, ana) == {"to": f"+{A}", "recipient": USER_A}
    assert wire(provider, theirs, ana) == {"to": f"+{B}", "recipient": USER_B}


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_merge_that_follows_a_message_that_waits_does_not_turn_it(
    channel, ana, provider, is_undone
):
    mine = says(channel, A, USER_A).conversation
    row = message_send(conversation=mine, author=ana, text="Seu exame está pronto")
    conversation_close(conversation=says(channel, B, USER_B).conversation, actor=None)
    other = Contact.unscoped.exclude(pk=mine.contact_id).get()
    merge = contacts_merge(kept=mine.contact, gone=other, actor=ana)
    # The other number takes the one conversation over before the message leaves.
    says(channel, B, USER_B)
    if is_undone:
        merge_undo(merge=merge, actor=ana)
    conversation_deliver(conversation=mine)
    assert provider.sent[0].to.phone == A
    assert provider.sent[0].token == token_of(row)


def test_an_edited_phone_moves_no_conversation(channel, ana, provider):
    talk = says(channel, "5541988110027", "BR.27").conversation
    contact_save(actor=ana, contact=talk.contact, phone="(41) 98811-0029")
    says(channel, "5541988110027", "BR.27")
    there = {"to": "+5541988110027", "recipient": "BR.27"}
    assert wire(provider, talk, ana) == there
    assert wire(provider, talk, ana, **template(channel)) == there


@pytest.mark.parametrize(
    "what",
    [
        {
            "kind": MessageKind.INTERACTIVE,
            "content": Question((Section((Choice("1", "Sim"),)),), "Confirma?"),
        },
        {"kind": MessageKind.LOCATION, "content": Place(-25, -49)},
        {"kind": MessageKind.REACTION, "content": ReactionTo("w", "👍")},
    ],
    ids=["buttons", "place", "reaction"],
)
def test_every_kind_of_message_goes_there(channel, ana, provider, two, what):
    mine, theirs, _merge = two
    assert wire(provider, mine, ana, **what)["to"] == f"+{A}"
    assert wire(provider, theirs, ana, **what)["to"] == f"+{B}"


def test_automatic_messages_go_there(channel, ana, provider, two):
    for talk in two[:2]:
        assert courtesy_send(talk, "posicao", text="Você é o próximo")
        conversation_deliver(conversation=talk)
    assert [message.to.phone for message in provider.sent] == [A, B]


def test_a_conversation_reopened_by_staff_goes_on_where_it_was(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    conversation_close(conversation=talk, actor=None)
    contact_save(actor=ana, contact=talk.contact, phone="41988110029")
    conversation_reopen(conversation=talk, actor=ana)
    assert wire(provider, talk, ana)["to"] == f"+{A}"


def test_a_failed_message_is_sent_again_to_where_it_was_written_for(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    row = message_send(conversation=talk, author=ana, text="Oi")
    Message.unscoped.filter(pk=row.pk).update(status=MessageStatus.FAILED)
    other = says(channel, B, USER_B).conversation
    conversation_close(conversation=other, actor=None)
    contacts_merge(kept=talk.contact, gone=other.contact, actor=ana)
    says(channel, B, USER_B)
    message_retry(message=row, actor=ana)
    conversation_deliver(conversation=talk)
    assert provider.sent[0].to.phone == A


def test_who_hides_the_number_is_answered_by_user_id_and_by_their_own_number_once_shown(
    channel, ana, provider
):
    talk = says(channel, "", USER_A).conversation
    contact_save(actor=ana, contact=talk.contact, phone="41988110029")
    assert wire(provider, talk, ana) == {"recipient": USER_A}
    says(channel, A, USER_A)
    assert wire(provider, talk, ana) == {"to": f"+{A}", "recipient": USER_A}
    says(channel, "", USER_A)
    assert wire(provider, talk, ana) == {"to": f"+{A}", "recipient": USER_A}


def test_the_form_of_a_number_is_the_one_they_wrote_from(channel, ana, provider):
    talk = says(channel, "5541988110001").conversation
    says(channel, "554188110001")
    assert wire(provider, talk, ana) == {"to": "+554188110001"}


def test_a_number_that_staff_choose_is_the_number_that_is_written_to(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    contact_save(actor=ana, contact=talk.contact, phone="41988110029")
    given = template(channel)
    row = message_send_to_phone(channel=channel, author=ana, phone="41 98811-0029", **given)
    again = message_send_to_phone(channel=channel, author=ana, phone="41 98811-0001", **given)
    conversation_deliver(conversation=row.conversation)
    conversation_deliver(conversation=again.conversation)
    assert [one.to.phone for one in provider.sent] == ["5541988110029", A]
    assert again.conversation_id == talk.pk
    # Whoever answers from there goes on in the conversation that was begun there.
    assert says(channel, "5541988110029", "BR.29").conversation_id == row.conversation_id


def test_an_undone_merge_gives_back_what_was_said_since(channel, ana, provider, two):
    mine, theirs, merge = two
    conversation_close(conversation=theirs, actor=None)
    conversation_close(conversation=mine, actor=None)
    since = says(channel, B, USER_B).conversation
    merge_undo(merge=merge, actor=ana)
    since.refresh_from_db()
    assert since.contact_id == merge.gone_id
    assert says(channel, B, USER_B).conversation_id == since.pk
    assert says(channel, A, USER_A).conversation.contact_id == merge.kept_id


def test_an_erased_person_has_no_address(channel, ana):
    talk = says(channel, A, USER_A).conversation
    message_send(conversation=talk, author=ana, text="Oi")
    conversation_close(conversation=talk, actor=None)
    contact_erase(contact=talk.contact, actor=ana)
    assert not Message.unscoped.exclude(address=None).exists()
    assert not Conversation.unscoped.exclude(address=None).exists()
    conversation_reopen(conversation=talk, actor=ana)
    with pytest.raises(Refused) as refused:
        message_send(conversation=talk, author=ana, **template(channel))
    assert refused.value.code == "sem_destino"


def test_one_that_kept_no_address_yet_is_answered_by_its_own_id_alone(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    Conversation.unscoped.update(address=None)
    contact_save(actor=ana, contact=talk.contact, phone="41988110029")
    assert wire(provider, talk, ana) == {"recipient": USER_A}


# --- WhatsApp says that somebody moved -----------------------------------------------------------


def test_a_changed_number_takes_conversations_and_waiting_messages_along(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    ended = Conversation.unscoped.get(pk=talk.pk)
    Channel.unscoped.update(status=ChannelStatus.ERROR)
    Channel.unscoped.update(status=ChannelStatus.ACTIVE)
    row = message_send(conversation=talk, author=ana, text="Oi")
    changed(channel, (A, USER_A), (B, USER_B))
    conversation_deliver(conversation=talk)
    assert (provider.sent[0].token, provider.sent[0].to.phone) == (token_of(row), B)
    ended.refresh_from_db()
    assert wire(provider, ended, ana) == {"to": f"+{B}", "recipient": USER_B}


def test_of_two_records_made_one_only_the_number_that_was_left_moves(channel, ana, provider, two):
    mine, theirs, _merge = two
    changed(channel, (A, USER_A), ("5541988110003", "BR.3"))
    assert wire(provider, mine, ana) == {"to": "+5541988110003", "recipient": "BR.3"}
    assert wire(provider, theirs, ana) == {"to": f"+{B}", "recipient": USER_B}


def test_an_ended_conversation_moves_too(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    conversation_close(conversation=talk, actor=None)
    changed(channel, (A, USER_A), (B, USER_B))
    conversation_reopen(conversation=talk, actor=ana)
    assert wire(provider, talk, ana)["to"] == f"+{B}"


def test_a_new_user_id_alone_leaves_no_number_that_may_be_stale(channel, ana, provider):
    talk = says(channel, A, USER_A).conversation
    changed(channel, ("", USER_A), ("", USER_B), "user_changed_user_id")
    assert wire(provider, talk, ana) == {"recipient": USER_B}


def test_who_wrote_from_the_new_number_before_it_was_announced_keeps_both_talks_apart(
    channel, ana, provider
):
    talk = says(channel, A, USER_A).conversation
    early = says(channel, B, USER_B).conversation
    changed(channel, (A, USER_A), (B, USER_B))
    assert early.pk != talk.pk
    assert wire(provider, talk, ana)["to"] == f"+{B}"
    assert DuplicatePair.unscoped.count() == 1


# --- the new owner of a number -------------------------------------------------------------------


def fixture(name: str, channel: Channel) -> dict[str, Any]:
    """A body of the cases as if it were sent now: days later Meta's window would be closed."""
    raw = (FIXTURES / "cases" / f"{name}.json").read_text()
    late = int(time.time()) - CASES_END
    moved = re.sub(r'(?<="timestamp": ")\d{10}', lambda told: str(int(told[0]) + late), raw)
    return json.loads(moved.replace("104900000000001", channel.account_id))


@pytest.mark.parametrize(
    ("bodies", "new", "number"),
    [
        (["13a1-old_owner", "13a2-new_owner"], "Karla Nova", "5541988110020"),
        (["13d-changed_number", "13d2-new_owner"], "Nadia Estranha", "5541988110022"),
    ],
)
def test_the_new_owner_of_a_number_is_a_person_of_their_own(
    channel, ana, provider, bodies, new, number
):
    if "13d" in bodies[0]:
        says(channel, number, "BR.777000000000004")
    make.process(*(fixture(name, channel) for name in bodies))
    assert Contact.unscoped.count() == 2
    fresh = Conversation.unscoped.get(contact__name=new)
    assert fresh.contact.phone == f"+{number}"
    assert wire(provider, fresh, ana)["to"] == f"+{number}"
    former = Conversation.unscoped.exclude(pk=fresh.pk).get()
    assert former.contact.phone != f"+{number}"
    # The old owner is written to by the user id that is theirs, never by the number.
    assert wire(provider, former, ana).get("to") != f"+{number}"


def test_nestor_moves_and_olivia_gets_his_old_number(channel, ana, provider):
    old, new = ("5541988110092", "BR.999000000000001"), ("5541988110093", "BR.999000000000002")
    nestor = says(channel, *old).conversation
    changed(channel, old, new)
    assert says(channel, *new).conversation_id == nestor.pk
    olivia = says(channel, old[0], "BR.999000000000003").conversation
    assert olivia.contact_id != nestor.contact_id
    assert wire(provider, olivia, ana)["to"] == "+5541988110092"
    assert wire(provider, nestor, ana)["to"] == "+5541988110093"
    # Meta repeats its webhooks: the number is Olivia's by now.
    changed(channel, old, new)
    assert says(channel, old[0], "BR.999000000000003").conversation_id == olivia.pk
    assert wire(provider, olivia, ana)["to"] == "+5541988110092"


def test_a_number_without_user_ids_that_was_left_finds_nobody(channel):
    nestor = says(channel, A).conversation
    changed(channel, (A, ""), (B, ""))
    assert says(channel, A).conversation.contact_id != nestor.contact_id
    assert says(channel, B).conversation_id == nestor.pk


def test_a_new_owner_is_noted_for_staff_to_see(channel):
    former = says(channel, A, USER_A).conversation
    fresh = says(channel, A, USER_B).conversation
    pair = DuplicatePair.unscoped.get()
    assert pair.reason == DuplicateReason.NUMBER
    assert {pair.first_id, pair.second_id} == {former.contact_id, fresh.contact_id}
    entry = AuditEntry.unscoped.get(action="contato.numero_deixado")
    assert entry.detail == {"outro": str(fresh.contact_id), "telefone": "(41) *****-0001"}
    says(channel, A, USER_B)
    assert DuplicatePair.unscoped.count() == 1


def test_old_and_new_owner_in_one_webhook_are_two_people(channel):
    bodies = [
        make.said(f"{user}", **{"from": A, "from_user_id": user}) for user in (USER_A, USER_B)
    ]
    named = [{"wa_id": A, "user_id": user} for user in (USER_A, USER_B)]
    make.process(make.body(channel, *bodies, contacts=named))
    assert Contact.unscoped.count() == 2
    assert ContactIdentity.unscoped.filter(value=A, realm="").count() == 1


def test_staff_who_say_that_both_are_one_person_are_believed(channel, ana, provider):
    former = says(channel, A, USER_A).conversation
    fresh = says(channel, A, USER_B).conversation
    contacts_merge(kept=former.contact, gone=fresh.contact, actor=ana)
    assert says(channel, A, USER_A).conversation_id == former.pk
    assert says(channel, A, USER_B).conversation_id == fresh.pk
    assert Contact.unscoped.standing().count() == 1
    assert Contact.unscoped.standing().get().phone == f"+{A}"


def test_an_undone_merge_does_not_bring_a_lost_number_back(channel, ana):
    first, second = says(channel, A, USER_A), says(channel, B, USER_B)
    merge = contacts_merge(
        kept=first.conversation.contact, gone=second.conversation.contact, actor=ana
    )
    says(channel, B, "BR.3")
    merge_undo(merge=merge, actor=ana)
    phones = dict(Contact.unscoped.values_list("pk", "phone"))
    assert phones[merge.gone_id] == ""
    assert phones[merge.kept_id] == f"+{A}"


def test_two_accounts_of_different_portfolios_may_call_one_person_differently(clinic, channel):
    """A user id is a business portfolio's own: another account's other id contradicts nothing."""
    other = make.channel(clinic, account_id="100000000000009", waba_id="100000000000008")
    one = says(channel, A, USER_A).conversation
    two = says(other, A, USER_B).conversation
    assert one.contact_id == two.contact_id
    assert says(channel, A, USER_A).conversation_id == one.pk
    assert says(other, A, USER_B).conversation_id == two.pk
    assert Contact.unscoped.count() == 1


def test_a_number_that_staff_wrote_down_is_its_first_writers(channel, ana):
    known = contact_save(actor=ana, contact=None, name="Rita", phone="41988110001")
    assert says(channel, A, USER_A).conversation.contact_id == known.pk


def test_two_conversations_of_one_person_in_one_batch_are_both_kept(channel, two):
    """Two records made one, and both phones write at once."""
    mine, theirs, _merge = two
    raws = [
        make.said(f"{phone} {n}", **{"from": phone, "from_user_id": user})
        for n in range(2)
        for phone, user in ((A, USER_A), (B, USER_B))
    ]
    (event,) = make.process(make.body(channel, *raws))
    assert event.state == "processado"
    for talk, phone in ((mine, A), (theirs, B)):
        talk.refresh_from_db()
        rows = Message.unscoped.filter(conversation=talk).order_by("seq")
        assert [row.text for row in rows] == ["Oi", f"{phone} 0", f"{phone} 1"]
        assert (talk.message_seq, talk.message_count, talk.unread_count) == (3, 3, 3)


LONG, SHORT = "5541988110001", "554188110001"


@pytest.mark.parametrize("wrote", [LONG, SHORT])
@pytest.mark.parametrize("comes", [LONG, SHORT])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_number_is_left_in_all_its_forms(channel, ana, provider, wrote, comes, is_told):
    """The provider's answer names the other form of the number, which is then known too."""
    other = SHORT if wrote == LONG else LONG
    nestor = says(channel, wrote, USER_A).conversation
    bound = IdentityRef(IdentityKind.WA_PHONE, other)
    provider.on_send = lambda message: SendResult("wamid.com.outra.forma", "accepted", (bound,))
    wire(provider, nestor, ana)
    provider.on_send = lambda message: None
    assert ContactIdentity.unscoped.filter(value__in=(LONG, SHORT)).count() == 2
    if is_told:
        changed(channel, (wrote, USER_A), (B, USER_B))
    olivia = says(channel, comes, "BR.3").conversation
    assert olivia.contact_id != nestor.contact_id
    assert wire(provider, olivia, ana)["to"] == f"+{comes}"
    assert wire(provider, nestor, ana).get("to") in (None, f"+{B}")


def test_an_answer_that_comes_after_a_number_was_left_does_not_bring_it_back(
    channel, ana, provider
):
    nestor = says(channel, A, USER_A).conversation

    def leaves_meanwhile(message):
        changed(channel, (A, USER_A), (B, USER_B))
        return SendResult("wamid.tarde", "accepted", (IdentityRef(IdentityKind.WA_PHONE, A),))

    provider.on_send = leaves_meanwhile
    wire(provider, nestor, ana)
    provider.on_send = lambda message: None
    assert says(channel, A, "BR.3").conversation.contact_id != nestor.contact_id
