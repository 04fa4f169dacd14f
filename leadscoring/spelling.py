"""How people type: short forms, sounds and slips, spelled out before words are compared. Pure.

A slip is a word of ours with one letter left out or two exchanged; a sound is a word written as it
is heard ("orsamento"). Both are tables made once, so that a text costs one look-up a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_MARKS = re.compile("[\u0300-\u036f]+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_WORD = re.compile(r"\w+")

SHORT = {
    **dict.fromkeys(("qto", "qnto", "qnt", "qt", "quantu", "qunto", "qntu"), "quanto"),
    **dict.fromkeys(("n", "num", "naum", "nn", "nau"), "nao"),
    **dict.fromkeys(("vcs", "vc", "voce", "ceis", "ces", "voceis"), "voces"),
    **dict.fromkeys(("pra", "p", "pro", "pras", "pros"), "para"),
    **dict.fromkeys(("ta", "tah"), "esta"),
    **dict.fromkeys(("to", "tou", "tow"), "estou"),
    **dict.fromkeys(("tava", "tav"), "estava"),
    **dict.fromkeys(("tamo", "tamos"), "estamos"),
    **dict.fromkeys(("qro", "kero", "qero", "quro", "qru"), "quero"),
    **dict.fromkeys(("qria", "keria"), "queria"),
    **dict.fromkeys(("mt", "mto", "mta", "mtu", "muinto"), "muito"),
    **dict.fromkeys(("q", "ki", "ke"), "que"),
    **dict.fromkeys(("pq", "pqe", "porq"), "porque"),
    **dict.fromkeys(("tb", "tbm", "tbem"), "tambem"),
    **dict.fromkeys(("obg", "obgd", "obgda", "brigada", "brigado", "obrigadu"), "obrigada"),
    **dict.fromkeys(("vlw", "vlww", "flw", "vleu"), "valeu"),
    **dict.fromkeys(("hj", "oje", "hje"), "hoje"),
    **dict.fromkeys(("amnh", "amanhan", "amnha", "manhan"), "amanha"),
    **dict.fromkeys(("dps", "dpois", "dpos", "despois"), "depois"),
    **dict.fromkeys(("agr", "agra"), "agora"),
    **dict.fromkeys(("msm", "mermo"), "mesmo"),
    **dict.fromkeys(("blz", "bls"), "beleza"),
    **dict.fromkeys(("fzr", "faze"), "fazer"),
    **dict.fromkeys(("eh", "he"), "e"),
    **dict.fromkeys(("presso", "precinho", "prexo", "prec"), "preco"),
    **dict.fromkeys(("descontinho", "disconto", "descontao", "discontin"), "desconto"),
    **dict.fromkeys(("valorzinho", "valo", "vlr", "valr"), "valor"),
    **dict.fromkeys(("avaliacaum", "avalicao", "avaliasao", "avalizao"), "avaliacao"),
    **dict.fromkeys(("horarinho", "orario", "oraio", "hrario"), "horario"),
    **dict.fromkeys(("vaguinha", "vagha", "vga", "vg"), "vaga"),
    **dict.fromkeys(("pdoe", "podi"), "pode"),
    **dict.fromkeys(("gnt",), "gente"),
    **dict.fromkeys(("qd", "qdo", "qndo"), "quando"),
    **{"convenho": "convenio", "promo": "promocao", "promos": "promocoes", "cartaum": "cartao"},
    **{"perde": "perder", "promossao": "promocao", "oq": "o que", "preciza": "precisa"},
}
# What is looked for in every text, as it is written with accents: the sounds need them.
_KNOWN = (
    *("interesse", "interessada", "interessado", "promoção", "desconto", "consulta", "horário"),
    *("preciso", "avaliação", "orçamento", "agendar", "agendamento", "marcar", "parcelar"),
    *("convênio", "quanto", "quero", "gostaria", "urgente", "urgência", "cancelar", "desmarcar"),
    *("remarcar", "reagendar", "encaixe", "encaixar", "condições", "dinheiro", "procedimento"),
    *("tratamento", "disponibilidade", "pagamento", "parcelamento", "atendimento", "informação"),
    *("amanhã", "desisti", "dispenso", "obrigado", "obrigada", "depois", "infelizmente"),
    *("resolvi", "consegui", "esperar", "compensa", "dentista", "clínica", "concordou"),
)
# Words of their own that a slip of ours would swallow.
_OTHERS = frozenset(
    {
        *("agenda", "preso", "marca", "parcela", "cancela", "interessa", "conta", "canto", "santo"),
        *(
            "consul",
            "pressa",
            "resolve",
            "resolva",
            "consegue",
            "consiga",
            "quer",
            "depos",
            "dinheiros",
        ),
        *("espera", "esperara", "compensar", "desista", "desiste", "marcara", "remarca", "amanha"),
        *("encaixa", "encaixo", "desmarca", "reagenda", "quatro", "quarto", "gostaria"),
    }
)
_SOUNDS = (
    *(("ss", "s"), ("ç", "s"), ("sc(?=[ei])", "s"), ("xc(?=[ei])", "s"), ("z", "s")),
    *(("c(?=[ei])", "s"), ("ch", "x"), ("qu(?=[ei])", "k"), ("qu", "k"), ("c", "k"), ("q", "k")),
    *(("y", "i"), ("(?<![ln])h", ""), ("m(?=[^aeiou])", "n"), ("w", "u"), (r"(.)\1", r"\1")),
)
_SOUNDED = tuple((re.compile(old), new) for old, new in _SOUNDS)
LEAST, LEAST_SLIP = 5, 7


def bare(text: str) -> str:
    """Return a text in lower case without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return _MARKS.sub("", unicodedata.normalize("NFD", lower))


def sound(word: str) -> str:
    """Return how a word sounds, much shortened; the cedilla counts where it stands."""
    kept = unicodedata.normalize("NFD", word.replace("ç", "\x00"))
    heard = _MARKS.sub("", kept).replace("\x00", "ç")
    for old, new in _SOUNDED:
        heard = old.sub(new, heard)
    return heard


def _slips(word: str) -> Iterator[str]:
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    sounds, slips = dict[str, str](), dict[str, str]()
    known = {bare(word) for word in _KNOWN}
    for word in _KNOWN:
        plain = bare(word)
        sounds.setdefault(sound(word), plain)
        sounds.setdefault(sound(plain), plain)
        if len(plain) < LEAST_SLIP:
            continue
        for slip in _slips(plain):
            if slip not in known and slip not in _OTHERS:
                slips.setdefault(slip, plain)
    return sounds, slips


_SOUND_OF, _SLIP_OF = _tables()
_MEMO: dict[str, str] = {}
_MEMO_MOST = 20_000


def _full(word: str) -> str:
    if (short := SHORT.get(word)) is not None:
        return short
    if len(word) < LEAST or word in _OTHERS:
        return word
    return _SLIP_OF.get(word) or _SOUND_OF.get(sound(word), word)


def _spelled(match: re.Match[str]) -> str:
    word = match[0]
    known = _MEMO.get(word)
    if known is None:
        # A process meets the same words all day; strange ones must not fill it.
        if len(_MEMO) >= _MEMO_MOST:
            _MEMO.clear()
        known = _MEMO[word] = _full(word)
    return known


def spelled(text: str) -> str:
    """Return a folded text with what people shorten and mistype spelled out."""
    return _WORD.sub(_spelled, _STRETCHED.sub(r"\1", text))
