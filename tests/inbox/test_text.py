"""Message text on screen: links and WhatsApp's marks, and never anybody's markup."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.shell.presenters import preview_of
from inbox.templatetags import inbox_ui
from inbox.templatetags.inbox_ui import is_emoji, message_text, short_when


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*forte*", "<strong>forte</strong>"),
        ("_leve_ e ~fora~", "<em>leve</em> e <s>fora</s>"),
        ("```a*b*c```", "<code>a*b*c</code>"),
        ("2*3*4", "2*3*4"),
        ("um_nome_longo", "um_nome_longo"),
        ("* item", "* item"),
        ("<b>", "&lt;b&gt;"),
        (
            "veja https://a.example/x_y_z.",
            'veja <a href="https://a.example/x_y_z" target="_blank" rel="noopener noreferrer">'
            "https://a.example/x_y_z</a>.",
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_marks_and_links_are_drawn(text: str, html: str):
    assert message_text(text) == html


@given(st.text(alphabet="<>\"'&*_~` ahtps:/.x\n", max_size=60))
def test_no_text_makes_a_tag_of_its_own(text: str):
    bare = message_text(text)
    for tag in ("strong", "em", "s", "code"):
        bare = bare.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    bare = re.sub(
        r'<a href="https?://[^"<>]*" target="_blank" rel="noopener noreferrer">', "", bare
    )
    assert "<" not in bare.replace("</a>", "")


@pytest.mark.parametrize(
    ("text", "large"), [("👍", True), ("❤️❤️", True), ("ok 👍", False), ("", False), ("1", False)]
)
def test_a_few_emoji_alone_are_large(text: str, large: bool):
    assert is_emoji(text) is large


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("texto", "Até *quinta*, às _16h_\ne traga o exame", "Até quinta, às 16h e traga o exame"),
        ("texto", "um_nome_longo 2*3*4", "um_nome_longo 2*3*4"),
        ("texto", "", "Mensagem apagada"),
        ("imagem", "", "Foto"),
        ("reacao", "🙏", "Reagiu com 🙏"),
        ("tipo_novo", "olá", "olá"),
    ],
)
def test_the_list_shows_a_message_as_one_plain_line(kind: str, text: str, line: str):
    assert preview_of(kind, text)[1] == line


@pytest.mark.parametrize("unit", ["```a", "*a ", "_a_ ", "https://a.b ", "~a ", " *", "```a```"])
def test_a_text_of_nothing_but_marks_is_drawn_at_once(unit: str):
    text = unit * (400_000 // len(unit))
    begun = time.process_time()
    drawn = message_text(text)
    assert time.process_time() - begun < 1
    assert drawn.endswith(text[-len(unit) :])


def test_a_day_of_the_week_is_written_as_people_write_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inbox_ui, "_today", lambda: date(2026, 8, 10))
    days = [short_when(datetime(2026, 8, day, 15, tzinfo=UTC)) for day in range(4, 9)]
    assert days == ["ter", "qua", "qui", "sex", "sáb"]
