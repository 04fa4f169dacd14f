"""The visitor's door over HTTP: who gets in, what they see, what they are told when they do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Company, Membership
from contacts.models import Consent, Contact, ContactIdentity, DuplicatePair, DuplicateReason
from omnichannel.choices import AttachmentState, ChannelStatus, Direction, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send, note_add
from queues.models import Ticket
from queues.services.queues import queue_save
from queues.services.tickets import ticket_finish
from tests import make
from tests.queues.conftest import make_queue
from tests.visitors.panel import OWN, Panel, worked
from visitors.limits import MESSAGES_OF_SESSION, TALKS_OF_NETWORK, Limit
from visitors.models import VisitorBlock, VisitorCode, VisitorProof, VisitorSession
from visitors.selectors import site_of
from visitors.services.blocking import visitor_block, visitor_unblock
from visitors.services.sessions import sessions_purge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bells")]
SECRET = "segredo-do-site-com-mais-de-32-letras"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 60
A_FILE = "8e1ecaa7-60bb-4cb5-a5d7-83a99f7a8c8f"
ROUTES = (
    *(("post", name) for name in ("formulario/", "mensagens/", "visto/", "digitando/")),
    *(("post", name) for name in ("avaliacao/", "offline/", "continuar/", "sair/", "arquivos/")),
    *(("get", name) for name in ("eventos/", "historico/", f"arquivos/{A_FILE}/")),
)


def signed(subject: str = "paciente-7", secret: str = SECRET, **claims: Any) -> str:
    """Sign an identity as a site does."""
    given = {"sub": subject, "jti": uuid4().hex, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode({**given, **claims}, secret, algorithm="HS256")


def code_of(answer: Any) -> tuple[int, str]:
    """Return an answer's status and code."""
    return answer.status_code, answer.json()["code"]


def talk(told: Any) -> Conversation:
    """Return the conversation that an answer speaks of."""
    return Conversation.unscoped.get(pk=told.json()["conversation"]["id"])


def answered(conversation: Conversation, by: Membership, text: str = "Pois não") -> Message:
    """Let an attendant answer, and the worker send it."""
    conversation.refresh_from_db()
    if conversation.stage != Stage.HUMAN:
        conversation_take(conversation=conversation, attendant=by)
    message = message_send(conversation=conversation, author=by, text=text)
    conversation_deliver(conversation=conversation)
    return message


# --- who gets in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "name"), ROUTES)
def test_nobody_gets_in_without_a_session_or_from_a_foreign_page(
    chat: Channel, method: str, name: str
) -> None:
    panel = Panel(chat)
    assert code_of(panel.call(method, name)) == (401, "sessao_encerrada")
    foreign = panel.call(method, name, origin="https://outro.example")
    assert code_of(foreign) == (403, "origem_recusada")
    across = panel.call(method, name, **{"sec-fetch-site": "cross-site"})
    assert code_of(across) == (403, "origem_recusada")


def test_a_key_that_no_working_channel_has_is_nobody(chat: Channel, panel: Panel) -> None:
    Channel.unscoped.filter(pk=chat.pk).update(status=ChannelStatus.INACTIVE)
    assert panel.say().status_code == 404
    assert Client().get(f"/chat/{'x' * 22}/config.json").status_code == 404


@pytest.mark.parametrize(
    "embedder", ["https://outro.example", "", "null", None, 7, make.SITE + ".br"]
)
def test_a_foreign_site_opens_no_session(chat: Channel, embedder: Any) -> None:
    answer = Panel(chat).open(embedder=embedder)
    assert code_of(answer) == (403, "origem_recusada")
    assert not answer.cookies and not VisitorSession.unscoped.exists()


def test_only_sites_of_the_list_read_the_configuration_and_frame_the_panel(chat: Channel) -> None:
    base, client = f"/chat/{chat.account_id}/", Client()
    told = client.get(base + "config.json", headers={"origin": make.SITE})
    assert told["Access-Control-Allow-Origin"] == make.SITE and not told.cookies
    assert told.json()["colour"] == "#0b6e4f" and told.json()["text_colour"] == "#ffffff"
    assert told.json()["prechat"]["notice"]["version"] == site_of(chat).notice.version
    english = client.get(base + "config.json?idioma=en").json()["prechat"]["notice"]
    assert english["version"] == site_of(chat).notice.version
    assert english["text"].startswith("We use your data")
    foreign = client.get(base + "config.json", headers={"origin": "https://outro.example"})
    assert code_of(foreign) == (403, "origem_recusada")
    assert "Access-Control-Allow-Origin" not in foreign
    page = client.get(base)
    policy = page["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {make.SITE}" in policy and "default-src 'none'" in policy
    assert "X-Frame-Options" not in page and not page.cookies


# --- sessions (rows 20 to 23) ---------------------------------------------------------------------


@pytest.mark.parametrize("has_cookies", [True, False])
def test_a_reload_finds_the_same_talk(chat: Channel, has_cookies: bool) -> None:
    """Row 20: by the cookie, and by the pointer where a browser keeps no cookie of an iframe."""
    panel = Panel(chat, has_cookies=has_cookies).start()
    panel.say("Oi")
    told = panel.open(pointer="" if has_cookies else panel.pointer).json()
    assert not told["session"]["is_new"]
    assert [one["text"] for one in told["messages"]] == ["Oi"]
    assert VisitorSession.unscoped.count() == 1


def test_nothing_is_kept_of_the_secrets_but_their_hashes(
    chat: Channel, settings: LazySettings
) -> None:
    settings.HTTPS, settings.ALLOWED_HOSTS = True, ["*"]
    settings.PUBLIC_URL = "https://testserver"
    client = Client(headers={"origin": "https://testserver"})
    answer = client.post(
        f"/chat/{chat.account_id}/sessao/",
        {"embedder": make.SITE},
        content_type="application/json",
        secure=True,
    )
    cookie = answer.cookies[f"__Host-chat-{chat.account_id}"]
    line = cookie.OutputString()
    for word in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert word in line
    assert "Domain" not in line and len(cookie.value) == 43
    kept = str(VisitorSession.unscoped.values().get())
    assert cookie.value not in kept and answer.json()["pointer"] not in kept


def test_a_secret_of_another_channel_opens_nothing(chat: Channel, rival: Company) -> None:
    panel, other = Panel(chat).start(), make.webchat_channel(rival)
    panel.base = f"/chat/{other.account_id}/"
    assert code_of(panel.say()) == (401, "sessao_encerrada")


def test_who_leaves_is_not_found_again(panel: Panel) -> None:
    panel.say("Meu segredo")
    assert panel.post("sair/").status_code == 204
    assert code_of(panel.say()) == (401, "sessao_encerrada")
    told = panel.open(pointer=panel.pointer).json()
    assert told["session"]["is_new"] and told["conversations"] == []


def test_a_signed_visitor_has_their_talk_in_every_browser(clinic: Company) -> None:
    chat = make.webchat_channel(clinic, secret=SECRET)
    first, second = Panel(chat), Panel(chat, ip="198.51.100.9")
    for panel in (first, second):
        assert panel.open(identity=signed(name="Joana Dias")).json()["session"]["is_identified"]
    notice = site_of(chat).notice.version
    first.post("formulario/", {"notice": notice})
    first.say("Do computador")
    told = second.open(identity=signed()).json()
    assert [one["text"] for one in told["messages"]] == ["Do computador"]
    assert Contact.unscoped.get().name == "Joana Dias"


@pytest.mark.parametrize("before", [None, "paciente-1"])
def test_another_identity_is_another_session_and_never_merged(
    clinic: Company, before: str | None
) -> None:
    """Row 23: two people who log in on one browser share nothing."""
    chat = make.webchat_channel(clinic, secret=SECRET)
    panel = Panel(chat)
    panel.open(identity=signed(before) if before else None)
    panel.post("formulario/", {"notice": site_of(chat).notice.version})
    panel.say("De quem estava antes")
    told = panel.open(identity=signed("paciente-2")).json()
    assert told["session"]["is_new"] and told["messages"] == []
    panel.post("formulario/", {"notice": site_of(chat).notice.version})
    make.forget_cached()
    assert panel.say("De quem veio depois").status_code == 201
    assert Contact.unscoped.count() == 2 and Conversation.unscoped.count() == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"secret": "outro-segredo-com-mais-de-32-letras-ok"},
        {"exp": datetime.now(UTC) - timedelta(minutes=5)},
        {"exp": datetime.now(UTC) + timedelta(days=2)},
        {"exp": None},
        {"jti": None},
        {"subject": ""},
        {"subject": "x" * 201},
    ],
)
def test_an_identity_that_is_not_well_signed_is_refused(
    clinic: Company, claims: dict[str, Any]
) -> None:
    panel = Panel(make.webchat_channel(clinic, secret=SECRET))
    token = signed(**{name: value for name, value in claims.items()})
    assert code_of(panel.open(identity=token)) == (403, "identidade_recusada")
    none = jwt.encode({"sub": "a", "jti": "b", "exp": 9999999999}, None, algorithm="none")
    assert code_of(panel.open(identity=none)) == (403, "identidade_recusada")


def test_a_stolen_identity_opens_nothing_elsewhere(clinic: Company) -> None:
    chat, token = make.webchat_channel(clinic, secret=SECRET), signed()
    assert Panel(chat).open(identity=token).status_code == 200
    assert Panel(chat).open(identity=token).status_code == 200
    thief = Panel(chat, ip="198.51.100.9").open(identity=token)
    assert code_of(thief) == (403, "identidade_recusada")
    assert VisitorProof.unscoped.count() == 1


def test_typed_names_prove_nobody(clinic: Company) -> None:
    """Row 22: what a page guesses or somebody types never makes a verified person."""
    chat = make.webchat_channel(clinic, secret=SECRET, only_identified=True)
    refused = Panel(chat).open(guess={"name": "Joana", "email": "joana@paciente.example"})
    assert code_of(refused) == (403, "identidade_exigida")
    open_to_all = make.webchat_channel(clinic)
    told = Panel(open_to_all).open(guess={"name": "Joana", "phone": "41 99888-7777"}).json()
    assert (told["session"]["name"], told["session"]["is_identified"]) == ("Joana", False)
    panel = Panel(open_to_all).start(name="Joana", phone="41998887777")
    panel.say()
    # Kept for staff to compare, and an address of nobody.
    assert Contact.unscoped.get().phone == "+5541998887777"
    assert set(ContactIdentity.unscoped.values_list("kind", flat=True)) == {"webchat"}
    assert not ContactIdentity.unscoped.exclude(verified_at=None).exists()


def test_a_signed_session_ends_with_its_signature(clinic: Company, time_machine: Any) -> None:
    chat = make.webchat_channel(clinic, secret=SECRET)
    panel = Panel(chat)
    panel.open(identity=signed())
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert code_of(panel.say()) == (401, "sessao_encerrada")
    assert panel.open(pointer=panel.pointer).json()["session"]["is_new"]


# --- what a visitor sees --------------------------------------------------------------------------


def test_another_visitors_talk_is_not_there(panel: Panel, chat: Channel, ana: Membership) -> None:
    theirs = talk(panel.say("Meu exame"))
    message = answered(theirs, ana)
    stranger = Panel(chat, ip="198.51.100.9").start()
    stranger.say("Oi")
    file = Attachment.unscoped.create(
        company=theirs.company, message=message, conversation=theirs, kind="imagem"
    )
    missing = uuid4()
    for given in (theirs.pk, missing, "x", None, 7):
        tries = [
            stranger.get(f"eventos/?conversa={given}&desde=0"),
            stranger.get(f"historico/?conversa={given}"),
            *(
                stranger.post(name, {"conversation": str(given), "seq": 1, **more})
                for name, more in (
                    ("visto/", {"what": "read"}),
                    ("digitando/", {}),
                    ("avaliacao/", {"rating": 5}),
                    ("continuar/", {}),
                )
            ),
        ]
        assert {code_of(answer) for answer in tries} == {(404, "nao_encontrado")}
    for pk in (file.pk, missing):
        assert code_of(stranger.get(f"arquivos/{pk}/")) == (404, "nao_encontrado")
    choice = stranger.say("", choice={"message": str(message.pk), "key": "x"})
    assert code_of(choice) == (404, "nao_encontrado")


def test_notes_and_what_has_not_left_stay_with_the_clinic(
    panel: Panel, chat: Channel, ana: Membership
) -> None:
    conversation = talk(panel.say("Oi"))
    answered(conversation, ana, "Resposta")
    note_add(conversation=conversation, author=ana, text="Paciente difícil")
    conversation.refresh_from_db()
    message_send(conversation=conversation, author=ana, text="Ainda não saiu")
    told = panel.get(f"eventos/?conversa={conversation.pk}&desde=0").json()
    assert [one["text"] for one in told["messages"]] == ["Oi", "Resposta"]
    assert told["conversation"]["attendant"] == "Ana"


def test_changes_are_told_from_a_revision(panel: Panel, ana: Membership) -> None:
    """Row 26: whoever comes back is told all they missed."""
    conversation = talk(panel.say("Um"))
    known = panel.get(f"eventos/?conversa={conversation.pk}&desde=0").json()["revision"]
    for text in ("Dois", "Três"):
        answered(conversation, ana, text)
    told = panel.get(f"eventos/?conversa={conversation.pk}&desde={known}").json()
    assert [one["text"] for one in told["messages"] if one["from"] == "atendente"] == [
        "Dois",
        "Três",
    ]
    again = panel.get(f"eventos/?conversa={conversation.pk}&desde={told['revision']}").json()
    assert again["messages"] == []


def test_marks_become_ticks(panel: Panel, ana: Membership) -> None:
    conversation = talk(panel.say("Oi"))
    message = answered(conversation, ana)
    for what, status in (("delivered", "entregue"), ("read", "lida"), ("delivered", "lida")):
        given = {"conversation": str(conversation.pk), "seq": message.seq, "what": what}
        assert panel.post("visto/", given).status_code == 204
        message.refresh_from_db()
        assert message.status == status
    assert code_of(panel.post("visto/", {**given, "what": "eaten"})) == (400, "dados_invalidos")


# --- writing --------------------------------------------------------------------------------------


def test_a_message_is_stored_before_anybody_answers(chat: Channel, panel: Panel) -> None:
    """Row 27."""
    answer = panel.say("Quero marcar", "abcdefgh")
    assert answer.status_code == 201
    row = Message.unscoped.get(direction=Direction.IN)
    assert (row.text, row.conversation.stage) == ("Quero marcar", Stage.QUEUE)
    again = panel.say("Outra coisa", "abcdefgh")
    assert (again.status_code, again.json()["message"]["text"]) == (200, "Quero marcar")
    assert Message.unscoped.filter(direction=Direction.IN).count() == 1


def test_a_message_asks_each_row_once(panel: Panel, django_assert_max_num_queries: Any) -> None:
    for _ in range(2):
        panel.say()
    # Channel, session, the message, blocks, the talk, its last question, the parts of bot and
    # flows, and which rules hear of it, apart from the rest, in one transaction; what is prepared
    # (common/rows.py) is not counted here.
    with django_assert_max_num_queries(14):
        assert panel.say().status_code == 201


def test_consent_is_written_down_with_the_version_of_the_notice(clinic: Company) -> None:
    chat = make.webchat_channel(clinic, asks_name="obrigatorio")
    panel = Panel(chat)
    assert panel.open().json()["session"]["needs_form"]
    assert code_of(panel.say()) == (409, "aviso_nao_aceito")
    version = site_of(chat).notice.version
    lacking = panel.post("formulario/", {"notice": version})
    assert list(lacking.json()["fields"]) == ["name"]
    old = panel.post("formulario/", {"name": "Joana", "notice": "velho"})
    assert list(old.json()["fields"]) == ["notice"]
    assert panel.post("formulario/", {"name": "Joana", "notice": version}).status_code == 200
    for text in ("Oi", "De novo"):
        assert panel.say(text).status_code == 201
    row = Consent.objects.for_company(clinic).get()
    assert (row.is_granted, row.text_version, row.contact.name) == (True, version, "Joana")


def test_a_message_left_out_of_hours_says_how_to_answer(panel: Panel, chat: Channel) -> None:
    version = site_of(chat).notice.version
    given = {"client_id": "offline-1", "text": "Me liguem", "notice": version}
    lacking = panel.post("offline/", {**given, "answer_by": "email"})
    assert list(lacking.json()["fields"]) == ["email"]
    answer = panel.post(
        "offline/", {**given, "answer_by": "email", "email": "joana@paciente.example"}
    )
    assert answer.status_code == 201
    session = VisitorSession.unscoped.get()
    assert (session.answer_by, session.email) == ("email", "joana@paciente.example")
    assert session.answer_by in Consent.unscoped.get().proof


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "\u200b\u2800 \n\u202e"}, 422),
        ({"text": "é" * 5001}, 422),
        ({"text": "é" * 5000}, 201),
        ({"text": "a\0b"}, 201),
        ({"text": 7}, 422),
        ({"client_id": "curto"}, 400),
        ({"client_id": None}, 400),
        ({"choice": {"message": 7, "key": []}}, 404),
        ({"text": "x" * 70_000}, 413),
    ],
)
def test_what_is_written_has_bounds(panel: Panel, body: dict[str, Any], status: int) -> None:
    given = {"client_id": uuid4().hex, "text": "", **body}
    answer = panel.post("mensagens/", given)
    assert answer.status_code == status
    assert status == 201 or answer.json()["detail"]


@pytest.mark.parametrize("raw", [b"[]", b"{", b"\xff", b'"a"'])
def test_what_is_no_object_is_refused(panel: Panel, raw: bytes) -> None:
    answer = panel.client.post(
        panel.base + "mensagens/", raw, content_type="application/json", headers={"origin": OWN}
    )
    assert code_of(answer) == (400, "dados_invalidos")


def test_a_page_is_kept_without_its_query(panel: Panel) -> None:
    url = "https://www.clinica.example/exames?cpf=111&utm_source=google#segredo"
    panel.say(page={"url": url, "title": "Exames", "referrer": "https://x.example/?q=hiv"})
    page = VisitorSession.unscoped.get().page
    assert page == {"path": "/exames", "title": "Exames", "utm": {"utm_source": "google"}}


# --- limits (rows 24 and 25) ----------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Let a session write two messages freely and two more with work."""
    assert (MESSAGES_OF_SESSION[0].soft, MESSAGES_OF_SESSION[0].seconds) == (20, 60)
    limit = Limit("messages", 100_000, 2, 4)
    monkeypatch.setattr("visitors.services.talking.MESSAGES_OF_SESSION", (limit,))
    return limit


def test_above_the_soft_limit_a_browser_works(panel: Panel, few: Limit) -> None:
    for _ in range(few.soft):
        assert panel.say().status_code == 201
    asked = panel.say("Guardada", "guardada-1")
    assert code_of(asked) == (428, "prova_de_trabalho")
    proof = worked(**asked.json()["proof"])
    forged = {**proof, "challenge": proof["challenge"][:-1] + "x"}
    assert panel.say("Guardada", "guardada-1", proof=forged).status_code == 428
    assert panel.say("Guardada", "guardada-1", proof=proof).status_code == 201
    # Once, and from nowhere else.
    assert panel.say("Outra", proof=proof).status_code == 428
    assert Message.unscoped.filter(text="Guardada").count() == 1


def test_who_has_to_wait_is_told_for_how_long(
    panel: Panel, few: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 25: nothing is lost without a word; the same text goes through later."""
    monkeypatch.setattr("visitors.limits.is_done", lambda proof, network: True)
    for _ in range(few.hard):
        assert panel.say().status_code == 201
    refused = panel.say("Não perca", "nao-perca-1")
    assert code_of(refused) == (429, "limite")
    assert 1 <= int(refused["Retry-After"]) <= few.seconds + 1
    make.forget_cached()
    assert panel.say("Não perca", "nao-perca-1").status_code == 201


def test_new_talks_of_one_address_are_counted_together(
    chat: Channel, ana: Membership, time_machine: Any
) -> None:
    """Row 24: another session does not help whoever floods a clinic."""
    # Half a minute may end between the two.
    time_machine.move_to(timezone.now(), tick=False)
    first, second = Panel(chat).start(), Panel(chat).start()
    assert first.say().status_code == 201
    assert second.say().status_code == 428
    assert Panel(chat, ip="198.51.100.9").start().say().status_code == 201
    assert TALKS_OF_NETWORK[0].soft == 1


# --- blocking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", VisitorBlock.Kind.values)
def test_who_is_blocked_writes_no_more(panel: Panel, chat: Channel, ana: Membership, kind: str):
    conversation = talk(panel.say())
    block = visitor_block(conversation=conversation, kind=kind, actor=ana)
    assert visitor_block(conversation=conversation, kind=kind, actor=ana) == block
    assert code_of(panel.say()) == (403, "bloqueado")
    assert code_of(panel.open()) == (403, "bloqueado")
    is_address = kind == VisitorBlock.Kind.ADDRESS
    other = Panel(chat).open()
    assert (other.status_code == 403) == is_address
    assert Panel(chat, ip="198.51.100.9").open().status_code == 200
    visitor_unblock(block=block, actor=ana.user)
    assert panel.open().status_code == 200


# --- files ----------------------------------------------------------------------------------------


def upload(panel: Panel, file: SimpleUploadedFile, **fields: str) -> Any:
    """Send a file as the panel does."""
    given = {"file": file, "client_id": uuid4().hex, **fields}
    return panel.client.post(panel.base + "arquivos/", given, headers={"origin": OWN})


def test_a_file_is_there_with_its_message_and_for_its_visitor_alone(
    panel: Panel, chat: Channel
) -> None:
    answer = upload(panel, SimpleUploadedFile("exame.jpg", JPEG, "image/jpeg"), text="Meu exame")
    assert answer.status_code == 201
    shape = answer.json()["message"]
    assert (shape["kind"], shape["text"], shape["attachments"][0]["is_ready"]) == (
        "imagem",
        "Meu exame",
        True,
    )
    assert Attachment.unscoped.get().state == AttachmentState.READY
    address = shape["attachments"][0]["url"].removeprefix(panel.base)
    given = panel.get(address)
    assert b"".join(given.streaming_content) == JPEG
    stranger = Panel(chat, ip="198.51.100.9").start()
    assert stranger.get(address).status_code == 404
    assert Client().get(shape["attachments"][0]["url"]).status_code == 401


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (SimpleUploadedFile("a.jpg", b"MZ" + b"\0" * 60, "image/jpeg"), 422),
        (SimpleUploadedFile("a.html", b"<html><script>", "text/html"), 422),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='x'>", "image/svg+xml"), 422),
        (SimpleUploadedFile("a.jpg", b"", "image/jpeg"), 422),
        (SimpleUploadedFile("a.zip", b"PK\x03\x04" + b"\0" * 60, "application/zip"), 422),
        (SimpleUploadedFile("a.jpg", JPEG + b"\0" * 17 * 1024 * 1024, "image/jpeg"), 413),
    ],
)
def test_files_are_judged_by_their_bytes(
    panel: Panel, file: SimpleUploadedFile, status: int
) -> None:
    file.seek(0)
    assert upload(panel, file).status_code == status
    assert not Message.unscoped.exists()


# --- the end, and going on elsewhere --------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "asked", "thanked"),
    [
        ("en-US,en;q=0.9", "How was your service?", "Thank you for"),
        ("pt-BR", "Como foi o seu atendimento?", "Obrigado pela avaliação"),
    ],
)
def test_a_rating_is_asked_for_in_the_visitors_language(
    panel: Panel, ana: Membership, clinic: Company, language: str, asked: str, thanked: str
) -> None:
    queue_save(company=clinic, actor=None, queue=make_queue(clinic), asks_rating=True)
    panel.headers["accept-language"] = language
    conversation = talk(panel.say())
    answered(conversation, ana)
    ticket_finish(ticket=Ticket.unscoped.get(), actor=ana, reason="Agendado")
    question = Message.unscoped.get(metadata__purpose="avaliacao")
    assert asked in json.dumps(question.metadata, ensure_ascii=False)
    key = f"avaliacao:{Ticket.unscoped.get().pk}:5"
    Message.unscoped.filter(pk=question.pk).update(status="enviada", external_id="pergunta")
    # The stars of the panel ask already.
    shown = panel.open().json()
    assert str(question.pk) not in json.dumps(shown)
    assert [talk["unread"] for talk in shown["conversations"]] == [1]
    assert [talk["can_rate"] for talk in shown["conversations"]] == [True]
    choice = {"message": str(question.pk), "key": key}
    # Another message within seconds asks for work first.
    proof = worked(**panel.say("", choice=choice).json()["proof"])
    assert panel.say("", choice=choice, proof=proof).status_code == 201
    assert Message.unscoped.get(metadata__purpose="avaliacao_obrigado").text.startswith(thanked)


def test_a_rating_opens_nothing(
    panel: Panel, chat: Channel, ana: Membership, clinic: Company
) -> None:
    make_queue(clinic)
    conversation = talk(panel.say())
    answered(conversation, ana)
    given = {"conversation": str(conversation.pk), "rating": 5, "comment": "Ótimo"}
    assert code_of(panel.post("avaliacao/", given)) == (409, "ja_avaliado")
    conversation.refresh_from_db()
    conversation_close(conversation=conversation, actor=ana)
    assert panel.post("avaliacao/", {**given, "rating": 6}).status_code == 400
    told = panel.post("avaliacao/", given)
    assert told.json()["conversation"]["rating"] == 5
    assert code_of(panel.post("avaliacao/", given)) == (409, "ja_avaliado")
    conversation.refresh_from_db()
    assert conversation.stage == Stage.CLOSED
    assert Ticket.unscoped.get().rating_comment == "Ótimo"


def test_a_code_ties_both_as_a_suggestion(panel: Panel, chat: Channel, clinic: Company) -> None:
    conversation = talk(panel.say("Vou para o WhatsApp"))
    asking = {"conversation": str(conversation.pk)}
    assert code_of(panel.post("continuar/", asking)) == (409, "sem_whatsapp")
    whatsapp = make.channel(clinic)
    told = panel.post("continuar/", asking).json()
    assert (
        told["url"].startswith("https://wa.me/551140000000?text=") and told["code"] in told["url"]
    )
    text = f"Quero continuar por aqui a conversa do site. Código: {told['code']}"
    stored = make.inbound(whatsapp, text=text)
    assert stored.text == "Quero continuar por aqui a conversa do site."
    code = VisitorCode.unscoped.get()
    assert code.used_at and code.identity_id == stored.conversation.identity_id
    pair = DuplicatePair.unscoped.get()
    assert (pair.reason, pair.is_strong) == (DuplicateReason.CODE, True)
    assert Contact.unscoped.count() == 2
    # Once: whoever forwards it has letters.
    again = make.inbound(whatsapp, text=text, person=make.person("5541977776666", "Rui"))
    assert told["code"] in again.text and DuplicatePair.unscoped.count() == 1


@pytest.mark.parametrize("why", ["over", "rival", "renewed"])
def test_a_code_that_does_not_hold_is_letters(
    panel: Panel, clinic: Company, rival: Company, why: str
) -> None:
    conversation = talk(panel.say())
    whatsapp = make.channel(clinic)
    told = panel.post("continuar/", {"conversation": str(conversation.pk)}).json()
    if why == "over":
        VisitorCode.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif why == "renewed":
        panel.post("continuar/", {"conversation": str(conversation.pk)})
    else:
        whatsapp = make.channel(rival, account_id="100000000000099", waba_id="100000000000098")
    stored = make.inbound(whatsapp, text=f"Código: {told['code']}")
    assert told["code"] in stored.text
    assert not DuplicatePair.unscoped.exists()


def test_browsers_that_never_wrote_are_forgotten(chat: Channel, panel: Panel) -> None:
    panel.say()
    Panel(chat).open()
    long_ago = timezone.now() - timedelta(days=2)
    VisitorSession.unscoped.update(seen_at=long_ago)
    sessions_purge()
    assert VisitorSession.unscoped.exclude(identity=None).count() == 1
    assert VisitorSession.unscoped.count() == 1
    VisitorSession.unscoped.update(seen_at=timezone.now() - timedelta(days=181))
    sessions_purge()
    assert not VisitorSession.unscoped.exists() and Message.unscoped.exists()
