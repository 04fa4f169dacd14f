"""Presença by the API."""

from __future__ import annotations

from accounts.models import PauseReason, Presence


def test_a_person_comes_to_work_pauses_and_leaves(api, beto, bells):
    client = api(beto)
    assert client.post("presenca/", {}).json()["state"] == "online"
    reason = client.get("motivos-pausa/").json()[0]
    paused = client.post("presenca/", {"state": "ausente", "reason": reason["id"]}).json()
    assert (paused["state"], paused["reason"]) == ("ausente", reason["id"])
    # A sign of life does not end a pause.
    assert client.post("presenca/", {}).json()["state"] == "ausente"
    assert client.post("presenca/", {"state": "offline"}).json()["state"] == "offline"
    assert [row["name"] for row in client.get("presenca/").json()] == ["Beto Reis"]


def test_reasons_and_states_that_are_none(api, beto, rival, bells):
    theirs = PauseReason.unscoped.create(company=rival, name="X")
    client = api(beto)
    refused = client.post("presenca/", {"state": "ausente", "reason": str(theirs.pk)})
    assert refused.status_code == 404
    assert client.post("presenca/", {"state": "dormindo"}).status_code == 400
    assert not Presence.unscoped.exists()
