"""Preferências by the API."""

from __future__ import annotations

from accounts.preferences import USUAL


def test_a_person_reads_and_changes_their_own(api, ana, beto, bells):
    client = api(beto)
    assert client.get("preferencias/").json() == USUAL
    changed = client.patch("preferencias/", {"theme": "escuro", "quiet_from": "22:00"})
    assert changed.json() == {**USUAL, "theme": "escuro", "quiet_from": "22:00"}
    assert api(ana).get("preferencias/").json() == USUAL


def test_what_is_none_is_refused_by_name(api, beto):
    client = api(beto)
    for name, value in (("theme", "rosa"), ("sound", "true"), ("quiet_from", "9h"), ("x", 1)):
        refused = client.patch("preferencias/", {name: value})
        assert (refused.status_code, list(refused.json()["fields"])) == (400, [name])
    assert client.get("preferencias/").json() == USUAL


def test_a_change_that_is_repeated_under_its_key_is_answered_as_the_first(api, beto):
    client = api(beto)
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = client.patch("preferencias/", {"sound": True}, **key)
    client.patch("preferencias/", {"sound": False})
    again = client.patch("preferencias/", {"sound": True}, **key)
    assert again.json() == first.json() and again["Idempotency-Replayed"] == "true"
    assert client.get("preferencias/").json()["sound"] is False


def test_strangers_have_none(api):
    assert api(None).get("preferencias/").status_code == 401
