"""Mensagens agendadas by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take

FIELDS = {
    *("id", "author", "text", "send_at", "state", "held_code", "held_detail"),
    *("message", "created_at"),
}


def test_one_is_made_listed_and_cancelled(
    api: Any, conversation: Conversation, beto: Membership, carla: Membership
):
    conversation_take(conversation=conversation, attendant=beto)
    where = f"conversas/{conversation.pk}/agendadas/"
    at = (timezone.now() + timedelta(hours=1)).isoformat()
    given = {"text": "Bom dia!", "send_at": at, "client_id": "a"}
    made = api(beto).post(where, given)
    assert made.status_code == 201, made.json()
    assert set(made.json()) == FIELDS and made.json()["state"] == "agendada"
    assert api(beto).post(where, given).json()["id"] == made.json()["id"]
    assert [row["id"] for row in api(beto).get(where).json()["results"]] == [made.json()["id"]]
    one = f"{where}{made.json()['id']}/"
    assert api(carla).delete(one).status_code in (403, 404)
    assert api(beto).delete(one).status_code == 204
    refused = api(beto).delete(one)
    assert (refused.status_code, refused.json()["code"]) == (409, "agendamento_encerrado")
    assert api(beto).get(where).json()["results"] == []


def test_a_moment_that_is_over_is_refused(api: Any, conversation: Conversation, beto: Membership):
    at = (timezone.now() - timedelta(hours=1)).isoformat()
    given = {"text": "Bom dia!", "send_at": at, "client_id": "a"}
    refused = api(beto).post(f"conversas/{conversation.pk}/agendadas/", given)
    assert refused.json()["code"] == "agendamento_invalido"
    assert set(refused.json()["fields"]) == {"send_at"}
