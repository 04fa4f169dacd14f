"""Places in a message: what is known, what stands in, and what cannot be sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.filling import Filling, Known, PlacesRefused, places_check, variables_check
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
def test_no_list_breaks_the_reader(text: str) -> None:
    try:
        lines = pasted(text)
    except DomainError:
        return
    assert all(len(line.raw) <= 64 for line in lines)
