"""A patient walks through a published flow on the clinic's WhatsApp."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from bot.models import BotSession
from common.scoping import company_scope
from contacts.models import Contact, Tag
from flows import engine
from flows.models import Flow, FlowRun, FlowSecret, FlowStep
from flows.services import calling
from flows.services.drawing import draft_save, flow_publish, flow_stop, flow_switch
from omnichannel.choices import Author
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.handover import conversation_transfer_to_human
from omnichannel.services.outbound import message_send
from providers.http import HttpAnswer, NotSent, Unanswered
from queues.models import Queue, Ticket
from tests import make
from tests.bot.conftest import publish as assistant_publish
from tests.flows.conftest import (
    Say,
    drawn,
    later,
    node,
    publish,
    run,
    said,
    tap,
    walk_all,
)

pytestmark = pytest.mark.django_db


def test_a_patient_is_led_from_the_first_word_to_a_queue(flow: Flow, say: Say) -> None:
    (menu,) = say("oi")
    assert menu.text == "Olá, Joana! O que deseja?"
    assert menu.kind == "interactive" or menu.kind == "interativo"
    (asked,) = say("Marcar consulta", **tap(menu, "Marcar consulta"))
    assert asked.text == "Qual é o seu nome?"
    (cpf,) = say("maria da silva")
    assert cpf.text == "E o seu CPF, Maria Da Silva?"
    (again,) = say("123")
    assert "não confere" in again.text
    (last,) = say("529.982.247-25")
    assert last.text == "Obrigado! Já vamos chamar você."
    walked = run()
    assert (walked.state, walked.outcome) == ("terminada", "passada")
    assert walked.variables["cpf"] == "529.982.247-25"
    talk = Conversation.unscoped.get()
    assert talk.stage == "fila" and Ticket.unscoped.filter(conversation=talk).count() == 1
    tagged = Tag.unscoped.filter(contacts=talk.contact_id)
    assert [tag.name for tag in tagged] == ["Triagem"]
    seqs = list(FlowStep.unscoped.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


# --- who begins -----------------------------------------------------------------------------------


def starting(**data: Any) -> dict[str, Any]:
    """Draw a flow that says one thing."""
    return drawn(
        node("inicio", "inicio", **data),
        node("ola", "mensagem", text="Olá do fluxo"),
        node("fila", "fila"),
        edges="inicio.segue>ola ola.segue>fila",
    )


@pytest.mark.parametrize(
    ("data", "text", "begins"),
    [
        ({"every": True}, "qualquer coisa", True),
        ({"words": ["consulta"]}, "Consulta, por favor", True),
        ({"words": ["quero marcar"]}, "Quero marcar!", True),
        ({"words": ["consulta"]}, "bom dia", False),
        ({"every": True, "when": "aberto"}, "oi", True),
        ({"every": True, "when": "fechado"}, "oi", False),
        ({"tag": "VIP"}, "oi", False),
        ({"api": True}, "oi", False),
    ],
)
def test_a_flow_begins_with_whom_it_is_for(
    clinic: Company,
    channel: Channel,
    queue: Queue,
    say: Say,
    data: dict[str, Any],
    text: str,
    begins: bool,
) -> None:
    publish(clinic, starting(**data))
    assert ("Olá do fluxo" in [one.text for one in say(text)]) is begins
    assert Conversation.unscoped.get().stage == "fila"


def test_a_flow_for_another_channel_or_switched_off_begins_with_nobody(
    clinic: Company, channel: Channel, queue: Queue, say: Say, ana: Membership
) -> None:
    other = make.channel(clinic, account_id="100000000000009", name="Outro")
    flow = publish(clinic, starting(every=True, channels=[str(other.pk)]))
    assert say("oi") == []
    draft_save(flow=flow, actor=ana, graph=starting(every=True), revision=flow.revision)
    flow_publish(flow=flow, actor=ana)
    flow_switch(flow=flow, actor=ana, is_active=False)
    assert say("oi", person=make.person("5541977776666")) == []


def test_a_flow_for_everybody_does_not_begin_again_at_once(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    publish(clinic, starting(every=True))
    say("oi")
    ended(clinic)
    assert say("oi de novo") == []
    FlowRun.unscoped.update(created_at=timezone.now() - timedelta(hours=13))
    ended(clinic)
    assert [one.text for one in say("bom dia")][:1] == ["Olá do fluxo"]


def ended(clinic: Company) -> None:
    """Close what is open, for good."""
    with company_scope(clinic.pk):
        for talk in Conversation.unscoped.exclude(stage="encerrada"):
            conversation_close(conversation=talk, actor=None)
    Conversation.unscoped.update(reopen_until=None)


def test_the_assistant_is_silent_while_a_flow_talks_and_takes_over_where_it_is_told_to(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    assistant_publish(clinic, [channel])
    publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("nome", "pergunta", text="Seu nome?", answer="nome"),
            node("robo", "robo"),
            edges="inicio.segue>nome nome.respondida>robo nome.sem_acerto>robo",
        ),
    )
    say("oi")
    assert not BotSession.unscoped.exists()
    say("Maria")
    assert run().outcome == "robo"
    session = BotSession.unscoped.get()
    assert session.state == "ouvindo" and session.due_at is not None


def test_a_word_begins_a_flow_in_a_conversation_of_the_assistant(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    assistant_publish(clinic, [channel])
    publish(clinic, starting(words=["exame"]))
    say("bom dia")
    assert BotSession.unscoped.open().exists()
    assert "Olá do fluxo" in [one.text for one in say("exame")]
    assert not BotSession.unscoped.open().exists()


# --- who answers how ------------------------------------------------------------------------------


def test_choices_are_understood_by_their_words_and_numbers(flow: Flow, say: Say) -> None:
    say("oi")
    (asked,) = say("marcar CONSULTA")
    assert asked.text == "Qual é o seu nome?"


def test_what_is_no_choice_takes_the_other_way(flow: Flow, say: Say) -> None:
    say("oi")
    say("quero saber do convênio")
    assert [step.exit for step in FlowStep.unscoped.order_by("seq")][:3] == ["segue", "", "outra"]


def test_a_tap_on_an_old_button_is_told_and_asks_again(flow: Flow, say: Say) -> None:
    (menu,) = say("oi")
    say("Marcar consulta", **tap(menu, "Marcar consulta"))
    (told,) = say("Outro assunto", **tap(menu, "Outro assunto"))
    assert "pergunta anterior" in told.text and "Qual é o seu nome?" in told.text
    assert (run().node, run().tries) == ("nome", 0)


def test_a_second_quick_answer_is_not_taken_for_the_next_question(
    flow: Flow, say: Say, channel: Channel
) -> None:
    (menu,) = say("oi")
    say("Marcar consulta", **tap(menu, "Marcar consulta"))
    make.inbound(channel, text="Maria")
    (asked,) = say("da Silva")
    assert asked.text == "E o seu CPF, Maria?"
    assert run().state == "esperando" and run().tries == 0


def test_who_answers_wrongly_too_often_goes_to_people(flow: Flow, say: Say) -> None:
    (menu,) = say("oi")
    say("", **tap(menu, "Marcar consulta"))
    say("Maria")
    say("1")
    say("2")
    assert (run().state, run().outcome) == ("terminada", "passada")


@pytest.mark.parametrize("text", ["quero falar com um atendente", "estou com dor no peito forte"])
def test_who_asks_for_a_person_or_is_in_danger_gets_one_at_once(
    flow: Flow, say: Say, text: str
) -> None:
    say("oi")
    make.inbound(Channel.unscoped.get(), text=text)
    assert run().outcome == "pedido"
    assert Conversation.unscoped.get().stage == "fila"


# --- people act -----------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Conversation, Membership], Any]] = {
    "take": lambda talk, beto: conversation_take(conversation=talk, attendant=beto),
    "transfer": lambda talk, beto: conversation_transfer_to_human(conversation=talk, actor=beto),
    "close": lambda talk, beto: conversation_close(conversation=talk, actor=beto),
    "answer": lambda talk, beto: message_send(conversation=talk, author=beto, text="Bom dia!"),
    "api": lambda talk, beto: message_send(
        conversation=talk, author=None, author_kind=Author.API, text="Bom dia!"
    ),
    "echo": lambda talk, beto: make.inbound(talk.channel, text="Já respondo", is_echo=True),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_run_ends_when_people_act_and_says_nothing_more(
    flow: Flow, say: Say, beto: Membership, clinic: Company, channel: Channel, name: str
) -> None:
    say("oi")
    make.inbound(channel, text="Marcar consulta")
    talk = Conversation.unscoped.select_related("channel").get()
    with company_scope(clinic.pk):
        ACTS[name](talk, beto)
    before = len(said())
    walk_all()
    assert len(said()) == before
    assert run().outcome == ("encerrada" if name == "close" else "pessoa")


def test_staff_empty_a_flow(flow: Flow, say: Say, ana: Membership) -> None:
    say("oi")
    with company_scope(flow.company_id):
        assert flow_stop(flow=flow, actor=ana) == 1
        assert flow_stop(flow=flow, actor=ana) == 0
    assert run().outcome == "parado"
    assert Conversation.unscoped.get().stage == "fila"


# --- versions, waits, limits ----------------------------------------------------------------------


def test_who_is_inside_keeps_their_version(flow: Flow, say: Say, ana: Membership) -> None:
    (menu,) = say("oi")
    flow.refresh_from_db()
    draft_save(flow=flow, actor=ana, graph=starting(every=True), revision=flow.revision)
    flow_publish(flow=flow, actor=ana)
    (asked,) = say("", **tap(menu, "Marcar consulta"))
    assert asked.text == "Qual é o seu nome?"
    told = say("oi", person=make.person("5541977776666", "Rita"))
    assert told[0].text == "Olá do fluxo"


def waiting(clinic: Company, **data: Any) -> Flow:
    return publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("espera", "espera", **data),
            node("fim", "fim", text="Até logo", closes=True),
            edges="inicio.segue>espera espera.segue>fim espera.tempo>fim",
        ),
    )


def test_a_wait_ends_at_its_time_and_closes_the_conversation(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    waiting(clinic, until="tempo", minutes=60)
    assert say("oi") == []
    found = run()
    assert found.wake_at is not None and not FlowRun.unscoped.due().exists()
    assert found.wake_at - timezone.now() > timedelta(minutes=59)
    assert say("alguém aí?") == []
    later(found)
    walk_all()
    assert [one.text for one in said()] == ["Até logo"]
    assert Conversation.unscoped.get().stage == "encerrada"


def test_who_is_asked_without_an_end_is_in_no_look_of_the_sweep(flow: Flow, say: Say) -> None:
    say("oi")
    assert run().wake_at is None
    assert not FlowRun.unscoped.due().exists()


def test_who_does_not_answer_in_time_takes_that_way(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    waiting(clinic, until="resposta", timeout_minutes=30)
    say("oi")
    later(run())
    walk_all()
    assert FlowStep.unscoped.filter(node="espera", exit="tempo").exists()


def test_a_circle_ends_with_people(
    clinic: Company, channel: Channel, queue: Queue, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = drawn(
        node("inicio", "inicio", every=True),
        node("a", "etiqueta", tag="A"),
        node("b", "etiqueta", tag="B"),
        edges="inicio.segue>a a.segue>b b.segue>a",
    )
    monkeypatch.setattr("flows.services.drawing.problems_of", lambda graph, known: [])
    publish(clinic, graph)
    say("oi")
    assert (run().outcome, run().seq) == ("limite", 101)
    assert Ticket.unscoped.count() == 1


def test_a_block_that_fails_gives_its_person_to_people(
    flow: Flow, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("flows.services.walking.changes_make", broken)
    say("oi")
    assert run().outcome == "erro"
    assert Conversation.unscoped.get().stage == "fila"


# --- conditions, records, other systems -----------------------------------------------------------


def test_a_record_is_filled_and_decides_the_way(
    clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("idade", "pergunta", text="Idade?", answer="numero", variable="idade"),
            node("mail", "pergunta", text="E-mail?", answer="email", save_to="email"),
            node("campo", "campo", target="Convênio", value="Unimed {{idade}}"),
            node("sim", "consentimento", purpose="lembretes", given=True),
            node(
                "se",
                "condicao",
                tests=[{"id": "t1", "field": "idade", "operator": "maior", "value": "60"}],
            ),
            node("idoso", "mensagem", text="Prioridade"),
            node("fila", "fila"),
            edges="inicio.segue>idade idade.respondida>mail idade.sem_acerto>fila"
            " mail.respondida>campo mail.sem_acerto>fila campo.segue>sim sim.segue>se"
            " se.t1>idoso se.senao>fila idoso.segue>fila",
        ),
    )
    say("oi")
    say("72")
    assert "Prioridade" in [one.text for one in say("Joana@Example.com")]
    contact = Contact.unscoped.get()
    assert contact.email == "joana@example.com"
    assert contact.custom == {"Convênio": "Unimed 72"}
    from contacts.services.consent import consent_state

    assert consent_state(contact, "lembretes") is True


def calling_flow(clinic: Company, **data: Any) -> Flow:
    given = {"method": "GET", "url": "https://agenda.example.com/vagas?q={{nome}}", **data}
    return publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            node("http", "http", sets=[{"variable": "vaga", "path": "0.hora"}], **given),
            node("bom", "mensagem", text="Vaga {{vaga}}"),
            node("mau", "mensagem", text="Sem agenda"),
            node("fila", "fila", text="Fila"),
            edges="inicio.segue>http http.certo>bom http.erro>mau bom.segue>fila mau.segue>fila"
            " http.incerto>fila",
        ),
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (HttpAnswer(200, b'[{"hora": "14:00"}]'), "Vaga 14:00"),
        (HttpAnswer(200, b"<html>"), "Sem agenda"),
        (HttpAnswer(200, None), "Sem agenda"),
        (HttpAnswer(302, b""), "Sem agenda"),
        (HttpAnswer(500, b"{}"), "Sem agenda"),
        (NotSent(), "Sem agenda"),
        (Unanswered(), "Fila"),
    ],
    ids=["good", "no-json", "too-long", "redirect", "broken", "not-sent", "unanswered"],
)
def test_another_system_is_asked(
    clinic: Company,
    channel: Channel,
    queue: Queue,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    text: str,
) -> None:
    asked: list[Any] = []

    def call(request: Any, **limits: Any) -> HttpAnswer:
        asked.append((request, limits))
        if isinstance(answer, Exception):
            raise answer
        found: HttpAnswer = answer
        return found

    monkeypatch.setattr(calling, "call", call)
    FlowSecret.unscoped.create(company=clinic, name="agenda", sealed={"value": "s3gredo"})
    calling_flow(clinic, headers=[{"name": "Authorization", "secret": "agenda"}])
    assert say("oi")[0].text == text
    ((request, limits),) = asked
    assert request.url == "https://agenda.example.com/vagas?q=Joana%20Dias"
    assert request.headers["Authorization"] == "s3gredo"
    assert request.headers["Idempotency-Key"].startswith(str(run().pk))
    assert limits == {"total_seconds": 10.0, "most_bytes": 262144}
    assert "s3gredo" not in str(Flow.unscoped.get().draft)


def test_an_address_that_leads_inside_is_not_called(
    clinic: Company, channel: Channel, queue: Queue, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.services.drawing.problems_of", lambda graph, known: [])
    calling_flow(clinic, url="https://169.254.169.254/latest/")
    assert say("oi")[0].text == "Sem agenda"


def test_a_split_keeps_to_its_parts() -> None:
    from flows.graph import FlowNode

    parts = [{"id": "a", "weight": 30}, {"id": "b", "weight": 70}]
    split = FlowNode("ab", "teste_ab", data={"parts": parts})
    scene = {"now": timezone.now(), "is_open": lambda: True}
    found = [engine.reached(split, engine.Scene(key=str(n), **scene)).exit for n in range(1000)]
    assert 240 < found.count("a") < 360
    assert found[7] == engine.reached(split, engine.Scene(key="7", **scene)).exit
