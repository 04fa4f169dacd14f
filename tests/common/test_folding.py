"""One way to compare words: what the database folds, Python folds alike, and marks."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from common.folding import folded, marked, words_of

# Latin with and without accents, signs of the search's own, other widths, invisible letters.
LETTERS = st.text(
    st.one_of(
        st.sampled_from("aáàâãäçéêíñóôõöúüÇÃÉ ß%_\\-./@()\n\t\u00a0\u0301\u0303\u200bﬁｊ①½ªº²…"),
        st.sampled_from("'’´`"),
        st.characters(min_codepoint=1, max_codepoint=0x24F, exclude_categories=("Cs",)),
        st.characters(min_codepoint=0x391, max_codepoint=0x44F, categories=("Ll", "Lu")),
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E),
    ),
    max_size=40,
)


def stored(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT central_fold(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(LETTERS)
@example("D'Ávila  SÃO-João_ｊ\n")
@example("100%_certa\\")
def test_database_and_python_fold_alike_and_leave_no_sign_of_like(text):
    inside = stored(text)
    assert inside == f" {folded(text)}"
    assert not set(inside) & set("%_\\'`\n")
    for form in ("NFC", "NFD"):
        assert stored(unicodedata.normalize(form, text)) == stored(text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Ícaro Conceição", "icaro conceicao"),
        ("JOANA D'ÁVILA", "joana davila"),
        ("d´avila d’avila", "davila davila"),
        ("guia.pdf", "guia pdf"),
        ("Weiß Łukasz Ærø", "weiss lukasz aero"),
        ("ＪＯＡＮＡ　ＤＡＶＩＬＡ", "joana davila"),
        ("  a\u200bb  ", "ab"),
    ],
)
def test_what_people_write_is_folded(written, plain):
    assert folded(written) == plain


def test_words_are_split_the_longest_first_and_signs_are_none():
    assert [word.written for word in words_of("de  conceição % - maria")] == [
        "conceição",
        "maria",
        "de",
    ]
    assert words_of("%_ \x00 😀") == ()
    assert [word.is_short for word in words_of("ana rx 1-2")] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("Preciso remarcar a sessão de depilação", "depilacao sessao", ["sessão", "depilação"]),
        ("Joana D'Ávila", "davila", ["D'Ávila"]),
        (unicodedata.normalize("NFD", "São Paulo"), "sao", [unicodedata.normalize("NFD", "São")]),
        ("guia.pdf", "GUIA", ["guia"]),
        ("raio-x e rx", "rx", ["rx"]),
        ("nada aqui", "zzz", []),
    ],
)
def test_what_was_found_is_marked_as_it_is_written(text, asked, found):
    parts = marked(text, words_of(asked))
    assert "".join(part for part, _ in parts) == text
    assert [part for part, is_marked in parts if is_marked] == found


@given(LETTERS, LETTERS)
def test_marking_changes_no_letter(text, asked):
    assert "".join(part for part, _ in marked(text, words_of(asked))) == text


def test_a_long_text_is_cut_around_what_was_found():
    text = "palavra " * 60 + "depilação" + " palavra" * 60
    parts = marked(text, words_of("depilacao"), size=120)
    assert ("depilação", True) in parts
    assert parts[0] == parts[-1] == ("…", False)
    assert len("".join(part for part, _ in parts)) <= 122
