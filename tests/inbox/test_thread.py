"""The open conversation: bubbles of every kind, history, changes, sending, acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from inbox.talk.pickers import place_words
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.conversations import conversation_take
from providers.choices import MessageKind, MessageStatus, TemplateStatus
from tests import make
from tests.queues.conftest import make_queue

Enter = Callable[[Membership], Client]
FRAGMENT = {"HX-Request": "true"}


def to(name: str, conversation: Conversation) -> str:
    return reverse(f"inbox:{name}", args=[conversation.pk])


def send(client: Client, conversation: Conversation, **fields: Any) -> HttpResponse:
    form = {"texto": "Bom dia!", "client_id": "chave-1", **fields}
    return client.post(to("messages", conversation), form, headers=FRAGMENT)


def page(client: Client, conversation: Conversation) -> str:
    return client.get(to("conversation", conversation), headers=FRAGMENT).content.decode()


def sentence(answer: HttpResponse) -> str:
    found = re.search(r"<p>(.+?)</p>", answer.content.decode())
    return found[1] if found else ""


# --- sending ---


def test_what_is_sent_is_stored_and_drawn(
    enter: Enter, beto: Membership, conversation: Conversation
):
    answer = send(enter(beto), conversation, texto="Temos horário às 15h")
    assert answer.status_code == 200
    assert "Temos horário às 15h" in answer.content.decode()
    assert Message.unscoped.get(text="Temos horário às 15h").author == beto


def test_the_same_message_posted_twice_is_stored_once(
    enter: Enter, beto: Membership, conversation: Conversation
):
    client = enter(beto)
    for _ in range(2):
        assert send(client, conversation).status_code == 200
    assert Message.unscoped.filter(text="Bom dia!").count() == 1


def test_a_note_is_labelled_and_never_goes_out(
    enter: Enter, beto: Membership, conversation: Conversation
):
    html = send(enter(beto), conversation, modo="nota", texto="Alergia a látex").content.decode()
    note = Message.unscoped.get(text="Alergia a látex")
    assert note.is_internal
    assert not Message.objects.for_company(conversation.company_id).due().filter(pk=note.pk)
    assert re.search(rf'class="message note[^"]*" id="m-{note.pk}"', html)
    assert "Nota interna" in html


def test_outside_the_window_the_refusal_says_what_to_do(
    enter: Enter, beto: Membership, channel: Channel
):
    old = make.inbound(channel, at=timezone.now() - timedelta(hours=25)).conversation
    answer = send(enter(beto), old)
    assert answer.status_code == 422
    assert "Envie um modelo aprovado" in sentence(answer)
    assert 'data-state="fechada"' in page(enter(beto), old)


def test_a_colleagues_answer_since_the_page_was_drawn_stops_the_send(
    enter: Enter, ana: Membership, beto: Membership, conversation: Conversation
):
    send(enter(ana), conversation, texto="Já respondi", client_id="dela")
    conversation.refresh_from_db()
    Conversation.unscoped.filter(pk=conversation.pk).update(attendant=None)
    answer = send(enter(beto), conversation, visto="1", texto="Eu também")
    assert answer.status_code == 409
    assert "Um colega respondeu" in sentence(answer)


def test_an_attendant_cannot_answer_a_colleagues_conversation(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    assert send(enter(beto), conversation).status_code == 403


def test_a_colleagues_conversation_offers_notes_only(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    assert 'data-can-write="nao"' in page(enter(beto), conversation)
    assert 'data-can-write="sim"' in page(enter(carla), conversation)


def test_a_quote_of_a_question_with_buttons_says_what_it_asked(
    enter: Enter, beto: Membership, conversation: Conversation
):
    client = enter(beto)
    send(client, conversation)
    body = {"type": "list", "body": {"text": "Como foi o atendimento?"}, "action": {}}
    Message.unscoped.filter(text="Bom dia!").update(
        kind="interativo", text="", metadata={"interactive": body}, external_id="wamid.lista"
    )
    person = make.person(conversation.identity.value)
    make.inbound(conversation.channel, text="5", reply_to="wamid.lista", person=person)
    html = page(client, conversation)
    # In the bubble itself and in its quote.
    assert html.count("Como foi o atendimento?") == 2
    assert "Resposta interativa" not in html


def test_an_answer_quotes_the_message_it_names(
    enter: Enter, beto: Membership, conversation: Conversation
):
    asked = Message.unscoped.get(conversation=conversation)
    html = send(enter(beto), conversation, responde_a=str(asked.pk)).content.decode()
    assert f'data-jump="m-{asked.pk}"' in html


def test_a_post_without_a_key_is_refused(
    enter: Enter, beto: Membership, conversation: Conversation
):
    answer = enter(beto).post(to("messages", conversation), {"texto": "oi"}, headers=FRAGMENT)
    assert answer.status_code == 400
    assert Message.unscoped.filter(text="oi").count() == 0


@pytest.fixture
def reminder(channel: Channel) -> Template:
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="lembrete_consulta",
        language="pt_BR",
        category="UTILITY",
        status=TemplateStatus.APPROVED,
        components=[
            {"type": "BODY", "text": "Olá, {{1}}! Sua consulta é {{2}}."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]},
        ],
    )


def test_the_picker_offers_the_template_with_its_blanks(
    enter: Enter, beto: Membership, conversation: Conversation, reminder: Template
):
    html = enter(beto).get(to("templates", conversation), headers=FRAGMENT).content.decode()
    assert "Lembrete consulta" in html
    assert 'name="v:1"' in html
    assert 'name="v:2"' in html
    assert 'value="Joana"' in html


def test_the_picker_shows_a_paused_template_and_why_it_cannot_be_sent(
    enter: Enter, beto: Membership, conversation: Conversation, reminder: Template
):
    Template.unscoped.update(status=TemplateStatus.PAUSED)
    html = enter(beto).get(to("templates", conversation), headers=FRAGMENT).content.decode()
    assert "Pausado" in html
    assert 'name="v:1"' not in html


def test_a_template_goes_out_filled(
    enter: Enter, beto: Membership, conversation: Conversation, reminder: Template
):
    fields = {"modelo": str(reminder.pk), "v:1": "Joana", "v:2": "amanhã às 15h", "texto": ""}
    answer = send(enter(beto), conversation, **fields)
    assert answer.status_code == 200
    assert "Olá, Joana! Sua consulta é amanhã às 15h." in answer.content.decode()


def test_a_template_with_a_blank_left_empty_is_refused(
    enter: Enter, beto: Membership, conversation: Conversation, reminder: Template
):
    answer = send(enter(beto), conversation, modelo=str(reminder.pk), **{"v:1": "Joana"})
    assert answer.status_code == 422


# --- failure and retry ---


@pytest.fixture
def failed(enter: Enter, beto: Membership, conversation: Conversation) -> Message:
    send(enter(beto), conversation, texto="não foi")
    Message.unscoped.filter(text="não foi").update(
        status=MessageStatus.FAILED, error_code="numero_invalido", error_detail="Número inválido."
    )
    return Message.unscoped.get(text="não foi")


def test_a_failure_shows_its_reason_and_the_way_to_try_again(
    enter: Enter, beto: Membership, conversation: Conversation, failed: Message
):
    html = page(enter(beto), conversation)
    assert "Número inválido." in html
    assert reverse("inbox:retry", args=[failed.pk]) in html


def test_trying_again_queues_the_same_message(
    enter: Enter, beto: Membership, conversation: Conversation, failed: Message
):
    answer = enter(beto).post(reverse("inbox:retry", args=[failed.pk]), headers=FRAGMENT)
    assert answer.status_code == 200
    failed.refresh_from_db()
    assert failed.status == MessageStatus.PENDING
    assert Message.unscoped.filter(text="não foi").count() == 1


def test_an_unknown_outcome_offers_no_second_try(
    enter: Enter, beto: Membership, conversation: Conversation, failed: Message
):
    Message.unscoped.filter(pk=failed.pk).update(status=MessageStatus.UNCERTAIN)
    assert reverse("inbox:retry", args=[failed.pk]) not in page(enter(beto), conversation)
    answer = enter(beto).post(reverse("inbox:retry", args=[failed.pk]), headers=FRAGMENT)
    assert answer.status_code == 409


# --- history and changes ---


def chatter(channel: Channel, count: int) -> Conversation:
    start = timezone.now() - timedelta(hours=count)
    for place in range(count):
        message = make.inbound(channel, text=f"linha {place}.", at=start + timedelta(hours=place))
    return message.conversation


def lines(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="text">linha (\d+)\.', html)]


def test_history_loads_upward_without_gap_or_repeat(
    enter: Enter, beto: Membership, channel: Channel
):
    conversation = chatter(channel, 120)
    client = enter(beto)
    html = page(client, conversation)
    seen, cursor = lines(html), re.search(r'data-older="([^"]+)"', html)
    while cursor:
        where = f"{to('messages', conversation)}?antes={cursor[1]}"
        html = client.get(where, headers=FRAGMENT).content.decode()
        seen = lines(html) + seen
        cursor = re.search(r'data-cursor="([^"]+)"', html)
    assert seen == list(range(120))


def test_what_changed_since_a_revision_is_drawn_and_nothing_else(
    enter: Enter, beto: Membership, channel: Channel, conversation: Conversation
):
    known = conversation.revision
    make.inbound(channel, text="e mais uma coisa")
    where = f"{to('messages', conversation)}?desde={known}"
    html = enter(beto).get(where, headers=FRAGMENT).content.decode()
    assert len(re.findall(r'id="m-', html)) == 1
    assert "e mais uma coisa" in html
    assert f'data-revision="{known + 1}"' in html


def test_a_page_too_far_behind_is_told_to_load_anew(
    enter: Enter, beto: Membership, channel: Channel
):
    conversation = chatter(channel, 201)
    answer = enter(beto).get(f"{to('messages', conversation)}?desde=0", headers=FRAGMENT)
    assert answer["HX-Refresh"] == "true"


def test_the_thread_costs_the_same_queries_for_two_messages_and_for_forty(
    enter: Enter, beto: Membership, channel: Channel
):
    client = enter(beto)
    spent = []
    for count in (2, 40):
        conversation = chatter(channel, count)
        # The first look of a while is written down.
        page(client, conversation)
        with CaptureQueriesContext(connection) as queries:
            page(client, conversation)
        spent.append(len(queries))
    # Appointments, flows and participants of the column are asked once each.
    assert spent[0] == spent[1] <= 26


# --- kinds ---

KINDS: list[tuple[str, dict[str, Any], str]] = [
    ("localizacao", {"location": {"latitude": -23.5, "longitude": -46.6, "name": "Casa"}}, "Casa"),
    # A comma within each number would not tell where the first one ends.
    ("localizacao", {"location": {"latitude": -23.5, "longitude": -46.625}}, "-23.5, -46.625"),
    (
        "contato",
        {"contacts": [{"name": "Dr. Edu", "phones": [{"phone": "+5511987654321"}]}]},
        "(11) *****-4321",
    ),
    (
        "interativo",
        {"interactive": {"type": "button_reply", "id": "1", "title": "Confirmar"}},
        'class="answer"',
    ),
    (
        "interativo",
        {
            "interactive": {
                "type": "list",
                "body": {"text": "Como foi?"},
                "action": {
                    "sections": [
                        {"rows": [{"id": "5", "title": "★★★", "description": "Ótimo", "number": 5}]}
                    ]
                },
                "as_words": True,
            }
        },
        "5. Ótimo",
    ),
    (
        "interativo",
        {"interactive": {"type": "nfm_reply", "response": {"nome": "Joana"}}},
        "nome: Joana",
    ),
    (
        "pedido",
        {
            "order": {
                "product_items": [
                    {
                        "product_retailer_id": "escova",
                        "quantity": 2,
                        "item_price": 10,
                        "currency": "BRL",
                    }
                ]
            }
        },
        "R$ 10,00",
    ),
    ("nao_suportado", {"unsupported": {"type": "poll"}}, "(enquete)"),
    ("sistema", {"event": "ligacao"}, "ligou pelo WhatsApp"),
    ("texto", {"forwarded": True}, "Encaminhada"),
    ("texto", {"story": {"kind": "reply"}}, "Respondeu a um story da clínica"),
    ("texto", {"story": {"kind": "mention"}}, "Mencionou a clínica em um story"),
    (
        "texto",
        {"referral": {"headline": "Clareamento", "source_url": "https://example.com/a"}},
        'href="https://example.com/a"',
    ),
]


@pytest.mark.parametrize(("kind", "metadata", "expected"), KINDS)
def test_every_kind_shows_what_it_carries(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    kind: str,
    metadata: dict[str, Any],
    expected: str,
):
    message = make.inbound(channel, kind=MessageKind(kind), metadata=metadata, text="")
    assert expected in page(enter(beto), message.conversation)


BROKEN: list[dict[str, Any]] = [
    {"location": "aqui"},
    {"location": {"latitude": "x"}},
    {"contacts": {}},
    {"contacts": [None, 3, {"name": None, "phones": ["x"], "org": []}]},
    {"interactive": []},
    {"interactive": {"type": "nfm_reply", "response": None}},
    {"interactive": {"action": {"buttons": [None], "sections": [3]}}},
    {"order": {"product_items": [{}, None]}},
    {"unsupported": 1},
    {"referral": {"source_url": "javascript:alert(1)", "headline": None}},
]


@pytest.mark.parametrize("metadata", BROKEN, ids=str)
@pytest.mark.parametrize("kind", ["texto", "interativo", "nao_suportado", "pedido"])
def test_metadata_of_any_shape_is_drawn_without_an_error(
    enter: Enter, beto: Membership, channel: Channel, metadata: dict[str, Any], kind: str
):
    message = make.inbound(channel, kind=MessageKind(kind), metadata=metadata)
    html = page(enter(beto), message.conversation)
    assert f'id="m-{message.pk}"' in html
    assert 'href="javascript:' not in html


def test_what_a_patient_writes_is_never_markup(enter: Enter, beto: Membership, channel: Channel):
    attack = '<img src=x onerror=alert(1)> <hx-partial hx-target="#lista">*<b>*'
    message = make.inbound(channel, text=attack, person=make.person(name="<i>Eva</i>"))
    html = page(enter(beto), message.conversation)
    assert "<img src=x" not in html
    assert "<hx-partial" not in html
    assert "<i>Eva" not in html


# --- acts ---


def test_taking_puts_the_conversation_in_the_readers_hands(
    enter: Enter, beto: Membership, conversation: Conversation
):
    html = enter(beto).post(to("take", conversation), headers=FRAGMENT).content.decode()
    conversation.refresh_from_db()
    assert conversation.attendant == beto
    assert "Com você" in html
    assert "Beto Reis assumiu a conversa" in html


def test_a_conversation_a_colleague_took_first_is_refused_with_a_sentence(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    answer = enter(beto).post(to("take", conversation), headers=FRAGMENT)
    assert answer.status_code == 409
    assert "Um colega já assumiu" in sentence(answer)


def test_release_close_and_reopen_follow_each_other(
    enter: Enter, beto: Membership, conversation: Conversation
):
    client = enter(beto)
    stages = []
    for name in ("take", "release", "take", "close", "reopen"):
        assert client.post(to(name, conversation), headers=FRAGMENT).status_code == 200
        conversation.refresh_from_db()
        stages.append(conversation.stage)
    assert stages == ["humano", "fila", "humano", "encerrada", "humano"]


def test_reading_counts_for_the_person_who_holds_the_conversation(
    enter: Enter, beto: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    enter(beto).post(to("read", conversation), {"visto": "1"}, headers=FRAGMENT)
    conversation.refresh_from_db()
    assert conversation.unread_count == 0


def test_a_supervisor_who_looks_on_leaves_it_unread(
    enter: Enter, ana: Membership, beto: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    enter(ana).post(to("read", conversation), {"visto": "9"}, headers=FRAGMENT)
    conversation.refresh_from_db()
    assert conversation.unread_count == 1


def test_what_arrived_after_the_page_was_drawn_stays_unread(
    enter: Enter, beto: Membership, channel: Channel, conversation: Conversation
):
    make.inbound(channel, text="mais")
    conversation_take(conversation=conversation, attendant=beto)
    enter(beto).post(to("read", conversation), {"visto": "1"}, headers=FRAGMENT)
    conversation.refresh_from_db()
    assert conversation.unread_count == 1


def test_in_english_a_ticket_is_no_inbox(
    enter: Enter, beto: Membership, channel: Channel, bells: Any
):
    make_queue(beto.company, beto)
    talk = make.inbound(channel).conversation
    words = {"HX-Request": "true", "Accept-Language": "en"}
    drawn = enter(beto).get(to("conversation", talk), headers=words).content.decode()
    assert "<h4>Ticket</h4>" in drawn
    assert "<title>Joana Dias · Inbox</title>" in drawn


@pytest.mark.parametrize(
    ("body", "token", "words"),
    [
        ("Olá, {{1}}! Sua consulta é {{2}}.", "{{1}}", "Olá, ___!"),
        ("Olá, {{1}}! Sua consulta é {{2}}.", "{{2}}", "Sua consulta é ___."),
        ("*Dia* {{1}} às {{2}} com {{3}}", "{{2}}", "Dia … às ___"),
        ("{{1}}, tudo bem?", "{{1}}", "___, tudo bem?"),
        ("Sem campo", "{{1}}", ""),
    ],
)
def test_a_field_of_a_template_is_named_by_what_stands_around_it(body: str, token: str, words: str):
    assert place_words(body, token) == words


def test_reading_draws_the_contact_column_only_where_the_page_lacks_something(
    enter: Enter, beto: Membership, channel: Channel, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    client = enter(beto)
    for lacks in (0, 1):
        make.inbound(channel, text="Tem vaga?")
        conversation.refresh_from_db()
        shown = {"desde": conversation.revision - lacks, "visto": conversation.message_seq}
        answer = client.post(to("read", conversation), shown, headers=FRAGMENT).content.decode()
        assert 'data-unread="0"' in answer
        assert ('id="painel"' in answer) is bool(lacks)
