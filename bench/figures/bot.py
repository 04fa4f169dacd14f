"""A turn of the bot once its pause is over, beside the bare ranking of the same questions in the
same run, and what the model of meaning takes of a worker's memory.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta

from django.utils import timezone

from bench import cast
from bench.report import Report, percentile
from bench.stack import Stack
from bot.choices import AssistantMode, EntryStatus
from bot.models import Assistant, AssistantVersion, BotSession
from bot.services.assistants import assistant_save
from bot.services.knowledge import entry_save
from bot.starter import STARTER
from common.scoping import company_scope
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.services.inbound import messages_store
from providers.choices import MessageKind
from providers.facts import AccountRef, InboundMessage

TURNS = 60
MEMORY = re.compile(r"^VmRSS:\s+([0-9]+) kB", re.MULTILINE)


def measure(stack: Stack, report: Report) -> None:
    """Measure turns that end in an answer, an offer or a person, as their questions fall."""
    (clinic,) = cast.clinics(1)
    _furnish(clinic)
    before = _rss()
    # Loads the model: who measures memory does it once.
    from bot.services.recalling import knowledge_of, phrases_embed
    from bot.services.turns import turn_take

    with company_scope(clinic.company.pk):
        while phrases_embed():
            pass
        known = knowledge_of(clinic.company)
        asked = [alias for one in STARTER for alias in one.aliases][:TURNS]
        known.ranked(asked[0])
        after = _rss()
        turns, bare = [], []
        for number, text in enumerate(asked):
            session = _ask(clinic, number, text)
            began = time.perf_counter()
            assert turn_take(session) is not None
            turns.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            known.ranked(text)
            bare.append((time.perf_counter() - began) * 1000)
    report.add(
        "bot.turn_p95",
        percentile(turns, 0.95),
        "ms",
        floor=percentile(bare, 0.95),
        goal="ratio <= 5",
        note=f"{len(turns)} turns of {len(STARTER)} entries, beside the bare ranking",
    )
    report.add("bot.model_memory", (after - before) / 1024, "MB", goal="value <= 60")


def _furnish(clinic: cast.Clinic) -> None:
    company = clinic.company
    for one in STARTER:
        entry_save(
            company=company,
            actor=None,
            question=one.question,
            label=one.label,
            answer=re.sub(r"[\[\]]", "", one.answer),
            status=EntryStatus.PUBLISHED,
            aliases=one.aliases,
        )
    row = assistant_save(
        company=company,
        actor=None,
        channels=[clinic.channel],
        name="Assistente",
        mode=AssistantMode.ALWAYS,
    )
    version = AssistantVersion.unscoped.create(company=company, assistant=row, number=1)
    Assistant.unscoped.filter(pk=row.pk).update(version=version)


def _ask(clinic: cast.Clinic, number: int, text: str) -> object:
    """Let somebody new ask, and their pause be over; return the session."""
    person = PersonRef((IdentityRef(IdentityKind.WA_PHONE, f"5541988{number:06}"),), "Paciente")
    fact = InboundMessage(
        account=AccountRef(clinic.channel.account_id),
        person=person,
        external_id=f"bot-{number}",
        kind=MessageKind.TEXT,
        happened_at=timezone.now(),
        text=text,
    )
    (row,) = messages_store(channel=clinic.channel, messages=[fact])
    session = BotSession.unscoped.get(conversation=row.conversation)
    past = timezone.now() - timedelta(seconds=1)
    BotSession.unscoped.filter(pk=session.pk).update(due_at=past)
    return session.pk


def _rss() -> float:
    with open("/proc/self/status") as file:
        found = MEMORY.search(file.read())
    assert found is not None
    return float(found[1])
