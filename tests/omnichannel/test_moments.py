"""Moments as people name them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnichannel import moment_words
from omnichannel.moments import FARTHEST, Misread, moment_read, presets

ZONE = ZoneInfo("America/Sao_Paulo")
# A Wednesday.
NOW = datetime(2026, 11, 25, 15, 20, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("amanhã 9h", "2026-11-26T09:00"),
        ("amanha às 9:30", "2026-11-26T09:30"),
        ("Amanhã", "2026-11-26T09:00"),
        ("amanhã à tarde", "2026-11-26T14:00"),
        ("amanhã de manhã", "2026-11-26T09:00"),
        ("amanhã 3 da tarde", "2026-11-26T15:00"),
        ("amanhã às 3h da tarde", "2026-11-26T15:00"),
        ("amanhã ao meio-dia", "2026-11-26T12:00"),
        ("depois de amanhã 8h15", "2026-11-27T08:15"),
        ("sexta 14:30", "2026-11-27T14:30"),
        ("sexta-feira", "2026-11-27T09:00"),
        ("próxima terça 10h", "2026-12-01T10:00"),
        ("sábado que vem", "2026-11-28T09:00"),
        ("quarta", "2026-12-02T09:00"),
        ("segunda", "2026-11-30T09:00"),
        ("semana que vem", "2026-11-30T09:00"),
        ("hoje à noite", "2026-11-25T19:00"),
        ("18h", "2026-11-25T18:00"),
        ("14h", "2026-11-26T14:00"),
        ("em 2 horas", "2026-11-25T17:20"),
        ("2h", "2026-11-25T17:20"),
        ("36 horas", "2026-11-27T03:20"),
        ("daqui a 30 min", "2026-11-25T15:50"),
        ("em uma hora e meia", "2026-11-25T16:50"),
        ("em meia hora", "2026-11-25T15:50"),
        ("3 dias", "2026-11-28T15:20"),
        ("duas semanas", "2026-12-09T15:20"),
        ("15/12 9h", "2026-12-15T09:00"),
        ("15/01", "2027-01-15T09:00"),
        ("1/2/27 às 8h", "2027-02-01T08:00"),
        ("20 de dezembro 16h", "2026-12-20T16:00"),
        ("dia 5", "2026-12-05T09:00"),
        ("dia 31 10h", "2026-12-31T10:00"),
        ("hoje 9h", None),
        ("31/02", None),
        ("25h", None),
        ("amanhã 9h70", None),
        ("amanhã talvez", None),
        ("999 semanas", None),
        ("15/12/2031", None),
        ("", None),
        ("{{settings}}", None),
        ("١٢h", None),
        ("9" * 5_000, None),
    ],
)
def test_words_name_a_moment_in_the_company_s_zone(words: str, told: str | None):
    found = moment_read(words, NOW)
    assert (None if isinstance(found, Misread) else f"{found:%Y-%m-%dT%H:%M}") == told


def test_presets_are_what_is_worth_offering():
    assert [(one.code, f"{one.at:%d %H:%M}") for one in presets(NOW)] == [
        ("uma_hora", "25 16:20"),
        ("amanha", "26 09:00"),
        ("segunda", "30 09:00"),
    ]
    sunday = datetime(2026, 11, 29, 8, 0, tzinfo=ZONE)
    assert [one.code for one in presets(sunday)] == ["uma_hora", "hoje_tarde", "amanha"]


# A Wednesday, 15:20; what people typed into such boxes elsewhere.
TYPED = """
amanhã 9 = 26 09:00
amanha as 9 = 26 09:00
amanhã às 9hs = 26 09:00
amanhã às 9 e meia = 26 09:30
amanha 9hrs = 26 09:00
amanhã, 09h00 = 26 09:00
amanhã 9h30min = 26 09:30
amanhã às nove = 26 09:00
amanhã às duas da tarde = 26 14:00
amanhã às 2 = 26 14:00
amanhã 3 = 26 15:00
amanhã 7 = 26 07:00
amanhã lá pelas 10 = 26 10:00
amanhã por volta das 10h = 26 10:00
amanhã cedo = 26 08:00
amanhã de manhã cedo = 26 08:00
amanhã logo cedo = 26 08:00
amanhã depois do almoço = 26 13:00
amanhã no fim do dia = 26 18:00
amanhã no final da tarde = 26 17:00
amanhã na mesma hora = 26 15:20
amanhã meio-dia = 26 12:00
amanhã ao meio dia = 26 12:00
9 amanhã = 26 09:00
9h de amanhã = 26 09:00
às 14h de sexta = 27 14:00
amnh 9h = 26 09:00
hj 18h = 25 18:00
hoje às 6 = 25 18:00
hoje fim do dia = 25 18:00
hoje 20:30h = 25 20:30
sexta-feira às 14 = 27 14:00
sexta feira 14 = 27 14:00
sex 14h = 27 14:00
6ª feira às 10 = 27 10:00
2a feira 8h = 30 08:00
segunda de manhã = 30 09:00
segunda cedo = 30 08:00
segunda à tarde = 30 14:00
seg. 9h = 30 09:00
na segunda às 8 = 30 08:00
próxima segunda 10h = 30 10:00
segunda que vem = 30 09:00
quinta às 15 para as 3 = 26 14:45
sexta, 27/11, 10h = 27 10:00
nesta sexta às 11 = 27 11:00
dia 5 às 10 = 05/12 10:00
dia 5 10 = 05/12 10:00
dia 5/12 às 10 = 05/12 10:00
5/dez 10h = 05/12 10:00
5 dez = 05/12 09:00
dia 1º às 8 = 01/12 08:00
dia primeiro = 01/12 09:00
5-12 = 05/12 09:00
2026-12-05 10:00 = 05/12 10:00
05.12.2026 = 05/12 09:00
dia 5 do mês que vem = 05/12 09:00
mês que vem = 01/12 09:00
fim do mês = 30 09:00
às 8 da manhã = 26 08:00
8 da noite = 25 20:00
3 da tarde = 26 15:00
às 17 = 25 17:00
às 4 = 25 16:00
meio-dia = 26 12:00
meia-noite = 26 00:00
depois de amanhã 15h = 27 15:00
dps de amanhã 9 = 27 09:00
semana que vem = 30 09:00
na semana que vem = 30 09:00
terça da semana que vem 14h = 01/12 14:00
semana que vem na quarta às 9 = 02/12 09:00
próxima semana = 30 09:00
fim de semana = 28 09:00
próximo dia útil = 26 09:00
em 3 dias às 10 = 28 10:00
daqui a 2 dias 9h = 27 09:00
daqui 15 minutos = 25 15:35
daqui a uma hora = 25 16:20
em 1h30 = 25 16:50
2h30 = 25 17:50
daqui a 3 dias úteis = 30 15:20
daqui a um mês = 25/12 15:20
mais tarde = 25 18:20
tomorrow 9 = 26 09:00
tomorrow at 9am = 26 09:00
tomorrow morning = 26 09:00
tomorrow afternoon = 26 14:00
tomorrow at noon = 26 12:00
tmrw 2:30pm = 26 14:30
next monday 2pm = 30 14:00
monday = 30 09:00
mon 9:30 = 30 09:30
friday at 2 = 27 14:00
this friday 4 pm = 27 16:00
day after tomorrow 3pm = 27 15:00
next week = 30 09:00
tuesday next week 10am = 01/12 10:00
in 2 hours = 25 17:20
in half an hour = 25 15:50
in an hour = 25 16:20
2 hours from now = 25 17:20
in 3 days = 28 15:20
tonight = 25 19:00
tonight at 8 = 25 20:00
december 5 2pm = 05/12 14:00
5th of december = 05/12 09:00
on the 5th at 10 = 05/12 10:00
end of day = 25 18:00
later today = 25 18:20
at 5 o'clock = 25 17:00
"""


@pytest.mark.parametrize("line", [line for line in TYPED.splitlines() if line])
def test_what_people_type_is_understood(line: str):
    words, wanted = line.split(" = ")
    day, _space, clock = wanted.partition(" ")
    number, _slash, month = day.partition("/")
    hour, _colon, minute = clock.partition(":")
    at = datetime(2026, int(month or 11), int(number), int(hour), int(minute), tzinfo=ZONE)
    assert moment_read(words, NOW) == at


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("hoje 9h", Misread.PAST),
        ("hoje às 3", Misread.PAST),
        ("ontem", Misread.PAST),
        ("anteontem 9h", Misread.PAST),
        ("24/11/2026 10h", Misread.PAST),
        ("segunda passada", Misread.PAST),
        ("last friday", Misread.PAST),
        ("yesterday 2pm", Misread.PAST),
        ("15/12/2031", Misread.FAR),
        ("9999 semanas", Misread.FAR),
        ("31/12/9999 meia-noite", Misread.FAR),
        ("9999 meses", Misread.FAR),
        ("9", Misread.UNKNOWN),
        ("amanhã e sexta", Misread.UNKNOWN),
        ("segunda 24/12", Misread.UNKNOWN),
        ("amanhã 9 10", Misread.UNKNOWN),
        ("das 9 às 10", Misread.UNKNOWN),
        ("quando der", Misread.UNKNOWN),
        ("14pm", Misread.UNKNOWN),
        ("dia 32", Misread.UNKNOWN),
        ("00/00/0000", Misread.UNKNOWN),
        ("às", Misread.UNKNOWN),
        ("  ", Misread.UNKNOWN),
    ],
)
def test_what_cannot_be_taken_says_why(words: str, why: Misread):
    assert moment_read(words, NOW) == why


PIECES = sorted(
    {*moment_words.PARTS, *moment_words.WEEKDAYS, *moment_words.MONTHS, *moment_words.NEAR}
    | {*moment_words.NUMBERS, *moment_words.FILLERS}
    | set("em daqui in dias mês h : / - às que vem 31/02 9999 0 00 24h 29/2 pm".split())
    | {"semana que vem", "fim do mês", "e meia", "meia-noite", "15 para as 3"}
)
MINUTES_OF_CENTURIES = st.integers(0, 400 * 365 * 24 * 60)


@given(
    st.one_of(st.text(max_size=90), st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join)),
    MINUTES_OF_CENTURIES,
)
def test_whatever_is_typed_names_a_moment_to_come_or_says_why(words: str, minutes: int):
    now = datetime(1971, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
    found = moment_read(words, now)
    assert isinstance(found, Misread) or now < found <= now + FARTHEST
