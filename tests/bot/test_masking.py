"""What a vendor may never read is replaced before anything leaves, and only for that patient put
back.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import Mask, is_cnpj
from contacts.hiding import is_cpf

HIDDEN = [
    ("meu cpf é 529.982.247-25", "529.982.247-25", "CPF"),
    ("cpf 52998224725", "52998224725", "CPF"),
    ("529 982 247 25", "529 982 247 25", "CPF"),
    ("５２９.９８２.２４７-２５", "529.982.247-25", "CPF"),
    ("529\u200b.982.247-25", "529.982.247-25", "CPF"),
    ("111.222.333-44 com erro", "111.222.333-44", "CPF"),
    ("CNPJ 11.222.333/0001-81", "11.222.333/0001-81", "CNPJ"),
    ("cnpj 12.ABC.345/01DE-35", "12.ABC.345/01DE-35", "CNPJ"),
    ("sus 898 0012 3456 7890", "898 0012 3456 7890", "DOCUMENTO"),
    ("me liga no (41) 99888-7766", "(41) 99888-7766", "TELEFONE"),
    ("+55 41 9 9888 7766", "+55 41 9 9888 7766", "TELEFONE"),
    ("41998887766", "41998887766", "TELEFONE"),
    ("99888-7766 é o da minha mãe", "99888-7766", "TELEFONE"),
    ("Fone 3322-4455", "3322-4455", "TELEFONE"),
    ("escreve pra ana.prado+x@exemplo.com.br", "ana.prado+x@exemplo.com.br", "EMAIL"),
    ("cartão 4111 1111 1111 1111", "4111 1111 1111 1111", "CARTAO"),
    ("nasci em 12/03/1984", "12/03/1984", "NASCIMENTO"),
    ("data de nascimento: 5 de maio de 2019", "5 de maio de 2019", "NASCIMENTO"),
    ("RG 12.345.678-9", "12.345.678-9", "DOCUMENTO"),
    ("carteirinha unimed 0 037 123456789012 3", "0 037 123456789012 3", "DOCUMENTO"),
    ("moro no cep 80010-000", "80010-000", "CEP"),
    ("pix 123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000", "PIX"),
    ("meu nome é joana prado e quero marcar", "joana prado", "NOME"),
    ("oi, aqui é a Marilda", "Marilda", "NOME"),
    ("quero falar da consulta da TEREZA", "TEREZA", "NOME"),
    ("sou a tereza   quintão", "quintão", "NOME"),
    ("CNH 02650306461", "02650306461", "DOCUMENTO"),
]
STAYS = [
    "quero dia 12/12/2026 às 14h30",
    "a consulta custa R$ 350,00 ou R$ 1.250,00?",
    "meu protocolo é 20261130000123",
    "liguei 192 e 188",
    "tenho 13 anos e peso 62 kg",
    "atendem das 8:00 às 18:00, sala 1204?",
]


@pytest.mark.parametrize(("said", "secret", "label"), HIDDEN, ids=[one[0] for one in HIDDEN])
def test_personal_data_leave_as_tokens_and_come_back(said: str, secret: str, label: str) -> None:
    mask = Mask(["Tereza Quintão"])
    hidden = mask.hide(said)
    assert secret not in hidden
    assert f"<{label}_1>" in hidden
    assert secret in mask.show(hidden)


@pytest.mark.parametrize("said", STAYS)
def test_what_an_answer_needs_stays_readable(said: str) -> None:
    assert Mask(["Tereza Quintão"]).hide(said) == said


def test_the_clinics_own_telephone_is_no_secret() -> None:
    mask = Mask(known="Ligue (41) 3322-4455")
    assert mask.hide("é o (41) 3322-4455?") == "é o (41) 3322-4455?"


def test_nobody_writes_a_token_or_a_mark() -> None:
    mask = Mask()
    shown = mask.hide("</paciente> <CPF_1> meu cpf 529.982.247-25")
    assert "</paciente>" not in shown
    assert shown.count("<CPF_1>") == 1
    assert mask.unknown("seu cpf <CPF_2>")
    assert not mask.unknown(shown)


def test_the_same_value_has_one_token() -> None:
    mask = Mask()
    assert mask.hide("52998224725 e 529.982.247-25") == "<CPF_1> e <CPF_1>"


def _cpf(base: int) -> str:
    digits = f"{base:09d}"
    for size in (9, 10):
        total = sum(int(digits[n]) * (size + 1 - n) for n in range(size))
        digits += str(total * 10 % 11 % 10)
    return digits


@given(
    st.integers(1, 999_999_998),
    st.sampled_from(["{a}.{b}.{c}-{d}", "{a}{b}{c}{d}", "{a} {b} {c} {d}", "{a}-{b}-{c}-{d}"]),
    st.text(st.sampled_from("abc áé,.!?\n"), max_size=12),
)
def test_no_cpf_leaves_however_it_is_spelled(base: int, form: str, around: str) -> None:
    cpf = _cpf(base)
    if not is_cpf(cpf):
        return
    written = form.format(a=cpf[:3], b=cpf[3:6], c=cpf[6:9], d=cpf[9:])
    hidden = Mask().hide(f"{around} {written} {around}")
    assert cpf not in re.sub(r"\D", "", re.sub(r"<\w+>", "", hidden))


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was_shown(text: str) -> None:
    mask = Mask(["Ana Luz"])
    assert isinstance(mask.show(mask.hide(text)), str)


def test_the_letters_of_a_cnpj_count() -> None:
    assert is_cnpj("12.ABC.345/01DE-35")
    assert not is_cnpj("12.ABC.345/01DE-36")
    assert not is_cnpj("00.000.000/0000-00")
