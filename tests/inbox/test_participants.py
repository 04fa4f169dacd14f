"""Participants on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take

Enter = Callable[[Membership], Client]
JSON = {"Accept": "application/json"}


@pytest.mark.usefixtures("bells")
def test_who_follows_stands_in_the_column_and_may_be_taken_off(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    client = enter(carla)
    where = reverse("inbox:participants", args=[conversation.pk])
    page = client.post(where).content.decode()
    assert "Tirar" in page and "Acompanhar" not in page
    followed = client.get(reverse("inbox:followed"), headers=JSON).json()
    assert followed == {"conversations": [str(conversation.pk)]}
    assert carla.user.name not in enter(beto).get(where).content.decode()
    remove = reverse("inbox:participant-remove", args=[conversation.pk])
    assert client.post(remove, {"pessoa": "nonsense"}).status_code == 404
    enter(beto).post(remove, {"pessoa": str(carla.pk)})
    assert client.get(reverse("inbox:followed"), headers=JSON).json() == {"conversations": []}
