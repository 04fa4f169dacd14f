"""How patients type, spelled out before words are compared or embedded. Pure."""

from __future__ import annotations

import re
import unicodedata

# Longer texts say no more about what is asked, and cost more to embed.
LONGEST = 2000
_MARKS = re.compile("[\u0300-\u036f]+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile("[\u0000-\u0008\u000b-\u001f]")
# They stand within words and part none.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\ufe00-\ufe0f]")

# Short forms of chats, with the accents that the embedded model knows words by.
SHORT = {
    **dict.fromkeys(("vc", "vcê", "voce", "ce"), "você"),
    **dict.fromkeys(("vcs", "voces", "ceis", "vcês"), "vocês"),
    **dict.fromkeys(("q", "ki", "ke"), "que"),
    **dict.fromkeys(("pfv", "pf", "pfvr", "pff", "plis", "pls"), "por favor"),
    **dict.fromkeys(("kero", "qro", "qero", "quro"), "quero"),
    **dict.fromkeys(("qto", "qnto", "qnt", "qt"), "quanto"),
    **dict.fromkeys(("qdo", "qd", "qndo"), "quando"),
    **dict.fromkeys(("qual", "ql", "qal"), "qual"),
    **dict.fromkeys(("hj", "oje"), "hoje"),
    **dict.fromkeys(("amanha", "amnh", "amanhã"), "amanhã"),
    **dict.fromkeys(("tb", "tbm", "tambem"), "também"),
    **dict.fromkeys(("n", "nao", "naum", "ñ", "nn"), "não"),
    **dict.fromkeys(("pra", "p", "pro"), "para"),
    **dict.fromkeys(("ta", "tah", "tá"), "está"),
    **dict.fromkeys(("to", "tô", "tou"), "estou"),
    **dict.fromkeys(("eh", "é"), "é"),
    **dict.fromkeys(("mt", "mto"), "muito"),
    **dict.fromkeys(("dps", "dpois"), "depois"),
    **dict.fromkeys(("obg", "obgd", "obgda", "brigada", "brigado"), "obrigado"),
    **dict.fromkeys(("msm",), "mesmo"),
    **dict.fromkeys(("agr",), "agora"),
    **dict.fromkeys(("pq", "porq"), "porque"),
    **dict.fromkeys(("oq",), "o que"),
    **dict.fromkeys(("hr", "hrs"), "horas"),
    **dict.fromkeys(("seg",), "segunda"),
    **dict.fromkeys(("dr",), "doutor"),
    **dict.fromkeys(("dra",), "doutora"),
    **dict.fromkeys(("cartao",), "cartão"),
    **dict.fromkeys(("convenio",), "convênio"),
    **dict.fromkeys(("sabado",), "sábado"),
    **dict.fromkeys(("endereso", "enderesso", "endereco"), "endereço"),
    **dict.fromkeys(("horario", "orario"), "horário"),
    **dict.fromkeys(("preco", "presso"), "preço"),
}


def cleaned(text: str, longest: int = LONGEST) -> str:
    """Return a text without invisible marks, stretched letters and double spaces, cut to `longest`;
    letters in fancy forms become plain ones.

    What a person can type is data, whatever it looks like: marks that turn or hide text go first.
    """
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[: longest * 2]))
    seen = _STRETCHED.sub(r"\1", _CONTROLS.sub(" ", seen))
    return _SPACE.sub(" ", seen).strip()[:longest]


def spelled(text: str, longest: int = LONGEST) -> str:
    """Return a text in lower case with short forms written out; accents stay."""
    lower = cleaned(text, longest).lower()
    return _WORD.sub(lambda match: SHORT.get(match[0], match[0]), lower)


def bare(text: str, longest: int = LONGEST) -> str:
    """Return a spelled-out text as plain words: no accents, punctuation or emoji."""
    plain = _MARKS.sub("", unicodedata.normalize("NFD", spelled(text, longest)))
    return " ".join(_WORD.findall(plain))
