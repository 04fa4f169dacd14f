"""Words of intention are found as a person would find them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscoring.choices import SignalKind
from leadscoring.models import ScoringState, SignalWord
from leadscoring.services.words import (
    WordInvalid,
    WordTaken,
    matcher_of,
    recount_is_due,
    word_delete,
    word_save,
    words_ensure,
)
from leadscoring.words import DEFAULTS, Matcher, fold, matcher, words_of

CLINIC = matcher(words_of((kind, fold(w)) for kind, ws in DEFAULTS.items() for w in ws))


def kinds(text: str, of: Matcher = CLINIC) -> set[str]:
    return set(of.find(text).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quanto custa o botox?", {"preco"}),
        ("QUANTO CUSTA O BOTOX", {"preco"}),
        ("Qual o PREÇO?", {"preco"}),
        ("qual o preco", {"preco"}),
        ("Queria agendar uma avaliação", {"compra", "agendamento"}),
        ("parcela em quantas vezes?", {"oferta"}),
        ("vocês atendem convênio Unimed?", {"convenio"}),
        ("é urgente, estou com dor", {"urgencia"}),
        ("não tenho interesse", {"desistencia"}),
        ("Não quero à tarde", {"neutro"}),
        ("não   quero\nmais", {"desistencia"}),
        ("bom dia", set()),
        ("", set()),
    ],
)
def test_ordinary_sentences(text: str, expected: set[str]):
    assert kinds(text) == expected


@pytest.mark.parametrize("text", ["desvalorizar", "apreço", "pixel", "agendar2", "planos_x"])
def test_a_word_inside_another_is_none(text: str):
    assert kinds(text) == set()


@pytest.mark.parametrize("mark", list("?!.,;:()\"'…/-"))
def test_marks_end_a_word(mark: str):
    assert kinds(f"{mark}preço{mark}") == {"preco"}


def test_a_star_takes_any_ending():
    own = matcher((("agendamento", "remarc*"),))
    assert own.find("Posso REMARCAÇÃO? remarcar") == {"remarc*": "agendamento"}
    assert kinds("xremarcar", own) == set()


@given(st.text())
def test_any_text_is_read(text: str):
    assert set(CLINIC.find(text)) <= {fold(w) for ws in DEFAULTS.values() for w in ws}


def test_a_company_begins_with_the_default_words(clinic, rival):
    words_ensure(clinic.pk)
    words_ensure(clinic.pk)
    assert SignalWord.unscoped.for_company(clinic).count() == sum(map(len, DEFAULTS.values()))
    assert not SignalWord.unscoped.for_company(rival).exists()


def test_a_companys_own_word_counts_for_it_alone(clinic, rival):
    word_save(company_id=clinic.pk, kind=SignalKind.PRICE, text="Quanto é a toxina")
    assert kinds("quanto é a TOXINA?", matcher_of(clinic.pk)) == {"preco"}
    assert kinds("toxina", matcher_of(rival.pk)) == set()


def test_a_word_switched_off_is_not_looked_for(clinic):
    words_ensure(clinic.pk)
    row = SignalWord.unscoped.get(company=clinic, folded="valor")
    word_save(company_id=clinic.pk, word=row, kind=row.kind, text=row.text, is_active=False)
    assert kinds("valor", matcher_of(clinic.pk)) == set()


@pytest.mark.parametrize("text", ["", "a", "*", "a*", "*preço", "pre*ço", "<b>", "  "])
def test_a_word_that_finds_nothing_or_all_is_refused(clinic, text: str):
    with pytest.raises(WordInvalid):
        word_save(company_id=clinic.pk, kind=SignalKind.PRICE, text=text)


def test_the_same_word_twice_is_refused(clinic):
    word_save(company_id=clinic.pk, kind=SignalKind.PRICE, text="Preço")
    with pytest.raises(WordTaken):
        word_save(company_id=clinic.pk, kind=SignalKind.OFFER, text="PRECO")


def test_a_change_of_words_calls_for_a_recount(clinic):
    assert not recount_is_due(clinic.pk)
    row = word_save(company_id=clinic.pk, kind=SignalKind.PRICE, text="Preço")
    assert recount_is_due(clinic.pk)
    ScoringState.unscoped.update(recounted_at=row.updated_at, words_changed_at=row.updated_at)
    assert not recount_is_due(clinic.pk)
    word_delete(word=row)
    assert ScoringState.unscoped.get().words_changed_at is not None
