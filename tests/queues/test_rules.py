"""Rules: noted in the event's transaction, run once after it, told why, and never in a ring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Company, Membership
from common.errors import Forbidden
from common.scoping import company_scope
from contacts.models import Contact, Tag
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.outbound import message_send
from queues.choices import RuleState
from queues.models import Rule, RuleRun, Ticket
from queues.services import rule_events, rule_running, steps
from queues.services.queues import queue_save
from queues.services.rule_conditions import ConditionRefused
from queues.services.rule_running import company_rules_run, runs_due
from queues.services.rules import RuleTaken, rule_delete, rule_save, rule_switch, rule_try
from queues.services.steps import StepRefused
from queues.tasks import rules_sweep
from tests import make

pytestmark = pytest.mark.usefixtures("bells")
TAG = {"act": "etiquetar", "tag": "Novo"}


@pytest.fixture(autouse=True)
def _scope(clinic: Company) -> Iterator[None]:
    with company_scope(clinic):
        yield


def on(actor: Membership, *conditions: tuple[str, str], **values: Any) -> Rule:
    made = rule_save(
        actor=actor,
        name=values.pop("name", "Regra"),
        event=values.pop("event", "mensagem"),
        steps=values.pop("steps", [TAG]),
        conditions=[{"field": field, "value": value} for field, value in conditions],
        **values,
    )
    return rule_switch(rule=made, actor=actor, is_on=True)


def ran(company: Company) -> list[RuleRun]:
    company_rules_run(company_id=company.pk)
    return list(RuleRun.unscoped.order_by("id"))


def is_tagged(name: str = "Novo") -> bool:
    return Contact.unscoped.filter(tags__name=name).exists()


def test_a_message_is_noted_and_the_rule_runs_once_after_it(
    ana: Membership, clinic: Company, channel: Channel
):
    on(ana, ("palavras", "cancelar, desmarcar"))
    make.inbound(channel, text="Quero DESMARCÁR a consulta")
    assert not is_tagged()
    (run,) = ran(clinic)
    assert (run.state, is_tagged()) == ("feito", True)
    assert run.reasons == [{"field": "palavras", "value": "cancelar, desmarcar", "is_met": True}]
    assert run.outcomes == [{"act": "etiquetar", "state": "feito", "said": ""}]
    assert company_rules_run(company_id=clinic.pk) == 0
    assert not runs_due().exists()


def test_half_a_word_is_no_word(ana: Membership, clinic: Company, channel: Channel):
    on(ana, ("palavras", "sim"))
    make.inbound(channel, text="assim nao da")
    assert [run.state for run in ran(clinic)] == ["nao_casou"]


@pytest.mark.parametrize(("match", "state"), [("todas", "nao_casou"), ("qualquer", "feito")])
def test_all_or_any(ana: Membership, clinic: Company, channel: Channel, match: str, state: str):
    on(ana, ("canal", str(channel.pk)), ("etiqueta", "VIP"), match=match)
    make.inbound(channel, text="Oi")
    (run,) = ran(clinic)
    assert run.state == state
    assert [one["is_met"] for one in run.reasons] == [True, False]


def test_queue_priority_stage_hours_and_score_are_asked_as_they_are_now(
    ana: Membership, clinic: Company, channel: Channel
):
    queue = queue_save(company=clinic, actor=None, name="Exames", channels=[channel])
    on(
        ana,
        ("fila", str(queue.pk)),
        ("prioridade", "5"),
        ("etapa", "fila"),
        ("horario", "dentro"),
        ("score", "0"),
    )
    make.inbound(channel, text="Oi")
    (run,) = ran(clinic)
    assert [one["is_met"] for one in run.reasons] == [True] * 5
    on(ana, ("score", "90"), ("horario", "fora"), name="Outra")
    make.inbound(channel, text="De novo")
    assert [one["is_met"] for one in ran(clinic)[-1].reasons] == [False, False]


def test_new_moved_and_finished_are_events(
    ana: Membership, beto: Membership, clinic: Company, channel: Channel
):
    for event in ("nova", "movida", "finalizada"):
        on(ana, name=event, event=event, steps=[{"act": "nota", "text": event}])
    talk = make.inbound(channel).conversation
    make.inbound(channel)
    conversation_take(conversation=talk, attendant=beto)
    conversation_close(conversation=talk, actor=beto)
    assert sorted(run.event for run in ran(clinic)) == ["finalizada", "movida", "nova"]
    assert {run.state for run in RuleRun.unscoped.all()} == {"feito"}


def test_what_a_rule_does_is_no_event_for_rules(
    ana: Membership, beto: Membership, clinic: Company, channel: Channel
):
    give = {"act": "atribuir", "attendant": str(beto.pk), "reason": "Regra"}
    on(ana, event="movida", steps=[{"act": "nota", "text": "Mudou"}])
    on(ana, name="Dá", event="nova", steps=[give])
    talk = make.inbound(channel).conversation
    ran(clinic)
    talk.refresh_from_db()
    assert talk.attendant_id == beto.pk
    assert RuleRun.unscoped.filter(event="movida").count() == 0


def test_a_rule_acts_on_a_conversation_only_so_often_within_an_hour(
    ana: Membership, clinic: Company, channel: Channel
):
    on(ana, steps=[{"act": "nota", "text": "Oi"}])
    for _time in range(rule_running.MOST_AN_HOUR + 2):
        make.inbound(channel)
        ran(clinic)
    states = [run.state for run in RuleRun.unscoped.order_by("id")]
    assert states == ["feito"] * rule_running.MOST_AN_HOUR + ["limite"] * 2


def test_an_answer_of_a_rule_is_nobodys_and_answers_nobody(
    ana: Membership, clinic: Company, channel: Channel
):
    on(ana, steps=[{"act": "responder", "text": "Oi, {{primeiro_nome}}"}])
    talk = make.inbound(channel).conversation
    ran(clinic)
    said = Message.unscoped.get(conversation=talk, direction="saida", kind="texto")
    assert (said.text, said.author_id, said.author_kind) == ("Oi, Joana", None, "sistema")
    talk.refresh_from_db()
    assert talk.unread_count == 1 and talk.attendant_id is None


def test_the_first_that_says_stop_keeps_later_ones_from_running(
    ana: Membership, clinic: Company, channel: Channel
):
    on(ana, name="b", position=2)
    on(ana, name="a", position=1, is_last=True)
    make.inbound(channel)
    assert {run.rule.name: run.state for run in ran(clinic)} == {"a": "feito", "b": "parada"}


def test_a_rule_that_breaks_stops_neither_the_message_nor_other_rules_nor_companies(
    ana: Membership,
    rui: Membership,
    clinic: Company,
    rival: Company,
    channel: Channel,
    rival_channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
):
    on(ana, name="a", position=1, steps=[{"act": "nota", "text": "x"}])
    on(ana, name="b", position=2)
    with company_scope(rival):
        on(rui, name="c")
    make.inbound(channel)
    make.inbound(rival_channel)
    real = steps.step_do

    def breaks(step: Any, **given: Any) -> bool:
        if step["act"] == "nota":
            raise RuntimeError("broken")
        return real(step, **given)

    monkeypatch.setattr(rule_running, "step_do", breaks)
    rules_sweep()
    assert {run.rule.name: run.state for run in RuleRun.unscoped.all()} == {
        **{"a": "falhou", "b": "feito", "c": "feito"}
    }


def test_a_note_that_cannot_be_written_leaves_the_message(
    ana: Membership, channel: Channel, monkeypatch: pytest.MonkeyPatch
):
    on(ana)

    def away(*args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(rule_events, "_note", away)
    assert make.inbound(channel, text="Oi").pk
    assert not RuleRun.unscoped.exists()


def test_it_is_switched_off_after_failing_again_and_again(
    ana: Membership, clinic: Company, channel: Channel, monkeypatch: pytest.MonkeyPatch
):
    rule = on(ana)

    def breaks(step: Any, **given: Any) -> bool:
        raise RuntimeError("broken")

    monkeypatch.setattr(rule_running, "step_do", breaks)
    for _time in range(rule_running.MOST_FAILURES):
        make.inbound(channel)
        ran(clinic)
    rule.refresh_from_db()
    assert not rule.is_on and rule.off_reason
    make.inbound(channel)
    assert RuleRun.unscoped.count() == rule_running.MOST_FAILURES


def test_a_claim_whose_process_died_is_not_done_again(
    ana: Membership, clinic: Company, channel: Channel
):
    on(ana)
    make.inbound(channel)
    long_ago = timezone.now() - rule_running.CLAIM_LASTS * 2
    RuleRun.unscoped.update(state=RuleState.RUNNING, claimed_at=long_ago)
    assert runs_due().exists()
    assert [run.state for run in ran(clinic)] == ["falhou"]
    assert not is_tagged()


def test_a_rule_whose_keeper_manages_no_more_is_off(
    ana: Membership, clinic: Company, channel: Channel
):
    rule = on(ana)
    make.inbound(channel)
    ana.role = Membership.Role.ATTENDANT
    ana.save()
    ran(clinic)
    rule.refresh_from_db()
    assert not rule.is_on and rule.off_reason
    assert not is_tagged()


def test_a_dry_run_says_why_and_changes_nothing(
    ana: Membership, beto: Membership, clinic: Company, channel: Channel
):
    rule = rule_save(
        actor=ana,
        name="R",
        event="mensagem",
        conditions=[{"field": "palavras", "value": "exame"}],
        steps=[TAG],
    )
    make.inbound(channel, text="Tem exame?", person=make.person("5511900000001", "Um"))
    make.inbound(channel, text="Oi", person=make.person("5511900000002", "Dois"))
    before = (Message.unscoped.count(), Tag.unscoped.count(), Ticket.unscoped.count())
    tried = rule_try(rule=rule, actor=ana)
    assert sorted(one.is_met for one in tried) == [False, True]
    assert (Message.unscoped.count(), Tag.unscoped.count(), Ticket.unscoped.count()) == before
    assert not RuleRun.unscoped.exists()
    with pytest.raises(Forbidden):
        rule_try(rule=rule, actor=beto)


def test_a_rule_that_is_off_notes_nothing(ana: Membership, channel: Channel):
    rule = on(ana)
    rule_switch(rule=rule, actor=ana, is_on=False)
    make.inbound(channel)
    assert not RuleRun.unscoped.exists()


def test_a_prime_of_staff_is_no_message_of_a_patient(
    ana: Membership, beto: Membership, clinic: Company, conversation: Conversation
):
    on(ana)
    conversation_take(conversation=conversation, attendant=beto)
    message_send(conversation=conversation, author=beto, text="Oi")
    assert ran(clinic) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("palavras", ", ,"),
        ("score", "101"),
        ("prioridade", "alta"),
        ("etapa", "lua"),
        ("horario", "meio"),
        ("segredo", "x"),
        ("etiqueta", " "),
        ("palavras", "x" * 201),
    ],
)
def test_what_makes_no_condition_is_refused(ana: Membership, field: str, value: str):
    with pytest.raises(ConditionRefused):
        on(ana, (field, value))


def test_only_who_manages_writes_rules_and_names_are_single(ana: Membership, beto: Membership):
    with pytest.raises(Forbidden):
        on(beto)
    rule = on(ana)
    with pytest.raises(RuleTaken):
        on(ana)
    with pytest.raises(StepRefused):
        on(ana, name="x", steps=[])
    with pytest.raises(Forbidden):
        rule_delete(rule=rule, actor=beto)
