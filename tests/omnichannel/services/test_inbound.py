"""What people wrote: one person, one open conversation, every message once and in order."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError
from django.utils import timezone

from contacts.models import Contact
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.choices import Stage
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.addresses import recipient_of
from omnichannel.services.conversations import conversation_close, conversation_reopen
from omnichannel.services.facts import facts_apply
from omnichannel.services.inbound import call_as_message, messages_store
from omnichannel.services.newest import preview
from providers.choices import MessageKind, MessageStatus
from providers.facts import AccountRef, CallNotice, IdentityChange
from tests import make
from tests.race import errors, together

BSUID = "BR.1502576394655843"
PHONE_ONLY = PersonRef((IdentityRef(IdentityKind.WA_PHONE, make.PHONE),), "Joana")
BSUID_ONLY = PersonRef((IdentityRef(IdentityKind.WA_BSUID, BSUID),), "Joana")
BOTH = make.person(user_id=BSUID)
racing = pytest.mark.django_db(transaction=True)


def retried(channel, fact):
    """Store as the pipeline does: a clash with another worker is looked at once more."""

    def store():
        for _ in range(3):
            try:
                return messages_store(channel=channel, messages=[fact])
            except IntegrityError:
                continue
        raise AssertionError("three clashes in a row")

    return store


# --- races ---------------------------------------------------------------------------------------


@racing
def test_an_album_of_a_new_person_is_one_person_one_conversation_and_every_picture(channel, rounds):
    for turn in range(rounds):
        person = make.person(f"55419911{turn:05d}")
        facts = [make.fact(channel, text=f"{turn}/{n}", person=person) for n in range(20)]
        results = together(*(retried(channel, fact) for fact in facts))
        assert errors(results) == []
        (talk,) = Conversation.unscoped.filter(identity__value=f"55419911{turn:05d}")
        rows = Message.unscoped.filter(conversation=talk).order_by("seq")
        assert [row.seq for row in rows] == list(range(1, 21))
        assert {row.text for row in rows} == {fact.text for fact in facts}
        assert (talk.message_seq, talk.message_count, talk.unread_count) == (20, 20, 20)
        assert talk.revision == 20
        assert Contact.unscoped.count() == turn + 1


@racing
def test_the_same_message_from_eight_workers_is_stored_once(channel, rounds):
    for _ in range(rounds):
        fact = make.fact(channel)
        results = together(*(retried(channel, fact) for _ in range(8)))
        assert errors(results) == []
        assert sum(len(result) for result in results) == 1
    talk = Conversation.unscoped.get()
    assert (talk.message_count, talk.message_seq) == (rounds, rounds)


@racing
def test_two_ids_of_one_person_at_once_open_one_conversation(channel, rounds):
    """No lock on an identity covers this: the two workers know the person by different ids."""
    first = make.inbound(channel, person=BOTH)
    talk = first.conversation
    for _ in range(rounds):
        conversation_close(conversation=talk, actor=None)
        results = together(
            retried(channel, make.fact(channel, person=PHONE_ONLY)),
            retried(channel, make.fact(channel, person=BSUID_ONLY)),
        )
        assert errors(results) == []
        talk = Conversation.unscoped.open().get()
        assert talk.message_count == 2


@racing
def test_a_close_while_a_message_arrives_loses_nothing(channel, beto, rounds):
    for turn in range(rounds):
        talk = make.inbound(channel, text=f"antes {turn}").conversation
        results = together(
            lambda talk=talk: conversation_close(conversation=talk, actor=beto),
            retried(channel, make.fact(channel, text=f"durante {turn}")),
        )
        assert errors(results) == []
        message = Message.unscoped.get(text=f"durante {turn}")
        holder = message.conversation
        # Before the close, and then it ended with the rest; or after it, and a new one is open.
        assert holder.is_open or holder.pk == talk.pk
        assert holder.is_open == (holder.pk != talk.pk)
        seqs = Message.unscoped.filter(conversation=talk).order_by("seq").values_list("seq")
        assert [seq for (seq,) in seqs] == list(range(1, len(seqs) + 1))
        if holder.is_open:
            conversation_close(conversation=holder, actor=None)


@racing
def test_a_reopening_while_a_message_arrives_leaves_one_open_conversation(channel, beto, rounds):
    from common.errors import Conflict

    for _ in range(rounds):
        talk = make.inbound(channel, person=BOTH).conversation
        conversation_close(conversation=talk, actor=None)
        results = together(
            lambda talk=talk: conversation_reopen(conversation=talk, actor=beto),
            retried(channel, make.fact(channel, person=PHONE_ONLY)),
        )
        assert all(isinstance(error, Conflict) for error in errors(results))
        open_one = Conversation.unscoped.open().get()
        conversation_close(conversation=open_one, actor=None)


# --- order ---------------------------------------------------------------------------------------


def test_a_batch_is_stored_in_the_order_it_happened(channel):
    now = timezone.now() - timedelta(minutes=5)
    moments = [now + timedelta(seconds=n) for n in range(30)]
    facts = [make.fact(channel, text=str(n), at=at) for n, at in enumerate(moments)]
    Random(7).shuffle(facts)
    messages_store(channel=channel, messages=facts)
    rows = Message.unscoped.order_by("seq")
    assert [row.text for row in rows] == [str(n) for n in range(30)]


def test_messages_of_one_second_keep_the_order_of_arrival(channel):
    at = timezone.now()
    for text in "abcdef":
        make.inbound(channel, text=text, at=at)
    rows = Message.unscoped.order_by("happened_at", "seq")
    assert "".join(row.text for row in rows) == "abcdef"


def test_a_late_message_does_not_become_the_last(channel):
    now = timezone.now()
    make.inbound(channel, text="nova", at=now)
    talk = make.inbound(channel, text="atrasada", at=now - timedelta(hours=1)).conversation
    talk.refresh_from_db()
    assert talk.last_message_text == "nova"
    assert talk.last_message_seq == 1
    assert talk.last_inbound_at == now


# --- what a message changes ----------------------------------------------------------------------


def test_a_first_message_opens_a_conversation_that_waits(channel):
    at = timezone.now()
    talk = make.inbound(channel, text="  Bom\n\ndia  ", at=at).conversation
    talk.refresh_from_db()
    assert (talk.stage, talk.attendant_id) == (Stage.QUEUE, None)
    assert (talk.unread_count, talk.message_count, talk.revision) == (1, 1, 1)
    assert talk.last_message_text == "Bom dia"
    assert talk.last_message_direction == "entrada"
    assert talk.waiting_since == talk.opened_at == at
    assert talk.is_window_open
    assert talk.contact.name == "Joana Dias"
    assert talk.contact.phone == "+5541998887777"
    assert talk.contact.last_contact_at == at


def test_a_message_after_the_end_opens_a_new_conversation(conversation, channel):
    conversation_close(conversation=conversation, actor=None)
    again = make.inbound(channel).conversation
    assert again.pk != conversation.pk
    assert again.contact_id == conversation.contact_id


def test_the_preview_is_one_line_of_at_most_160_characters():
    assert preview("a\n\tb   c") == "a b c"
    assert len(preview("palavra " * 20_000)) <= 160


def test_a_message_from_the_phone_app_is_ours_and_answers(conversation, channel):
    echo = make.inbound(channel, text="respondi do celular", is_echo=True)
    conversation.refresh_from_db()
    assert (echo.direction, echo.author_kind) == ("saida", "celular")
    assert (echo.status, echo.sent_at) == (MessageStatus.SENT, echo.happened_at)
    assert (conversation.unread_count, conversation.waiting_since) == (0, None)
    assert conversation.last_message_direction == "saida"


def test_an_echo_opens_no_window(channel):
    talk = make.inbound(channel, is_echo=True).conversation
    talk.refresh_from_db()
    assert talk.last_inbound_at is None
    assert not talk.is_window_open


def test_history_is_read_closed_and_opens_no_window(channel):
    talk = make.inbound(channel, text="antiga", is_history=True).conversation
    talk.refresh_from_db()
    assert (talk.stage, talk.unread_count) == (Stage.CLOSED, 0)
    assert talk.last_inbound_at is None
    assert Message.unscoped.get().read_at is not None


def test_history_does_not_reopen_and_goes_to_the_persons_last_conversation(conversation, channel):
    conversation_close(conversation=conversation, actor=None)
    old = make.inbound(
        channel, text="de 2024", is_history=True, at=timezone.now() - timedelta(days=600)
    )
    assert old.conversation_id == conversation.pk
    conversation.refresh_from_db()
    assert conversation.stage == Stage.CLOSED


def test_a_call_is_a_line_that_opens_the_window(channel):
    call = CallNotice(AccountRef(channel.account_id), make.person(), "wacid.1", timezone.now())
    messages_store(channel=channel, messages=[call_as_message(call)])
    row = Message.unscoped.get()
    assert (row.kind, row.metadata) == (MessageKind.SYSTEM, {"event": "ligacao"})
    assert row.conversation.is_window_open


def test_a_quote_of_a_known_message_points_to_it_and_of_an_unknown_one_is_kept(channel):
    first = make.inbound(channel, external_id="wamid.a")
    known = make.inbound(channel, reply_to="wamid.a")
    unknown = make.inbound(channel, reply_to="wamid.de-outro-lugar")
    assert known.reply_to_id == first.pk
    assert (unknown.reply_to, unknown.reply_to_external_id) == (None, "wamid.de-outro-lugar")


def test_a_quote_never_reaches_into_another_company(channel, rival_channel):
    make.inbound(rival_channel, external_id="wamid.alheia")
    assert make.inbound(channel, reply_to="wamid.alheia").reply_to is None


def test_the_same_id_on_two_channels_is_two_messages(channel, rival_channel):
    make.inbound(channel, external_id="wamid.igual")
    make.inbound(rival_channel, external_id="wamid.igual")
    assert Message.unscoped.count() == 2


def test_a_file_is_queued_for_download_after_the_commit(
    channel, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = make.inbound(channel, media=(make.media_ref("9"),))
        assert bells == []
    row = Attachment.unscoped.get()
    assert (row.message_id, row.state, row.provider_media_id) == (message.pk, "pendente", "9")
    fetch = ("omnichannel.tasks.attachment_fetch", (str(channel.company_id), str(row.pk)))
    assert bells.count(fetch) == 1


# --- where the person is -------------------------------------------------------------------------


def test_a_person_who_writes_from_a_new_number_is_answered_there(channel):
    talk = make.inbound(channel, person=make.person("5511988887777")).conversation
    change = IdentityChange(
        AccountRef(channel.account_id),
        IdentityRef(IdentityKind.WA_PHONE, "5511988887777"),
        IdentityRef(IdentityKind.WA_PHONE, "5511977776666"),
        timezone.now(),
    )
    facts_apply(channel=channel, facts=[change])
    talk.refresh_from_db()
    assert recipient_of(talk).phone == "5511977776666"
    again = make.inbound(channel, person=make.person("5511977776666"))
    assert again.conversation_id == talk.pk
    talk.refresh_from_db()
    assert recipient_of(talk).phone == "5511977776666"


def test_who_is_known_by_user_id_is_answered_at_their_newest_number(channel):
    talk = make.inbound(channel, person=make.person("5511988887777", user_id=BSUID)).conversation
    make.inbound(channel, person=make.person("5511977776666", user_id=BSUID))
    talk.refresh_from_db()
    found = recipient_of(talk)
    assert (found.phone, found.user_id) == ("5511977776666", BSUID)


def test_who_hides_the_number_is_answered_by_user_id(channel):
    talk = make.inbound(channel, person=BSUID_ONLY).conversation
    found = recipient_of(talk)
    assert (found.phone, found.user_id) == ("", BSUID)


def test_the_stored_form_of_a_number_is_the_one_that_is_answered(channel):
    """Twelve digits as WhatsApp gave them; the ninth digit is for people to read."""
    talk = make.inbound(channel, person=make.person("554198887777")).conversation
    assert recipient_of(talk).phone == "554198887777"
    assert talk.contact.phone == "+5541998887777"
