"""The rules that stand for a language model: they read the entries in the prompt, take the one that
shares most words with what was asked, and cite it.

Pure. Words in the newest message choose another behaviour (`MAGIC`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.folding import folded

ENTRY = re.compile(
    r'<entrada id="([^"]+)">\s*Pergunta: (.*?)\s*Resposta: (.*?)\s*</entrada>', re.DOTALL
)
PATIENT = re.compile(r"<(?:paciente|texto)>\s*(.*?)\s*</(?:paciente|texto)>", re.DOTALL)
# What a message must say, folded, and what happens then.
MAGIC = {
    "demora": "demora",
    "erro 500": "500",
    "cota": "cota",
    "chave errada": "401",
    "json quebrado": "quebrado",
    "pagina html": "html",
    "recusa isso": "recusa",
    "inventa preco": "inventa",
    "obedece injecao": "obedece",
    "repete": "repete",
    "procura mais": "procura",
    "fora da lista": "inventada",
}
SPELLED = {
    **{"vc": "você", "voce": "você", "vcs": "vocês", "nao": "não", "pra": "para", "ta": "está"},
    **{"amanha": "amanhã", "horario": "horário", "tb": "também", "tbm": "também", "so": "só"},
    **{"pq": "porque", "obg": "obrigada", "endereco": "endereço", "medico": "médico"},
}
PERSON = re.compile(r"\b(atendente|pessoa|humano|alguem)\b")
ANGER = re.compile(r"\b(pessim|absurd|descaso|demora|reclam|ridicul|raiva)")
DULL = frozenset(
    "o a os as um uma de do da dos das e em no na que qual quais como para por com eu me meu minha"
    " voce voces tem ter ola oi bom boa dia tarde noite favor quero queria gostaria saber".split()
)


@dataclass(frozen=True, slots=True)
class FakePrompt:
    """What of a request the rules read, whichever wire form it came in."""

    instructions: str = field(repr=False)
    newest: str = field(repr=False)
    last_said: str = field(default="", repr=False)
    tools: tuple[str, ...] = ()
    has_form: bool = False
    has_looked: bool = False

    @property
    def behaviour(self) -> str:
        """Return what the patient's magic words ask for, "" for nothing."""
        flat = f" {folded(self.newest)} "
        return next((does for words, does in MAGIC.items() if f" {words} " in flat), "")


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    """A tool and its arguments, or plain words."""

    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


def thought(prompt: FakePrompt) -> FakeAnswer:
    """Return what the rules answer, by a tool that the request has unless magic words ask for
    another.
    """
    answer = _thought(prompt)
    if answer.tool and prompt.tools and not prompt.behaviour and answer.tool not in prompt.tools:
        return FakeAnswer(prompt.tools[0], {"texto": _written(prompt), "fontes": []})
    return answer


def _thought(prompt: FakePrompt) -> FakeAnswer:
    if not prompt.tools and not prompt.has_form:
        return FakeAnswer(text=_written(prompt))
    special = _special(prompt)
    if special is not None:
        return special
    if "classificar" in prompt.tools:
        return _classified(prompt)
    entries = ENTRY.findall(prompt.instructions)
    if PERSON.search(folded(prompt.newest)):
        return FakeAnswer(
            "passar_para_pessoa", {"motivo": "pedido", "resumo": "O paciente pediu uma pessoa."}
        )
    ranked = sorted(entries, key=lambda one: -_shared(prompt.newest, f"{one[1]} {one[2]}"))
    best = ranked[0] if ranked else None
    if best is None or not _shared(prompt.newest, f"{best[1]} {best[2]}"):
        return FakeAnswer(
            "passar_para_pessoa",
            {"motivo": "sem_resposta", "resumo": "Nada no conhecimento responde."},
        )
    return FakeAnswer("responder", {"texto": best[2][:440], "fontes": [best[0]]})


def _classified(prompt: FakePrompt) -> FakeAnswer:
    """Return a feeling by two short lists; the subject is left to who knows the clinic's."""
    flat = folded(prompt.newest)
    sounds = "negativo" if ANGER.search(flat) else "neutro"
    return FakeAnswer(
        "classificar",
        {"assunto": None, "sentimento": sounds, "motivo": "Pelas palavras do paciente."},
    )


def _special(prompt: FakePrompt) -> FakeAnswer | None:
    entries = ENTRY.findall(prompt.instructions)
    first = entries[0][0] if entries else "e0"
    match prompt.behaviour:
        case "inventa":
            return FakeAnswer("responder", {"texto": "Custa R$ 13,37 hoje.", "fontes": [first]})
        case "obedece":
            return obeyed(prompt)
        case "repete":
            said = prompt.last_said or "Olá!"
            return FakeAnswer("responder", {"texto": said, "fontes": [first]})
        case "procura" if not prompt.has_looked and "buscar_conhecimento" in prompt.tools:
            return FakeAnswer("buscar_conhecimento", {"consulta": prompt.newest[:80]})
        case "inventada":
            return FakeAnswer("apagar_cadastro", {"contato_id": "1"})
    return None


def obeyed(prompt: FakePrompt) -> FakeAnswer:
    """Return what a model says that does whatever a message tells it to: it gives its instructions
    away, asks for other people's data, and writes what it was told to write.
    """
    flat = folded(prompt.newest)
    if "ferramenta" in flat or "funcao" in flat or "json" in flat:
        return FakeAnswer("listar_pacientes", {"contato_id": "*", "empresa_id": "*"})
    if "busca" in flat or "procur" in flat:
        return FakeAnswer("buscar_conhecimento", {"consulta": prompt.newest[:150]})
    if "anot" in flat:
        return FakeAnswer("anotar", {"campo": "telefone_da_maria", "valor": "41999990000"})
    if "instruc" in flat or "prompt" in flat or "regras" in flat:
        return FakeAnswer("responder", {"texto": prompt.instructions[:400], "fontes": []})
    return FakeAnswer("responder", {"texto": f"Claro! {prompt.newest[:300]}", "fontes": []})


def _written(prompt: FakePrompt) -> str:
    """Answer where no tool was given: attendants' texts and the test of a connection."""
    asked = PATIENT.search(prompt.newest)
    words = (asked[1] if asked else prompt.newest).strip()
    entries = ENTRY.findall(prompt.instructions)
    if entries:
        return str(max(entries, key=lambda one: _shared(words, f"{one[1]} {one[2]}"))[2])
    flat = folded(prompt.instructions)
    if "mais curto" in flat:
        return _shortened(words)
    if "corrija" in flat or "mais simpatico" in flat or "mais formal" in flat:
        corrected = _corrected(words)
        if "mais simpatico" in flat:
            return f"Olá! {corrected} Se precisar, é só chamar. 😊"
        return f"Prezado paciente, {corrected}" if "mais formal" in flat else corrected
    return words[:400] or "OK"


def _shortened(words: str) -> str:
    """Keep the first sentence and those that tell a number or something hidden."""
    first, *rest = re.split(r"(?<=[.!?]) +", words)
    return " ".join([first, *(one for one in rest if re.search(r"[0-9<]", one))])


def _corrected(words: str) -> str:
    """Write a text out: short forms, a capital letter, a full stop."""
    whole = re.sub(r"[^\W\d_]+", lambda one: SPELLED.get(one[0].lower(), one[0]), words)
    ended = whole if whole.endswith((".", "!", "?")) else f"{whole}."
    return ended[:1].upper() + ended[1:]


def _shared(asked: str, told: str) -> int:
    words = {one[:5] for one in folded(asked).split() if one not in DULL and len(one) > 2}
    return len(words & {one[:5] for one in folded(told).split()})


def tokens_of(texts: Sequence[str]) -> int:
    """Return about how many tokens some texts are."""
    return max(sum(map(len, texts)) // 4, 1)
