"""Macros: kept, shown before they run, run action by action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from common.errors import DomainError
from common.scoping import company_scope
from contacts.models import Tag
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from queues.models import Macro, MacroRun
from queues.services import macros
from queues.services.macros import (
    MacroRunning,
    MacroShared,
    MacroTaken,
    macro_delete,
    macro_preview,
    macro_run,
    macro_run_several,
    macro_save,
)
from queues.services.queues import queue_save
from queues.services.quick_replies import quick_reply_save
from queues.services.steps import StepRefused
from tests import make

pytestmark = pytest.mark.usefixtures("bells")
ANSWER = {"act": "responder", "text": "Oi, {{primeiro_nome}}! Aqui é {{atendente}}."}
TAG = {"act": "etiquetar", "tag": "Exame"}
NOTE = {"act": "nota", "text": "Pediu o preparo."}
FINISH = {"act": "finalizar", "reason": "Resolvido"}


def kept(actor: Membership, *steps: dict[str, Any], **values: Any) -> Macro:
    return macro_save(actor=actor, name=values.pop("name", "Fecha"), steps=steps, **values)


def states(run: MacroRun) -> list[str]:
    return [one["state"] for one in run.outcomes]


@pytest.fixture(autouse=True)
def _scope(clinic: Company) -> Iterator[None]:
    with company_scope(clinic):
        yield


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    return conversation_take(conversation=conversation, attendant=beto)


def test_it_answers_tags_notes_and_finishes_through_the_services(
    beto: Membership, talk: Conversation
):
    run = macro_run(macro=kept(beto, ANSWER, TAG, NOTE, FINISH), conversation=talk, actor=beto)
    assert states(run) == ["feito"] * 4
    said = Message.unscoped.filter(conversation=talk, direction="saida", kind="texto")
    assert {(one.text, one.is_internal) for one in said} == {
        (f"Oi, Joana! Aqui é {beto.user.name}.", False),
        ("Pediu o preparo.", True),
    }
    assert Tag.unscoped.filter(contacts=talk.contact).get().name == "Exame"
    talk.refresh_from_db()
    assert not talk.is_open
    assert run.ended_at is not None and run.actor == beto


def test_the_first_refused_action_ends_it_and_says_why(
    ana: Membership, beto: Membership, conversation: Conversation
):
    first = {"act": "prioridade", "priority": 8}
    run = macro_run(
        macro=kept(ana, TAG, first, FINISH, scope="empresa"), conversation=conversation, actor=beto
    )
    assert states(run) == ["feito", "recusado", "nao_feito"]
    assert run.outcomes[1]["said"] and not run.outcomes[2]["said"]
    conversation.refresh_from_db()
    assert conversation.is_open


def test_an_answer_passes_the_gate_and_a_refused_one_leaves_nothing(
    channel: Channel, beto: Membership
):
    old = make.inbound(
        channel,
        at=timezone.now() - timedelta(days=3),
        person=make.person("5511977770000", "Antiga"),
    )
    talk = conversation_take(conversation=old.conversation, attendant=beto)
    macro = kept(beto, ANSWER, FINISH)
    assert [bool(one.problem) for one in macro_preview(
        macro=macro, conversation=talk, actor=beto
    )] == [True, False]  # fmt: skip
    run = macro_run(macro=macro, conversation=talk, actor=beto)
    assert states(run) == ["recusado", "nao_feito"]
    assert not Message.unscoped.filter(conversation=talk, direction="saida", kind="texto").exists()


def test_a_preview_says_the_filled_text_and_changes_nothing(beto: Membership, talk: Conversation):
    before = Message.unscoped.count()
    lines = macro_preview(macro=kept(beto, ANSWER, TAG, FINISH), conversation=talk, actor=beto)
    assert "Oi, Joana!" in lines[0].said
    assert lines[1].said.endswith("Exame")
    assert [one.problem for one in lines] == ["", "", ""]
    assert Message.unscoped.count() == before
    assert not MacroRun.unscoped.exists()


def test_a_second_press_is_the_same_run(beto: Membership, talk: Conversation):
    macro = kept(beto, ANSWER)
    one = macro_run(macro=macro, conversation=talk, actor=beto, client_id="a")
    two = macro_run(macro=macro, conversation=talk, actor=beto, client_id="a")
    assert one.pk == two.pk
    assert Message.unscoped.filter(conversation=talk, direction="saida", kind="texto").count() == 1
    MacroRun.unscoped.update(ended_at=None)
    with pytest.raises(MacroRunning):
        macro_run(macro=macro, conversation=talk, actor=beto, client_id="a")


def test_after_it_went_out_of_sight_nothing_more_is_done(
    clinic: Company, carla: Membership, beto: Membership, conversation: Conversation
):
    clinic.attendants_see_all = False
    clinic.save()
    conversation_take(conversation=conversation, attendant=carla)
    run = macro_run(macro=kept(beto, NOTE), conversation=conversation, actor=beto)
    assert states(run) == ["recusado"]


def test_on_several_each_tells_what_became_of_it(
    beto: Membership, talk: Conversation, rival_channel: Channel
):
    foreign = make.inbound(rival_channel).conversation
    macro = kept(beto, TAG, NOTE)
    outcome = macro_run_several(macro=macro, ids=[talk.pk, foreign.pk, uuid4()], actor=beto)
    assert outcome.changed == [talk.pk]
    assert sum(outcome.refused.values()) == 2


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"act": "apagar"}],
        [{"act": "responder", "text": " "}],
        [{"act": "responder", "text": "{{settings.SECRET_KEY}}"}],
        [{"act": "prioridade", "priority": 11}],
        [{"act": "prioridade", "priority": "8"}],
        [{"act": "adiar", "moment": "nunca"}],
        [FINISH, NOTE],
        [NOTE] * 11,
        [{"act": "nota", "text": "x" * 4097}],
    ],
)
def test_what_makes_no_action_is_refused(beto: Membership, steps: list[dict[str, Any]]):
    with pytest.raises(StepRefused):
        kept(beto, *steps)
    assert not Macro.unscoped.exists()


def test_what_is_another_companys_is_not_there(beto: Membership, rival: Company, rui: Membership):
    queue = queue_save(company=rival, actor=None, name="Deles")
    for step in (
        {"act": "transferir", "queue": str(queue.pk), "reason": "x"},
        {"act": "atribuir", "attendant": str(rui.pk), "reason": "x"},
        {"act": "transferir", "queue": "nonsense", "reason": "x"},
    ):
        with pytest.raises(DomainError):
            kept(beto, step)


def test_a_team_macro_uses_no_personal_reply(ana: Membership):
    reply = quick_reply_save(actor=ana, name="minha", text="Oi")
    step = {"act": "resposta_rapida", "reply": str(reply.pk)}
    with pytest.raises(StepRefused):
        kept(ana, step, scope="empresa")
    assert kept(ana, step).scope == "pessoal"


def test_the_teams_are_changed_by_who_manages(ana: Membership, beto: Membership, carla: Membership):
    with pytest.raises(MacroShared):
        kept(beto, NOTE, scope="empresa")
    shared = kept(ana, NOTE, scope="empresa")
    with pytest.raises(MacroShared):
        macro_delete(macro=shared, actor=beto)
    private = kept(beto, NOTE)
    with pytest.raises(MacroTaken):
        kept(beto, NOTE, name="FECHA")
    seen = Macro.objects.for_company(beto.company_id)
    assert set(seen.visible_to(beto)) == {shared, private}
    assert set(seen.visible_to(carla)) == {shared}


def test_a_patient_whose_name_is_a_blank_is_greeted_by_it(channel: Channel, beto: Membership):
    person = make.person("5511966660000", "{{settings.SECRET_KEY}}")
    talk = make.inbound(channel, person=person).conversation
    talk = conversation_take(conversation=talk, attendant=beto)
    macro = kept(beto, {"act": "responder", "text": "Oi, {{nome}}"})
    macro_run(macro=macro, conversation=talk, actor=beto)
    said = Message.unscoped.get(conversation=talk, direction="saida", kind="texto")
    assert said.text == "Oi, {{settings.SECRET_KEY}}"


def test_no_more_than_there_may_be(beto: Membership, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(macros, "PERSON_MOST", 1)
    kept(beto, NOTE)
    with pytest.raises(DomainError):
        kept(beto, NOTE, name="Outra")
