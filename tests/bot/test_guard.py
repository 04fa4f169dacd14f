"""What a generated answer may not say."""

from __future__ import annotations

import pytest

from bot.guard import GuardCase, checks_failed, language_of

SOURCES = (
    "Quanto custa a consulta?\nA consulta particular custa R$ 350,00 ou 2x de R$ 180,00. Aceitamos"
    " Unimed e Amil. Atendemos de segunda a sexta, das 8h às 18h30, na Rua das Flores, 120."
    " Telefone (41) 3322-4455, site www.exemplo.com.br/agenda. O retorno é gratuito em até 30 dias."
    " Fechamos em 25/12. A Dra. Paula Ramos atende crianças."
)
GOOD = [
    "A consulta custa R$ 350, ou 2x de R$ 180.",
    "A consulta particular custa trezentos e cinquenta reais.",
    "Atendemos até as 18:30, na Rua das Flores, 120.",
    "O retorno é gratuito em até 30 dias.",
    "Nosso telefone é 41 3322-4455 e o site é https://www.exemplo.com.br/agenda.",
    "Dia 25 de dezembro não abrimos.",
    "A Dra. Paula Ramos atende crianças. Em emergência, ligue 192.",
    "Olá, <NOME_1>! Aceitamos a Unimed.",
]
BAD = [
    ("A consulta custa R$ 250,00.", "numero"),
    ("A consulta custa R$ 35,00.", "numero"),
    ("Custa duzentos reais.", "numero"),
    ("Atendemos até as 19h.", "numero"),
    ("Atendemos até as 18h45.", "numero"),
    ("Fechamos em 24/12.", "numero"),
    ("Ligue para 41 3322-4456.", "numero"),
    ("Veja em www.exemplo.com.br.golpe.io", "endereco"),
    ("Veja em https://outra.com/agenda", "endereco"),
    ("Escreva para a@outra.com", "endereco"),
    ("Garanto que vai dar certo.", "promessa"),
    ("Sua consulta está agendada.", "promessa"),
    ("Tome uma dipirona e descanse.", "clinico"),
    ("Isso é normal, pode ser infecção.", "clinico"),
    ("Quem atende é a Marina Lopes.", "pessoa"),
    ("[DIRECIONAR_ATENDIMENTO_HUMANO]", "marca"),
    ('{"acao": "responder"}', "marca"),
    ("Segredo interno da clínica que nunca deve ser dito a ninguém.", "instrucoes"),
    ("Aceitamos Unimed e Amil aqui.", "repetida"),
    ("The clinic is open from Monday and you can call us at the desk.", "idioma"),
    ("Aceitamos. " * 60, "comprido"),
    ("\n".join(["- Unimed"] * 6), "lista"),
    ("", "vazio"),
]


def case(text: str, **given: object) -> GuardCase:
    known: dict[str, object] = {
        "text": text,
        "sources": SOURCES,
        "cited": ["e1"],
        "given": frozenset({"e1"}),
        "rules": "Segredo interno da clínica que nunca deve ser dito a ninguém.",
        "said": ["Aceitamos Unimed e Amil aqui."],
        "newest": "quanto custa a consulta?",
    }
    return GuardCase(**(known | given))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_entries_say_may_be_said(text: str) -> None:
    assert checks_failed(case(text)) == ()


@pytest.mark.parametrize(("text", "check"), BAD, ids=[one[0][:40] for one in BAD])
def test_what_they_do_not_say_is_refused(text: str, check: str) -> None:
    assert check in checks_failed(case(text))


def test_an_answer_cites_what_it_was_given() -> None:
    assert "fonte" in checks_failed(case("Aceitamos a Unimed.", cited=["e9"]))
    assert "fonte" in checks_failed(case("Aceitamos a Unimed.", cited=[], needs_source=True))


def test_a_foreigner_is_answered_in_their_language() -> None:
    english = "Yes, the clinic is open and you can come with your plan."
    assert checks_failed(case(english, newest="Hello, do you have time for me this week?")) == ()
    assert language_of("Olá, vocês atendem aos sábados?") in ("pt", "")
