"""What leaves for Instagram and Messenger, what is refused before, and what failures mean."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contacts.refs import IdentityRef
from providers.choices import MessageKind
from providers.content import Choice, Question, Section
from providers.facts import ProviderFault
from providers.meta.messaging.login import at_host
from providers.outgoing import (
    Account,
    ContentRefused,
    Destination,
    OutgoingMedia,
    OutgoingMessage,
    SendError,
)
from tests.providers.messaging.bodies import ACCOUNT, INSTAGRAM, MESSENGER, PERSON

PAGE, TOKEN = "100000000000003", "EAAtoken-of-nobody"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def account(httpserver, settings) -> Account:
    """Give an account whose Graph API is the local server."""
    settings.META_GRAPH_URL = httpserver.url_for("").rstrip("/")
    return Account(
        account_id=ACCOUNT,
        settings={
            "login": "instagram",
            "graph_url": settings.META_GRAPH_URL,
            "graph_version": "v27.0",
        },
        secrets={"access_token": TOKEN},
    )


def text(words: str = "Olá", **values) -> OutgoingMessage:
    given = {"kind": MessageKind.TEXT, "to": Destination(user_id=PERSON), "token": "msg:1"}
    return OutgoingMessage(text=words, **{**given, **values})


def posted(httpserver):
    (request,) = [request for request, _response in httpserver.log]
    return request


def sent_by(adapter, account, httpserver, message, owner=ACCOUNT):
    httpserver.expect_request(f"/v27.0/{owner}/messages", method="POST").respond_with_json(
        {"recipient_id": PERSON, "message_id": "m_1"}
    )
    assert adapter.send(account, message).external_id == "m_1"
    return json.loads(posted(httpserver).get_data())


def test_a_text(account, httpserver):
    assert sent_by(INSTAGRAM, account, httpserver, text()) == {
        "recipient": {"id": PERSON},
        "messaging_type": "RESPONSE",
        "message": {"text": "Olá"},
    }


def test_messenger_gives_our_id_back(account, httpserver):
    body = sent_by(MESSENGER, account, httpserver, text())
    assert body["message"] == {"text": "Olá", "metadata": "msg:1"}


def test_a_page_sends_for_its_account(account, httpserver):
    paged = replace(account, settings={**account.settings, "login": "facebook", "page_id": PAGE})
    sent_by(INSTAGRAM, paged, httpserver, text(), owner=PAGE)


def test_a_late_answer_of_a_person_carries_the_tag(account, httpserver):
    body = sent_by(INSTAGRAM, account, httpserver, text(is_late=True))
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


def test_a_quote(account, httpserver):
    body = sent_by(INSTAGRAM, account, httpserver, text(reply_to="m_0"))
    assert body["reply_to"] == {"mid": "m_0"}


def question(count: int, title: str = "Sim") -> Question:
    return Question((Section(tuple(Choice(f"k{n}", f"{title} {n}") for n in range(count))),))


def test_choices_are_quick_replies(account, httpserver):
    asked = text("Confirma?", kind=MessageKind.INTERACTIVE, content=question(2))
    body = sent_by(INSTAGRAM, account, httpserver, asked)
    assert body["message"] == {
        "text": "Confirma?",
        "quick_replies": [
            {"content_type": "text", "title": "Sim 0", "payload": "k0"},
            {"content_type": "text", "title": "Sim 1", "payload": "k1"},
        ],
    }


def test_a_file_is_stored_first_and_sent_by_its_id(account, httpserver):
    httpserver.expect_request(
        f"/v27.0/{ACCOUNT}/message_attachments", method="POST"
    ).respond_with_json({"attachment_id": "77"})
    assert INSTAGRAM.upload(account, io.BytesIO(PNG), "image/png", "foto.png") == "77"
    form = posted(httpserver)
    assert form.form["platform"] == "instagram"
    assert json.loads(form.form["message"])["attachment"]["type"] == "image"
    assert form.files["filedata"].read() == PNG
    httpserver.clear()
    file = OutgoingMedia(MessageKind.IMAGE, "77")
    body = sent_by(INSTAGRAM, account, httpserver, text("", kind=file.kind, media=(file,)))
    assert body["message"]["attachment"] == {"type": "image", "payload": {"attachment_id": "77"}}


# --- refused before anything left -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("adapter", "message"),
    [
        (INSTAGRAM, text("ç" * 501)),
        (INSTAGRAM, text(" ")),
        (MESSENGER, text("x" * 2001)),
        (INSTAGRAM, text("x", kind=MessageKind.INTERACTIVE, content=question(14))),
        (INSTAGRAM, text("x", kind=MessageKind.INTERACTIVE, content=question(1, "x" * 20))),
        (INSTAGRAM, text("ç" * 501, kind=MessageKind.INTERACTIVE, content=question(1))),
        (INSTAGRAM, text("legenda", kind=MessageKind.IMAGE)),
    ],
)
def test_what_meta_would_refuse(adapter, message):
    with pytest.raises(ContentRefused):
        adapter.check(message)


@pytest.mark.parametrize(
    ("adapter", "message"),
    [
        (INSTAGRAM, text("ç" * 500)),
        (MESSENGER, text("ç" * 2000)),
        (INSTAGRAM, text("x", kind=MessageKind.INTERACTIVE, content=question(13))),
        (INSTAGRAM, text("", kind=MessageKind.IMAGE)),
    ],
)
def test_what_meta_takes(adapter, message):
    adapter.check(message)


@pytest.mark.parametrize(
    ("adapter", "mime", "size"),
    [
        (INSTAGRAM, "audio/ogg", 1),
        (INSTAGRAM, "application/msword", 1),
        (INSTAGRAM, "image/png", 8 * 1024 * 1024 + 1),
        (MESSENGER, "application/x-msdownload", 1),
        (MESSENGER, "application/pdf", 0),
    ],
)
def test_files_that_do_not_go(adapter, mime, size):
    with pytest.raises(ContentRefused):
        adapter.media_kind(mime, size)


def test_bytes_that_are_not_what_they_say_are_not_uploaded(account):
    with pytest.raises(SendError, match="arquivo_nao_confere"):
        INSTAGRAM.upload(account, io.BytesIO(b"MZ" + bytes(64)), "image/png", "foto.png")


# --- failures -------------------------------------------------------------------------------------

ERRORS = [
    ((10, 2018278), "janela_fechada", "message"),
    ((10, 2534022), "janela_fechada", "message"),
    ((10, 1893063), "conta_bloqueada", "channel"),
    ((10, None), "permissao_negada", "message"),
    ((100, 2018001), "pessoa_indisponivel", "recipient"),
    ((100, 2534014), "pessoa_indisponivel", "recipient"),
    ((551, 1545041), "pessoa_indisponivel", "recipient"),
    ((100, 2534001), "conversa_arquivada", "message"),
    ((100, 2018109), "midia_grande", "message"),
    ((100, 1893061), "requisicao_recusada", "message"),
    ((10903, None), "comentario_respondido", "message"),
    ((100, 2534025), "comentario_respondido", "message"),
    ((100, 2534039), "comentario_respondido", "message"),
    ((100, 2534040), "comentario_respondido", "message"),
    ((100, 2534013), "limite_de_envio", "number"),
    ((2, 1545133), "meta_indisponivel", "message"),
    ((190, 463), "credencial_invalida", "channel"),
    ((368, None), "conta_bloqueada", "channel"),
    ((613, None), "limite_de_envio", "number"),
    ((2, 2018344), "termos_pendentes", "channel"),
]


@pytest.mark.parametrize(("numbers", "code", "scope"), ERRORS)
def test_errors_are_read_by_code_and_subcode(account, httpserver, numbers, code, scope):
    error = {"code": numbers[0], "error_subcode": numbers[1], "message": "(#x) localised"}
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/messages").respond_with_json(
        {"error": error}, status=400
    )
    with pytest.raises(SendError) as refused:
        INSTAGRAM.send(account, text())
    found = refused.value
    assert (found.code, found.scope, found.unknown) == (code, scope, False)
    assert found.retryable is (code in ("limite_de_envio", "meta_indisponivel"))
    fault = ProviderFault(found.provider)
    assert INSTAGRAM.fault_words(fault)[0] == code
    assert INSTAGRAM.fault_scope(fault) == scope


def test_a_wrong_host_is_the_channels_trouble(account, httpserver):
    error = {"code": 100, "message": "Unsupported request - method type: post"}
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/messages").respond_with_json(
        {"error": error}, status=400
    )
    with pytest.raises(SendError) as refused:
        INSTAGRAM.send(account, text())
    assert (refused.value.code, refused.value.scope) == ("conta_indisponivel", "channel")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": {"code": 2, "message": "x"}}, 500),
        ({"error": {"code": 1}}, 503),
        ({"recipient_id": PERSON}, 200),
        ("nem JSON", 200),
    ],
)
def test_an_answer_that_tells_nothing_leaves_the_outcome_open(account, httpserver, answer, status):
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/messages").respond_with_json(answer, status=status)
    with pytest.raises(SendError) as refused:
        INSTAGRAM.send(account, text())
    assert (refused.value.unknown, refused.value.retryable) == (True, False)


def test_a_trouble_of_a_moment_is_tried_again(account, httpserver):
    error = {"code": 2, "is_transient": True}
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/messages").respond_with_json(
        {"error": error}, status=500
    )
    with pytest.raises(SendError) as refused:
        INSTAGRAM.send(account, text())
    assert (refused.value.unknown, refused.value.retryable) == (False, True)


# --- the account ----------------------------------------------------------------------------------


def test_instagram_login_has_a_host_of_its_own(account):
    at = replace(account, settings={**account.settings, "graph_url": "https://graph.facebook.com"})
    assert at_host(at).settings["graph_url"] == "https://graph.instagram.com"
    paged = replace(at, settings={**at.settings, "login": "facebook"})
    assert at_host(paged).settings["graph_url"] == "https://graph.facebook.com"
    assert at_host(account) == account


LOGINS = [
    ("instagram", "", "me", {"id": "5", "user_id": ACCOUNT, "username": "clinica"}, ACCOUNT),
    (
        "facebook",
        PAGE,
        "me",
        {"id": PAGE, "instagram_business_account": {"id": ACCOUNT, "username": "clinica"}},
        PAGE,
    ),
    ("unified", "", ACCOUNT, {"id": ACCOUNT, "username": "clinica"}, ACCOUNT),
]


def logged_in(account, login, page):
    own = {**account.settings, "login": login, **({"page_id": page} if page else {})}
    return replace(account, settings=own)


@pytest.mark.parametrize(("login", "page", "path", "answer", "owner"), LOGINS)
def test_each_login_tells_whose_the_token_is(account, httpserver, login, page, path, answer, owner):
    httpserver.expect_request(f"/v27.0/{path}").respond_with_json(answer)
    apps = [{"id": "555", "subscribed_fields": ["messages"]}]
    httpserver.expect_request(f"/v27.0/{owner}/subscribed_apps").respond_with_json({"data": apps})
    told = {"app_id": "555", "expires_at": 1}
    httpserver.expect_request("/v27.0/debug_token").respond_with_json({"data": told})
    health = INSTAGRAM.validate(logged_in(account, login, page))
    assert (health.account_id, health.verified_name, health.subscription) == (
        ACCOUNT,
        "clinica",
        "ok",
    )
    assert health.warnings == ()


@pytest.mark.parametrize(
    ("login", "page", "answer"),
    [
        ("instagram", "", {"user_id": "17841400000000009"}),
        ("facebook", PAGE, {"id": PAGE}),
        ("facebook", PAGE, {"id": "9", "instagram_business_account": {"id": ACCOUNT}}),
    ],
)
def test_another_accounts_token_proves_nothing(account, httpserver, login, page, answer):
    httpserver.expect_request("/v27.0/me").respond_with_json(answer)
    with pytest.raises(SendError, match="outra_conta"):
        INSTAGRAM.validate(logged_in(account, login, page))


@pytest.mark.parametrize(
    "apps", [[], [{"id": "1"}], [{"id": "555", "subscribed_fields": ["feed"]}]]
)
def test_an_account_whose_webhooks_go_nowhere_says_so(account, httpserver, apps):
    httpserver.expect_request("/v27.0/me").respond_with_json({"id": ACCOUNT, "name": "Clínica"})
    httpserver.expect_request("/v27.0/debug_token").respond_with_json({"data": {"app_id": "555"}})
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/subscribed_apps").respond_with_json({"data": apps})
    page = replace(account, settings={**account.settings, "login": ""})
    health = MESSENGER.validate(page)
    assert (health.subscription, health.warnings) == ("missing", ("sem_assinatura",))


@pytest.mark.parametrize(
    ("answer", "apps", "is_good"),
    [
        ({"success": True}, [{"id": "555"}], True),
        ({"success": True}, [], False),
        ({"success": 0}, [{"id": "555"}], False),
    ],
)
def test_a_subscription_is_believed_only_when_it_is_in_the_list(
    account, httpserver, answer, apps, is_good
):
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/subscribed_apps", method="GET").respond_with_json(
        {"data": apps}
    )
    httpserver.expect_request(f"/v27.0/{ACCOUNT}/subscribed_apps", method="POST").respond_with_json(
        answer
    )
    if is_good:
        INSTAGRAM.subscribe(account)
        asked = json.loads(httpserver.log[0][0].get_data())["subscribed_fields"]
        assert {"message_edit", "comments"} <= set(asked.split(","))
    else:
        with pytest.raises(SendError):
            INSTAGRAM.subscribe(account)


@pytest.mark.parametrize(
    ("adapter", "answer", "known"),
    [
        (INSTAGRAM, {"name": "Marli Prado", "username": "marli"}, ("Marli Prado", "marli")),
        (MESSENGER, {"first_name": "Marli", "last_name": "Prado"}, ("Marli Prado", "")),
        (INSTAGRAM, {"id": PERSON}, ("", "")),
    ],
)
def test_people_are_asked_for_their_names(account, httpserver, adapter, answer, known):
    httpserver.expect_request(f"/v27.0/{PERSON}").respond_with_json(answer)
    ref = IdentityRef(adapter.identity, PERSON, ACCOUNT)
    found = adapter.person_named(account, ref).person
    assert (found.identities, found.name, found.username) == ((ref,), *known)


def test_only_the_token_of_instagram_login_is_renewed(account, httpserver):
    httpserver.expect_request(
        "/v27.0/refresh_access_token", query_string={"grant_type": "ig_refresh_token"}
    ).respond_with_json({"access_token": "EAAnew", "expires_in": 5_184_000})
    found = INSTAGRAM.renewed(account, None)
    assert found.secrets == {"access_token": "EAAnew"}
    assert found.ends_at is not None
    assert timedelta(days=59) < found.ends_at - datetime.now(UTC) <= timedelta(days=60)
    # From the seventh day of its sixty on.
    assert INSTAGRAM.renewed(account, datetime.now(UTC) + timedelta(days=54)).secrets == {}
    request = posted(httpserver)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.url
    assert INSTAGRAM.renewed(logged_in(account, "facebook", PAGE), None).secrets == {}
    assert len(httpserver.log) == 1
