"""How texts are cut into SMS: the table is what the package smsutil 1.1.3 answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.sms.segments import EXTENSION, segments

CLINIC = "Bom dia, Ana! Sua consulta com a Dra. Paula e amanha as 14h. Responda 1 para confirmar."
TABLE = [
    ("a" * 160, "gsm7", [160]),
    ("a" * 161, "gsm7", [153, 8]),
    ("a" * 306, "gsm7", [153, 153]),
    ("a" * 307, "gsm7", [153, 153, 1]),
    ("é" * 160, "gsm7", [160]),
    ("àèéìòùñüÇÑÜÉ", "gsm7", [12]),
    ("ç", "ucs2", [1]),
    ("ã" * 70, "ucs2", [70]),
    ("ã" * 71, "ucs2", [67, 4]),
    ("ã" * 134, "ucs2", [67, 67]),
    ("ã" * 135, "ucs2", [67, 67, 1]),
    ("€" * 80, "gsm7", [80]),
    ("€" * 81, "gsm7", [76, 5]),
    # The escape and its sign go together into the second part.
    ("a" * 152 + "€" + "b" * 10, "gsm7", [152, 11]),
    ("a" * 159 + "€", "gsm7", [153, 7]),
    ("😀" * 35, "ucs2", [35]),
    ("😀" * 36, "ucs2", [33, 3]),
    # Half an emoji is none: all of it goes into the second part.
    ("ã" * 66 + "😀" + "b" * 10, "ucs2", [66, 11]),
    ("[x]" * 40, "gsm7", [92, 28]),
    ("[x]" * 80, "gsm7", [92, 91, 57]),
    ("`", "ucs2", [1]),
    ("a\nb\r\n", "gsm7", [5]),
]


@pytest.mark.parametrize(("text", "encoding", "lengths"), TABLE)
def test_a_text_is_cut_as_carriers_do(text, encoding, lengths):
    cut = segments(text)
    assert (cut.encoding, [len(part) for part in cut.parts]) == (encoding, lengths)


def test_nothing_costs_nothing():
    assert (segments("").count, segments("").left) == (0, 160)


@pytest.mark.parametrize(
    ("text", "count", "left"),
    [
        ("a" * 126, 1, 34),
        ("ã" * 60, 1, 10),
        ("a" * 161, 2, 145),
        ("[" * 79, 1, 2),
        ("😀" * 36, 2, 61),
        (CLINIC, 1, 160 - len(CLINIC)),
    ],
)
def test_what_still_fits_is_told_in_the_units_of_the_text(text, count, left):
    assert (segments(text).count, segments(text).left) == (count, left)


signs = st.sampled_from("a bé€[]{}~^|\\\n😀çãº\u0301👩🏽") | st.characters(
    exclude_categories=["Cs"]
)


@given(st.text(signs, max_size=800))
def test_the_parts_are_the_text_and_none_holds_more_than_it_may(text):
    cut = segments(text)
    assert "".join(cut.parts) == text
    alone, part = (160, 153) if cut.encoding == "gsm7" else (70, 67)
    for piece in cut.parts:
        if cut.encoding == "gsm7":
            size = sum(2 if sign in EXTENSION else 1 for sign in piece)
        else:
            size = len(piece.encode("utf-16-be")) // 2
        assert 0 < size <= (alone if cut.count == 1 else part)


@given(st.text(signs, min_size=1, max_size=400))
def test_as_many_more_signs_fit_as_were_promised(text):
    cut = segments(text)
    assert segments(text + "a" * cut.left).count == cut.count
    assert segments(text + "a" * (cut.left + 1)).count > cut.count
