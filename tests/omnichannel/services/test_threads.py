"""Several open conversations of one person where a kind of channel has threads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact, ContactIdentity
from contacts.refs import IdentityKind
from contacts.services.identities import IdentityTaken
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import (
    AnotherOpen,
    conversation_close,
    conversation_reopen,
    conversation_take,
)
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from omnichannel.services.starting import (
    NobodyThere,
    OnlyAnswers,
    conversation_start,
    starts_purge,
)
from providers.outgoing import ContentRefused
from providers.policy import Policy
from tests import kinds, make
from tests.kinds import by_email, by_number, writes
from tests.race import errors, together

pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)
RITA = "rita@exemplo.com.br"


@pytest.fixture
def mail(monkeypatch):
    return kinds.letters(monkeypatch)


@pytest.fixture
def box(clinic, mail) -> Channel:
    return kinds.channel_of(clinic, mail)


def letter(box: Channel, thread: str, **values) -> Message:
    return writes(box, by_email(RITA, "Rita"), thread_key=thread, **values)


def test_two_threads_are_two_open_conversations(box):
    first, second = letter(box, "<1@x>", subject="Exame"), letter(box, "<2@x>", subject="Horário")
    assert first.conversation_id != second.conversation_id
    assert first.conversation.contact_id == second.conversation.contact_id
    assert letter(box, "<1@x>", subject="Re: Exame").conversation_id == first.conversation_id
    talks = Conversation.unscoped.order_by("id").values_list("subject", "stage", "message_count")
    assert list(talks) == [("Exame", "fila", 2), ("Horário", "fila", 1)]


def test_two_threads_of_one_batch_stay_apart(box):
    facts = [
        make.fact(box, person=by_email(RITA), thread_key=key) for key in ("<1@x>", "<2@x>") * 3
    ]
    rows = make.inbounds(box, *facts)
    assert len({row.conversation_id for row in rows}) == 2
    assert sorted(Conversation.unscoped.values_list("message_count", flat=True)) == [3, 3]


def test_a_kind_without_threads_has_one_conversation_whatever_the_key(monkeypatch, clinic):
    texts = kinds.channel_of(clinic, kinds.numbers(monkeypatch))
    one, two = (
        writes(texts, by_number(make.PHONE), thread_key=key).conversation for key in ("a", "b")
    )
    assert one.pk == two.pk
    assert one.thread_key == ""


def test_a_thread_that_ended_does_not_go_on_in_another(box):
    first = letter(box, "<1@x>").conversation
    other = letter(box, "<2@x>").conversation
    conversation_close(conversation=first, actor=None)
    again = letter(box, "<1@x>").conversation
    assert again.pk not in (first.pk, other.pk)
    assert again.thread_key == first.thread_key


def test_a_thread_that_ended_a_moment_ago_goes_on(box):
    first = letter(box, "<1@x>").conversation
    until = timezone.now() + timedelta(hours=1)
    conversation_close(conversation=first, actor=None, reopen_until=until)
    assert letter(box, "<2@x>").conversation_id != first.pk
    assert letter(box, "<1@x>").conversation_id == first.pk


def test_a_closed_thread_is_reopened_beside_another_and_not_beside_itself(box, ana):
    first = letter(box, "<1@x>").conversation
    letter(box, "<2@x>")
    conversation_close(conversation=first, actor=None)
    conversation_reopen(conversation=first, actor=ana)
    conversation_close(conversation=first, actor=None)
    letter(box, "<1@x>")
    with pytest.raises(AnotherOpen):
        conversation_reopen(conversation=first, actor=ana)


@pytest.mark.parametrize("length", [255, 256, 998])
def test_keys_of_any_length_tell_threads_apart(box, length):
    one, other = "a" * length, "a" * (length - 1) + "b"
    first = letter(box, one).conversation_id
    assert letter(box, other).conversation_id != first
    assert letter(box, one).conversation_id == first


def test_an_answer_to_a_thread_we_began_comes_back_to_it(box, ana, mail):
    """The provider names a thread by its first message, which had no name when we began."""
    talk = conversation_start(channel=box, address=RITA, subject="Sua consulta")
    message_send(conversation=talk, author=ana, text="Bom dia")
    conversation_deliver(conversation=talk)
    sent = Message.unscoped.get(conversation=talk)
    assert (mail.sent[0].to.address, sent.external_id) == (RITA, "email.1")
    assert (mail.sent[0].subject, mail.sent[0].thread_key) == ("Sua consulta", talk.thread_key)
    other = conversation_start(channel=box, address=RITA, subject="Outra coisa")
    assert letter(box, "email.1", reply_to="email.1").conversation_id == talk.pk
    assert letter(box, "email.9").conversation_id not in (talk.pk, other.pk)


# --- starting ------------------------------------------------------------------------------------


def test_each_start_is_a_thread_of_its_own_and_a_repeated_one_is_not(box):
    first = conversation_start(channel=box, address=RITA, subject="Exame", thread_key="clique-1")
    again = conversation_start(channel=box, address=RITA, subject="Exame", thread_key="clique-1")
    other = conversation_start(channel=box, address=" Rita@Exemplo.com.br ", subject="Exame")
    assert first.pk == again.pk != other.pk
    assert (other.contact_id, other.subject) == (first.contact_id, "Exame")


def test_a_start_with_a_person_gives_them_the_address(box, clinic):
    person = Contact.unscoped.create(company=clinic, name="Rita", email=RITA)
    talk = conversation_start(channel=box, address=RITA, person=person)
    assert talk.contact_id == person.pk
    assert letter(box, "<1@x>").conversation.contact_id == person.pk
    stranger = Contact.unscoped.create(company=clinic, name="Outra")
    with pytest.raises(IdentityTaken):
        conversation_start(channel=box, address=RITA, person=stranger)
    assert ContactIdentity.unscoped.count() == 1


def test_a_start_with_a_person_looks_at_every_kind_that_knows_the_number(
    monkeypatch, clinic, channel
):
    texts = kinds.channel_of(clinic, kinds.numbers(monkeypatch))
    rita = make.inbound(channel).conversation.contact
    stranger = Contact.unscoped.create(company=clinic, name="Outra")
    with pytest.raises(IdentityTaken):
        conversation_start(channel=texts, address=make.PHONE, person=stranger)
    assert conversation_start(channel=texts, address=make.PHONE, person=rita).contact_id == rita.pk
    assert ContactIdentity.unscoped.filter(kind=IdentityKind.PHONE).count() == 1


@pytest.mark.parametrize(
    ("address", "code"),
    [("rita@", "email_invalido"), ("", "email_invalido"), ("41988887777", "email_invalido")],
)
def test_what_is_no_e_mail_reaches_nobody(box, address, code):
    with pytest.raises(NobodyThere) as refused:
        conversation_start(channel=box, address=address)
    assert refused.value.code == code
    assert not Contact.unscoped.exists()


def test_a_user_id_is_somebodys_or_a_mistake(channel):
    known = make.inbound(channel, person=make.person("", user_id="BR.1")).conversation
    assert conversation_start(channel=channel, address="BR.1").pk == known.pk
    with pytest.raises(NobodyThere) as refused:
        conversation_start(channel=channel, address="BR.2")
    assert refused.value.code == "telefone_invalido"


def test_a_kind_without_subjects_takes_none(channel):
    with pytest.raises(ContentRefused):
        conversation_start(channel=channel, address=make.PHONE, subject="Exame")


def test_a_kind_that_only_answers_is_not_begun(monkeypatch, clinic):
    adapter = kinds.numbers(monkeypatch)
    adapter.policy = Policy()
    with pytest.raises(OnlyAnswers):
        conversation_start(channel=kinds.channel_of(clinic, adapter), address=make.PHONE)


def test_one_that_nobody_wrote_in_is_gone_a_day_later(channel, box, ana):
    left = conversation_start(channel=channel, address=make.PHONE)
    written = conversation_start(channel=box, address=RITA)
    message_send(conversation=written, author=ana, text="Oi")
    taken = conversation_start(channel=box, address=RITA)
    conversation_take(conversation=taken, attendant=ana)
    heard = letter(box, "<1@x>").conversation
    assert starts_purge() == 0
    Conversation.unscoped.update(opened_at=timezone.now() - timedelta(hours=25))
    assert starts_purge() == 1
    kept = set(Conversation.unscoped.values_list("pk", flat=True))
    assert kept == {written.pk, taken.pk, heard.pk}
    assert Contact.unscoped.filter(pk=left.contact_id).exists()


# --- at the same moment --------------------------------------------------------------------------


@racing
def test_one_thread_at_once_is_one_conversation_and_two_are_two(box):
    for turn in range(4):
        keys = (f"<{turn}.1@x>", f"<{turn}.2@x>") * 3
        results = together(*(lambda k=k: letter(box, k).conversation_id for k in keys))
        assert errors(results) == []
        assert len(set(results)) == 2
    assert Contact.unscoped.count() == 1


@racing
def test_a_message_that_arrives_while_a_start_is_forgotten_is_stored(channel):
    for turn in range(4):
        number = f"55419{83330000 + turn}"
        conversation_start(channel=channel, address=number)
        Conversation.unscoped.update(opened_at=timezone.now() - timedelta(hours=25))
        person = make.person(number)
        results = together(starts_purge, lambda p=person: make.inbound(channel, person=p).pk)
        assert errors(results) == []
        row = Message.unscoped.get(pk=results[1])
        assert row.conversation.message_count == 1


@racing
def test_starts_of_one_click_at_once_are_one_conversation(box):
    results = together(
        *(
            lambda: (
                conversation_start(
                    channel=box, address=RITA, subject="Exame", thread_key="clique"
                ).pk
            )
            for _ in range(6)
        )
    )
    assert errors(results) == []
    assert len(set(results)) == 1
