"""What a person chooses for themselves: kept with their login, refused where it does not fit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Membership, User
from accounts.preferences import USUAL, is_quiet, preferences_of
from accounts.services.preferences import PreferenceRefused, preferences_change

ZONE = ZoneInfo("America/Sao_Paulo")


def chosen(member: Membership) -> dict[str, Any]:
    return preferences_of(User.objects.get(pk=member.user_id))


def test_who_chose_nothing_has_what_is_usual_and_a_choice_leaves_the_rest(beto: Membership):
    assert chosen(beto) == USUAL
    preferences_change(membership=beto, values={"density": "compacta", "language": "en"})
    preferences_change(membership=beto, values={"sound": True})
    assert chosen(beto) == {**USUAL, "density": "compacta", "language": "en", "sound": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("density", "frouxa"),
        ("theme", None),
        ("theme", ["claro"]),
        ("contrast", "true"),
        ("sound", 1),
        ("language", "xx"),
        ("quiet_from", "24:00"),
        ("quiet_from", "7:00"),
        ("quiet_until", "07:00\n"),
        ("quiet_until", "٠٧:٠٠"),
        ("nothing", "x"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(
    beto: Membership, name: str, value: Any
):
    with pytest.raises(PreferenceRefused) as refused:
        preferences_change(membership=beto, values={"sound": True, name: value})
    assert list(refused.value.fields) == [name]
    assert chosen(beto) == USUAL


def test_what_another_version_kept_counts_as_not_chosen(beto: Membership):
    beto.user.chosen = {"density": "frouxa", "gone": 1, "sound": True}
    assert preferences_of(beto.user) == {**USUAL, "sound": True}


@pytest.mark.parametrize(
    ("begin", "end", "hour", "held"),
    [
        ("22:00", "07:00", 23, True),
        ("22:00", "07:00", 3, True),
        ("22:00", "07:00", 7, False),
        ("12:00", "13:00", 12, True),
        ("12:00", "13:00", 13, False),
        ("", "13:00", 12, False),
        ("12:00", "12:00", 12, False),
    ],
)
def test_silence_may_go_over_midnight(begin: str, end: str, hour: int, held: bool):
    at = datetime(2026, 11, 30, hour, 0, tzinfo=ZONE)
    assert is_quiet({"quiet_from": begin, "quiet_until": end}, at) is held
