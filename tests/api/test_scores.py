"""A contact's score by the API."""

from __future__ import annotations

import pytest

from leadscoring.models import LeadScore, LeadScoreHistory
from omnichannel.models import Conversation
from tests import make
from tests.leadscoring.conftest import hear

FIELDS = {
    *("total", "behaviour", "profile", "engagement", "intent", "temperature", "purchase_intent"),
    *("recommended_action", "signals", "reasons", "calculated_at"),
}


@pytest.fixture
def contact(channel, bells):
    return make.inbound(channel, text="Oi, quanto custa o botox?").conversation.contact


def test_a_score_is_shown_with_the_reason_of_every_point(api, contact, beto):
    hear(contact)
    shown = api(beto).get(f"contatos/{contact.pk}/score/").json()
    assert set(shown) == FIELDS
    assert (shown["intent"], shown["signals"]) == (35, ["quanto custa"])
    given = sum(r["points"] for r in shown["reasons"] if r["dimension"] == "comportamento")
    assert given == shown["behaviour"]
    assert "Falou em preço hoje (+35)." in [one["text"] for one in shown["reasons"]]


def test_a_person_who_was_never_scored_is_scored_on_asking(api, contact, beto):
    assert api(beto).get(f"contatos/{contact.pk}/").json()["score"] is None
    shown = api(beto).get(f"contatos/{contact.pk}/score/")
    assert shown.status_code == 200
    assert LeadScore.unscoped.get().total == shown.json()["total"]


def test_a_recalculation_without_news_changes_nothing(api, contact, beto):
    hear(contact)
    client, where = api(beto), f"contatos/{contact.pk}/score/"
    before = client.get(where).json()
    after = client.post(f"{where}recalcular/")
    assert after.status_code == 200
    assert {**after.json(), "calculated_at": 0} == {**before, "calculated_at": 0}
    assert LeadScoreHistory.unscoped.count() == 1
    assert client.post(f"{where}recalcular/", {"total": 100}).status_code == 400


def test_a_list_of_people_tells_their_scores(
    api, contact, channel, beto, django_assert_max_num_queries
):
    row = hear(contact)
    for number in range(4):
        other = make.person(f"55419000100{number:02}", "X")
        hear(make.inbound(channel, person=other).conversation.contact)
    client = api(beto)
    with django_assert_max_num_queries(9):
        shown = client.get("contatos/").json()["results"]
    (one,) = (item for item in shown if item["id"] == str(contact.pk))
    assert (one["score"], one["temperature"]) == (row.total, row.temperature)


def test_another_companys_person_is_a_missing_one(api, contact, rui):
    hear(contact)
    for method, where in (("get", ""), ("post", "recalcular/")):
        answer = getattr(api(rui), method)(f"contatos/{contact.pk}/score/{where}")
        assert (answer.status_code, answer.json()["code"]) == (404, "nao_encontrado")


def test_a_person_of_a_colleagues_conversation_is_a_missing_one(
    api, contact, clinic, beto, carla, ana
):
    hear(contact)
    clinic.attendants_see_all = False
    clinic.save()
    Conversation.unscoped.update(attendant=carla, stage="humano")
    assert api(beto).get(f"contatos/{contact.pk}/score/").status_code == 404
    assert api(beto).post(f"contatos/{contact.pk}/score/recalcular/").status_code == 404
    assert api(carla).get(f"contatos/{contact.pk}/score/").status_code == 200
    assert api(ana).get(f"contatos/{contact.pk}/score/").status_code == 200
    seen = LeadScore.unscoped.all()
    assert not seen.visible_to(beto).exists()
    assert seen.visible_to(carla).exists()
