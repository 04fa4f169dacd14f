"""An assistant's figures, and a day's talks asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, Membership
from bot.choices import EntryStatus, SessionOutcome, SessionState
from bot.models import AiUsage, Assistant, BotSession, BotTurn
from bot.services.bot_metrics import figures_of
from bot.services.knowledge import entry_save
from bot.services.replaying import replay
from contacts.models import ContactView
from omnichannel.models import Channel, Message
from tests import make
from tests.backoffice import Office
from tests.bot.conftest import Say


def yesterday() -> None:
    """Let all turns have been a day ago."""
    BotTurn.unscoped.update(created_at=timezone.now() - timedelta(days=1))


def again(assistant: Assistant) -> str:
    return f"/admin/bot/assistant/{assistant.pk}/repetir/"


def figures(assistant: Assistant) -> str:
    return f"/admin/bot/assistant/{assistant.pk}/numeros/"


def test_a_day_is_asked_again_and_what_a_draft_changes_is_shown(
    assistant: Assistant, clinic: Company, say: Say, ana: Membership, client: Client
) -> None:
    say("qual o endereço?")
    say("tem brinquedoteca?", person=make.person("5511999990001"))
    yesterday()
    given: dict[str, Any] = {
        "question": "Tem brinquedoteca?",
        "answer": "Temos, no salão.",
        "label": "Brincar",
    }
    entry_save(company=clinic, actor=ana, status=EntryStatus.DRAFT, aliases=(), **given)
    blank: dict[str, Any] = {"question": "Tem estacionamento?", "answer": "[onde]", "label": "Vaga"}
    entry_save(company=clinic, actor=ana, status=EntryStatus.DRAFT, aliases=(), **blank)
    counts = Message.unscoped.count(), BotTurn.unscoped.count(), AiUsage.unscoped.count()
    rows = replay(assistant, timezone.now().astimezone(clinic.zone).date() - timedelta(days=1))
    found = {row.text: row for row in rows}
    assert not found["qual o endereço?"].differs and not found["qual o endereço?"].has_changed
    missed = found["tem brinquedoteca?"]
    assert missed.differs and missed.draft == "Tem brinquedoteca?"
    client.force_login(ana.user)
    shown = client.get(again(assistant)).content.decode()
    assert "tem brinquedoteca?" in shown and ContactView.unscoped.exists()
    assert counts == (
        *(Message.unscoped.count(), BotTurn.unscoped.count(), AiUsage.unscoped.count()),
    )


@pytest.mark.parametrize("asked", ["", "2020-01-01", "2999-01-01", "x"])
def test_a_day_that_is_not_of_the_last_week_is_yesterday(
    assistant: Assistant, say: Say, ana: Membership, client: Client, asked: str
) -> None:
    say("qual o endereço?")
    yesterday()
    client.force_login(ana.user)
    assert "qual o endereço?" in client.get(again(assistant), {"dia": asked}).content.decode()


def session(assistant: Assistant, outcome: str, channel: Channel, number: int) -> BotSession:
    """Make a session that ended in the past hour, in a conversation of its own."""
    person = make.person(f"55119999900{number:02d}")
    message = make.inbound(channel, text="oi", person=person)
    BotSession.unscoped.filter(conversation=message.conversation).delete()
    row = BotSession.unscoped.create(
        company_id=assistant.company_id,
        conversation=message.conversation,
        assistant=assistant,
        state=SessionState.ENDED,
        outcome=outcome,
        ended_at=timezone.now(),
    )
    return row


def test_figures_count_what_was_done(
    assistant: Assistant, channel: Channel, clinic: Company
) -> None:
    ends = (
        *(SessionOutcome.CONFIRMED, SessionOutcome.ASSUMED, SessionOutcome.ASSUMED),
        *(SessionOutcome.GIVEN_UP, SessionOutcome.HANDED, SessionOutcome.HANDED),
        SessionOutcome.TAKEN,
    )
    rows = [session(assistant, end, channel, number) for number, end in enumerate(ends)]
    # One came back within a day; one was handed over after its doubt had come twice.
    make.inbound(channel, text="e aí?", person=make.person("5511999990002"))
    BotSession.unscoped.filter(pk=rows[5].pk).update(reason="duvida_repetida")
    found = figures_of(clinic, 7)
    assert (found.ended, found.confirmed, found.assumed, found.came_back) == (7, 1, 1, 1)
    assert found.containment == pytest.approx(2 / 7)
    assert found.recall == pytest.approx(1 / 4)
    assert found.precision == 1.0
    assert found.grounded is None
    assert sum(day.sessions for day in found.days) == 7


def test_figures_are_the_companys_own_and_ask_little(
    assistant: Assistant, say: Say, ana: Membership, rui: Membership, beto: Membership
) -> None:
    say("qual o endereço?")
    office = Office(ana)
    few = office.queries(figures(assistant))
    for number in range(3):
        say("qual o endereço?", person=make.person(f"551199999001{number}"))
    assert office.queries(figures(assistant)) == few
    page = office.browser.get(figures(assistant), {"dias": "7"}).content.decode()
    assert "Contenção" in page and "Respostas com fonte" in page
    for stranger in (rui, beto):
        for address in (figures(assistant), again(assistant)):
            assert Office(stranger).browser.get(address).status_code in (302, 403, 404)
