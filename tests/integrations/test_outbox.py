"""What happens is written for who asked, in the transaction in which it happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Company, Membership
from common.happenings import HappeningKind
from integrations.models import HookSubscription, OutgoingEvent
from integrations.services.subscriptions import hook_change, hook_create
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.receipts import receipts_apply
from providers.choices import MessageStatus
from providers.facts import AccountRef, StatusUpdate
from queues.services.tickets import ticket_finish, ticket_take
from tests import make
from tests.queues.conftest import make_queue

pytestmark = pytest.mark.django_db


def told(*kinds: str) -> list[tuple[str, dict[str, Any]]]:
    rows = OutgoingEvent.unscoped.order_by("number")
    return [(row.kind, row.data) for row in rows if not kinds or row.kind in kinds]


def test_a_message_a_ticket_and_its_end_are_told_in_their_order(
    hook: HookSubscription, channel: Channel, clinic: Company, ana: Membership, beto: Membership
):
    make_queue(clinic, beto)
    message = make.inbound(channel, text="Quero marcar")
    from queues.models import Ticket

    ticket = Ticket.unscoped.get()
    ticket_take(ticket=ticket, attendant=beto)
    ticket_finish(ticket=ticket, actor=beto, reason="resolvido")
    kinds = [kind for kind, _data in told() if not kind.startswith("contato")]
    assert kinds == [
        "mensagem.recebida",
        "atendimento.aberto",
        "atendimento.atribuido",
        "conversa.movida",
        "atendimento.finalizado",
        "conversa.encerrada",
    ]
    (received,) = told("mensagem.recebida")
    assert received[1]["message"] == str(message.pk)
    lanes = {row.lane for row in OutgoingEvent.unscoped.exclude(kind="contato.alterado")}
    assert lanes == {message.conversation_id}


def test_what_is_told_holds_no_text_no_name_and_no_number(
    hook: HookSubscription, channel: Channel, beto: Membership
):
    message = make.inbound(channel, text="Segredo de paciente")
    conversation_take(conversation=message.conversation, attendant=beto)
    conversation_close(conversation=message.conversation, actor=beto)
    written = json.dumps([data for _kind, data in told()])
    for secret in ("Segredo", "Joana", make.PHONE, "Beto"):
        assert secret not in written


def test_what_is_undone_was_never_told(hook: HookSubscription, channel: Channel):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make.inbound(channel)
        raise ZeroDivisionError
    assert told() == []


def test_only_what_was_asked_for_is_written(
    hook: HookSubscription, ana: Membership, channel: Channel
):
    hook_change(row=hook, actor=ana, events=[HappeningKind.MESSAGE_READ])
    make.inbound(channel)
    assert told() == []


def test_who_is_switched_off_is_told_nothing_and_what_waited_is_cancelled(
    hook: HookSubscription, ana: Membership, channel: Channel
):
    make.inbound(channel)
    hook_change(row=hook, actor=ana, is_active=False)
    states = set(OutgoingEvent.unscoped.values_list("state", flat=True))
    assert states == {"cancelada"}
    count = OutgoingEvent.unscoped.count()
    make.inbound(channel, text="De novo")
    assert OutgoingEvent.unscoped.count() == count


def test_nothing_of_another_company_is_told(
    hook: HookSubscription, rival_channel: Channel, rui: Membership
):
    make.inbound(rival_channel)
    assert told() == []


def test_two_addresses_of_a_company_are_told_the_same(
    hook: HookSubscription, ana: Membership, channel: Channel
):
    hook_create(actor=ana, name="Painel", url=hook.url, events=["mensagem.recebida"])
    make.inbound(channel)
    assert len(told("mensagem.recebida")) == 2


def test_a_receipt_tells_what_became_of_a_message(
    hook: HookSubscription, conversation: Conversation, channel: Channel, beto: Membership
):
    from omnichannel.services.outbound import message_send

    conversation_take(conversation=conversation, attendant=beto)
    sent = message_send(conversation=conversation, author=beto, text="Olá", client_id="a")
    Message.unscoped.filter(pk=sent.pk).update(status="enviada", external_id="wamid.fora")
    for status in (MessageStatus.DELIVERED, MessageStatus.READ):
        update = StatusUpdate(AccountRef(channel.account_id), "wamid.fora", status, sent.created_at)
        receipts_apply(channel=channel, updates=[update])
    found = told("mensagem.entregue", "mensagem.lida")
    assert [kind for kind, _data in found] == ["mensagem.entregue", "mensagem.lida"]
    assert {data["message"] for _kind, data in found} == {str(sent.pk)}
