"""The start screen of a channel, from the back-office to the provider and back."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry
from omnichannel.models import Channel
from providers.messenger.adapter import MessengerAdapter
from providers.opening import MenuItem, StartScreen
from providers.outgoing import SendError
from tests import make
from tests.backoffice import Office, said, supervisor, text_of

SHOWN = StartScreen(("Qual é o horário?",), (MenuItem("Site", "https://clinica.example/"),), True)
GIVEN = {
    "salvar": "1",
    "question1": "Quero marcar",
    "title0": "Recepção",
    "has_button": "on",
}
WANTED = StartScreen(("Quero marcar",), (MenuItem("Recepção"),), True)


@pytest.fixture
def page(clinic, bells, monkeypatch) -> Channel:
    """Give a channel whose provider keeps what it is given."""
    kept = [SHOWN]
    monkeypatch.setattr(MessengerAdapter, "start_screen", lambda self, account: kept[-1])
    monkeypatch.setattr(
        MessengerAdapter, "start_screen_write", lambda self, account, screen: kept.append(screen)
    )
    return make.messaging_channel(clinic, kind="facebook")


def press(person: Any, channel: Channel, **sent: Any) -> Any:
    return Office(person).press("omnichannel_channel", channel, "start_screen", **sent)


def test_the_form_shows_what_people_see_and_changes_it(page, ana):
    drawn = text_of(press(ana, page))
    assert 'value="Qual é o horário?"' in drawn and 'value="https://clinica.example/"' in drawn
    assert "nova tela inicial" in said(press(ana, page, **GIVEN))
    assert MessengerAdapter().start_screen(page.account()) == WANTED
    entry = AuditEntry.unscoped.get(action="canal.tela_inicial_alterada")
    assert (entry.actor, entry.detail) == (ana.user, {"perguntas": 1, "menu": 1})


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"title0": "Recepção"}, "O menu só aparece com o botão Começar."),
        ({"question0": "Igual", "question1": "Igual"}, "Há dois textos iguais."),
        ({"title0": "Site", "url0": "javascript:x", "has_button": "on"}, "começa com https://"),
    ],
)
def test_what_is_refused_comes_back_with_a_sentence(page, ana, sent, sentence):
    assert sentence in text_of(press(ana, page, salvar="1", **sent))
    assert MessengerAdapter().start_screen(page.account()) == SHOWN


def test_a_provider_that_shows_something_else_is_told(page, ana, monkeypatch):
    monkeypatch.setattr(MessengerAdapter, "start_screen_write", lambda *given: None)
    assert "mostra outra coisa" in text_of(press(ana, page, **GIVEN))


def test_a_refusal_of_the_provider_is_a_sentence(page, ana, monkeypatch):
    def refused(self: Any, account: Any) -> StartScreen:
        raise SendError("credencial_invalida", "O token venceu.")

    monkeypatch.setattr(MessengerAdapter, "start_screen", refused)
    assert "O token venceu." in said(press(ana, page))


def test_neither_a_supervisor_nor_another_company_changes_it(page, rui, clinic):
    for person in (rui, supervisor(clinic)):
        press(person, page, **GIVEN)
    assert MessengerAdapter().start_screen(page.account()) == SHOWN
