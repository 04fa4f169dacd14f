"""Pacientes: searched, filtered, page by page, and as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.async_api import expect

from accounts.models import AuditEntry, Membership
from contacts.models import Contact
from contacts.services.contacts import contact_save
from inbox.people import directory
from omnichannel.models import Channel, Conversation
from tests import make

Enter = Callable[[Membership], Client]


@pytest.fixture
def people(channel: Channel, conversation: Conversation) -> list[Contact]:
    """Joana, and Débora after her."""
    person = make.person("5511970000001", "Débora Açucena")
    later = make.inbound(channel, text="Bom dia", person=person).conversation
    return [conversation.contact, later.contact]


def found(client: Client, **asked: str) -> str:
    return client.post(reverse("inbox:directory"), asked).content.decode()


def test_people_are_found_without_accents_and_by_a_number_in_any_form(
    enter: Enter, ana: Membership, people: list[Contact]
):
    client = enter(ana)
    for asked in ("debora acuc", "(11) 97000-0001", "+55 11 97000 0001"):
        page = found(client, q=asked)
        assert "Débora Açucena" in page, asked
        assert "Joana" not in page, asked
    assert "Ninguém encontrado" in found(client, q="zzzz")
    assert "Joana" not in found(client, situacao="cliente")


def test_an_attendant_sees_numbers_masked_and_the_conversation_to_open(
    enter: Enter, beto: Membership, people: list[Contact], conversation: Conversation
):
    page = enter(beto).get(reverse("inbox:directory")).content.decode()
    assert "97000-0001" not in page
    assert "****-0001" in page
    assert reverse("inbox:conversation", args=[conversation.pk]) in page
    assert "Exportar" not in page


def test_pages_follow_each_other_without_a_gap(
    enter: Enter, ana: Membership, people: list[Contact], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(directory, "SHOWN", 1)
    client = enter(ana)
    first = client.get(reverse("inbox:directory")).content.decode()
    assert "Débora" in first
    assert "Joana" not in first
    second = found(client, depois=str(people[1].pk))
    assert "Joana" in second
    assert "Mostrar mais" not in second


def test_only_managers_take_people_away_and_it_is_written_down(
    enter: Enter, ana: Membership, beto: Membership, people: list[Contact]
):
    where = reverse("inbox:directory-export")
    assert enter(beto).post(where, {"formato": "csv"}).status_code == 403
    answer: Any = enter(ana).post(where, {"q": "debora", "formato": "csv"})
    content = b"".join(answer.streaming_content).decode()
    assert "Débora Açucena" in content
    assert "Joana" not in content
    noted = AuditEntry.unscoped.get(action="contato.exportado")
    assert (noted.detail["pessoas"], noted.detail["filtros"]) == (1, ["q"])


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    enter: Enter, ana: Membership, people: list[Contact], django_assert_max_num_queries: Any
):
    for number in range(20):
        contact_save(actor=ana, name=f"Pessoa {number}")
    client = enter(ana)
    client.get(reverse("inbox:directory"))
    with django_assert_max_num_queries(12):
        client.get(reverse("inbox:directory"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("width", [1366, 360])
async def test_somebody_is_found_as_one_types_and_columns_are_kept(
    sit_down: Any, ana: Membership, people: list[Contact], width: int
):
    inbox = await sit_down(ana, viewport={"width": width, "height": 768})
    page = inbox.page
    # Whoever looks somebody up stays at work.
    await inbox.open("/atendimento/pacientes/")
    await expect(page.locator("#pessoas tr")).to_have_count(2)
    await page.get_by_role("searchbox").fill("debora")
    await expect(page.locator("#pessoas tr")).to_have_count(1)
    if width > 800:
        await page.get_by_text("Colunas", exact=True).click()
        await page.get_by_label("Cadastro").check()
        await page.reload()
        await expect(page.get_by_role("columnheader", name="Cadastro")).to_be_visible()
    wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider
    await page.get_by_role("link", name="Débora Açucena").click()
    await expect(page.locator("#cabeca h2")).to_have_text("Débora Açucena")
