"""Places in a message: what is known, what stands in, and what cannot be sent."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.filling import (
    Filling,
    Known,
    PlacesRefused,
    places_check,
    text_check,
    variables_check,
)
from campaigns.services.lists import pasted
from common.errors import DomainError

LIA = Known("Lia Prado", "lia@exemplo.example", {"Convênio": "Vida", "idade": 30}, {"dia": "terça"})


@pytest.mark.parametrize(
    ("text", "person", "filled"),
    [
        ("Olá {primeiro_nome}", LIA, "Olá Lia"),
        ("{nome}, {dia}", LIA, "Lia Prado, terça"),
        ("{convênio} {IDADE}", LIA, "Vida 30"),
        ("{primeiro_nome|paciente}", Known(), "paciente"),
        ("{primeiro_nome}", Known(), None),
        ("{{literal}}", LIA, "{literal}"),
        ("sem lugares", Known(), "sem lugares"),
        ("{nome}", Known(name=" Lia\n\tPrado  Sá "), "Lia Prado Sá"),
    ],
)
def test_places_are_filled_with_what_is_known(text: str, person: Known, filled: str | None) -> None:
    values = Filling({"1": text}).fill(person)
    assert (values and values["1"]) == filled


@pytest.mark.parametrize("text", ["um\ndois", "um\tdois", "um     dois", "{aberto", "fecha}"])
def test_what_meta_refuses_is_refused_when_it_is_written(text: str) -> None:
    with pytest.raises(PlacesRefused) as refused:
        variables_check({"1": text})
    assert list(refused.value.fields) == ["variables.1"]


@pytest.mark.parametrize(
    "text",
    ["{{nome}}", "{{1}}", "{{ contact.name }}", "[nome]", "[NOME DO PACIENTE]", "%FNAME%",
     "[Data da consulta]", "%nome%", "%%first_name%%", "<nome>", "<<Nome do cliente>>", "%s",
     "*|FNAME|*", "${nome}", "#{nome}", "$nome", "#nome#", "__nome__", "@nome", ":nome", "[1]",
     "{% nome %}", "«nome»", "((nome))", "[inserir horário]", "[médico]", "(nome)",
     "[insira o nome]", "(Nome do paciente)", "[preencher data]"],
)  # fmt: skip
def test_another_tools_places_never_reach_a_patient(text: str) -> None:
    with pytest.raises(PlacesRefused) as refused:
        variables_check({"1": f"Oi, {text}!"})
    assert list(refused.value.fields) == ["variables.1"]
    with pytest.raises(PlacesRefused):
        text_check(f"Oi, {text}!")


@pytest.mark.parametrize(
    "text",
    ["Oi, {primeiro_nome|paciente}!", "{nome}", "R$ 100,00", "50% de desconto e 10% no pix",
     "100%", "5 < 7 e 8 > 3", "<3", "(terça)", "[Rosto]", "siga @clinica.exemplo", "dia 10: nome",
     "https://exemplo.example/?a=1&b=%20c", "R$50 #verao", "das 9:00 às 10:00", "A&B", "[OFERTA]"],
)  # fmt: skip
def test_what_people_write_is_no_place(text: str) -> None:
    assert variables_check({"1": text}) == {"1": text}
    assert text_check(text) == text


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Lia Prado", "Lia"), ("Dra. Helena Prado", "Helena"), ("Dr Rui", "Rui"),
        ("Dr.Rui Luz", "Rui"), ("🌸 Flor", "Flor"), ("Ana🌸", "Ana"), (".", ""), ("", ""),
        ("41997170008", ""), ("+55 41 99717-0008", ""), (" Lia", "Lia"), ("Lia\tPrado", "Lia"),
        ("~Bia~", "Bia"),
        ("MARIA EDUARDA", "MARIA"), ("Petterson", "Petterson"), ("J. Silva", "Silva"),
        ("Sra. Dona Eva", "Eva"), ("Mãe do Davi", ""), ("D'Ávila Luz", "D'Ávila"),
        ("Ana-Clara", "Ana-Clara"), ("ana_paula", "ana"), ("𝓐𝓷𝓪", "Ana"), ("👩‍⚕️", ""),
        ("Paciente 12", ""), ("2ª via Ana", "via"), ("José", "José"),
    ],
)  # fmt: skip
def test_people_are_greeted_by_a_name_or_by_the_stand_in(name: str, first: str) -> None:
    values = Filling({"1": "Oi, {primeiro_nome|tudo bem}!"}).fill(Known(name=name))
    assert values == {"1": f"Oi, {first or 'tudo bem'}!"}


def test_a_place_nobody_knows_is_named() -> None:
    with pytest.raises(PlacesRefused, match="sobrenome"):
        places_check(["nome", "sobrenome"], ["idade"])
    places_check(["NOME", "Idade"], ["idade"])


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=40), max_size=3), st.text(max_size=20))
def test_whatever_is_written_is_filled_or_refused(variables: dict[str, str], name: str) -> None:
    try:
        checked = variables_check(variables)
    except PlacesRefused:
        return
    filled = Filling(checked).fill(Known(name=name))
    assert filled is None or all("\n" not in text for text in filled.values())


def test_lists_are_read_as_people_paste_them() -> None:
    (one,) = pasted("41 99888-7777")
    assert (one.line, one.raw, one.given) == (1, "41 99888-7777", {})
    first, second = pasted("Nome\tTelefone\tdia\nLia\t41998887777\tterça\nCaio\t\t\n")
    assert (first.raw, first.given) == ("41998887777", {"Nome": "Lia", "dia": "terça"})
    assert (second.line, second.raw) == (3, "")
    assert [line.raw for line in pasted("telefone;nome\n1;a\n2;b")] == ["1", "2"]
    with pytest.raises(DomainError):
        pasted(" \n\n")


@given(st.text(max_size=200))
@example("0" * 65)
def test_no_list_breaks_the_reader(text: str) -> None:
    try:
        lines = pasted(text)
    except DomainError:
        return
    # Whole here: a second number may stand far behind; what is kept of it is cut when it is stored.
    assert all(len(line.raw) <= len(text) for line in lines)
    assert [line.line for line in lines] == sorted({line.line for line in lines})
