"""Handing mails to a server: what is taken, refused, put off and unknown."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from providers.email import smtp
from providers.email.build import mail_of
from providers.email.smtp import SmtpSender
from providers.outgoing import SendError
from tests.providers.email.test_build import account, message

MARIA = "maria@exemplo.example"
COPY = "joao@exemplo.example"


def send(found, sent=None, *, secret="", is_token=False):
    sender = SmtpSender(found, secret, is_token=is_token)
    try:
        sender.send(mail_of(found, sent or message()))
    finally:
        sender.close()


def refusal(found, sent=None, **given) -> SendError:
    with pytest.raises(SendError) as raised:
        send(found, sent, **given)
    return raised.value


def with_copy():
    sent = message()
    return replace(sent, letter=replace(sent.letter, copies=(COPY,)))


def test_a_mail_arrives_at_everybody_it_is_for(post):
    master, found = post(plus_addresses=True)
    send(found, with_copy())
    (taken,) = master.taken
    assert taken.rcpt_tos == [MARIA, COPY]
    assert taken.mail_from.startswith("contato+m0")
    assert b"Bom dia" in taken.content


@pytest.mark.parametrize(
    ("answers", "code", "scope", "retryable"),
    [
        ({"on_rcpt": {MARIA: "550 5.1.1 No such user"}}, "nao_entregavel", "recipient", False),
        ({"on_rcpt": {MARIA: "550 unknown"}}, "nao_entregavel", "recipient", False),
        ({"on_rcpt": {MARIA: "552 5.2.2 Mailbox full"}}, "caixa_cheia", "message", False),
        ({"on_rcpt": {MARIA: "450 4.2.0 Greylisted"}}, "servidor_ocupado", "message", True),
        ({"on_rcpt": {MARIA: "554 5.7.1 Spam"}}, "recusado_pelo_servidor", "message", False),
        ({"on_rcpt": {COPY: "550 5.1.1 No such user"}}, "copia_recusada", "message", False),
        ({"on_mail": "530 5.7.0 Log in"}, "credencial_invalida", "channel", False),
        ({"on_mail": "553 5.7.1 Not yours"}, "remetente_invalido", "channel", False),
        ({"on_mail": "421 4.3.2 Closing"}, "servidor_ocupado", "number", True),
        ({"on_mail": "550 5.4.5 Daily limit"}, "limite_de_envio", "number", True),
        ({"on_data": "552 5.3.4 Too big"}, "email_grande", "message", False),
        ({"on_data": "451 4.3.0 Later"}, "servidor_ocupado", "message", True),
        ({"on_data": "554 5.7.1 Spam"}, "recusado_pelo_servidor", "message", False),
    ],
)
def test_refusals(post, answers, code, scope, retryable):
    master, found = post()
    for name, value in answers.items():
        setattr(master, name, value)
    error = refusal(found, with_copy())
    assert (error.code, error.scope, error.retryable) == (code, scope, retryable)
    assert not error.unknown
    # Nobody in copy reads what the person never got.
    assert not master.taken or answers.keys() == {"on_data"}


def test_a_connection_cut_after_the_mail_leaves_it_uncertain(post):
    master, found = post()
    master.cuts = True
    error = refusal(found)
    assert (error.code, error.unknown, error.retryable) == ("envio_incerto", True, False)
    assert len(master.taken) == 1


def test_a_server_that_never_answers_leaves_it_uncertain(post, monkeypatch):
    master, found = post()
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    master.seconds = 0.8
    assert refusal(found).unknown


def test_nobody_there_is_tried_again():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    settings = {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "nenhuma"}
    assert refusal(account(**settings)).code == "endereco_invalido"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_EXTRA_HOSTS", (f"127.0.0.1:{port}",))
        error = refusal(account(**settings))
    assert (error.code, error.retryable, error.unknown) == ("sem_conexao", True, False)


def test_logins(post):
    master, found = post(has_login=True)
    send(found, secret="certa")
    send(found, secret="ya29.token", is_token=True)
    (_mechanism, given), (mechanism, _said) = master.logins
    assert (given.login, given.password) == (b"contato@clinica.example", b"certa")
    assert mechanism == "XOAUTH2"
    assert len(master.taken) == 2
    error = refusal(found, secret="errada")
    assert (error.code, error.scope) == ("credencial_invalida", "channel")


@pytest.mark.parametrize("security", ["nenhuma", "starttls"])
def test_a_server_that_cannot_what_the_account_asks(post, security):
    _master, found = post(smtp_security=security)
    error = refusal(found, secret="certa")
    assert (error.code, error.scope) == ("servidor_sem_recurso", "channel")
