"""Handing over: each message at most once, in order, and honest about what is known."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from common.crypto import SecretUnreadable
from contacts.models import Consent, ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.consent import consent_record
from omnichannel.choices import ChannelStatus
from omnichannel.models import Attachment, Channel, Conversation, Message, Reaction, Template
from omnichannel.sending.claims import claims_sweep
from omnichannel.sending.verdict import MAX_ATTEMPTS
from omnichannel.services import delivery
from omnichannel.services.delivery import conversation_deliver, outbound_sweep
from omnichannel.services.gate import Refused
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import message_retry, message_send, note_add
from omnichannel.services.proving import channel_validate
from providers.choices import MessageKind, MessageStatus
from providers.content import ReactionTo
from providers.meta.errors import not_sent, uncertain
from providers.outgoing import ContentRefused, SendError, SendResult
from tests import make
from tests.race import errors, together

S = MessageStatus
racing = pytest.mark.django_db(transaction=True)
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 500


def write(conversation, author, text="Olá", **given) -> Message:
    return message_send(conversation=conversation, author=author, text=text, **given)


def fresh(row):
    return type(row).unscoped.get(pk=row.pk)


def due(*rows: Message) -> None:
    """Let what waits for its next try be due now."""
    Message.unscoped.filter(pk__in=[row.pk for row in rows]).update(send_after=timezone.now())


def refuse(provider, *faults: Exception) -> None:
    """Answer the next sends with these errors, later ones well."""
    waiting = list(faults)

    def answer(message):
        if waiting:
            raise waiting.pop(0)

    provider.on_send = answer


# --- going well ----------------------------------------------------------------------------------


def test_what_waits_leaves_in_order_and_is_sent(conversation, ana, provider):
    rows = [write(conversation, ana, f"m{n}") for n in range(5)]
    assert conversation_deliver(conversation=conversation) == 5
    assert provider.texts == ["m0", "m1", "m2", "m3", "m4"]
    for n, row in enumerate(map(fresh, rows), 1):
        assert (row.status, row.external_id, row.attempts) == (S.SENT, f"wamid.enviada{n}", 1)
        assert row.sent_at is not None
    assert fresh(conversation).last_message_status == S.SENT
    assert conversation_deliver(conversation=conversation) == 0
    assert len(provider.sent) == 5


def test_the_claim_is_committed_before_the_provider_is_called(conversation, ana, provider):
    row, seen = write(conversation, ana), []
    provider.on_send = lambda message: seen.append(fresh(row).status)
    conversation_deliver(conversation=conversation)
    assert seen == [S.SENDING]


def test_the_message_goes_to_the_person_with_our_token(conversation, ana, provider):
    row = write(conversation, ana)
    conversation_deliver(conversation=conversation)
    (sent,) = provider.sent
    assert sent.to.phone == make.PHONE
    assert sent.token == f"msg:{row.pk}"


def test_the_id_the_provider_answers_with_is_learned(conversation, ana, provider):
    write(conversation, ana)
    known = IdentityRef(IdentityKind.WA_BSUID, "BR.1502576394655843")
    provider.on_send = lambda message: SendResult("wamid.1", identities=(known,))
    conversation_deliver(conversation=conversation)
    row = ContactIdentity.unscoped.get(value="BR.1502576394655843")
    assert row.contact_id == conversation.contact_id


def test_an_id_that_belongs_to_someone_else_is_not_taken_over(conversation, channel, ana, provider):
    other = make.inbound(channel, person=make.person("5511911110001")).conversation
    write(conversation, ana)
    theirs = IdentityRef(IdentityKind.WA_PHONE, "5511911110001")
    provider.on_send = lambda message: SendResult("wamid.1", identities=(theirs,))
    conversation_deliver(conversation=conversation)
    row = ContactIdentity.unscoped.get(value="5511911110001")
    assert row.contact_id == other.contact_id


def test_notes_never_leave(conversation, ana, provider):
    note_add(conversation=conversation, author=ana, text="só para nós")
    write(conversation, ana, "para o paciente")
    conversation_deliver(conversation=conversation)
    outbound_sweep()
    assert provider.texts == ["para o paciente"]


def test_a_reaction_is_shown_on_its_message_once_it_left(conversation, ana, provider):
    target = Message.unscoped.inbound().get()
    content = ReactionTo(target.external_id, "👍")
    message_send(
        conversation=conversation,
        author=ana,
        kind=MessageKind.REACTION,
        reply_to=target,
        content=content,
    )
    assert not Reaction.unscoped.exists()
    conversation_deliver(conversation=conversation)
    assert provider.sent[0].content == content
    row = Reaction.unscoped.get()
    assert (row.message_id, row.emoji, row.direction) == (target.pk, "👍", "saida")
    assert fresh(target).revision == fresh(conversation).revision
    assert fresh(conversation).last_message_text == "Oi"


# --- at most once --------------------------------------------------------------------------------


@racing
def test_four_deliverers_at_once_send_each_message_once_and_in_order(channel, ana, provider):
    talks = [
        make.inbound(channel, person=make.person(f"5511922220{n:03d}")).conversation
        for n in range(3)
    ]
    for talk in talks:
        for n in range(4):
            write(talk, ana, f"{talk.pk}/{n}")
    under_way, overlaps = set(), []

    def slowly(message):
        """Take as long as a call takes, so that the others meet a message that is on its way."""
        if message.to.phone in under_way:
            overlaps.append(message.text)
        under_way.add(message.to.phone)
        time.sleep(0.1)
        under_way.discard(message.to.phone)

    provider.on_send = slowly
    results = together(
        *(lambda: [conversation_deliver(conversation=talk) for talk in talks] for _ in range(4))
    )
    assert errors(results) == []
    assert overlaps == [], "one conversation, one sender"
    for talk in talks:
        conversation_deliver(conversation=talk)
        mine = [text for text in provider.texts if text.startswith(str(talk.pk))]
        assert mine == [f"{talk.pk}/{n}" for n in range(4)]
    assert not Message.unscoped.outbound().exclude(status=S.SENT).exists()


@racing
def test_what_is_written_while_another_delivers_is_not_forgotten(channel, ana, provider):
    """The second worker leaves at once; the first looks again after letting go."""
    talk = make.inbound(channel).conversation
    write(talk, ana, "um")
    written = []

    def meanwhile(message):
        if not written:
            written.append(1)
            write(talk, ana, "dois")
            (steps,) = together(lambda: conversation_deliver(conversation=talk))
            assert steps == 0

    provider.on_send = meanwhile
    conversation_deliver(conversation=talk)
    assert provider.texts == ["um", "dois"]


@contextmanager
def killed(provider, *, after_the_call: bool):
    """Let the process die around the call: nothing after that point runs."""

    class Killed(BaseException):
        pass

    def die(*call):
        raise Killed

    provider.on_send = die
    if not after_the_call:
        real, provider.send = provider.send, die
    try:
        yield
    except Killed:
        pass
    finally:
        provider.on_send = lambda message: None
        if not after_the_call:
            provider.send = real


@pytest.mark.parametrize("after_the_call", [False, True])
def test_a_process_killed_after_the_claim_leaves_an_uncertain_message_never_sent_again(
    conversation, ana, provider, after_the_call
):
    row, later = write(conversation, ana, "um"), write(conversation, ana, "dois")
    with killed(provider, after_the_call=after_the_call):
        delivery._step(conversation)
    assert fresh(row).status == S.SENDING
    for _ in range(3):
        conversation_deliver(conversation=conversation)
        claims_sweep()
        outbound_sweep()
    assert fresh(row).status == S.UNCERTAIN
    assert fresh(row).error_code == "resultado_desconhecido"
    assert provider.texts.count("um") == int(after_the_call)
    # The next message goes on.
    assert fresh(later).status == S.SENT


def test_a_claim_of_a_dead_process_is_found_by_the_sweep(conversation, ana, provider):
    row = write(conversation, ana)
    Message.unscoped.filter(pk=row.pk).update(
        status=S.SENDING, claimed_at=timezone.now() - timedelta(seconds=61)
    )
    assert claims_sweep() == 1
    assert fresh(row).status == S.UNCERTAIN


@racing
def test_a_claim_that_is_under_way_is_left_alone(channel, ana, provider):
    talk = make.inbound(channel).conversation
    row = write(talk, ana)

    def meanwhile(message):
        results = together(lambda: conversation_deliver(conversation=talk), claims_sweep)
        assert results == [0, 0]

    provider.on_send = meanwhile
    conversation_deliver(conversation=talk)
    assert fresh(row).status == S.SENT
    assert len(provider.sent) == 1


@pytest.mark.parametrize("fault", [uncertain(), RuntimeError("bug"), KeyError("x")])
def test_an_outcome_nobody_knows_is_uncertain_and_never_repeated(
    conversation, ana, provider, fault
):
    row = write(conversation, ana)
    refuse(provider, fault)
    for _ in range(3):
        conversation_deliver(conversation=conversation)
        due(row)
        outbound_sweep()
    assert fresh(row).status == S.UNCERTAIN
    assert len(provider.sent) == 1


# --- refusals ------------------------------------------------------------------------------------


def test_what_never_left_is_tried_again_later_and_later(conversation, ana, provider):
    row = write(conversation, ana)
    refuse(provider, *(not_sent() for _ in range(3)))
    waits = []
    for attempt in range(1, 5):
        conversation_deliver(conversation=conversation)
        assert len(provider.sent) == attempt
        waits.append((fresh(row).send_after - timezone.now()).total_seconds())
        # Before its time nothing happens.
        if attempt < 4:
            assert fresh(row).status == S.PENDING
            conversation_deliver(conversation=conversation)
            assert len(provider.sent) == attempt
        due(row)
    assert waits[0] < waits[1] < waits[2]
    assert (fresh(row).status, fresh(row).attempts) == (S.SENT, 4)
    assert fresh(row).error_code == ""


def test_what_waits_keeps_its_place_in_the_conversation(conversation, ana, provider):
    first = write(conversation, ana, "um")
    write(conversation, ana, "dois")
    refuse(provider, not_sent())
    conversation_deliver(conversation=conversation)
    assert provider.texts == ["um"]
    due(first)
    conversation_deliver(conversation=conversation)
    assert provider.texts == ["um", "um", "dois"]


def test_after_the_last_attempt_it_is_a_failure(conversation, ana, provider):
    row = write(conversation, ana)
    refuse(provider, *(not_sent() for _ in range(50)))
    for _ in range(12):
        conversation_deliver(conversation=conversation)
        due(row)
    assert (fresh(row).status, fresh(row).error_code) == (S.FAILED, "sem_conexao")
    assert len(provider.sent) == MAX_ATTEMPTS


def test_a_wait_the_provider_names_is_kept(conversation, ana, provider):
    row = write(conversation, ana)
    refuse(provider, SendError("limite", "Aguarde.", retryable=True, retry_after=300))
    conversation_deliver(conversation=conversation)
    assert (fresh(row).send_after - timezone.now()).total_seconds() > 290


def test_a_final_refusal_is_a_failure_with_its_sentence(conversation, ana, provider):
    row = write(conversation, ana)
    refuse(provider, SendError("destino_invalido", "Confira o número.", provider="131026"))
    conversation_deliver(conversation=conversation)
    row = fresh(row)
    assert (row.status, row.error_code) == (S.FAILED, "destino_invalido")
    assert row.error_detail == "Confira o número."
    assert fresh(conversation).last_message_status == S.FAILED


def test_content_the_adapter_refuses_at_the_last_moment_is_no_mystery(conversation, ana, provider):
    row = write(conversation, ana)
    refuse(provider, ContentRefused())
    conversation_deliver(conversation=conversation)
    assert fresh(row).status == S.FAILED


TOKEN_EXPIRED = SendError("token_invalido", "O token venceu.", provider="190", scope="channel")


def test_an_expired_token_stops_the_channel_and_keeps_every_message(
    conversation, channel, ana, provider, django_capture_on_commit_callbacks
):
    rows = [write(conversation, ana, f"m{n}") for n in range(3)]
    refuse(provider, TOKEN_EXPIRED)
    conversation_deliver(conversation=conversation)
    assert len(provider.sent) == 1
    assert [(fresh(row).status, fresh(row).attempts) for row in rows] == [(S.PENDING, 0)] * 3
    channel.refresh_from_db()
    assert (channel.status, channel.status_detail) == (ChannelStatus.ERROR, "O token venceu.")
    # Nothing leaves while it is stopped, however often it is rung for.
    due(*rows)
    conversation_deliver(conversation=conversation)
    assert outbound_sweep() == 0
    assert len(provider.sent) == 1
    # A new token, and everything goes out, once.
    channel_validate(channel=channel)
    conversation_deliver(conversation=conversation)
    assert provider.texts == ["m0", "m0", "m1", "m2"]
    assert {fresh(row).status for row in rows} == {S.SENT}


def test_credentials_that_cannot_be_read_stop_the_channel_and_call_nobody(
    conversation, channel, rival_channel, ana, provider
):
    row = write(conversation, ana)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE omnichannel_channel c SET credentials = r.credentials"
            " FROM omnichannel_channel r WHERE c.id = %s AND r.id = %s",
            [channel.pk, rival_channel.pk],
        )
    with pytest.raises(SecretUnreadable):
        Channel.unscoped.get(pk=channel.pk).account()
    conversation_deliver(conversation=conversation)
    assert provider.sent == []
    assert fresh(row).status == S.PENDING
    assert fresh(channel).status == ChannelStatus.ERROR


# --- between writing and sending -----------------------------------------------------------------


def test_a_window_that_closed_meanwhile_is_a_failure_and_nobody_is_called(
    conversation, ana, provider
):
    row = write(conversation, ana)
    Conversation.unscoped.update(last_inbound_at=timezone.now() - timedelta(hours=24, seconds=1))
    conversation_deliver(conversation=conversation)
    assert (fresh(row).status, fresh(row).error_code) == (S.FAILED, "janela_fechada")
    assert provider.sent == []


def template(channel) -> Template:
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="oferta",
        language="pt_BR",
        status="APPROVED",
        category="MARKETING",
        components=[{"type": "BODY", "text": "Promoção de clareamento."}],
    )


def test_a_stop_that_came_meanwhile_is_a_failure_and_nobody_is_called(
    conversation, channel, ana, provider
):
    template(channel)
    wanted = {"name": "oferta", "language": "pt_BR", "variables": {}}
    row = write(conversation, ana, "", kind=MessageKind.TEMPLATE, template=wanted)
    consent_record(
        contact=conversation.contact,
        purpose=Consent.Purpose.MARKETING,
        is_granted=False,
        source="teste",
        occurred_at=timezone.now(),
    )
    conversation_deliver(conversation=conversation)
    assert (fresh(row).status, fresh(row).error_code) == (S.FAILED, "sem_consentimento")
    assert provider.sent == []


def test_a_template_paused_meanwhile_is_a_failure(conversation, channel, ana, provider):
    template(channel)
    wanted = {"name": "oferta", "language": "pt_BR", "variables": {}}
    row = write(conversation, ana, "", kind=MessageKind.TEMPLATE, template=wanted)
    Template.unscoped.update(status="PAUSED")
    conversation_deliver(conversation=conversation)
    assert (fresh(row).status, fresh(row).error_code) == (S.FAILED, "modelo_indisponivel")


# --- files ---------------------------------------------------------------------------------------


@pytest.fixture
def photo(conversation, ana, settings, tmp_path):
    """Give a message with a picture that waits to be sent."""
    file = attachment_upload(
        conversation=conversation,
        uploaded_by=ana,
        file=io.BytesIO(JPEG),
        filename="foto.jpg",
        mime_type="image/jpeg",
    )
    return write(conversation, ana, "legenda", attachments=[file])


def test_a_file_is_uploaded_once_even_if_the_send_is_repeated(conversation, provider, photo):
    refuse(provider, not_sent())
    conversation_deliver(conversation=conversation)
    due(photo)
    conversation_deliver(conversation=conversation)
    assert provider.uploads == [("image/jpeg", "foto.jpg")]
    assert [sent.media[0].media_id for sent in provider.sent] == ["midia1", "midia1"]
    assert fresh(photo).status == S.SENT


@pytest.fixture
def papers(conversation, ana, provider):
    """Give the files of a message, on a channel that carries three."""
    provider.policy = replace(provider.policy, files_per_message=3)
    return [
        attachment_upload(
            conversation=conversation,
            uploaded_by=ana,
            file=io.BytesIO(JPEG),
            filename=f"{number}.jpg",
            mime_type="image/jpeg",
        )
        for number in range(3)
    ]


def test_several_files_go_with_one_message_in_their_order(conversation, ana, provider, papers):
    named = [papers[2], papers[0], papers[1], papers[2]]
    row = write(conversation, ana, "exames", attachments=named)
    conversation_deliver(conversation=conversation)
    (sent,) = provider.sent
    assert [one.filename for one in sent.media] == ["2.jpg", "0.jpg", "1.jpg"]
    assert [one.media_id for one in sent.media] == ["midia1", "midia2", "midia3"]
    assert fresh(row).status == S.SENT
    assert Attachment.unscoped.filter(message=row).count() == 3


def test_an_upload_that_breaks_off_goes_on_with_the_files_that_are_missing(
    conversation, ana, provider, papers
):
    row = write(conversation, ana, "exames", attachments=papers)

    def breaks_off():
        if len(provider.uploads) == 1:
            provider.on_upload = lambda: None
            raise not_sent()

    provider.on_upload = breaks_off
    conversation_deliver(conversation=conversation)
    assert (fresh(row).status, provider.sent) == (S.PENDING, [])
    due(row)
    conversation_deliver(conversation=conversation)
    assert [name for _mime, name in provider.uploads] == ["0.jpg", "1.jpg", "2.jpg"]
    assert len(provider.sent) == 1


def test_a_retry_of_a_failed_message_takes_all_its_files(conversation, ana, provider, papers):
    row = write(conversation, ana, "exames", attachments=papers)
    Message.unscoped.filter(pk=row.pk).update(status=S.FAILED)
    message_retry(message=row, actor=ana)
    conversation_deliver(conversation=conversation)
    assert len(provider.sent[0].media) == 3


def test_more_files_than_a_kind_carries_are_refused_and_stay_attached(
    conversation, ana, provider, papers
):
    provider.policy = replace(provider.policy, files_per_message=1)
    with pytest.raises(Refused) as refused:
        write(conversation, ana, "exames", attachments=papers)
    assert refused.value.code == "arquivos_demais"
    assert "1 arquivo por mensagem" in str(refused.value.detail)
    assert Attachment.unscoped.filter(message=None).count() == 3


def test_a_file_of_several_that_is_not_ready_holds_the_message(conversation, ana, provider, papers):
    Attachment.unscoped.filter(pk=papers[2].pk).update(state="pendente")
    papers[2].refresh_from_db()
    with pytest.raises(Refused) as refused:
        write(conversation, ana, "exames", attachments=papers)
    assert refused.value.code == "anexo_indisponivel"


def test_an_upload_older_than_its_life_at_the_provider_is_repeated(conversation, provider, photo):
    Attachment.unscoped.update(
        provider_media_id="velha", provider_uploaded_at=timezone.now() - timedelta(days=29)
    )
    conversation_deliver(conversation=conversation)
    assert provider.sent[0].media[0].media_id == "midia1"


def test_an_upload_that_keeps_failing_ends(conversation, provider, photo):
    """Each failed upload counts as an attempt and waits longer than the one before."""
    calls = []

    def fail():
        calls.append(1)
        raise not_sent()

    provider.on_upload = fail
    for _ in range(15):
        conversation_deliver(conversation=conversation)
        due(photo)
    assert fresh(photo).status == S.FAILED
    assert len(calls) == MAX_ATTEMPTS
    assert provider.sent == []


def test_a_file_for_a_closed_window_is_not_even_uploaded(conversation, provider, photo):
    Conversation.unscoped.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    conversation_deliver(conversation=conversation)
    assert provider.uploads == []
    assert fresh(photo).error_code == "janela_fechada"


def test_a_file_that_is_gone_from_the_disk_is_a_failure_and_the_next_message_goes_on(
    conversation, ana, provider, photo
):
    row = Attachment.unscoped.get()
    row.file.storage.delete(row.file.name)
    write(conversation, ana, "depois")
    conversation_deliver(conversation=conversation)
    assert (fresh(photo).status, fresh(photo).error_code) == (S.FAILED, "anexo_indisponivel")
    assert provider.texts == ["depois"]


# --- the sweep -----------------------------------------------------------------------------------


def test_the_sweep_rings_for_what_was_not_rung_for(
    conversation, ana, bells, django_capture_on_commit_callbacks
):
    row = write(conversation, ana)
    assert outbound_sweep() == 0
    Message.unscoped.filter(pk=row.pk).update(send_after=timezone.now() - timedelta(seconds=3))
    with django_capture_on_commit_callbacks(execute=True):
        assert outbound_sweep() == 1
    assert bells[-1] == (
        "omnichannel.tasks.conversation_deliver",
        (str(conversation.company_id), str(conversation.pk)),
    )


def test_a_short_wait_is_rung_for_and_a_long_one_left_to_the_sweep(
    conversation, ana, provider, bells, django_capture_on_commit_callbacks
):
    row = write(conversation, ana)
    for seconds, rung in ((30.0, 1), (700.0, 0)):
        refuse(provider, SendError("limite", "x.", retryable=True, retry_after=seconds))
        bells.clear()
        with django_capture_on_commit_callbacks(execute=True):
            conversation_deliver(conversation=conversation)
        assert len([name for name, _ in bells if name.endswith("conversation_deliver")]) == rung
        due(row)
