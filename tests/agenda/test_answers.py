"""What people type about an appointment, and what is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenda.answers import key_of, key_read, understand, understand_label, understand_reaction
from agenda.choices import AnswerMeaning

PHRASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "fixtures/agenda/answers.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


def test_there_are_enough_phrases_of_every_meaning() -> None:
    assert len(PHRASES) >= 150
    assert {meaning for meaning, _text in PHRASES} == set(AnswerMeaning.values)


def test_nothing_is_taken_for_a_confirmation_that_is_none() -> None:
    wrong = [
        text
        for meaning, text in PHRASES
        if meaning != AnswerMeaning.CONFIRMS and understand(text).meaning == AnswerMeaning.CONFIRMS
    ]
    assert wrong == []


def test_at_most_three_in_a_hundred_are_not_understood() -> None:
    missed = [
        (text, meaning, understand(text))
        for meaning, text in PHRASES
        if understand(text).meaning != meaning
    ]
    assert len(missed) <= len(PHRASES) * 0.03, missed


@pytest.mark.parametrize(
    ("emoji", "meaning"),
    [
        ("👍", AnswerMeaning.CONFIRMS),
        ("👍🏿", AnswerMeaning.CONFIRMS),
        ("❤️", AnswerMeaning.CONFIRMS),
        ("👎", AnswerMeaning.CANNOT),
        ("😂", AnswerMeaning.SILENT),
        ("🙏", AnswerMeaning.UNSURE),
        ("", AnswerMeaning.SILENT),
    ],
)
def test_an_emoji_on_a_reminder(emoji: str, meaning: str) -> None:
    assert understand_reaction(emoji).meaning == meaning


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Confirmar", AnswerMeaning.CONFIRMS),
        ("Sim, confirmo", AnswerMeaning.CONFIRMS),
        ("Quero remarcar", AnswerMeaning.MOVES),
        ("Cancelar", AnswerMeaning.CANNOT),
        ("Não vou", AnswerMeaning.CANNOT),
        ("Como chegar", AnswerMeaning.SILENT),
    ],
)
def test_a_button_means_what_stands_on_it(label: str, meaning: str) -> None:
    assert understand_label(label) == meaning


def test_a_key_gives_back_its_appointment_and_meaning() -> None:
    pk = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert key_read(key_of(pk, AnswerMeaning.MOVES)) == (pk, AnswerMeaning.MOVES)
    assert key_read(f"agenda:{pk}:outra") is None
    assert key_read("descadastro:sim") is None
