"""Macros by the API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_take
from queues.models import MacroRun

STEPS = [{"act": "nota", "text": "Um"}, {"act": "etiquetar", "tag": "Novo"}]


@pytest.mark.usefixtures("bells")
def test_a_macro_is_made_changed_run_and_removed(
    api: Any, beto: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    client = api(beto)
    made = client.post("macros/", {"name": "Fecha", "steps": STEPS})
    assert made.status_code == 201, made.json()
    assert made.json()["steps"] == STEPS
    where = f"macros/{made.json()['id']}/"
    assert client.patch(where, {"name": "Outra"}).json()["steps"] == STEPS
    ids = {"conversations": [str(conversation.pk)]}
    ran = client.post(f"{where}executar/", ids, headers={"Idempotency-Key": "um"})
    assert ran.json() == {"changed": [str(conversation.pk)], "same": [], "refused": []}
    again = client.post(f"{where}executar/", ids, headers={"Idempotency-Key": "um"})
    assert again.json() == ran.json()
    assert Message.unscoped.filter(text="Um").count() == MacroRun.unscoped.count() == 1
    assert client.delete(where).status_code == 204


@pytest.mark.parametrize(
    "given",
    [
        {"name": "x", "steps": []},
        {"name": "x", "steps": [{"act": "apagar"}]},
        {"name": "x", "steps": [{"act": "nota", "text": "{{senha}}"}]},
        {"name": "x", "steps": [{"act": "nota", "text": "a", "code": "b"}]},
        {"name": "x", "steps": STEPS, "used_count": 3},
    ],
)
def test_what_makes_no_macro_is_refused(api: Any, beto: Membership, given: dict[str, Any]):
    assert api(beto).post("macros/", given).status_code in (400, 422)
