"""Writing: the row first, once, allowed, and rung for after the commit."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import Conflict, DomainError, Forbidden, NotFound
from omnichannel.choices import Author, Stage
from omnichannel.models import Conversation, Message, Template
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.gate import Refused
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import (
    NOTE_LIMIT,
    SomebodyAnswered,
    message_retry,
    message_send,
    note_add,
)
from omnichannel.services.sendable import outgoing_of
from providers.choices import MessageKind, MessageStatus
from providers.content_given import asking_given, place_given
from providers.outgoing import ContentRefused
from tests import make
from tests.race import errors, together

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 500
DELIVER = "omnichannel.tasks.conversation_deliver"


def send(conversation, author, text="Olá", **given) -> Message:
    return message_send(conversation=conversation, author=author, text=text, **given)


def fresh(conversation) -> Conversation:
    return Conversation.unscoped.get(pk=conversation.pk)


# --- what is written -----------------------------------------------------------------------------


def test_a_message_is_pending_and_rung_for_after_the_commit(
    conversation, beto, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        row = send(conversation, beto)
        assert bells == []
    assert (row.status, row.seq, row.direction) == (MessageStatus.PENDING, 2, "saida")
    assert (DELIVER, (str(conversation.company_id), str(conversation.pk))) in bells


def test_who_answers_a_free_conversation_holds_it(conversation, beto):
    send(conversation, beto)
    talk = fresh(conversation)
    assert (talk.stage, talk.attendant_id) == (Stage.HUMAN, beto.pk)
    assert (talk.unread_count, talk.waiting_since) == (0, None)
    assert Message.unscoped.inbound().get().status == MessageStatus.READ


def test_what_was_answered_is_shown_as_read_to_the_patient(
    conversation, beto, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(conversation, beto)
    inbound = Message.unscoped.inbound().get()
    assert ("omnichannel.tasks.read_receipt", (str(conversation.company_id), str(inbound.pk))) in (
        bells
    )


def test_the_list_shows_the_last_message(conversation, beto):
    row = send(conversation, beto, "Bom dia!\nTudo bem?")
    talk = fresh(conversation)
    assert talk.last_message_text == "Bom dia! Tudo bem?"
    assert (talk.last_message_direction, talk.last_message_status) == ("saida", "pendente")
    assert talk.last_message_seq == row.seq
    assert talk.revision >= row.revision


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\x00b", "ab"),
        ("meio \ud800par", "meio par"),
        ("\u202ereversed\u202c \u200b\u200d", "\u202ereversed\u202c \u200b\u200d"),
        ("👩‍⚕️ çãé", "👩‍⚕️ çãé"),
    ],
)
def test_odd_characters_are_stored_clean_and_never_an_error(conversation, beto, text, stored):
    assert Message.unscoped.get(pk=send(conversation, beto, text).pk).text == stored


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 4097, "x" * 100_000])
def test_empty_and_overlong_texts_are_refused_and_leave_nothing(conversation, beto, text):
    with pytest.raises(ContentRefused) as caught:
        send(conversation, beto, text)
    assert list(caught.value.fields) == ["text"]
    assert not Message.unscoped.outbound().exists()
    assert fresh(conversation).revision == conversation.revision


def test_odd_characters_inside_structured_content_are_stored_clean(conversation, beto):
    row = send(
        conversation,
        beto,
        "",
        kind=MessageKind.LOCATION,
        content=place_given({"latitude": -25.4, "longitude": -49.3, "name": "Cl\x00ínica\ud800"}),
    )
    stored = Message.unscoped.get(pk=row.pk).metadata["location"]
    assert stored["name"] == "Clínica"


def test_a_list_keeps_all_its_levels(conversation, beto):
    interactive = {
        "type": "list",
        "body": {"text": "Escolha"},
        "action": {
            "button": "Horários",
            "sections": [{"title": "Manhã", "rows": [{"id": "1", "title": "8h"}]}],
        },
    }
    row = send(
        conversation, beto, "", kind=MessageKind.INTERACTIVE, content=asking_given(interactive)
    )
    assert Message.unscoped.get(pk=row.pk).metadata["interactive"] == interactive


def test_the_company_may_sign_its_texts(conversation, beto):
    beto.company.sign_messages = True
    beto.company.save()
    row = send(conversation, beto, "Olá")
    row = Message.unscoped.select_related("author__company", "author__user").get(pk=row.pk)
    assert outgoing_of(row).text == "*Beto Reis*\nOlá"
    assert row.text == "Olá"


# --- once ----------------------------------------------------------------------------------------


def test_the_same_client_id_is_the_same_message(conversation, beto):
    first = send(conversation, beto, client_id="c1")
    again = send(conversation, beto, "outro texto", client_id="c1")
    assert again.pk == first.pk
    assert Message.unscoped.outbound().count() == 1


def test_a_repeated_send_is_answered_even_after_the_conversation_was_closed(conversation, beto):
    first = send(conversation, beto, client_id="c1")
    conversation_close(conversation=conversation, actor=beto)
    assert send(conversation, beto, client_id="c1").pk == first.pk


def test_the_same_client_id_in_another_conversation_is_another_message(channel, beto):
    one = make.inbound(channel, person=make.person("5511911110001")).conversation
    two = make.inbound(channel, person=make.person("5511911110002")).conversation
    assert send(one, beto, client_id="c").pk != send(two, beto, client_id="c").pk


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_row(conversation, beto):
    for turn in range(6):
        results = together(
            *(lambda t=turn: send(conversation, beto, client_id=f"c{t}").pk for _ in range(6))
        )
        assert errors(results) == []
        assert len(set(results)) == 1
    rows = Message.unscoped.outbound().order_by("seq")
    assert [row.seq for row in rows] == [2, 3, 4, 5, 6, 7]
    assert fresh(conversation).message_count == 7


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_get_gapless_numbers(conversation, ana):
    results = together(*(lambda n=n: send(conversation, ana, f"m{n}") for n in range(10)))
    assert errors(results) == []
    seqs = Message.unscoped.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 12))


# --- who may -------------------------------------------------------------------------------------


def test_a_colleagues_conversation_is_closed_to_attendants(conversation, beto, carla):
    conversation_take(conversation=conversation, attendant=beto)
    with pytest.raises(Forbidden) as caught:
        send(conversation, carla)
    assert caught.value.code == "conversa_de_outro"


def test_a_manager_may_write_into_any_and_does_not_take_it(conversation, beto, ana):
    conversation_take(conversation=conversation, attendant=beto)
    send(conversation, ana)
    assert fresh(conversation).attendant_id == beto.pk


def test_who_did_not_see_a_colleagues_answer_is_told(conversation, beto, ana):
    seen = fresh(conversation).message_seq
    send(conversation, beto, "Já respondi")
    with pytest.raises(SomebodyAnswered) as caught:
        send(conversation, ana, base_seq=seen)
    assert (caught.value.code, caught.value.status) == ("colega_respondeu", 409)
    send(conversation, ana, base_seq=fresh(conversation).message_seq)


def test_ones_own_answers_and_the_patients_words_are_no_colleague(conversation, channel, beto):
    seen = fresh(conversation).message_seq
    send(conversation, beto, "um")
    make.inbound(channel)
    send(conversation, beto, "dois", base_seq=seen)


def test_an_answer_from_the_phone_app_is_a_colleague(conversation, channel, beto):
    seen = fresh(conversation).message_seq
    make.inbound(channel, is_echo=True)
    with pytest.raises(SomebodyAnswered):
        send(conversation, beto, base_seq=seen)


def test_a_note_is_no_answer(conversation, beto, ana):
    seen = fresh(conversation).message_seq
    note_add(conversation=conversation, author=beto, text="ver exame")
    send(conversation, ana, base_seq=seen)


@pytest.mark.django_db(transaction=True)
def test_two_attendants_who_answer_at_once_are_not_both_heard(channel, beto, carla):
    for turn in range(6):
        talk = make.inbound(channel, person=make.person(f"55119222{turn:05d}")).conversation
        seen = fresh(talk).message_seq
        results = together(
            lambda t=talk, s=seen: send(t, beto, base_seq=s),
            lambda t=talk, s=seen: send(t, carla, base_seq=s),
        )
        (error,) = errors(results)
        assert isinstance(error, SomebodyAnswered | Forbidden)
        assert Message.unscoped.outbound().filter(conversation=talk).count() == 1


# --- quotes, files, templates --------------------------------------------------------------------


def test_a_quote_from_another_conversation_is_not_found(conversation, channel, beto):
    other = make.inbound(channel, person=make.person("5511911110001"))
    with pytest.raises(NotFound):
        send(conversation, beto, reply_to=other)


def test_a_quote_carries_the_providers_id(conversation, beto):
    quoted = Message.unscoped.inbound().get()
    row = send(conversation, beto, reply_to=quoted)
    assert outgoing_of(row).reply_to == quoted.external_id


def upload(conversation, author):
    return attachment_upload(
        conversation=conversation,
        uploaded_by=author,
        file=io.BytesIO(JPEG),
        filename="foto.jpg",
        mime_type="image/jpeg",
    )


def test_a_file_goes_with_one_message_of_its_own_conversation(conversation, channel, beto):
    file = upload(conversation, beto)
    row = send(conversation, beto, "legenda", attachments=[file])
    assert row.kind == MessageKind.IMAGE
    with pytest.raises(NotFound):
        send(conversation, beto, attachments=[file])
    other = make.inbound(channel, person=make.person("5511911110001")).conversation
    with pytest.raises(NotFound):
        send(other, beto, attachments=[upload(conversation, beto)])


def lembrete(channel, text="Olá {{1}}, até {{2}}.", **given) -> Template:
    component = {
        "type": "BODY",
        "text": text,
        "example": {"body_text": [["Joana", "amanhã"]]},
    }
    values = {"name": "lembrete", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"}
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        components=[component],
        **{**values, **given},
    )


WANTED = {"name": "lembrete", "language": "pt_BR", "variables": {"1": "Joana", "2": "sexta"}}


def test_a_template_is_stored_as_the_patient_will_read_it(conversation, channel, beto):
    lembrete(channel)
    row = send(conversation, beto, "", kind=MessageKind.TEMPLATE, template=WANTED)
    assert row.text == "Olá Joana, até sexta."
    assert row.metadata["template"]["name"] == "lembrete"


@pytest.mark.parametrize("variables", [{}, {"1": "Joana"}, {"1": "a\nb", "2": "x"}, {"1": ""}])
def test_missing_and_forbidden_variables_are_refused(conversation, channel, beto, variables):
    lembrete(channel)
    with pytest.raises(ContentRefused):
        send(
            conversation,
            beto,
            "",
            kind=MessageKind.TEMPLATE,
            template={**WANTED, "variables": variables},
        )


def test_another_companys_template_is_not_found(conversation, rival_channel, beto):
    lembrete(rival_channel)
    with pytest.raises(Refused) as caught:
        send(conversation, beto, "", kind=MessageKind.TEMPLATE, template=WANTED)
    assert caught.value.code == "modelo_nao_encontrado"


# --- notes ---------------------------------------------------------------------------------------


def test_a_note_rings_for_nobody_and_changes_no_tick(
    conversation, beto, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        row = note_add(conversation=conversation, author=beto, text="alergia\x00 a látex")
    assert (row.is_internal, row.text) == (True, "alergia a látex")
    assert [name for name, _ in bells] == []
    talk = fresh(conversation)
    assert (talk.last_message_text, talk.unread_count) == ("Oi", 1)
    assert not Message.unscoped.outbound().exists()


def test_an_empty_note_is_refused(conversation, beto):
    with pytest.raises(DomainError):
        note_add(conversation=conversation, author=beto, text="  \n")


def test_a_note_on_a_closed_conversation_is_kept(conversation, beto):
    conversation_close(conversation=conversation, actor=beto)
    assert note_add(conversation=conversation, author=beto, text="retornou por telefone").pk


# --- again ---------------------------------------------------------------------------------------


def failed(conversation, author, **given) -> Message:
    row = send(conversation, author, **given)
    Message.unscoped.filter(pk=row.pk).update(
        status=MessageStatus.FAILED, error_code="x", error_detail="y", external_id="wamid.a"
    )
    return Message.unscoped.get(pk=row.pk)


def test_a_failed_message_may_be_sent_again(conversation, beto):
    row = message_retry(message=failed(conversation, beto), actor=beto)
    assert (row.status, row.external_id, row.attempts) == (MessageStatus.PENDING, None, 0)
    assert (row.error_code, row.error_detail) == ("", "")
    assert fresh(conversation).last_message_status == MessageStatus.PENDING


@pytest.mark.parametrize(
    "status", [status for status in MessageStatus if status != MessageStatus.FAILED]
)
def test_nothing_else_may_be_sent_again(conversation, beto, status):
    row = send(conversation, beto)
    Message.unscoped.filter(pk=row.pk).update(status=status)
    with pytest.raises(Conflict) as caught:
        message_retry(message=row, actor=beto)
    assert caught.value.code == "reenvio_indevido"


def test_a_retry_asks_the_gate_anew(conversation, beto):
    row = failed(conversation, beto)
    Conversation.unscoped.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refused):
        message_retry(message=row, actor=beto)


def test_a_retry_sends_the_messages_own_file(conversation, beto):
    """Not the company's first one."""
    make.inbound(conversation.channel, media=(make.media_ref("alheia"),))
    row = failed(conversation, beto, attachments=[upload(conversation, beto)])
    assert message_retry(message=row, actor=beto).kind == MessageKind.IMAGE


@pytest.mark.django_db(transaction=True)
def test_two_retries_at_once_are_one(conversation, beto):
    row = failed(conversation, beto)
    results = together(*(lambda: message_retry(message=row, actor=beto) for _ in range(4)))
    assert len(errors(results)) == 3
    assert all(isinstance(error, Conflict) for error in errors(results))


def test_a_bots_message_needs_no_member(conversation):
    row = send(conversation, None, author_kind=Author.BOT)
    assert (row.author, fresh(conversation).attendant_id) == (None, None)


def test_a_note_has_a_limit_and_says_it(conversation, beto):
    note_add(conversation=conversation, author=beto, text="a" * NOTE_LIMIT)
    with pytest.raises(DomainError) as refused:
        note_add(conversation=conversation, author=beto, text="a" * (NOTE_LIMIT + 1))
    assert refused.value.code == "nota_longa"
    assert "10000" in str(refused.value.detail)
