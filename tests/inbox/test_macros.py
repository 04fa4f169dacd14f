"""Macros on pages: the forms, the dialog with what will happen, and a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_take
from queues.models import Macro, MacroRun
from queues.services.macros import macro_save

Enter = Callable[[Membership], Client]
JSON = {"Accept": "application/json"}
FORM = {
    "nome": "Boas-vindas",
    "para": "pessoal",
    "acao_0": "responder",
    "texto_0": "Oi, {{primeiro_nome}}!",
    "acao_1": "etiquetar",
    "etiqueta_1": "<b>Novo</b>",
}
pytestmark = pytest.mark.usefixtures("bells")


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    return conversation_take(conversation=conversation, attendant=beto)


@pytest.fixture
def macro(beto: Membership) -> Macro:
    steps = [{"act": "nota", "text": "Um"}, {"act": "etiquetar", "tag": "Novo"}]
    return macro_save(actor=beto, name="Boas-vindas", steps=steps)


def test_a_macro_is_written_changed_and_deleted(enter: Enter, beto: Membership):
    client = enter(beto)
    made = client.post(reverse("inbox:macro-new"), FORM)
    assert made.status_code == 302
    macro = Macro.unscoped.get()
    assert [step["act"] for step in macro.steps] == ["responder", "etiquetar"]
    page = client.get(reverse("inbox:macros")).content.decode()
    assert "Boas-vindas" in page and "<b>Novo</b>" not in page
    where = reverse("inbox:macro", args=[macro.pk])
    assert "Oi, {{primeiro_nome}}!" in client.get(where).content.decode()
    client.post(where, {**FORM, "acao_0": ""})
    macro.refresh_from_db()
    assert [step["act"] for step in macro.steps] == ["etiquetar"]
    client.post(reverse("inbox:macro-delete", args=[macro.pk]))
    assert not Macro.unscoped.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"nome": ""}, {"texto_0": ""}, {"texto_0": "{{senha}}"}, {"para": "empresa"}],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    enter: Enter, beto: Membership, wrong: dict[str, str]
):
    page = enter(beto).post(reverse("inbox:macro-new"), {**FORM, **wrong})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert "&lt;b&gt;Novo&lt;/b&gt;" in page.content.decode()


def test_the_dialog_says_what_will_happen_and_the_run_what_did(
    enter: Enter, beto: Membership, talk: Conversation, macro: Macro
):
    client = enter(beto)
    offered = client.get(reverse("inbox:talk-macros", args=[talk.pk])).content.decode()
    assert macro.name in offered
    where = reverse("inbox:macro-run", args=[talk.pk, macro.pk])
    preview = client.get(where).content.decode()
    assert "Escrever uma nota interna: Um" in preview
    assert not MacroRun.unscoped.exists()
    assert client.post(where).status_code == 400
    done = client.post(where, {"client_id": "um"}).content.decode()
    assert done.count('data-state="feito"') == 2
    client.post(where, {"client_id": "um"})
    assert Message.unscoped.filter(conversation=talk, text="Um").count() == 1
    runs = client.get(reverse("inbox:macro", args=[macro.pk])).content.decode()
    assert "Últimas execuções" in runs and "Joana Dias" in runs


def test_the_palette_finds_macros_where_a_conversation_is_open(
    enter: Enter, beto: Membership, carla: Membership, talk: Conversation, macro: Macro
):
    def found(member: Membership, **form: Any) -> list[str]:
        answer = enter(member).post(reverse("inbox:palette"), form, headers=JSON)
        return [one["dialog"] for one in answer.json()["found"] if "dialog" in one]

    assert found(beto, q="tarde", conversa=str(talk.pk)) == []
    assert found(beto, q="BOAS-V", conversa=str(talk.pk)) == [
        reverse("inbox:macro-run", args=[talk.pk, macro.pk])
    ]
    assert found(beto, q="boas", conversa="") == []
    assert found(carla, q="boas", conversa=str(talk.pk)) == []


def test_it_runs_on_several(enter: Enter, beto: Membership, talk: Conversation, macro: Macro):
    client = enter(beto)
    dialog = client.get(reverse("inbox:acts"), {"acao": "macro"}, headers={"HX-Request": "true"})
    assert str(macro.pk) in dialog.content.decode()
    form = {"acao": "macro", "macro": str(macro.pk), "conversa": [str(talk.pk)]}
    assert client.post(reverse("inbox:acts"), form, headers=JSON).json() == {
        "changed": [str(talk.pk)],
        "same": 0,
        "refused": [],
        "back": "",
    }


def test_whoever_may_not_change_it_finds_nothing_to_change(
    enter: Enter, ana: Membership, beto: Membership
):
    shared = macro_save(
        actor=ana, scope="empresa", name="Da casa", steps=[{"act": "nota", "text": "x"}]
    )
    assert enter(beto).get(reverse("inbox:macro", args=[shared.pk])).status_code == 404
    assert enter(beto).post(reverse("inbox:macro-delete", args=[shared.pk])).status_code == 404
