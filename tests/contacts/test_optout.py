"""Words by which patients ask to be left alone, and sentences that only sound like it."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.optout import STOPS, Doubt, Wish, form_heard, hear, tap_heard, wish_of

LISTS = Path(__file__).parent.parent / "fixtures" / "words"


def listed(name: str) -> list[str]:
    """Return a list's lines, one text each, with escapes for what cannot be seen."""
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    escaped = (line.replace('"', '\\"') for line in lines if line)
    return [str(json.loads(f'"{line}"')) for line in escaped]


WORDS = [
    *("SAIR", "PARAR", "PARE", "CANCELAR", "STOP", "DESCADASTRAR", "REMOVER", "Quero sair"),
    *("Sair da lista", "Não quero mais receber", "não quero receber mensagens", "opt-out"),
    *("Cancelar inscrição", "parar promoções", "Não mande mais mensagens", "unsubscribe"),
]
FORMS = [
    *("{}", "{}!", "{}.", " {} ", "{}!!!", "*{}*", "{} 🙏", '"{}"', "{}\n", "...{}", "{} ❌"),
    *("{}, por favor", "Oi, {}", "Bom dia! {}", "{} obrigada", "por favor {}"),
]


def forms_of(word: str) -> list[str]:
    return [
        form.format(shape(word))
        for form, shape in itertools.product(FORMS, (str, str.lower, str.upper, str.title))
    ]


# More than three hundred ways of saying it.
@pytest.mark.parametrize("word", WORDS)
def test_a_message_that_is_only_such_a_word_acts(word):
    assert [text for text in forms_of(word) if wish_of(text) != Wish.STOP] == []


@pytest.mark.parametrize(
    "text",
    [
        "quero sair da lista de vocês",
        "Por favor me tirem dessa lista, já pedi antes",
        "vocês podem parar de mandar mensagens?",
        "como faço para cancelar o recebimento de promoções",
        "não quero mais receber essas propagandas de vocês",
        "remove meu número dessa lista aí",
        "gostaria de me descadastrar, como faço?",
        "Não me mandem mais nada",
        "não me enviem mais isso",
        "chega de propaganda por favor gente",
        "pode excluir meu cadastro?",
        "Tira meu contato da lista de transmissão",
    ],
)
def test_the_same_inside_a_sentence_is_asked_back(text):
    assert wish_of(text) == Wish.ASK


@pytest.mark.parametrize("text", ["VOLTAR", "Quero receber!", "voltar a receber", "start"])
def test_who_wants_them_again_says_so(text):
    assert wish_of(text) == Wish.RESUME


TRICKY = [
    "posso sair da clínica sozinha?",
    "Preciso parar o remédio antes do exame?",
    "Quero cancelar minha consulta de amanhã",
    "cancelar o agendamento por favor",
    "vou parar no posto e já chego",
    "Que horas o doutor costuma sair?",
    "Para quando tem horário?",
    "para de doer depois de quantos dias?",
    "quero sair da lista de espera",
    "não quero receber anestesia geral",
    "Não recebi a mensagem de confirmação",
    "me manda a lista de exames",
    "posso remover o curativo hoje?",
    "como tirar uma dúvida sobre a promoção do botox?",
    "ainda está valendo a promoção?",
    "o sangramento não para",
    "Recebi a mensagem de vocês, confirmo a consulta",
    "cancelar consulta",
    "quero parar de fumar",
    "não quero mais ter dor",
    "pode mandar mensagem mais tarde",
    "voltar para o retorno quando?",
    "stop motion é o nome do curso da minha filha",
    "sai o resultado hoje?",
    "Quero receber o orçamento",
]


@pytest.mark.parametrize("text", TRICKY)
def test_a_sentence_about_something_else_is_left_alone(text):
    assert wish_of(text) == Wish.NONE


WHO = ("Eu", "Minha mãe", "Meu filho", "A paciente Ana", "Meu marido")
DOES = (
    *("quer sair mais cedo da consulta", "precisa parar a medicação", "pode cancelar o exame"),
    *("não recebeu o resultado", "vai voltar na quinta", "quer remarcar o retorno"),
    *("esqueceu a lista de remédios", "pode tirar os pontos hoje", "quer saber da promoção"),
    *("vai receber alta quando", "mandou os exames por e-mail", "quer excluir um procedimento"),
    *("tem medo de parar de respirar", "precisa remover um sinal", "pode parar na recepção"),
    *("quer cancelar só a cirurgia", "vai sair do trabalho às cinco", "recebeu a receita errada"),
    *("não quer mais dor", "chegou cedo demais"),
)
THEN = (
    *("?", ", tudo bem?", " e queria saber o preço", ", pode ser?", " amanhã às 15h"),
    *(". Obrigada!", ", me avise por favor", " ainda hoje", ", o que faço?", " com a doutora"),
)
ORDINARY = [a + " " + b + c for a, b, c in itertools.product(WHO, DOES, THEN)]


def test_of_a_thousand_ordinary_sentences_nearly_none_is_taken_wrongly():
    wrong = [text for text in ORDINARY if wish_of(text) != Wish.NONE]
    assert len(ORDINARY) == 1000
    # None of them acts; at most one in a hundred asks back in vain.
    assert [text for text in wrong if wish_of(text) != Wish.ASK] == []
    assert len(wrong) <= 10, wrong


@given(st.text(max_size=400))
def test_any_text_at_all_is_read_without_an_error(text):
    assert wish_of(text) in Wish


@given(st.sampled_from(sorted(STOPS)), st.text(".,!?*-_ \n", max_size=4))
def test_punctuation_changes_nothing_and_another_word_everything(word, noise):
    assert wish_of(f"{noise}{word}{noise}") == Wish.STOP
    assert wish_of(f"{word} minha consulta") != Wish.STOP


# --- as people type it ----------------------------------------------------------------------------


def test_every_way_of_saying_it_is_heard():
    forms = listed("stop")
    assert len(forms) >= 150
    assert [text for text in forms if wish_of(text) != Wish.STOP] == []
    # Whatever stands around them.
    around = (
        "{}\nEnviado do meu iPhone",
        "Bom dia, {}",
        "{} 🙏🙏",
        "> Oferta\n{}",
        "{}, obrigado!",
    )
    plain = [text for text in forms if not text.startswith(">")]
    many = [form.format(text) for text, form in itertools.product(plain, around)]
    assert [text for text in many if wish_of(text) != Wish.STOP] == []


def test_what_may_be_a_wish_is_asked_back():
    assert [text for text in listed("ask") if wish_of(text) != Wish.ASK] == []


def test_no_way_of_asking_to_be_left_alone_is_passed_over():
    texts = listed("leave")
    assert len(texts) >= 300
    missed = [text for text in texts if wish_of(text) not in (Wish.STOP, Wish.ASK)]
    assert len(missed) <= len(texts) * 0.02, missed


def test_no_sentence_about_care_is_heard():
    texts = listed("care")
    assert len(texts) >= 150
    assert [(text, str(wish_of(text))) for text in texts if wish_of(text)] == []


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        *(("Cancelar", Doubt.MUCH), ("remover!", Doubt.MUCH), ("me exclui", Doubt.MUCH)),
        *(("PARAR", Doubt.LITTLE), ("sair da lista", Doubt.LITTLE), ("SAÍR", Doubt.NONE)),
        *(("stop", Doubt.NONE), ("não quero receber", Doubt.NONE), ("descadastrar", Doubt.NONE)),
    ],
)
def test_a_word_that_fits_an_appointment_says_so(text, doubt):
    assert (hear(text).wish, hear(text).doubt) == (Wish.STOP, doubt)


def test_who_wants_to_be_forgotten_is_read_by_somebody():
    assert hear("apaga meu contato").needs_person
    assert not hear("sair").needs_person


@pytest.mark.parametrize("text", ["pode me tirar da lista", "pode apagar meu contato?"])
def test_a_request_in_other_words_is_asked_back(text):
    assert wish_of(text) == Wish.ASK


def test_a_label_is_chosen_so_a_sentence_on_it_acts():
    assert tap_heard(title="Não quero mais receber essas mensagens").wish == Wish.STOP
    assert tap_heard(title="Excluir meu cadastro").wish == Wish.ASK
    assert tap_heard(title="Voltar").wish == Wish.NONE
    assert tap_heard(title="Voltar a receber").wish == Wish.RESUME


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(JSON)
def test_any_answers_of_a_form_are_read_without_an_error(answers):
    assert form_heard(answers).wish in Wish


@pytest.mark.parametrize("token", ["cancelar", "de", "mais", "nao quero", "parar de", "sai a"])
def test_long_texts_cost_little(token):
    began = time.perf_counter()
    for text in (f"cancelar {token} " * 12, f"nao quero {token} " * 12, f"{token} " * 40):
        wish_of(text)
    assert time.perf_counter() - began < 0.2
