"""The score in the inbox's contact column."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leadscoring.services.scoring import scores_age
from omnichannel.models import Conversation
from tests.leadscoring.conftest import hear


def column(member) -> str:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    talk = Conversation.unscoped.get()
    return client.get(reverse("inbox:conversation", args=[talk.pk])).content.decode()


def test_a_person_without_a_score_has_no_card(say, beto):
    say("oi")
    assert "Por que este score?" not in column(beto)


def test_the_column_shows_the_score_the_next_step_and_the_reasons(say, beto):
    row = hear(say("quanto custa o botox?").conversation.contact)
    page = column(beto)
    assert f"<b>{row.total}</b>" in page
    assert "Quente" in page and row.get_recommended_action_display() in page
    assert "Falou em preço hoje (+35)." in page


@pytest.mark.django_db(transaction=True)
def test_an_open_page_is_told_when_a_score_changes(say, clinic, monkeypatch, clock):
    sent = []
    monkeypatch.setattr("common.realtime.send", sent.extend)
    contact = say("quanto custa?").conversation.contact
    sent.clear()
    hear(contact)
    (event,) = sent
    talk = Conversation.unscoped.get()
    assert (event.type, event.conversation, event.seq) == ("conversation_updated", talk.pk, None)
    sent.clear()
    hear(contact)
    assert not sent
    clock.shift(10 * 86_400)
    # Nobody needs to hear of thousands who cooled down over night.
    assert scores_age(company_id=clinic.pk).changed == 1
    assert not sent
