"""Mails of the product itself: in the person's language, after commit, tried again, never twice."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone, translation

from accounts.models import AccountMail
from accounts.services.mails import WAITS, mail_write, mails_due, mails_purge, mails_send
from config.mailing import mail_sender, mail_settings, simulated

KIND = AccountMail.Kind


@pytest.fixture(autouse=True)
def _on(settings: Any, bells: Any) -> None:
    settings.MAIL_IS_ON = True
    settings.PUBLIC_URL = "https://central.example"


def later(row: AccountMail | None) -> None:
    assert row is not None
    AccountMail.objects.filter(pk=row.pk, due_at__isnull=False).update(due_at=timezone.now())


def test_a_mail_goes_out_once_and_rings_after_commit(
    beto, bells, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        mail_write(kind=KIND.RESET, user=beto.user)
        assert bells == []
    assert bells == [("accounts.tasks.mails_send", ())]
    assert (mails_send(), mails_send()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == [beto.user.email]
    assert "https://central.example/atendimento/nova-senha/" in sent.body


@pytest.mark.parametrize(
    ("own", "page", "subject"),
    [
        ("", "pt-br", "Sua senha foi trocada"),
        ("", "en", "Your password was changed"),
        ("en", "pt-br", "Your password was changed"),
        ("pt-br", "en", "Sua senha foi trocada"),
    ],
)
def test_it_speaks_the_persons_language_or_that_of_the_page(beto, own, page, subject):
    beto.user.language = own
    with translation.override(page):
        mail_write(kind=KIND.CHANGED, user=beto.user)
    mails_send()
    assert mail.outbox[0].subject == subject


def test_a_server_that_is_away_is_tried_again_and_given_up(beto, monkeypatch, caplog):
    def away(self: Any, messages: Any) -> int:
        raise SMTPServerDisconnected(beto.user.email)

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    row = mail_write(kind=KIND.RESET, user=beto.user)
    for _ in range(len(WAITS) + 3):
        assert mails_send() == 0
        assert not mails_due().exists()
        later(row)
    row.refresh_from_db()
    assert (row.attempts, row.due_at, row.sent_at) == (len(WAITS) + 1, None, None)
    assert beto.user.email not in caplog.text


def test_a_server_that_comes_back_gets_it(beto, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", lambda *given: 1 / 0)
        row = mail_write(kind=KIND.RESET, user=beto.user)
        mails_send()
    later(row)
    assert mails_send() == 1 and len(mail.outbox) == 1


def test_where_mail_is_off_nothing_is_written_down(beto, settings):
    settings.MAIL_IS_ON = False
    assert mail_write(kind=KIND.RESET, user=beto.user) is None
    assert not AccountMail.objects.exists()


def test_mails_of_long_ago_are_forgotten(beto):
    old, new = (mail_write(kind=KIND.RESET, user=beto.user) for _ in range(2))
    AccountMail.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    mails_purge()
    assert [row.pk for row in AccountMail.objects.all()] == [new.pk]


def test_settings_are_read_from_one_address():
    given = mail_settings("smtp+tls://eu%40c.example:a%2Fb@smtp.c.example:587")
    assert given["EMAIL_HOST_USER"] == "eu@c.example" and given["EMAIL_HOST_PASSWORD"] == "a/b"
    assert given["EMAIL_USE_TLS"] and given["EMAIL_PORT"] == 587
    assert mail_settings("filemail:///srv/mail")["EMAIL_FILE_PATH"] == "/srv/mail"
    assert "console" in mail_settings("consolemail://")["EMAIL_BACKEND"]
    assert mail_sender("https://c.example:8443/x").endswith("<nao-responda@c.example>")
    again = mail_settings(simulated("127.0.0.1", 8003)["EMAIL_URL"])
    assert (again["EMAIL_HOST"], again["EMAIL_PORT"]) == ("127.0.0.1", 8003)
