"""Texts without accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.sms.plain import plain
from providers.sms.segments import segments


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (
            "Sua consulta é amanhã às 14h. Não se atrase!",
            "Sua consulta e amanha as 14h. Nao se atrase!",
        ),
        ("ÁÀÂÃÉÊÍÓÔÕÚÜÇ áàâãéêíóôõúüç", "AAAAEEIOOOUUC aaaaeeiooouuc"),
        ("Maça\u0303", "Maca"),
        ("3º andar, 1ª porta", "3o andar, 1a porta"),
        ("“Olá” – disse… ‘sim’", "\"Ola\" - disse... 'sim'"),
        ("febre de 38 °C ou 38,5°C", "febre de 38 C ou 38,5 C"),
        ("2\u00a0mg\u2009× 3", "2 mg x 3"),
        ("a\u200bb\ufeffc\u00ad", "abc"),
        ("linha\r\noutra", "linha\noutra"),
        ("`R$ 10`", "'R$ 10'"),
        ("R$ 100 € [x] ~", "R$ 100 € [x] ~"),
        # Other scripts and emoji cannot be said otherwise.
        ("Olá 😀 Ελλάδα 안녕 👩‍⚕️", "Ola 😀 Ελλάδα 안녕 👩‍⚕️"),
        ("plain text", "plain text"),
        ("", ""),
    ],
)
def test_a_text_arrives_without_accents(text, sent):
    assert plain(text) == sent


def test_a_clinics_text_costs_half():
    text = (
        "Olá, Ana! Lembramos da sua consulta com a Dra. Inês amanhã, às 14h30, na unidade Água"
        " Verde. Responda 1 para confirmar ou 2 para remarcar."
    )
    assert (segments(text).count, segments(plain(text)).count) == (3, 1)


@given(st.text(max_size=300))
def test_what_is_plain_stays_so(text):
    assert plain(plain(text)) == plain(text)
