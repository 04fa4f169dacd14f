"""Mails through the API of a service: the address is called once, and its answer is read."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from providers.email.build import mail_of
from providers.email.esp import SERVICES, EspSender
from providers.outgoing import Account, SendError
from tests.providers.email.test_build import message

ANSWERS = {
    "postmark": (
        "/email",
        {"ErrorCode": 0, "Message": "OK", "MessageID": "a", "To": "maria@exemplo.example"},
    ),
    "mailgun": ("/clinica.example/messages", {"id": "<a@b>", "message": "Queued"}),
    "sendgrid": ("/mail/send", None),
    "postal": (
        "/api/v1/send/message",
        {"status": "success", "data": {"messages": {"maria@exemplo.example": {"id": 1}}}},
    ),
}


@pytest.fixture
def account(httpserver, settings):
    url = httpserver.url_for("/")
    settings.MEDIA_EXTRA_HOSTS = (urlsplit(url).netloc,)

    def made(esp: str, **given) -> Account:
        values = {"provider": "provedor", "esp": esp, "address": "contato@clinica.example"}
        return Account("x", {**values, "api_url": url, **given}, {"api_key": "chave:segredo"})

    return made


# SendGrid works as the others do, and whoever uses it knows.
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
@pytest.mark.parametrize("esp", SERVICES)
def test_each_service_takes_a_mail(account, httpserver, esp):
    path, answer = ANSWERS[esp]
    expected = httpserver.expect_oneshot_request(path, method="POST")
    if answer is None:
        expected.respond_with_data("", 202, {"X-Message-Id": "a"})
    else:
        expected.respond_with_json(answer)
    found = account(esp)
    EspSender(found).send(mail_of(found, message("Exame pronto")))
    ((request, _response),) = httpserver.log
    sent = request.get_data() or b"".join(v.encode() for v in request.form.values())
    assert b"Exame pronto" in sent or request.form.get("text") == "Exame pronto\n"
    httpserver.check_assertions()


@pytest.mark.parametrize(
    ("status", "code", "is_unknown"),
    [
        (401, "credencial_invalida", False),
        (422, "conteudo_recusado", False),
        (429, "limite_de_envio", False),
        (413, "email_grande", False),
        (500, "envio_incerto", True),
        (503, "envio_incerto", True),
    ],
)
def test_refusals(account, httpserver, status, code, is_unknown):
    httpserver.expect_request("/email").respond_with_json({"message": "não"}, status)
    found = account("postmark")
    with pytest.raises(SendError) as raised:
        EspSender(found).send(mail_of(found, message()))
    assert (raised.value.code, raised.value.unknown) == (code, is_unknown)
    assert len(httpserver.log) == 1


def test_a_service_that_refuses_in_a_success(account, httpserver):
    said = {"status": "error", "data": {"code": "InvalidServerAPIKey"}}
    httpserver.expect_request("/api/v1/send/message").respond_with_json(said)
    found = account("postal")
    with pytest.raises(SendError) as raised:
        EspSender(found).send(mail_of(found, message()))
    assert (raised.value.code, raised.value.unknown) == ("credencial_invalida", False)


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://api.exemplo.com/"])
def test_no_service_inside_is_called(account, url):
    found = account("postmark", api_url=url)
    with pytest.raises(SendError) as raised:
        EspSender(found).send(mail_of(found, message()))
    assert raised.value.code == "endereco_invalido"
