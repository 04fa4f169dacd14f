"""Finding a company's words of intention in what patients write. Pure.

Compared without case and accents, never inside another word, the longest first: "não tenho
interesse" is a refusal although "interesse" alone is the opposite.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from leadscoring.choices import SignalKind

# (kind, folded word) of a company, in a fixed order so that matchers can be kept.
Words = tuple[tuple[str, str], ...]
_MARKS = re.compile("[\u0300-\u036f]+")
_EVER = {"*": r"\w*"}

# What a clinic starts with.
DEFAULTS: dict[SignalKind, tuple[str, ...]] = {
    SignalKind.PRICE: (
        *("preço", "preços", "valor", "valores", "quanto custa", "quanto custam", "quanto é"),
        *("quanto fica", "quanto sai", "quanto está", "quanto tá", "quanto vocês cobram"),
        *("qual o custo", "tabela de preço*", "orçamento", "orçamentos"),
    ),
    SignalKind.SCHEDULE: (
        *("agendar", "agenda", "agendamento", "agendo", "marcar", "marcar consulta", "horário"),
        *(
            "horários",
            "tem vaga",
            "vaga",
            "vagas",
            "disponibilidade",
            "encaixe",
            "primeira consulta",
        ),
        *("marcar avaliação", "avaliação", "quando posso ir", "atende sábado"),
    ),
    SignalKind.OFFER: (
        *("desconto", "descontos", "promoção", "promoções", "parcela", "parcelas", "parcelar"),
        *("parcelado", "parcelamento", "parcelam", "cartão", "pix", "à vista", "pacote", "pacotes"),
        *("condições de pagamento", "formas de pagamento", "forma de pagamento"),
    ),
    SignalKind.BUYING: (
        *("comprar", "quero", "queria", "gostaria", "interessado", "interessada", "interesse"),
        *("tenho interesse", "quero fazer", "quero fechar", "vamos fechar", "pode fechar"),
        *("onde pago", "como pago", "quero contratar"),
    ),
    SignalKind.INSURANCE: (
        *("convênio", "convênios", "plano de saúde", "plano", "unimed", "bradesco saúde", "amil"),
        *("sulamérica", "reembolso", "carteirinha", "atende plano"),
    ),
    SignalKind.URGENCY: (
        *("urgente", "urgência", "emergência", "o mais rápido possível", "quanto antes"),
        *(
            "ainda hoje",
            "para hoje",
            "pra hoje",
            "para amanhã",
            "pra amanhã",
            "com dor",
            "dor forte",
        ),
        *("muita dor",),
    ),
    SignalKind.REFUSAL: (
        *("não quero mais", "não tenho interesse", "sem interesse", "desisti", "desisto"),
        *("muito caro", "caro demais", "não posso pagar", "não vou fazer"),
        *("já fiz em outro lugar", "fechei com outra", "não me interessa", "não preciso mais"),
        *("não estou interessado", "não estou interessada"),
    ),
    # "Não quero à tarde" is no refusal, and no wish to buy either.
    SignalKind.NEUTRAL: ("não quero", "não queria", "não gostaria", "não precisa", "sem valor"),
}


def fold(text: str) -> str:
    """Return a text as words are compared: lower case, no accents, single spaces."""
    lower = text.lower()
    if not lower.isascii():
        lower = _MARKS.sub("", unicodedata.normalize("NFD", lower))
    return " ".join(lower.split())


@lru_cache(maxsize=256)
def matcher(words: Words) -> Matcher:
    """Return the matcher of a company's words, kept for as long as the list stays the same."""
    return Matcher(words)


class Matcher:
    """A company's words, ready to be looked for."""

    def __init__(self, words: Words) -> None:
        ordered = sorted(words, key=lambda item: (item[1][0], -len(item[1]), item[1]))
        self._kinds = [(kind, word) for kind, word in ordered]
        # By first letter: the engine passes over a branch that begins with another letter at once,
        # which is most of them, at every word of every message.
        letters = groupby((word for _kind, word in ordered), key=lambda word: word[0])
        parts = "|".join(
            f"{re.escape(letter)}(?:{'|'.join(map(_rest, own))})" for letter, own in letters
        )
        self._find = re.compile(rf"(?<!\w)(?:{parts})(?!\w)") if parts else None

    def find(self, text: str) -> dict[str, str]:
        """Return the words that a text holds, each with its kind."""
        if self._find is None or not text:
            return {}
        found = (match.lastindex or 0 for match in self._find.finditer(fold(text)))
        return {word: kind for kind, word in (self._kinds[index - 1] for index in found)}


def _rest(word: str) -> str:
    """Return what stands after a word's first letter, as a group that tells which word it was."""
    stem, star, rest = word.partition("*")
    assert not rest, "the service refuses a * inside a word"
    return f"({re.escape(stem[1:])}{_EVER.get(star, '')})"


def words_of(rows: Iterable[tuple[str, str]]) -> Words:
    """Return rows of (kind, folded) as a key for `matcher`."""
    return tuple(sorted(rows))
