"""The fake accounts take what the product sends, and their people are heard by it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from contacts.refs import IdentityRef
from omnichannel.models import Message
from providers.choices import MessageKind
from providers.content import Choice, Question, ReactionTo, Section
from providers.facts import InboundMessage, ReactionUpdate, RevokeUpdate, StatusUpdate, Watermark
from providers.instagram.adapter import InstagramAdapter
from providers.messenger.adapter import MessengerAdapter
from providers.meta.messaging import comparing
from providers.opening import MenuItem, StartScreen
from providers.outgoing import (
    Account,
    ContentRefused,
    Destination,
    OutgoingMedia,
    OutgoingMessage,
    SendError,
)
from simulator.meta.delivery import deliver_due
from simulator.meta.services import account_ensure, person_writes
from simulator.middleware import MIDDLEWARE
from simulator.models import SimAccount, SimDirect, SimDirectWebhook

pytestmark = pytest.mark.django_db(transaction=True)
INSTAGRAM, MESSENGER = InstagramAdapter(), MessengerAdapter()
ACCOUNT, PERSON, TOKEN = "17841400000000001", "9990000000000011", "EAAsim-token"
ADAPTERS = {"instagram": INSTAGRAM, "page": MESSENGER}


@pytest.fixture(autouse=True)
def _served(settings):
    settings.ROOT_URLCONF = "simulator.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.META_APP_IDS = ["555"]


@pytest.fixture(params=["instagram", "page"])
def sim(request, httpserver) -> SimAccount:
    """Give an account of each platform whose owner listens, and whom one person wrote to."""
    httpserver.expect_request("/aqui/").respond_with_data("ok")
    account = account_ensure(
        platform=request.param,
        account_id=ACCOUNT,
        name="clinica",
        token=TOKEN,
        webhook_url=httpserver.url_for("/aqui/"),
    )
    person_writes(account=account, person=PERSON, name="Marli Prado", text="Oi")
    return account


@pytest.fixture
def owner(sim, live_server, settings) -> Account:
    """Give the product's account, whose Graph API is the simulator's."""
    settings.META_GRAPH_URL = f"{live_server.url}/direct/graph"
    login = {"login": "instagram"} if sim.platform == "instagram" else {}
    return Account(
        account_id=ACCOUNT,
        settings={**login, "graph_url": settings.META_GRAPH_URL, "graph_version": "v27.0"},
        secrets={"access_token": TOKEN},
    )


def text(words: str = "Olá", **more) -> OutgoingMessage:
    given = {"kind": MessageKind.TEXT, "to": Destination(user_id=PERSON), "token": ""}
    return OutgoingMessage(text=words, **{**given, **more})


def heard(sim, httpserver) -> list:
    """Post what waits, and return what the product's reader understands of it."""
    SimDirectWebhook.objects.update(turn_at=F("turn_at") - timedelta(seconds=60))
    httpserver.log.clear()
    deliver_due()
    bodies = [json.loads(request.get_data()) for request, _response in httpserver.log]
    return [fact for one in bodies for fact in ADAPTERS[sim.platform].parse(one)]


def test_a_message_is_taken_and_comes_back_as_a_receipt(sim, owner, httpserver):
    heard(sim, httpserver)
    sent = ADAPTERS[sim.platform].send(owner, text())
    row = SimDirect.objects.get(external_id=sent.external_id)
    assert (row.text, row.person) == ("Olá", PERSON)
    first, *rest = heard(sim, httpserver)
    assert isinstance(first, StatusUpdate)
    assert first.external_id == sent.external_id
    assert [type(one) for one in rest] == (
        [] if sim.platform == "instagram" else [StatusUpdate, Watermark]
    )


def test_an_echo_may_come_before_the_answer(sim, owner, httpserver):
    heard(sim, httpserver)
    SimAccount.objects.update(echo="antes")
    httpserver.log.clear()
    sent = ADAPTERS[sim.platform].send(owner, text())
    (request, _response), *_rest = httpserver.log
    echo = json.loads(request.get_data())["entry"][0]["messaging"][0]["message"]
    assert (echo["mid"], echo["is_echo"]) == (sent.external_id, True)


def test_files_and_choices_are_taken(sim, owner):
    adapter = ADAPTERS[sim.platform]
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    stored = adapter.upload(owner, io.BytesIO(png), "image/png", "foto.png")
    file = OutgoingMedia(MessageKind.IMAGE, stored)
    sent = adapter.send(owner, text("", kind=file.kind, media=(file,)))
    row = SimDirect.objects.get(external_id=sent.external_id)
    assert (row.file_kind, row.file.read()) == ("image", png)
    asked = Question((Section((Choice("s", "Sim"), Choice("n", "Não"))),))
    sent = adapter.send(owner, text("Confirma?", kind=MessageKind.INTERACTIVE, content=asked))
    row = SimDirect.objects.get(external_id=sent.external_id)
    assert [one["payload"] for one in row.choices] == ["s", "n"]


@pytest.mark.parametrize(
    ("fault", "code", "unknown"),
    [
        ("janela", "janela_fechada", False),
        ("pessoa", "pessoa_indisponivel", False),
        ("limite", "limite_de_envio", False),
        ("token", "credencial_invalida", False),
        ("incerta", "envio_incerto", True),
    ],
)
def test_a_fault_befalls_the_next_message_only(sim, owner, fault, code, unknown):
    SimAccount.objects.update(fault=fault)
    adapter = ADAPTERS[sim.platform]
    with pytest.raises(SendError) as refused:
        adapter.send(owner, text())
    assert (refused.value.code, refused.value.unknown) == (code, unknown)
    assert adapter.send(owner, text()).external_id


def test_who_never_wrote_cannot_be_written_to(sim, owner):
    with pytest.raises(SendError, match="pessoa_indisponivel"):
        ADAPTERS[sim.platform].send(owner, text(to=Destination(user_id="1")))


def test_the_account_tells_whose_it_is_and_who_hears(sim, owner):
    adapter = ADAPTERS[sim.platform]
    SimAccount.objects.update(is_subscribed=False)
    assert adapter.validate(owner).subscription == "missing"
    adapter.subscribe(owner)
    health = adapter.validate(owner)
    assert (health.subscription, health.verified_name) == ("ok", "clinica")
    ref = IdentityRef(adapter.identity, PERSON, ACCOUNT)
    assert adapter.person_named(owner, ref).person.name == "Marli Prado"


def test_a_token_is_renewed(sim, owner):
    if sim.platform == "instagram":
        found = INSTAGRAM.renewed(owner, None).secrets["access_token"]
        assert SimAccount.objects.get().token == found != TOKEN


def test_a_stranger_is_turned_away(client, sim):
    answer = client.get("/direct/graph/v27.0/me", headers={"Authorization": "Bearer outro"})
    assert answer.status_code == 401


def test_what_people_do_is_told(client, sim, httpserver):
    where = {"conta": str(sim.pk), "pessoa": PERSON}
    (first,) = heard(sim, httpserver)
    assert (type(first), first.text) == (InboundMessage, "Oi")
    client.post("/direct/escrever/", {**where, "nome": "Marli", "foto": ""})
    (photo,) = heard(sim, httpserver)
    path = photo.media[0].url.partition("testserver")[2]
    assert b"".join(client.get(path).streaming_content)[:3] == b"\xff\xd8\xff"
    mine = {**where, "mensagem": first.external_id}
    for action in ("reagir", "reagir", "apagar"):
        assert client.post("/direct/acao/", {**mine, "acao": action}).status_code == 302
    put, taken, gone = heard(sim, httpserver)
    assert [type(one) for one in (put, taken, gone)] == [
        ReactionUpdate,
        ReactionUpdate,
        RevokeUpdate,
    ]
    assert (put.emoji, taken.emoji) == ("❤️", "")
    client.post("/direct/acao/", {**where, "acao": "clinica", "texto": "Pelo aplicativo"})
    client.post("/direct/acao/", {**where, "acao": "ler"})
    echo, mark = heard(sim, httpserver)
    assert (echo.is_echo, echo.text) == (True, "Pelo aplicativo")
    assert isinstance(mark, Watermark)


def test_the_page_shows_accounts_people_and_switches(client, sim):
    page = client.get("/direct/").content.decode()
    assert "Marli Prado" in page
    assert "Oi" in page
    where = {"conta": str(sim.pk), "pessoa": PERSON}
    client.post("/direct/conta/", {**where, "eco": "antes", "falha": "janela"})
    sim.refresh_from_db()
    assert (sim.echo, sim.fault, sim.is_subscribed) == ("antes", "janela", False)
    assert client.post("/direct/conta/", {**where, "eco": "x", "falha": ""}).status_code == 400
    assert client.post("/direct/escrever/", {**where, "nome": ""}).status_code == 400
    assert not Message.unscoped.exists()


def test_a_comment_is_told_and_has_one_private_answer(client, sim, owner, httpserver):
    heard(sim, httpserver)
    where = {"conta": str(sim.pk), "nome": "Rita Lago", "texto": "Quanto custa?"}
    client.post("/direct/escrever/", {**where, "comentar": "anuncio"})
    told = heard(sim, httpserver)
    assert {one.external_id for one in told} == {
        f"comment:{SimDirect.objects.get(text='Quanto custa?').comment_id}"
    }
    assert len(told) == 2
    adapter, to = ADAPTERS[sim.platform], Destination(comment_id=told[0].metadata["comment"]["id"])
    sent = adapter.send(owner, text("Te chamo aqui", to=to))
    assert [one.value for one in sent.identities] == [told[0].person.identities[0].value]
    with pytest.raises(SendError, match="comentario_respondido"):
        adapter.send(owner, text("De novo", to=to))
    # Who only commented is no one to write to.
    with pytest.raises(SendError, match="pessoa_indisponivel"):
        adapter.send(owner, text(to=Destination(user_id=sent.identities[0].value)))


def test_stories_are_answered_and_name_the_account(client, sim, httpserver):
    heard(sim, httpserver)
    where = {"conta": str(sim.pk), "pessoa": PERSON, "nome": "Marli"}
    client.post("/direct/escrever/", {**where, "texto": "Que lindo", "story": "reply"})
    client.post("/direct/escrever/", {**where, "texto": "", "story": "mention"})
    reply, mention = heard(sim, httpserver)
    assert (reply.text, reply.metadata["story"]["kind"]) == ("Que lindo", "reply")
    assert mention.metadata["story"]["kind"] == "mention"
    assert reply.media[0].url.startswith("http")


def test_people_see_that_we_read_write_and_react(client, sim, owner, httpserver):
    adapter, to = ADAPTERS[sim.platform], Destination(user_id=PERSON)
    (first,) = heard(sim, httpserver)
    adapter.mark_read(owner, first.external_id, to=to)
    page = client.get(f"/direct/?conta={sim.pk}&pessoa={PERSON}").content.decode()
    assert "Visto pela clínica" in page
    adapter.mark_read(owner, first.external_id, to=to, typing=True)
    page = client.get(f"/direct/?conta={sim.pk}&pessoa={PERSON}").content.decode()
    assert "digitando" in page
    if sim.platform == "instagram":
        for emoji in ("❤️", ""):
            put = ReactionTo(first.external_id, emoji)
            message = text("", kind=MessageKind.REACTION, content=put, token=f"t{emoji}")
            assert adapter.send(owner, message).external_id == f"reaction:t{emoji}"
            assert SimDirect.objects.get(text="Oi").clinic_reaction == emoji
        with pytest.raises(ContentRefused):
            adapter.check(text("", kind=MessageKind.REACTION, content=ReactionTo("m", "🎉")))


def test_a_message_quotes_both_ways(client, sim, owner, httpserver):
    (first,) = heard(sim, httpserver)
    sent = ADAPTERS[sim.platform].send(owner, text(reply_to=first.external_id))
    assert SimDirect.objects.get(external_id=sent.external_id).quotes == first.external_id
    heard(sim, httpserver)
    where = {"conta": str(sim.pk), "pessoa": PERSON, "nome": "Marli", "texto": "Isso"}
    client.post("/direct/escrever/", {**where, "cita": sent.external_id})
    (answer,) = heard(sim, httpserver)
    assert answer.reply_to == sent.external_id


def test_a_yes_that_changes_nothing_is_no_subscription(sim, owner):
    adapter = ADAPTERS[sim.platform]
    SimAccount.objects.update(is_subscribed=False, is_deaf=True)
    with pytest.raises(SendError, match="assinatura_sem_efeito"):
        adapter.subscribe(owner)


WHOLE = StartScreen(
    ("Quero marcar uma consulta", "Qual é o endereço?"),
    (MenuItem("Falar com a recepção"), MenuItem("Site", "https://clinica.example/")),
)


def test_the_start_screen_is_set_read_back_and_a_tap_is_a_postback(sim, owner, httpserver, client):
    adapter, is_page = ADAPTERS[sim.platform], sim.platform == "page"
    whole = replace(WHOLE, has_button=is_page)
    adapter.start_screen_write(owner, whole)
    assert adapter.start_screen(owner) == whole
    heard(sim, httpserver)
    body = {"conta": str(sim.pk), "pessoa": PERSON, "nome": "Marli", "toque": whole.questions[0]}
    assert client.post("/direct/tocar/", body).status_code == 302
    assert client.post("/direct/tocar/", {**body, "toque": "outra coisa"}).status_code == 400
    (tapped,) = heard(sim, httpserver)
    assert (tapped.kind, tapped.text) == (MessageKind.INTERACTIVE, whole.questions[0])
    assert tapped.content.key == whole.questions[0] and tapped.opens_window
    # Less is set by taking the rest away, the button with the menu that needs it.
    adapter.start_screen_write(owner, StartScreen(whole.questions[:1]))
    assert adapter.start_screen(owner) == StartScreen(whole.questions[:1])
    adapter.start_screen_write(owner, StartScreen())
    assert adapter.start_screen(owner) == StartScreen()


@pytest.mark.parametrize(
    ("screen", "named"),
    [
        (StartScreen(tuple("abcde")), {"questions"}),
        (StartScreen(("x" * 81,)), {"questions"}),
        (StartScreen(("Igual", "igual ")), {"questions"}),
        (StartScreen(menu=(MenuItem("x" * 31),), has_button=True), {"menu"}),
        (StartScreen(menu=(MenuItem("Site", "http://x.example"),), has_button=True), {"menu"}),
        (StartScreen(menu=(MenuItem("", "https://x.example"),), has_button=True), {"menu"}),
        (StartScreen(menu=tuple(MenuItem(one) for one in "abcdef"), has_button=True), {"menu"}),
        (StartScreen(menu=(MenuItem("Site"),)), {"has_button"}),
    ],
)
def test_what_meta_would_refuse_of_a_start_screen_never_leaves(screen, named):
    with pytest.raises(ContentRefused) as refused:
        MESSENGER.start_screen_write(Account(ACCOUNT), screen)
    assert set(refused.value.fields) == named


def test_what_was_said_is_listed_at_two_calls_a_second(sim, owner, monkeypatch):
    pauses = []
    monkeypatch.setattr(comparing.time, "sleep", pauses.append)
    for number in range(30):
        person_writes(account=sim, person=f"99900000000001{number:02}", name="Ari", text="Oi")
    ADAPTERS[sim.platform].send(owner, text())
    since = timezone.now() - timedelta(hours=1)
    found = ADAPTERS[sim.platform].said(owner, since)
    own = SimDirect.objects.filter(is_inbound=True)
    assert {(one.external_id, one.person) for one in found} == set(
        own.values_list("external_id", "person")
    )
    assert pauses == [comparing.PAUSE_SECONDS] and comparing.PAUSE_SECONDS >= 0.5
    SimDirect.objects.update(created_at=since - timedelta(hours=1))
    assert not ADAPTERS[sim.platform].said(owner, since)
