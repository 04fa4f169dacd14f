"""What is new in an answer, as Brazilian mail programs write it and as others do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.email.fold import fold
from providers.email.html_text import text_of, without_quotes

CASES = json.loads(
    Path(__file__).parents[2].joinpath("fixtures/email/pt_reply_cases.json").read_text()
)
OTHERS = {
    "Ok.\n\nAm 26.11.2026 um 10:32 schrieb Praxis <a@b.example>:\n> Termin?": "Ok.",
    "Oui\n\nLe jeu. 26 nov. 2026 à 10:32, Clinique <a@b.example> a écrit :\n> Bonjour": "Oui",
    "Sí\n\nEl jue, 26 nov 2026 a las 10:32, Clínica (<a@b.example>) escribió:\n> Hola": "Sí",
    "Yes\n\n-----Original Message-----\nFrom: a@b.example\nSubject: Oi\n\nText": "Yes",
    "Sim\n\nClínica <a@b.example> escreveu (quinta, 26/11/2026 à(s) 10:32):\n> Oi": "Sim",
    "De: 10/09\nPara: 15/09\nPode aprovar?": "De: 10/09\nPara: 15/09\nPode aprovar?",
    "Olha\n\n---------- Forwarded message ---------\nFrom: x@y.example\nSubject: Z\n\nTexto": (
        "Olha\n\n---------- Forwarded message ---------\nFrom: x@y.example\nSubject: Z\n\nTexto"
    ),
    "> só citação": "> só citação",
}


def lines(text: str, without: str) -> list[str]:
    left_out = {line.strip() for line in without.split("\n")}
    said = (line.strip() for line in text.split("\n"))
    return [line for line in said if line and line not in left_out]


def test_portuguese_answers_are_folded_exactly() -> None:
    wrong = [
        case["id"]
        for case in CASES
        if lines(fold(case["text"]), case["may_keep"]) != lines(case["new"], case["may_keep"])
    ]
    assert len(wrong) <= len(CASES) // 20, wrong


@pytest.mark.parametrize(("text", "new"), OTHERS.items())
def test_others_too(text, new) -> None:
    assert fold(text) == new


@given(st.text(max_size=200))
def test_a_mail_with_words_is_never_shown_empty(text) -> None:
    visible = text.translate({ord(c): None for c in "\ufeff\u200b\u200e\xa0"})
    assert bool(fold(text)) == bool(visible.strip()) or not text.isprintable()


def test_marks_of_programs_are_folded_in_html() -> None:
    html = (
        "<div>Sim<br>Unimed</div><div class='gmail_quote'><div class='gmail_attr'>Em tal dia:</div>"
        "<blockquote class='gmail_quote'>Confirma?</blockquote></div>"
    )
    left = without_quotes(html)
    assert left is not None and fold(text_of(left)) == "Sim\nUnimed"
    assert without_quotes("<p>Sem marcas</p>") is None


@pytest.mark.parametrize("program", ["gmail", "hotmail", "iphone", "outlook"])
def test_answers_of_others_programs(program, read_mail, third_party) -> None:
    (fact,) = read_mail(third_party(f"email-reply-{program}-talon.eml"))
    assert fact.text == "Hello" and len(fact.mail.text) > 20


def test_lists_and_lines_of_html_stay_apart() -> None:
    html = (
        "<p>Preciso de:</p><ul><li>hemograma</li><li>glicemia</li></ul>"
        "Rua das Flores<br>Centro<ol><li>hoje</li><li>amanhã</li></ol>"
    )
    lines = [line.strip(" *-0123456789.") for line in text_of(html).splitlines() if line.strip()]
    assert lines == [
        "Preciso de:",
        "hemograma",
        "glicemia",
        "Rua das Flores",
        "Centro",
        "hoje",
        "amanhã",
    ]
