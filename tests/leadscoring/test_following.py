"""Scores follow what is said: found by a look, worked off in sets, in nobody's way."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, Membership
from common import rows
from leadscoring import tasks
from leadscoring.gathered import Gathered
from leadscoring.models import ContactFacts, LeadScore, LeadScoreHistory, TalkFacts
from leadscoring.services.counting import SUMS
from leadscoring.services.scoring import contacts_score_ahead, score_recalculate, scores_age
from leadscoring.words import Matcher
from omnichannel.models import Channel, Conversation, Message
from tests import make, race
from tests.leadscoring.conftest import NOW, Say, hear


def crowd(channel: Channel, count: int, text: str) -> None:
    for number in range(count):
        make.inbound(channel, person=make.person(f"55419000{number:05}", "Íris"), text=text)


def talking() -> None:
    """Let all that was said have been said now, by the database's clock."""
    Conversation.unscoped.update(last_message_at=Now())


def work() -> int:
    """Let scores follow and return the statements it took."""
    run: list[str] = []

    def note(statement: str, values: Any) -> Any:
        run.append(statement)
        return execute(statement, values)

    execute = rows._execute
    with CaptureQueriesContext(connection) as seen, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_execute", note)
        tasks.follow()
    return len(seen) + len(run)


def test_a_score_is_there_after_one_look_though_nobody_rang(say: Say, clinic: Company) -> None:
    contact = say("quanto custa?").conversation.contact
    tasks.follow()
    assert LeadScore.unscoped.get(contact=contact).intent == 35
    assert TalkFacts.unscoped.get().counted_seq == Conversation.unscoped.get().message_seq


def test_twenty_who_write_take_the_statements_of_three(channel: Channel, clinic: Company) -> None:
    crowd(channel, 3, "oi")
    tasks.follow()
    crowd(channel, 3, "tem desconto?")
    talking()
    few = work()
    crowd(channel, 20, "oi")
    tasks.follow()
    crowd(channel, 20, "quanto custa?")
    talking()
    assert work() == few
    assert LeadScore.unscoped.filter(intent__gt=0).count() == 20


def test_a_score_is_known_before_its_counts_are_stored(say: Say, clinic: Company) -> None:
    contact = say("oi").conversation.contact
    tasks.follow()
    counts = TalkFacts.unscoped.values().get()
    say("quanto custa? posso agendar?")
    talking()
    tasks.follow()
    row = LeadScore.unscoped.get(contact=contact)
    assert (row.intent, row.signals) == (75, ["agendar", "quanto custa"])
    assert TalkFacts.unscoped.values().get() == counts
    # What stores the counts comes to the very same.
    again = hear(contact)
    assert (again.total, again.facts, again.signals) == (row.total, row.facts, row.signals)
    assert LeadScoreHistory.unscoped.count() == 2


def test_words_that_change_no_number_write_nothing_until_it_is_quiet(say: Say) -> None:
    say("oi")
    tasks.follow()
    rows = [model.unscoped.values().get() for model in (TalkFacts, ContactFacts, LeadScore)]
    TalkFacts.unscoped.update(updated_at=Now())
    rows[0] = TalkFacts.unscoped.values().get()
    say("bom dia")
    talking()
    tasks.follow()
    tasks.tick()
    assert [model.unscoped.values().get() for model in (TalkFacts, ContactFacts, LeadScore)] == rows
    Conversation.unscoped.update(last_message_at=Now() - timedelta(minutes=1))
    tasks.tick()
    assert TalkFacts.unscoped.get().counted_seq == 2
    assert LeadScore.unscoped.get().facts[0] == 2


def test_whoever_talks_on_is_counted_every_two_minutes(say: Say) -> None:
    say("oi")
    tasks.follow()
    say("bom dia")
    talking()
    TalkFacts.unscoped.update(updated_at=Now() - timedelta(minutes=3))
    tasks.tick()
    assert TalkFacts.unscoped.get().counted_seq == 2


def test_a_recalculation_never_takes_back_what_was_known_ahead(
    say: Say, ana: Membership, clinic: Company, clock: Any
) -> None:
    contact = say("oi").conversation.contact
    tasks.follow()
    say("quanto custa?")
    talking()
    tasks.follow()
    tasks.contacts_heard(str(clinic.pk), [str(contact.pk)])
    assert LeadScore.unscoped.get().intent == 35
    say("posso agendar?")
    talking()
    tasks.follow()
    assert score_recalculate(contact=contact).intent == 75
    say("tem desconto?")
    talking()
    tasks.follow()
    assert LeadScore.unscoped.get().intent == 100
    clock.shift(timedelta(days=1))
    scores_age(company_id=clinic.pk)
    assert LeadScore.unscoped.get().intent == 87
    steps = LeadScoreHistory.unscoped.order_by("id").values_list("previous", "current")
    assert all(before is None or before <= after for before, after in steps[:4])


def test_counts_that_somebody_stored_meanwhile_are_not_gone_back_behind(
    say: Say, clinic: Company
) -> None:
    contact = say("oi").conversation.contact
    tasks.follow()
    counts = {"inbound_count": 40, "updated_at": ContactFacts.unscoped.get().updated_at}
    ahead = {contact.pk: {**dict.fromkeys((*SUMS, "talk_count"), 1), "words": [], **counts}}
    say("quanto custa?")
    row = hear(contact)
    assert contacts_score_ahead(company_id=clinic.pk, counts=ahead).written == 0
    ahead[contact.pk]["updated_at"] = ContactFacts.unscoped.get().updated_at
    assert contacts_score_ahead(company_id=clinic.pk, counts=ahead).changed == 1
    assert LeadScore.unscoped.get().facts[0] == 40 != row.facts[0]


def test_a_look_that_finds_nothing_is_one_statement(say: Say) -> None:
    say("oi")
    tasks.follow()
    assert work() == 1


def test_a_company_that_ended_is_not_looked_for(say: Say, clinic: Company) -> None:
    say("oi")
    Company.objects.update(is_active=False)
    tasks.follow()
    assert not LeadScore.unscoped.exists()


def test_old_messages_brought_in_late_are_scored(say: Say, channel: Channel) -> None:
    make.inbound(channel, text="quanto custa?", at=NOW - timedelta(days=400))
    tasks.follow()
    assert LeadScore.unscoped.get().facts[0] == 1


def test_old_messages_that_no_look_found_are_counted_within_the_hour(channel: Channel) -> None:
    make.inbound(channel, text="quanto custa?", at=NOW - timedelta(days=400))
    tasks.tick()
    assert not LeadScore.unscoped.exists()
    tasks.reconcile()
    assert LeadScore.unscoped.get().facts[0] == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_rule_keeps_no_message_waiting(
    say: Say, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("quanto custa?")
    began, go_on = threading.Event(), threading.Event()
    find = Matcher.find

    def slow(self: Matcher, text: str) -> Any:
        began.set()
        assert go_on.wait(20)
        return find(self, text)

    def store() -> int:
        assert began.wait(20)
        # Were the conversation held, this would wait for the rule, and the rule for this.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        try:
            make.inbound(channel, text="ainda estou aqui")
            # A second look comes while the first works, and leaves it alone.
            tasks.follow()
            return Message.unscoped.count()
        finally:
            go_on.set()

    monkeypatch.setattr(Matcher, "find", slow)
    results = race.together(tasks.follow, store)
    assert not race.errors(results)
    assert 2 in results
    tasks.reconcile()
    assert LeadScore.unscoped.get().facts[0] == 2
    assert LeadScoreHistory.unscoped.count() == 1


def test_bells_that_come_while_one_works_are_one_set() -> None:
    done: list[tuple[str, list[UUID]]] = []
    first, second, third = uuid4(), uuid4(), uuid4()

    def act(company: str, ids: list[UUID]) -> None:
        if not done:
            done.append((company, ids))
            gathered("a", [second])
            gathered("a", [second, third])
            gathered("b", [first])
        else:
            done.append((company, ids))

    gathered = Gathered(act)
    gathered("a", [first])
    assert done == [("a", [first]), ("a", [second, third]), ("b", [first])]
    gathered("a", [third])
    assert done[-1] == ("a", [third])
