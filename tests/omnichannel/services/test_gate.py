"""The one send gate: each refusal has its code and its sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from contacts.models import Consent, ContactIdentity
from contacts.services.consent import consent_record
from omnichannel.choices import AttachmentState, ChannelStatus
from omnichannel.models import Attachment, Channel, Conversation, Template
from omnichannel.services.conversations import conversation_close
from omnichannel.services.gate import Refused, gate_check
from providers.choices import MessageKind
from providers.outgoing import (
    ContentRefused,
    Destination,
    OutgoingMedia,
    OutgoingMessage,
    TemplateSend,
)
from tests import make

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def draft(conversation: Conversation, kind: str = MessageKind.TEXT, **given) -> OutgoingMessage:
    values = {"token": "t", "to": Destination(phone=make.PHONE), "text": "Olá", **given}
    return OutgoingMessage(kind=MessageKind(kind), **values)


def template(channel: Channel, **given) -> Template:
    values = {"name": "lembrete", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"}
    return Template.unscoped.create(
        company_id=channel.company_id, waba_id=channel.waba_id, **{**values, **given}
    )


def check(conversation: Conversation, kind: str = MessageKind.TEXT, **given) -> None:
    extra = {k: given.pop(k) for k in ("template", "attachments") if k in given}
    gate_check(conversation=fresh(conversation), draft=draft(conversation, kind, **given), **extra)


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.unscoped.get(pk=conversation.pk)


def refusal(*args, **given) -> Refused:
    with pytest.raises(Refused) as caught, override("pt-br"):
        check(*args, **given)
    assert str(caught.value.detail).endswith("."), "a sentence"
    return caught.value


def test_an_open_conversation_inside_the_window_passes(conversation):
    check(conversation)


def test_a_closed_conversation_is_refused(conversation):
    conversation_close(conversation=conversation, actor=None)
    found = refusal(conversation)
    assert (found.code, found.status) == ("conversa_encerrada", 409)
    assert "Reabra" in str(found.detail)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (ChannelStatus.ERROR, "canal_com_erro", "Avise um administrador"),
        (ChannelStatus.INACTIVE, "canal_inativo", "Peça a um administrador"),
        (ChannelStatus.CONFIGURING, "canal_inativo", "Peça a um administrador"),
    ],
)
def test_a_channel_that_does_not_send_is_refused(conversation, status, code, words):
    Channel.unscoped.update(status=status)
    found = refusal(conversation)
    assert found.code == code
    assert words in str(found.detail)


@pytest.mark.parametrize("kind", [MessageKind.SYSTEM, MessageKind.ORDER, MessageKind.UNSUPPORTED])
def test_a_kind_that_the_channel_cannot_carry_is_refused(conversation, kind):
    assert refusal(conversation, kind).code == "tipo_nao_aceito"


def test_a_person_without_an_address_is_refused(conversation):
    assert refusal(conversation, to=Destination()).code == "sem_destino"


@pytest.mark.parametrize(
    ("passed", "is_open"),
    [
        (timedelta(hours=23, minutes=59, seconds=59), True),
        (timedelta(hours=24), False),
        (timedelta(hours=24, seconds=1), False),
    ],
)
def test_the_window_is_24_hours_from_the_persons_last_message(channel, passed, is_open):
    with time_machine.travel(NOON, tick=False):
        talk = make.inbound(channel, at=NOON).conversation
    with time_machine.travel(NOON + passed, tick=False):
        if is_open:
            check(talk)
        else:
            found = refusal(talk)
            assert found.code == "janela_fechada"
            assert "modelo" in str(found.detail)


def test_the_window_follows_the_providers_clock_and_not_ours(channel):
    """A message delivered late opens less of a window."""
    talk = make.inbound(channel, at=timezone.now() - timedelta(hours=25)).conversation
    assert refusal(talk).code == "janela_fechada"


def test_another_message_opens_the_window_again(channel):
    with time_machine.travel(NOON, tick=False):
        talk = make.inbound(channel, at=NOON).conversation
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        make.inbound(channel, at=NOON + timedelta(hours=30))
        check(talk)


def test_what_we_write_opens_no_window(channel):
    make.inbound(channel, at=timezone.now() - timedelta(hours=25))
    talk = make.inbound(channel, is_echo=True).conversation
    assert refusal(talk).code == "janela_fechada"


def check_template(conversation: Conversation, row: Template | None) -> None:
    message = draft(
        conversation, MessageKind.TEMPLATE, text="", template=TemplateSend("lembrete", "pt_BR")
    )
    gate_check(conversation=fresh(conversation), draft=message, template=row)


def template_refusal(conversation: Conversation, row: Template | None) -> Refused:
    with pytest.raises(Refused) as caught, override("pt-br"):
        check_template(conversation, row)
    return caught.value


def test_a_template_needs_no_window(channel):
    talk = make.inbound(channel, at=timezone.now() - timedelta(days=30)).conversation
    check_template(talk, template(channel))


def test_a_template_that_is_not_there_is_refused(conversation):
    assert template_refusal(conversation, None).code == "modelo_nao_encontrado"


@pytest.mark.parametrize(
    "status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "DELETED", "IN_APPEAL", "ARCHIVED"]
)
def test_a_template_that_meta_does_not_let_send_is_refused(conversation, channel, status):
    found = template_refusal(conversation, template(channel, status=status))
    assert found.code == "modelo_indisponivel"
    assert "Escolha outro" in str(found.detail)


def consent(conversation: Conversation, granted: bool) -> None:
    consent_record(
        contact=conversation.contact,
        purpose=Consent.Purpose.MARKETING,
        is_granted=granted,
        source="teste",
        occurred_at=timezone.now(),
    )


@pytest.mark.parametrize("category", ["MARKETING", "marketing"])
def test_marketing_after_a_stop_is_refused(conversation, channel, category):
    consent(conversation, False)
    assert template_refusal(conversation, template(channel, category=category)).code == (
        "sem_consentimento"
    )


def test_marketing_after_a_new_yes_passes(conversation, channel):
    consent(conversation, False)
    consent(conversation, True)
    check_template(conversation, template(channel, category="MARKETING"))


def test_a_stop_concerns_marketing_only(conversation, channel):
    consent(conversation, False)
    check_template(conversation, template(channel))
    check(conversation)


@pytest.mark.parametrize(
    "state", [None, AttachmentState.PENDING, AttachmentState.FAILED, AttachmentState.REFUSED]
)
def test_a_file_that_is_not_ready_is_refused(conversation, state):
    row = state and Attachment(state=state, company_id=conversation.company_id)
    found = refusal(
        conversation,
        MessageKind.IMAGE,
        attachments=[row] if row else [],
        media=(OutgoingMedia(MessageKind.IMAGE, "1"),),
    )
    assert found.code == "anexo_indisponivel"


def test_what_whatsapp_would_refuse_is_refused_here(conversation):
    with pytest.raises(ContentRefused) as caught:
        check(conversation, text="x" * 4097)
    assert list(caught.value.fields) == ["text"]


def test_the_closed_conversation_is_told_before_the_closed_window(channel):
    """The first obstacle a person can remove comes first."""
    talk = make.inbound(channel, at=timezone.now() - timedelta(days=3)).conversation
    conversation_close(conversation=talk, actor=None)
    Channel.unscoped.update(status=ChannelStatus.ERROR)
    assert refusal(talk).code == "conversa_encerrada"


def test_the_person_is_looked_for_in_their_own_company_only(conversation, rival_channel):
    make.inbound(rival_channel, person=make.person("5511900001111"))
    values = ContactIdentity.objects.for_company(conversation.company).values_list("value")
    assert [value for (value,) in values] == [make.PHONE]
