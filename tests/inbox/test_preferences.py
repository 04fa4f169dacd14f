"""What a person chose, on their pages: how they look, and in which language they speak."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from accounts.services.preferences import preferences_change
from omnichannel.models import Conversation

Enter = Callable[[Membership], Client]
pytestmark = pytest.mark.usefixtures("bells")


def page(client: Client, name: str = "home", **headers: str) -> str:
    return client.get(reverse(f"inbox:{name}"), headers=headers).content.decode()


def test_a_page_begins_as_its_reader_chose(enter: Enter, beto: Membership):
    client = enter(beto)
    assert "data-theme" not in page(client)
    values = {"theme": "escuro", "density": "compacta", "contrast": True}
    preferences_change(membership=beto, values=values)
    root = page(client).partition("<head>")[0]
    assert 'data-theme="dark"' in root
    assert 'data-density="compacta"' in root
    assert 'data-contrast="alto"' in root


def test_the_form_of_the_page_changes_what_it_names(enter: Enter, beto: Membership):
    client, where = enter(beto), reverse("inbox:preferences")
    client.post(where, {"sound": "true", "language": "en", "csrfmiddlewaretoken": "x"})
    assert client.get(where).json() == {"sound": True, "language": "en"}
    answer = client.post(where, {"theme": "rosa"}, headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["theme"])


@pytest.mark.parametrize("name", ["home", "directory", "reports", "password"])
def test_pages_speak_the_chosen_language_whatever_the_browser_asks_for(
    enter: Enter, beto: Membership, conversation: Conversation, name: str
):
    client = enter(beto)
    assert '<html lang="pt-br"' in page(client, name)
    preferences_change(membership=beto, values={"language": "en"})
    assert '<html lang="en"' in page(client, name, **{"Accept-Language": "pt-BR"})
    preferences_change(membership=beto, values={"language": ""})
    assert '<html lang="en"' in page(client, name, **{"Accept-Language": "en"})


def test_a_refusal_speaks_it_too(enter: Enter, beto: Membership):
    client = enter(beto)
    User.objects.filter(pk=beto.user_id).update(language="en")
    where = reverse("inbox:preferences")
    answer = client.post(where, {"theme": "rosa"}, headers={"Accept": "application/json"})
    assert answer.json()["detail"] == "This preference does not take that value."


def test_strangers_are_spoken_to_as_their_browser_asks(client: Client):
    assert '<html lang="en"' in page(client, "login", **{"Accept-Language": "en"})
