"""Scores, words and models in the back-office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from leadscoring import bells as names
from leadscoring.models import LeadScore, LearnedModel, SignalWord
from leadscoring.services.scoring import scores_age
from omnichannel.models import Conversation
from tests import make
from tests.backoffice import Office, said, supervisor, text_of
from tests.leadscoring.conftest import NOW, answer, hear


@pytest.fixture
def office(ana) -> Office:
    ana.user.is_staff = True
    ana.user.save()
    return Office(ana)


@pytest.fixture
def score(say) -> LeadScore:
    return hear(say("quanto custa o botox?").conversation.contact)


def found(office: Office, question: str) -> list[LeadScore]:
    page = office.list("leadscoring_leadscore", pergunta=question)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def test_hot_people_whom_nobody_answered_are_a_question(office, score, beto):
    assert found(office, "quentes_sem_resposta") == [score]
    answer(Conversation.unscoped.get(), beto)
    assert found(office, "quentes_sem_resposta") == []


def test_hot_people_with_whom_nobody_speaks_are_a_question(office, score, clock, ana):
    assert found(office, "quentes_parados") == []
    clock.shift(timedelta(days=1, minutes=1))
    assert found(Office(ana), "quentes_parados") == [score]


def test_people_who_cooled_down_are_a_question(office, score, clinic, clock):
    assert found(office, "esfriaram") == []
    clock.shift(timedelta(days=20))
    scores_age(company_id=clinic.pk)
    # The history's ids are of the database's clock.
    clock.move_to(NOW, tick=False)
    assert found(office, "esfriaram") == [score]


@pytest.mark.parametrize("question", ["ligar", "reengajar", "incompletos"])
def test_the_other_questions_are_answered(office, score, question):
    assert found(office, question) == []


def test_the_list_draws_how_scores_are_spread(office, score):
    page = text_of(office.list("leadscoring_leadscore"))
    low = score.total // 10 * 10
    assert f"{low}-{low + 9}: 1" in page
    assert "<script>" not in page.split("bo-chart")[1].split("</svg>")[0]


def test_a_persons_page_has_every_reason_and_the_plot(office, score, say):
    say("tem desconto? quero agendar")
    hear(score.contact)
    page = text_of(office.page("leadscoring_leadscore", score))
    assert "Falou em preço hoje (+35)." in page
    assert "Score ao longo do tempo" in page
    person = text_of(office.page("contacts_contact", score.contact))
    assert "Falou em agendar hoje (+40)." in person and "bo-line" in person


def test_the_button_scores_now(office, score, say):
    say("quero agendar")
    answered = office.press("leadscoring_leadscore", score, "recalculate")
    assert "Score recalculado" in said(answered)
    office.act("leadscoring_leadscore", "recalculate_chosen", score)
    assert LeadScore.unscoped.count() == 1


def test_a_supervisor_looks_and_does_not_press(score, clinic):
    boss = supervisor(clinic)
    boss.user.is_staff = True
    boss.user.save()
    office = Office(boss)
    assert office.page("leadscoring_leadscore", score).status_code == 200
    assert "Score recalculado" not in said(
        office.press("leadscoring_leadscore", score, "recalculate")
    )


def test_the_rival_finds_nobody(score, rui):
    rui.user.is_staff = True
    rui.user.save()
    office = Office(rui)
    assert list(office.list("leadscoring_leadscore").context["cl"].result_list) == []
    assert "bo-chart" not in text_of(office.list("leadscoring_leadscore"))
    assert office.page("leadscoring_leadscore", score).status_code == 302


def test_a_list_costs_the_same_for_many(office, score, channel):
    address = reverse("admin:leadscoring_leadscore_changelist")
    few = office.queries(address)
    for number in range(6):
        other = make.person(f"55419000100{number:02}", "X")
        hear(make.inbound(channel, person=other).conversation.contact)
    assert office.queries(address) <= few


def test_words_are_listed_added_changed_and_taken_away(office, clinic, bells):
    page = office.list("leadscoring_signalword")
    assert "quanto custa" in text_of(page)
    given = {"text": "Harmonização", "kind": "compra", "is_active": "on"}
    assert office.save("leadscoring_signalword", **given).status_code == 302
    row = SignalWord.unscoped.get(folded="harmonizacao")
    assert row.company_id == clinic.pk
    office.save("leadscoring_signalword", row, **{**given, "kind": "preco"})
    row.refresh_from_db()
    assert row.kind == "preco"
    refused = office.save("leadscoring_signalword", **given)
    assert "já está na lista" in text_of(refused)
    refused = office.save("leadscoring_signalword", **{**given, "text": "*"})
    assert "pelo menos dois caracteres" in text_of(refused)
    address = reverse("admin:leadscoring_signalword_delete", args=[row.pk])
    office.browser.post(address, {"post": "yes"})
    assert not SignalWord.unscoped.filter(pk=row.pk).exists()


def test_the_page_of_models_says_how_many_outcomes_it_takes(office, clinic):
    page = text_of(office.list("leadscoring_learnedmodel"))
    assert "200 desfechos, 40 de cada lado" in page and clinic.name in page


def test_a_models_page_shows_its_report_beside_the_rules(
    office, clinic, bells, django_capture_on_commit_callbacks
):
    judged = {"auc": 0.81, "brier": 0.15, "bins": [{"count": 12, "told": 0.3, "came": 0.25}]}
    report = {"held_out": 60, "model": judged, "rules": judged, "weights": [["price_days", 1.2]]}
    row = LearnedModel.unscoped.create(
        company=clinic, won_count=120, lost_count=80, report=report, parameters={}
    )
    page = text_of(office.page("leadscoring_learnedmodel", row))
    assert "0,810" in page and "60 pessoas" in page and "Falou em preço há pouco" in page
    with django_capture_on_commit_callbacks(execute=True):
        office.press("leadscoring_learnedmodel", row, "train")
    assert (names.LEARN, (str(clinic.pk),)) in bells
