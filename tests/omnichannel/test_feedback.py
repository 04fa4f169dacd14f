"""What people type when they were asked how it was, and what must reach a person instead."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnichannel.feedback import Feedback, feedback_of

GRADES = {
    5: [
        *("5", "5!", "nota 5", "Nota 10, muito obrigada!", "⭐⭐⭐⭐⭐", "cinco", "10", "10/10"),
        *("5/5", "nota 1000", "5 estrelas", "5 ⭐", "Nota dez!!!", "dou nota 10", "9,5", "5 👏👏"),
        *("🌟🌟🌟🌟🌟", "cinco estrelas, adorei", "5 obrigada", "minha nota é 10", "5 (cinco)"),
        "10 pela atenção",
    ],
    4: ["4", "★★★★☆", "8", "nota 8", "quatro estrelas", "7 de 10", "4/5"],
    3: ["3", "⭐⭐⭐", "6", "nota três", "3 de 5"],
    1: ["1", "0", "nota zero", "um", "⭐", "1 estrela"],
}
THANKS = [
    *("Obrigado!", "obrigada", "Muito obrigada pela atenção", "obg", "Valeu!", "vlw", "🙏", "❤️👏"),
    *("ok", "Ok, obrigado", "não, obrigada", "Só isso, obrigada", "Deus abençoe vocês", "amém 🙏"),
    *("Boa noite, obrigada", "igualmente, bom fim de semana!", "gratidão", "brigadão", "mt obg"),
    *("obrigada por tudo", "Agradeço muito", "👍", "kkk obrigada", "certo, obrigada", "Perfeito"),
]
COMMENTS = [
    *(
        "Obrigada, foi ótimo!",
        "Muito bom o atendimento",
        "Atendimento nota 10",
        "Parabéns à equipe",
    ),
    *("Gostei muito da doutora", "A Ana foi muito atenciosa", "Não tenho do que reclamar, ótimo"),
    *("Péssimo atendimento", "demorou muito", "Fui muito bem atendida pela Carla", "Recomendo!"),
    *("Excelente, tirou todas as minhas dúvidas", "Super educadas e rápidas"),
    *("A recepcionista foi grosseira", "Quero agradecer a Dra. Paula, excelente profissional"),
]
PEOPLE = [
    *("5 horas está bom?", "não consegui o exame, obrigado", "oi", "bom dia", "Bom dia, tudo bem"),
    *("5 da tarde", "dia 5", "às 10", "10 horas", "quero remarcar, obrigada", "5 comprimidos"),
    *("Obrigada! Que horas abre amanhã?", "Obrigado, mas ainda estou com dor", "5 mg", "3 filhos"),
    *("Esqueci minha bolsa aí", "Muito bom, mas não recebi o exame", "Obrigada, posso ir amanhã"),
    *("2 pessoas", "Preciso de ajuda", "o remédio fez mal", "não entendi", "me liga", "10 reais"),
    *("obrigado, aguardo o boleto", "ninguém me atendeu", "Nota 10, mas cadê meu exame", "sim"),
    *("não", "vou amanhã, obrigada", "amanhã às 5", "obrigada, vou esperar o resultado"),
    *("doutora, estou sangrando", "boa tarde gostaria de marcar", "41998887777", "12345", "5511"),
    *("ok, pode marcar", "Nota fiscal", "quarta", "certo, pode confirmar", "1 hora de atraso"),
    *("Obrigada. Minha mãe caiu", "bem, tenho uma dúvida", "Bom dia, meu filho está mal"),
    *("meu filho passou mal", "não estou bem", "ficou mal feito", "a receita está ruim de ler"),
    *("nao gostei do resultado, quero refazer", "até quarta, obrigada", "fui atendida errado"),
    *("estou esperando atendimento", "O ponto abriu", "perfeito, segunda às 9", "um minuto"),
    *(
        "ótimo, e o valor?",
        "gostei, quero marcar de novo",
        "5 dias sem melhora",
        "SAIR",
        "cancelar",
    ),
    *("top, manda o endereço", "amei a clínica, quanto custa o botox", "2 vezes no cartão"),
    *("excelente, mas meu convênio não cobriu", "obrigada, chegou o boleto errado", "uma dúvida"),
]


@pytest.mark.parametrize(("grade", "texts"), GRADES.items())
def test_a_grade_is_read_however_it_is_typed(grade, texts):
    read = [(text, feedback_of(text)) for text in texts]
    assert [text for text, said in read if said is None or said.grade != grade] == []


def test_thanks_and_comments_are_answers():
    assert [text for text in THANKS if feedback_of(text) is None] == []
    read = [(text, feedback_of(text)) for text in COMMENTS]
    assert [text for text, said in read if said is None or said.comment != text] == []
    assert feedback_of("Nota dez! A Ana foi muito atenciosa") == Feedback(
        5, "Nota dez! A Ana foi muito atenciosa"
    )


def test_whatever_wants_something_reaches_a_person():
    assert [(text, feedback_of(text)) for text in PEOPLE if feedback_of(text) is not None] == []
    # Thanks around it change nothing.
    around = [f"Obrigada! {text}" for text in PEOPLE if len(text.split()) > 2]
    taken = [text for text in around if feedback_of(text) is not None and "bom dia" not in text]
    assert [text for text in taken if "Bom dia, tudo bem" not in text] == []


def test_a_quote_of_the_thanks_may_say_anything_that_wants_nothing():
    assert feedback_of("A moça da recepção", is_quote=True) == Feedback(None, "A moça da recepção")
    assert feedback_of("Não recebi o exame", is_quote=True) is None


@given(st.text(max_size=700))
def test_any_text_is_read_without_an_error(text):
    said = feedback_of(text)
    assert said is None or said.grade is None or 1 <= said.grade <= 5


@pytest.mark.parametrize("token", ["bom dia ", "5 ", "muito bom ", "nao tenho nada que ", "a "])
def test_long_texts_cost_little(token):
    began = time.perf_counter()
    feedback_of((token * 300)[:600])
    assert time.perf_counter() - began < 0.1
