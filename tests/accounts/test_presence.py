"""Who is at work: by choice, and by being seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import PauseReason, Presence, PresenceLog
from accounts.services import presence
from accounts.services.presence import (
    ReasonUnknown,
    presence_beat,
    presence_choose,
    presence_expire,
    reasons_of,
)
from tests.race import errors, together

State = Presence.State


def state_of(membership) -> str:
    return Presence.unscoped.get(membership=membership).state


def log_of(membership) -> list[tuple[str, str, bool]]:
    rows = PresenceLog.unscoped.filter(membership=membership).order_by("started_at", "id")
    return [(row.state, row.reason, row.ended_at is None) for row in rows]


def test_the_first_beat_brings_a_person_to_work(beto, bells):
    assert presence_beat(membership=beto)
    assert not presence_beat(membership=beto)
    assert state_of(beto) == State.ONLINE


def test_a_killed_browser_is_offline_in_ninety_seconds(beto):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        presence_beat(membership=beto)
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        assert presence_expire() == 0
    with time_machine.travel(now + timedelta(seconds=70), tick=False):
        assert presence_expire() == 1
        assert presence_expire() == 0
    assert state_of(beto) == State.OFFLINE


def test_a_page_that_beats_keeps_its_person_at_work(beto):
    now = timezone.now()
    for seconds in range(0, 300, 20):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            presence_beat(membership=beto)
            assert presence_expire() == 0
    assert log_of(beto) == [(State.ONLINE, "", True)]


def test_who_comes_back_is_what_they_said(beto):
    lunch = reasons_of(beto.company_id)[0]
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        presence_choose(membership=beto, state=State.AWAY, reason=lunch)
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        presence_expire()
        assert state_of(beto) == State.OFFLINE
        presence_beat(membership=beto)
    assert state_of(beto) == State.AWAY


def test_who_says_offline_stays_so_with_the_page_open(beto):
    presence_choose(membership=beto, state=State.OFFLINE)
    assert not presence_beat(membership=beto)
    assert state_of(beto) == State.OFFLINE


def test_every_stretch_is_logged_once(beto):
    lunch = PauseReason.unscoped.create(company_id=beto.company_id, name="Almoço")
    presence_beat(membership=beto)
    presence_choose(membership=beto, state=State.AWAY, reason=lunch)
    presence_choose(membership=beto, state=State.AWAY, reason=lunch)
    presence_choose(membership=beto, state=State.ONLINE)
    assert log_of(beto) == [
        (State.ONLINE, "", False),
        (State.AWAY, "Almoço", False),
        (State.ONLINE, "", True),
    ]


@pytest.mark.parametrize("case", ["rival", "ended", "online"])
def test_a_reason_must_be_the_companys_and_for_being_away(beto, rival, case):
    company = rival.pk if case == "rival" else beto.company_id
    reason = PauseReason.unscoped.create(company_id=company, name="X", is_active=case != "ended")
    state = State.ONLINE if case == "online" else State.AWAY
    with pytest.raises(ReasonUnknown):
        presence_choose(membership=beto, state=state, reason=reason)


def test_whoever_listens_hears_each_change_once(beto, monkeypatch):
    heard: list[tuple[str, str]] = []
    listeners = [lambda row, before: heard.append((before, row.state))]
    monkeypatch.setattr(presence, "presence_changed", listeners)
    presence_beat(membership=beto)
    presence_beat(membership=beto)
    presence_choose(membership=beto, state=State.OFFLINE)
    assert heard == [(State.OFFLINE, State.ONLINE), (State.ONLINE, State.OFFLINE)]


@pytest.mark.django_db(transaction=True)
def test_many_pages_of_one_person_make_one_presence(beto):
    results = together(*[lambda: presence_beat(membership=beto)] * 8)
    assert not errors(results)
    assert sum(results) == 1
    assert log_of(beto) == [(State.ONLINE, "", True)]
