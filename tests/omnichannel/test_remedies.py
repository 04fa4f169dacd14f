"""What a person is offered when a message failed."""

from __future__ import annotations

import pytest

from omnichannel.remedies import Remedy, remedy_of


@pytest.mark.parametrize(
    ("code", "now", "remedy"),
    [
        ("meta_indisponivel", {}, Remedy.RETRY),
        ("meta_indisponivel", {"is_window_open": False}, Remedy.TEMPLATE),
        ("meta_indisponivel", {"is_window_open": False, "is_free_text": False}, Remedy.RETRY),
        ("janela_fechada", {}, Remedy.TEMPLATE),
        ("janela_fechada", {"has_templates": False}, Remedy.ELSEWHERE),
        ("nao_entregavel", {}, Remedy.ELSEWHERE),
        ("midia_recusada", {}, Remedy.FILE),
        ("conteudo_invalido", {}, Remedy.REWRITE),
        ("conteudo_invalido", {"is_window_open": False}, Remedy.TEMPLATE),
    ],
    ids=[
        *("passes", "passes late", "template passes", "window", "window without templates"),
        *("unreachable", "file", "words", "words late"),
    ],
)
def test_the_next_step_is_one_that_can_work(code: str, now: dict[str, bool], remedy: Remedy):
    assert remedy_of(code, **{"has_templates": True, **now}) is remedy
