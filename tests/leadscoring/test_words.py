"""Words of intention are found as a person would find them."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscoring.choices import SignalKind
from leadscoring.leaning import examples, lean
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


# --- the reach of a "não" -------------------------------------------------------------------------

LISTS = Path(__file__).parent.parent / "fixtures" / "words"
WISHES = {"preco", "agendamento", "oferta", "compra", "convenio", "urgencia"}


def listed(name: str) -> list[str]:
    """Return sentences as patients type them, one a line."""
    return (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def test_of_hundreds_of_refusals_and_wishes_few_are_taken_wrongly():
    refusals, wishes = listed("refusals"), listed("wishes")
    assert len(set(refusals)) >= 300 and len(set(wishes)) >= 300
    taken = [text for text in refusals if kinds(text) & WISHES]
    missed = [text for text in wishes if not kinds(text) & WISHES]
    assert len(taken) <= len(refusals) * 0.03, taken
    assert len(missed) <= len(wishes) * 0.03, missed


def test_the_written_examples_are_read_as_they_were_meant():
    refusals, wishes, others = map(examples, ("refusals", "wishes", "others"))
    assert min(map(len, (refusals, wishes, others))) >= 300
    taken = [text for text in refusals if kinds(text) & WISHES]
    missed = [text for text in wishes if not kinds(text) & WISHES]
    invented = [text for text in others if kinds(text) & WISHES]
    assert len(taken) <= len(refusals) * 0.03, taken
    assert len(missed) <= len(wishes) * 0.03, missed
    assert len(invented) <= len(others) * 0.03, invented


# Of each kind a few: put off, too dear, taken elsewhere, vetoed, taken back, told, mistyped.
@pytest.mark.parametrize(
    "text",
    [
        *("queria marcar, mas vou deixar pra depois", "quem sabe ano que vem eu faço a avaliação"),
        *("gostaria de marcar só que tô sem grana", "levei um susto com o orçamento"),
        *("arrumei um horário com outra dermato", "meu marido não concordou com o preço"),
        *("só tava olhando os preços", "obrigada pelo orçamento", "quero cancelar e não remarcar"),
        *("quanto custa? nossa, desisto", "de forma alguma quero esse procedimento"),
        *("naum tenho interece na avaliasao", "não quero que me passem valores"),
    ],
)
def test_who_declines_in_other_words_wishes_nothing(text: str):
    assert not kinds(text) & WISHES


@pytest.mark.parametrize(
    "text",
    [
        *("não quero mais adiar, vamos marcar", "não cancela meu horário não", "bora fechar"),
        *("tá caro mas vou fazer, pode marcar", "meu marido não concordou, mas quero fazer"),
        *("qual o presso da limpesa", "tenho interece na promossao", "não é caro não, quero"),
        *("cancela a de hoje e marca pra semana que vem", "por que não marcamos?"),
    ],
)
def test_a_wish_with_a_no_in_it_stands(text: str):
    assert kinds(text) & WISHES


@pytest.mark.parametrize(
    "text",
    ["quero falar com a doutora", "preciso do atestado", "queria o resultado do meu exame"],
)
def test_an_errand_is_no_wish_to_buy(text: str):
    assert not kinds(text) & WISHES


def test_a_text_leans_by_its_words_and_only_where_it_is_long_enough():
    assert lean("fiquei de ver isso depois com calma em casa") < 0
    assert lean("sera que consigo um horario com ela amanha?") > 0
    assert lean("desisto") == lean("quero marcar " * 100) == 0


# The reports' own.
@pytest.mark.parametrize(
    "text",
    [
        *("Não tenho mais interesse", "Olá, não quero agendar nada, obrigada"),
        *("n quero mais nada de vcs", "Quero cancelar minha consulta", "ñ quero agendar"),
        *("não tenho nenhum interesse", "não estou mais interessada", "gostaria de reclamar"),
        *("não preciso de orçamento", "não aceito pix", "não é urgente", "sem urgência"),
        *("não tenho convênio", "não vou querer", "tá caro"),
        *("nunca mais quero marcar com vocês", "jamais quero marcar aí"),
    ],
)
def test_a_refusal_is_no_wish(text: str):
    assert not kinds(text) & WISHES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qto custa", {"preco"}),
        ("qnt fica", {"preco"}),
        ("não vou querer", {"desistencia"}),
        ("tá caro", {"desistencia"}),
        ("vou querer", {"compra"}),
        ("não tem desconto?", {"oferta"}),
        ("não consigo agendar pelo site", {"agendamento"}),
        ("não quero perder a promoção", {"oferta"}),
        ("não tenho convênio, quanto custa?", {"preco"}),
        ("não achei caro, quero fechar", {"compra"}),
        ("tá caro, tem desconto?", {"desistencia", "oferta"}),
    ],
)
def test_a_no_reaches_so_far_and_no_further(text: str, expected: set[str]):
    assert {kind for kind in kinds(text) if kind != "neutro"} == expected


def test_a_companys_own_words_stand_in_its_reach_too():
    own = matcher((("compra", "harmonizacao"),))
    assert kinds("quero harmonização", own) == {"compra"}
    assert kinds("não quero harmonização", own) == set()


@pytest.mark.parametrize(
    "token", ["nao quero ", "n ", "quero, ", "sem ", "valor muito ", "vou em outra ", "agendar "]
)
def test_reading_is_linear(token: str):
    # What the collector and other processes do now and then is no matter of the text.
    gc.disable()

    def seconds(times: int) -> float:
        took = []
        for _ in range(5):
            began = time.process_time()
            CLINIC.find(token * times)
            took.append(time.process_time() - began)
        return min(took)

    # Eight times the text; a square would take sixty-four times as long.
    try:
        assert seconds(400) < 32 * max(seconds(50), 0.00005)
    finally:
        gc.enable()
