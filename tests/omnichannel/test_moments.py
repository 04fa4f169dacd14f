"""Moments as people name them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from omnichannel.moments import moment_named, presets

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
        ("amanhã 3 da tarde", None),
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
    found = moment_named(words, NOW)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == told


def test_presets_are_what_is_worth_offering():
    assert [(one.code, f"{one.at:%d %H:%M}") for one in presets(NOW)] == [
        ("uma_hora", "25 16:20"),
        ("amanha", "26 09:00"),
        ("segunda", "30 09:00"),
    ]
    sunday = datetime(2026, 11, 29, 8, 0, tzinfo=ZONE)
    assert [one.code for one in presets(sunday)] == ["uma_hora", "hoje_tarde", "amanha"]
