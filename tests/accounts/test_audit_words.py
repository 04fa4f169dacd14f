"""Every act that the code writes down reads as a sentence in the audit."""

from __future__ import annotations

import re
from pathlib import Path

from accounts.admin.audit import WORDS

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "accounts",
    "agenda",
    "contacts",
    "omnichannel",
    "queues",
    "campaigns",
    "leadscoring",
    "bot",
    "flows",
    "visitors",
    "inbox",
    "analytics",
    "integrations",
)
# An act is noun.verb, given to audit_record by name or in a call that passes it on.
ACT = re.compile(
    r'"((?:calendario|campanha|canal|compromisso|contato|conversa|espera|fila|fluxo|importacao|integracao'
    r"|membro|mensagem|modelo|pedido|profissional|retencao|segmento|senha|sessao|tarifas?|webhook)"
    r'\.[a-z_.]+)"'
)


def test_every_act_that_is_written_down_has_words() -> None:
    found = {
        act
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and "audit_record" in path.read_text()
        for act in ACT.findall(path.read_text())
    }
    assert len(found) > 20
    assert sorted(found - WORDS.keys()) == []
