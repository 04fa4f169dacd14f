"""Questions in words: how they are written, and which typed texts choose what."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.optout import plain
from providers.content import Answer, Choice, Header, InfoRequest, LinkButton, Question, Section
from providers.outgoing import ContentRefused
from providers.policy import QuestionRule
from providers.questions import asking_fit, asking_words
from providers.typed_choices import chosen
from providers.whatsapp.limits import QUESTIONS


def question(*titles: str, **more) -> Question:
    rows = tuple(Choice(f"k{place}", title) for place, title in enumerate(titles, 1))
    return Question((Section(rows),), "Como podemos ajudar?", **more)


VISIT = question("Confirmar", "Remarcar", "Não vou", "Falar com um atendente")
GRADES = Question(
    (
        Section(
            tuple(
                Choice(f"k{n}", "★" * n, word, n)
                for n, word in ((5, "Ótimo"), (4, "Bom"), (3, "Regular"))
            )
        ),
    ),
    "Como foi?",
    is_list=True,
)
AMOUNTS = question("2 sessões", "1 sessão", "3 sessões")
DAYS = question("Quarta-feira", "Segunda-feira", "Dois de maio")


@pytest.mark.parametrize(
    ("asked", "text", "key"),
    [
        *[
            (VISIT, text, "k2")
            for text in (
                "2",
                " 2 ",
                "2.",
                "2)",
                "(2)",
                "2-",
                "2️⃣",
                "02",
                "dois",
                "Dois!",
                "duas",
                "opção 2",
                "OPCAO 2",
                "Opção dois",
                "a 2",
                "o 2",
                "a opção 2",
                "nº 2",
                "número 2",
                "quero a 2",
                "Quero a opção 2",
                "prefiro o 2",
                "item 2",
                "2 por favor",
                "2, obrigada",
                "2 👍",
                "２",
                "2 - Remarcar",
                "2 remarcar",
                "remarcar",
                "REMARCAR",
                "Remarcar.",
                "quero remarcar",
                "opção 2, por favor. Obrigado",
                "2ª",
            )
        ],
        (VISIT, "nao vou", "k3"),
        (VISIT, "Não vou", "k3"),
        (VISIT, "falar com um atendente", "k4"),
        (GRADES, "5", "k5"),
        (GRADES, "otimo", "k5"),
        (GRADES, "Ótimo!", "k5"),
        (GRADES, "3", "k3"),
        (AMOUNTS, "2 sessoes", "k1"),
        (AMOUNTS, "opção 2", "k2"),
        (AMOUNTS, "2)", "k2"),
        (DAYS, "segunda-feira", "k2"),
        (DAYS, "dois de maio", "k3"),
        (DAYS, "3", "k3"),
    ],
)
def test_a_number_or_the_choices_words_choose_it(asked, text, key):
    answer = chosen(asked, text)
    assert answer is not None and (answer.key, answer.is_typed) == (key, True)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        *[
            (VISIT, text)
            for text in (
                "",
                "oi",
                "0",
                "5",
                "22",
                "2?",
                "2 ou 3",
                "1 e 2",
                "12",
                "2,5",
                "2h",
                "14:30",
                "2 confirmar",
                "não quero a 2",
                "2 não",
                "nem 2 nem 3",
                "2 ❌",
                "👎 2",
                "R$ 2",
                "confirmar ou remarcar",
                "talvez remarcar",
                "quero remarcar para as 2",
                "2x",
                "remarcar?",
                "meu filho tem 2 anos",
                "segunda",
                "um",
                "11 98811-0099",
                "2 " * 150,
            )
        ],
        # The number of one choice stands in another.
        (AMOUNTS, "2"),
        (AMOUNTS, "dois"),
        (AMOUNTS, "1"),
        (DAYS, "segunda"),
        (DAYS, "dois"),
        (question("Sim", "Sim!"), "sim"),
        (question("Opção 2", "Opção 1"), "opção 2"),
        (question("👍", "👎"), "👍"),
        (GRADES, "1"),
    ],
)
def test_in_doubt_nothing_is_chosen(asked, text):
    assert chosen(asked, text) is None


titles = st.text(min_size=1, max_size=12)
rows = st.lists(titles, min_size=1, max_size=12, unique=True).map(lambda all_: question(*all_))


@given(rows, st.text(max_size=30) | st.integers(0, 40).map(str))
def test_whatever_is_typed_chooses_one_of_the_choices_or_none(asked, text):
    answer = chosen(asked, text)
    assert answer is None or answer.key in {choice.key for choice in asked.choices}


@given(rows, st.integers(1, 40))
def test_a_typed_number_never_chooses_another_numbers_choice(asked, number):
    by_words = {c.key for c in asked.choices if str(number) in plain(c.title)}
    for text in (str(number), f"{number})", f"opção {number}"):
        answer = chosen(asked, text)
        assert answer is None or answer.key == f"k{number}" or answer.key in by_words


@given(rows)
def test_every_number_that_is_shown_is_understood_or_in_doubt(asked):
    shown = asking_words(asked)
    for number, choice in asked.numbered():
        assert f"{number}. {choice.title}" in shown
        answer = chosen(asked, f"opção {number}")
        assert answer in (None, Answer(choice.key, choice.title, is_typed=True))


def test_a_question_in_words_shows_numbers_and_how_to_answer():
    listed = replace(GRADES, header=Header("text", "Clínica"), footer="Obrigado")
    assert asking_words(listed) == (
        "Clínica\n\nComo foi?\n\n5. Ótimo\n4. Bom\n3. Regular\n\n"
        "Responda com o número da opção.\n\nObrigado"
    )
    parts = Question(
        (
            Section((Choice("a", "8h", "Dra. Lia"),), "Manhã"),
            Section((Choice("b", "14h"),), "Tarde"),
        ),
    )
    assert asking_words(parts, "Qual horário?") == (
        "Qual horário?\n\nManhã\n1. 8h – Dra. Lia\n\nTarde\n2. 14h\n\n"
        "Responda com o número da opção."
    )


def test_a_link_in_words_shows_its_address_and_a_request_only_asks():
    link = LinkButton("Ver o mapa", "https://clinica.test/mapa", "Estamos aqui:")
    assert asking_words(link) == "Estamos aqui:\n\nVer o mapa: https://clinica.test/mapa"
    assert asking_words(InfoRequest("phone"), "Qual é o seu número?") == "Qual é o seu número?"


SMALL = QuestionRule(buttons=3, button_title=20, button_key=256, body=1024)


@pytest.mark.parametrize(
    ("asked", "rule", "as_words"),
    [
        (question("Sim", "Não"), None, True),
        (question("Sim", "Não"), SMALL, False),
        (question("a", "b", "c", "d"), SMALL, True),
        (question("a" * 21), SMALL, True),
        (question("a", is_list=True, list_label="Ver"), SMALL, True),
        (LinkButton("Ver", "https://x.test", "Veja"), SMALL, True),
        (InfoRequest("phone", "Qual?"), SMALL, True),
        (question("a", "b", "c", "d"), QUESTIONS, False),
    ],
)
def test_what_does_not_fit_goes_in_words_where_the_kind_says_so(asked, rule, as_words):
    assert asking_fit(asked, rule) == replace(asked, as_words=as_words)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (question(), "interactive.buttons"),
        (question(*map(str, range(31))), "interactive.buttons"),
        (question("a", "a"), "interactive.buttons"),
        (question("a", " "), "interactive.buttons"),
        (question("a", header=Header("image", file={"id": "1"})), "interactive.header"),
        (
            Question(
                (
                    Section(
                        (Choice("a", "A", number=2), Choice("b", "B")),
                    ),
                ),
                "Qual?",
            ),
            "interactive.buttons",
        ),
    ],
)
def test_what_words_cannot_ask_either_is_refused(asked, field):
    with pytest.raises(ContentRefused) as refused:
        asking_fit(asked, None)
    assert list(refused.value.fields) == [field]
