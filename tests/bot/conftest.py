"""A clinic whose assistant knows a few things, and a patient who writes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from bot.choices import AssistantMode, EntryStatus
from bot.models import Assistant, AssistantVersion, BotSession, BotTurn, KnowledgeEntry
from bot.services.assistants import assistant_save
from bot.services.knowledge import entry_save
from bot.services.turns import turn_take
from common.scoping import company_scope
from omnichannel.choices import Author
from omnichannel.models import Channel, Conversation, Message
from queues.models import Queue
from tests import make
from tests.queues.conftest import make_queue, online

KNOWN = (
    ("Qual é o horário de funcionamento?", "Horário", "De segunda a sexta, das 8h às 18h."),
    ("Onde fica a clínica?", "Endereço", "Na Rua das Flores, 120, Centro."),
    ("Quais convênios vocês aceitam?", "Convênios", "Aceitamos Unimed e Amil."),
    ("Quanto custa a consulta?", "Valor da consulta", "A consulta particular custa R$ 250."),
)
ALIASES = {
    "Horário": ["Que horas vocês abrem e fecham?", "Vocês atendem aos sábados?"],
    "Endereço": ["Qual é o endereço?", "Como chego aí?"],
    "Convênios": ["Vocês atendem plano de saúde?", "Aceita Unimed?"],
    "Valor da consulta": ["Qual o valor da consulta particular?", "Preço da consulta"],
}


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def queue(clinic: Company, beto: Membership) -> Queue:
    online(beto)
    return make_queue(clinic, beto)


@pytest.fixture
def entries(clinic: Company) -> dict[str, KnowledgeEntry]:
    """Give what the clinic knows, by its button."""
    return {
        label: entry_save(
            company=clinic,
            actor=None,
            question=question,
            label=label,
            answer=answer,
            status=EntryStatus.PUBLISHED,
            aliases=ALIASES[label],
        )
        for question, label, answer in KNOWN
    }


@pytest.fixture
def assistant(
    clinic: Company, channel: Channel, queue: Queue, entries: dict[str, KnowledgeEntry]
) -> Assistant:
    """Give an assistant that always answers."""
    return publish(clinic, [channel])


def publish(company: Company, channels: list[Channel], **values: Any) -> Assistant:
    """Make an assistant with a version, without running the cases."""
    given = {"name": "Assistente", "mode": AssistantMode.ALWAYS, **values}
    row = assistant_save(company=company, actor=None, channels=channels, **given)
    row.version = AssistantVersion.unscoped.create(company=company, assistant=row, number=1)
    row.save()
    return row


Say = Callable[..., list[Message]]


@pytest.fixture
def say(channel: Channel) -> Say:
    """Let the patient write, and the bot answer; return what it said then."""

    def write(*texts: str, **values: Any) -> list[Message]:
        before = timezone.now()
        for text in texts:
            make.inbound(channel, text=text, **values)
        answer_all()
        rows = Message.unscoped.filter(author_kind=Author.BOT, is_internal=False)
        return list(rows.filter(created_at__gte=before).order_by("created_at", "seq"))

    return write


def answer_all() -> list[BotTurn]:
    """Answer whatever waits, as when its delay is over."""
    BotSession.unscoped.filter(due_at__isnull=False).update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
    turns = []
    for row in BotSession.unscoped.due():
        with company_scope(row.company_id):
            if turn := turn_take(row.pk):
                turns.append(turn)
    return turns


def talk() -> Conversation:
    """Return the one conversation."""
    return Conversation.unscoped.select_related("channel", "contact").get()
