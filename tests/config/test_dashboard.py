"""The back-office's first page: what needs somebody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from omnichannel.models import Channel, Message
from omnichannel.services.outbound import message_send
from providers.choices import MessageStatus
from tests import make
from tests.backoffice import Office, owner, text_of
from webhooks.models import InboundEvent


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


def figures(office: Office) -> dict[str, int]:
    boards = office.browser.get("/admin/").context["boards"]
    return {str(one["words"]): one["count"] for board in boards for one in board["figures"]}


def test_it_counts_what_waits_and_what_failed(channel, ana):
    conversation = make.inbound(channel).conversation
    make.inbound(channel, person=make.person(phone="5541988880000"))
    failed = message_send(conversation=conversation, author=ana, text="a")
    Message.unscoped.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
    found = figures(Office(ana))
    assert (found["Sem atendente"], found["Em atendimento"], found["Falharam"]) == (1, 1, 1)


def test_it_counts_nothing_of_another_company(conversation, rui, rival_channel):
    assert not any(figures(Office(rui)).values())
    page = text_of(Office(rui).browser.get("/admin/"))
    assert "Clínica Bem-Estar" not in page


def test_the_ledger_is_the_owners(ana):
    InboundEvent.objects.create(
        source="whatsapp", lane=1, body=b"x", dedupe=b"x" * 32, state="quarentena"
    )
    assert figures(Office(owner()))["Em quarentena"] == 1
    assert "Em quarentena" not in figures(Office(ana))
    assert "inboundevent" not in text_of(Office(ana).browser.get("/admin/"))


def test_it_warns_of_messages_that_are_stored_late(ana, monkeypatch):
    event = InboundEvent.objects.create(source="whatsapp", lane=1, body=b"x", dedupe=b"x" * 32)
    office = Office(owner())
    assert not office.browser.get("/admin/").context["warnings"]
    created = timezone.now() - timedelta(seconds=40.5)
    InboundEvent.objects.filter(pk=event.pk).update(created_at=created)
    monkeypatch.setattr("config.dashboard.pace_told", lambda: 0.12)
    page = text_of(office.browser.get("/admin/"))
    assert re.search(r"espera há 4\d s para ser gravada", page)
    assert "até 120 ms mais tarde; nenhuma mensagem é recusada" in page
    assert "para ser gravada" not in text_of(Office(ana).browser.get("/admin/"))


def test_every_figure_leads_to_a_list_that_opens(conversation):
    office = Office(owner())
    for board in office.browser.get("/admin/").context["boards"]:
        for one in board["figures"]:
            assert office.browser.get(one["href"]).status_code == 200


def test_it_asks_few_questions(channel, clinic, ana):
    for number in range(10):
        make.inbound(channel, person=make.person(phone=f"55419988820{number:02d}"))
        make.channel(clinic, account_id=f"66{number}", waba_id="w")
    assert Office(ana).queries("/admin/") <= 10


def test_a_webhook_of_this_minute_came_now(channel, ana):
    Channel.unscoped.filter(pk=channel.pk).update(last_webhook_at=timezone.now())
    page = " ".join(text_of(Office(ana).browser.get("/admin/")).split())
    assert re.search(r"último webhook: <time[^>]*>agora<", page)
