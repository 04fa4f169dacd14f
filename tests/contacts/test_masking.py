"""Phones and documents of people, as attendants see them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Company, Membership
from accounts.services.tokens import token_issue
from common.scoping import company_scope
from contacts.custom import CustomRefused, custom_read, lines_of
from contacts.hiding import is_cpf, text_masked
from contacts.masking import Lens, contact_reveal, custom_restored, lens_of
from contacts.models import Contact, ContactView, ViewPlace
from contacts.services import guessing
from contacts.services.contacts import contact_save
from omnichannel.models import Conversation, Message
from tests import make
from tests.api.conftest import Caller
from tests.neighbours import CALLS, Attempt, Tenant, call, client_of, content_of, furnish

MASKED = Lens(is_clear=False)
# Invented; the check digits are right.
CPF = "529.982.247-25"
PLAIN_CPF = "52998224725"
PHONE = "+5541988776655"
RAW = ("988776655", "98877-6655", PLAIN_CPF, CPF, "8877665")


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def talk(channel, ana: Membership) -> Conversation:
    """Give the conversation of somebody with a phone and a CPF, and no name."""
    row = make.inbound(channel, person=make.person("554188776655", "")).conversation
    with company_scope(ana.company_id):
        contact_save(
            actor=ana,
            contact=row.contact,
            custom={"CPF": CPF, "Convênio": "Vida Mais", "filhos": 2},
            notes=f"Liga no {PHONE}; CPF {PLAIN_CPF}",
        )
    return Conversation.unscoped.get(pk=row.pk)


@pytest.fixture
def contact(talk: Conversation) -> Contact:
    return Contact.unscoped.get(pk=talk.contact_id)


# --- what is masked -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (CPF, "***.***.***-25"),
        (PLAIN_CPF, "*********25"),
        ("CPF 529.982.247-25, filho 2", "CPF ***.***.***-25, filho 2"),
        ("(41) 98877-6655", "(**) *****-6655"),
        ("liga +55 41 98877-6655 cedo", "liga +** ** *****-6655 cedo"),
        ("ramal 12 41 98877-6655", "ramal 12 ** *****-6655"),
        ("52998224725 52998224725 1", "*********25 *********25 1"),
        ("+14155550123", "+*******0123"),
        ("+55 (41) 9 9777-6655", "+** (**) * ****-6655"),
        ("041 99777-6655", "*** *****-6655"),
        ("recado 99777-6655", "recado *****-6655"),
        ("tel fixo: 32220040", "tel fixo: ****0040"),
        ("Cel (mãe) 997776655", "Cel (mãe) *****6655"),
        ("recado com a Ana 32220040", "recado com a Ana ****0040"),
        ("pedido 32220040 do convênio", "pedido 32220040 do convênio"),
        ("fixo 3222-0040 ramal 12", "fixo ****-0040 ramal 12"),
        ("4 1 9 9 7 7 7 6 6 5 5", "* * * * * * * 6 6 5 5"),
        ("(41)\u200b9.9777.6655", "(**)\u200b*.****.6655"),
        ("０４１ ９９７７７６６５５", "*** *****６６５５"),
        ("0xx41 99777-6655", "0xx** *****-6655"),
        ("https://wa.me/5541997776655", "https://wa.me/*********6655"),
        ("0041 44 668 18 00", "**** ** *** 18 00"),
        ("529-982-247-25", "***-***-***-25"),
        ("529 982 247/25", "*** *** ***/25"),
        ("CPF 529.982.247-26", "CPF ***.***.***-26"),
        ("Nº doc: MG-12.345.678", "Nº doc: **-**.***.*78"),
        ("RG 12.345.678-X", "RG **.***.**8-X"),
        ("sp 12345678-9", "** *******8-9"),
        ("passaporte FX123456", "passaporte ******56"),
        ("cartão do SUS 898 0012 3456 7897", "cartão do SUS *** **** **** **97"),
        ("identidade nº 1234567", "identidade nº *****67"),
        ("em 2025-2026", "em 2025-2026"),
        ("protocolo 291126-00004", "protocolo 291126-00004"),
        ("12.11.2026 10:30", "12.11.2026 10:30"),
        ("PA 120/80, 98 bpm, 1.234.567", "PA 120/80, 98 bpm, 1.234.567"),
        ("veio em 25/11/2026 às 10h", "veio em 25/11/2026 às 10h"),
        ("sala 1203, 2 vezes", "sala 1203, 2 vezes"),
        ("R$ 1.250,00", "R$ 1.250,00"),
    ],
)
def test_numbers_inside_texts_are_masked(written: str, shown: str):
    assert text_masked(written) == shown


BETWEEN = st.sampled_from(["", " ", "-", ".", "/", "  ", " - ", "\u00a0", "\u200b", "–", "_", ") "])


@given(st.data(), st.sampled_from(["5541988776655", "041988776655", "41988776655", PLAIN_CPF]))
def test_no_spelling_of_a_number_stays_readable(data: Any, digits: str):
    written = "".join(f"{one}{data.draw(BETWEEN)}" for one in digits)
    shown = text_masked(f"ver {written}; fim")
    assert sum(c.isdecimal() for c in shown) <= 4, shown
    assert len(shown) == len(f"ver {written}; fim")


@given(st.text(st.sampled_from("0123456789-. ()/+xaRG:\n"), max_size=60))
def test_a_text_is_masked_line_by_line_as_whole(text: str):
    lines = "".join(text_masked(line) for line in text.splitlines(keepends=True))
    assert text_masked(text) == lines


@pytest.mark.parametrize("digits", ["52998224724", "11111111111", "5299822472", ""])
def test_what_is_no_cpf(digits: str):
    assert not is_cpf(digits)


@given(st.integers(0, 999_999_999), st.text(max_size=20), st.text(max_size=20))
def test_no_cpf_stays_readable(base: int, before: str, after: str):
    digits = f"{base:09d}"
    for size in (9, 10):
        total = sum(int(digits[n]) * (size + 1 - n) for n in range(size))
        digits += str(total * 10 % 11 % 10)
    if is_cpf(digits):
        assert f" {digits} " not in text_masked(f"{before} {digits} {after}")


@pytest.mark.parametrize(
    ("custom", "shown"),
    [
        ({"CPF": CPF}, {"CPF": "***.***.***-25"}),
        ({"RG do pai": "12.345.678-9"}, {"RG do pai": "**.***.**8-9"}),
        ({"documento": 123456}, {"documento": "****56"}),
        ({"dados": {"cpf": "x1y2z3"}}, {"dados": {"cpf": "****z3"}}),
        ({"outros": [CPF, "sol"]}, {"outros": ["***.***.***-25", "sol"]}),
        ({"codigo": 52998224725}, {"codigo": "*********25"}),
        ({"Convênio": "Vida Mais", "filhos": 2, "vip": True, "x": None}, ...),
        ({"organograma": "rgb"}, ...),
    ],
)
def test_fields_are_masked_by_name_or_by_what_they_hold(custom: Any, shown: Any):
    found = MASKED.custom(Contact(custom=custom))
    assert found == (custom if shown is ... else shown)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(CPF),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.text() | st.sampled_from(["CPF", "rg", "a: b"]), VALUES, max_size=5)


@given(FIELDS)
def test_saving_what_was_shown_changes_nothing(custom: dict[str, Any]):
    contact = Contact(custom=custom)
    shown = MASKED.custom(contact)
    assert custom_restored(shown, contact=contact, lens=MASKED) == custom


NAMES = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_lines_left_alone_keep_values_of_every_type(custom: dict[str, Any]):
    shown = MASKED.custom(Contact(custom=custom))
    lines = lines_of(shown)
    # Two fields may look alike once written as lines; then the later one is meant.
    if len(set(lines.splitlines())) == len(custom):
        assert custom_read(lines, shown=shown, stored=custom) == custom


def test_a_line_needs_a_name():
    assert custom_read("Convênio: Unimed\n\n", shown={}, stored={}) == {"Convênio": "Unimed"}
    for text in ("sem valor", ": valor"):
        with pytest.raises(CustomRefused):
            custom_read(text, shown={}, stored={})


# --- by whom --------------------------------------------------------------------------------------


def test_managers_see_and_attendants_do_not(talk, contact, ana, beto, clinic):
    assert lens_of(ana).phone(contact) == "(41) 98877-6655"
    assert lens_of(beto).phone(contact) == "(41) *****-6655"
    Company.objects.filter(pk=clinic.pk).update(attendants_see_private=True)
    beto.company.refresh_from_db()
    assert lens_of(beto).phone(contact) == "(41) 98877-6655"


def test_who_asks_sees_that_person_for_a_quarter_of_an_hour(contact, beto, carla, clinic):
    other = Contact.unscoped.create(company=clinic, phone="+5541911112222")
    contact_reveal(contact=contact, reader=beto)
    assert lens_of(beto).sees(contact)
    assert not lens_of(beto).sees(other)
    assert not lens_of(carla).sees(contact)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert not lens_of(beto).sees(contact)


def test_each_asking_is_written_down(contact, beto):
    for _ in range(2):
        contact_reveal(contact=contact, reader=beto)
    looks = ContactView.unscoped.filter(place=ViewPlace.REVEAL, membership=beto)
    assert [look.contacts for look in looks] == [[contact.pk]] * 2


# --- everywhere -----------------------------------------------------------------------------------


@pytest.fixture
def house(clinic, settings) -> Tenant:
    """Give a company with one of everything, whose person has no name to hide behind."""
    make.forget_cached()
    tenant = furnish(clinic, "MARCA", "100000000000002")
    Contact.unscoped.filter(pk=tenant.ids["contact"]).update(
        name="", phone=PHONE, custom={"CPF": CPF}, notes=f"CPF {PLAIN_CPF}"
    )
    identity = Contact.unscoped.get(pk=tenant.ids["contact"]).identities(manager="unscoped")
    identity.update(value=PHONE.removeprefix("+"))
    return tenant


def shows(answer: Any) -> bool:
    said = content_of(answer)
    return any(raw in said for raw in RAW)


# They give the numbers, which is what they are for.
REVEALING = "revelar/"


def test_no_page_and_no_call_shows_an_attendant_a_number(
    house: Tenant, no_provider: None, attempt: Attempt
):
    for route, method in CALLS:
        if not route.endswith(REVEALING):
            with attempt(route, method):
                assert not shows(call(house.attendant, route, method, house.ids))


def test_a_manager_is_shown_the_numbers(house: Tenant, no_provider: None):
    shown = [
        (route, method)
        for route, method in CALLS
        if shows(call(house.administrator, route, method, house.ids))
    ]
    # Were these masked for everyone, the test above would prove nothing.
    assert len(shown) > 8


def test_an_attendant_who_asks_is_shown_them(house: Tenant, no_provider: None):
    for route, method in CALLS:
        if route.endswith(REVEALING) and "contatos" in route:
            assert shows(call(house.attendant, route, method, house.ids))
    assert ContactView.unscoped.filter(place=ViewPlace.REVEAL).count() == 1


def test_the_page_reveals_and_writes_it_down(talk, contact, beto):
    client = client_of(beto, "atendimento/")
    page = reverse("inbox:conversation", args=[talk.pk])
    before = client.get(page).content.decode()
    assert "(41) *****-6655" in before
    assert "98877-6655" not in before
    answer = client.post(reverse("inbox:reveal", args=[talk.pk]), {"desde": talk.revision})
    assert "(41) 98877-6655" in answer.content.decode()
    assert CPF in client.get(page).content.decode()
    assert ContactView.unscoped.filter(place=ViewPlace.REVEAL).count() == 1


# --- and not by asking cleverly -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("6655", True),
        ("(41) 98877-6655", True),
        ("88776655", True),
        ("76655", False),
        ("776655", False),
        ("9887", False),
        ("4198877", False),
    ],
)
def test_a_search_does_not_tell_the_hidden_digits(talk, contact, ana, beto, words, is_found):
    for reader, found in ((beto, is_found), (ana, True)):
        client = client_of(reader, "atendimento/")
        answer = client.post(reverse("inbox:list"), {"filtro": "todas", "q": words})
        assert (str(talk.pk) in answer.content.decode()) is found, reader
        token, _row = token_issue(user=reader.user)
        for path in ("contatos", "conversas"):
            listed = client.get(
                f"/central-atendimento/{path}/?q={words}",
                headers={"Authorization": f"Token {token}"},
            )
            assert bool(listed.json()["results"]) is found, (reader, path)


def test_what_an_attendant_saves_as_shown_is_kept(talk, contact, beto):
    token, _row = token_issue(user=beto.user)
    client = client_of(beto, "atendimento/")
    path = f"/central-atendimento/contatos/{contact.pk}/"
    auth = {"Authorization": f"Token {token}"}
    shown = client.get(path, headers=auth).json()
    assert shown["custom"]["CPF"] == "***.***.***-25"
    body = {"custom": {**shown["custom"], "Convênio": "Outro"}}
    answer = client.patch(path, body, content_type="application/json", headers=auth)
    assert answer.status_code == 200
    contact.refresh_from_db()
    assert contact.custom == {"CPF": CPF, "Convênio": "Outro", "filhos": 2}


def test_a_masked_phone_is_no_phone_to_save(contact, beto):
    token, _row = token_issue(user=beto.user)
    answer = client_of(beto, "atendimento/").patch(
        f"/central-atendimento/contatos/{contact.pk}/",
        {"phone": "(41) *****-6655"},
        content_type="application/json",
        headers={"Authorization": f"Token {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "telefone_invalido")


def test_no_id_of_a_message_holds_the_number(channel, talk, contact, beto, ana):
    code = base64.b64encode(f"\x18\x0d{PHONE[1:]}\x15\x02".encode()).decode()
    first = make.inbound(channel, external_id=f"wamid.{code}", person=make.person("554188776655"))
    Message.unscoped.filter(pk=first.pk).update(
        metadata={
            "reaction": {"message_id": f"wamid.{code}"},
            "shared_phone": PHONE[1:],
            "list": [{"id": f"wamid.{code}"}],
            "title": "Sim",
        }
    )
    path = f"conversas/{talk.pk}/mensagens/"
    shown = Caller(beto).get(path).json()["results"][0]
    assert code not in json.dumps(shown)
    assert "8877665" not in json.dumps(shown)
    assert shown["external_id"].startswith("msg.")
    assert shown["metadata"]["title"] == "Sim"
    # The same id each time, and the same wherever it stands.
    assert Caller(beto).get(path).json()["results"][0] == shown
    assert shown["metadata"]["reaction"]["message_id"] == shown["external_id"]
    assert Caller(ana).get(path).json()["results"][0]["external_id"] == f"wamid.{code}"


@pytest.mark.parametrize(
    ("method", "path", "body"), [("post", "revelar/", {}), ("patch", "", {"name": "Lia"})]
)
def test_a_repeated_call_shows_no_number_once_the_minutes_are_over(
    contact, beto, method, path, body
):
    call = getattr(Caller(beto), method)
    contact_reveal(contact=contact, reader=beto)
    address = f"contatos/{contact.pk}/{path}"
    first = call(address, body, headers={"Idempotency-Key": "abc"})
    assert first.json()["phone"] == "(41) 98877-6655" or first.json()["phone"] == PHONE
    ContactView.unscoped.all().delete()
    again = call(address, body, headers={"Idempotency-Key": "abc"})
    assert again.status_code == 200
    seen = ContactView.unscoped.filter(place=ViewPlace.REVEAL).count()
    assert ("98877" in again.content.decode()) is (seen == 1)
    assert CPF not in again.content.decode() or seen == 1


@pytest.mark.parametrize("door", ["contatos", "conversas", "lista", "telefone"])
def test_whole_numbers_are_not_asked_for_without_end(talk, contact, beto, ana, monkeypatch, door):
    monkeypatch.setattr(guessing, "LIMITS", ((timedelta(hours=1), 3),))
    make.forget_cached()
    page = client_of(beto, "atendimento/")

    def ask(number: str, reader: Membership = beto) -> int:
        call = Caller(reader)
        match door:
            case "lista":
                sent = {"filtro": "todas", "q": number}
                return page.post(reverse("inbox:list"), sent).status_code
            case "telefone":
                return call.post("contatos/", {"name": "X", "phone": number}).status_code
        return call.get(f"{door}/", {"q": number}).status_code

    taken = 409 if door == "telefone" else 200
    assert [ask("(41) 98877-6655") for _ in range(3)] == [taken] * 3
    assert ask("(41) 98877-6654") == 429
    if door not in ("telefone", "lista"):
        assert ask("6655") == ask("Joana") == 200
        assert [ask("(41) 98877-6655", ana) for _ in range(5)] == [200] * 5


def test_whose_number_it_is_is_told_to_who_sees_it(contact, beto, ana):
    for reader, told in ((beto, False), (ana, True)):
        answer = Caller(reader).post("contatos/", {"name": "X", "phone": PHONE})
        assert answer.status_code == 409
        assert (str(contact.pk) in answer.content.decode()) is told
