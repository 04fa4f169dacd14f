"""How a patient sounds, by their own words: a colour for staff and why, never a diagnosis. Pure.

Words of the body and of health say nothing here: who is in pain is not dissatisfied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.choices import Feeling
from bot.texts import bare

STRONG = (
    "absurd descaso ridicul vergonhos inadmissi revolt palhacada lixo enganad enganaram golpe"
    " procon processar advogad reclame+aqui denuncia humilha desrespeit mentira nunca+mais"
    " falta+de+respeito decepcion indignad furios pessim+atend pessim+exper pessim+serv"
    " atendimento+pessim atendimento+horrivel"
).split()
MILD = (
    "demor atrasad atraso esperando reclam chatead ruim errad problema dificil ninguem+responde"
    " ninguem+atende sem+resposta cansad+de+esperar irritad insatisfeit desmarcaram cobraram"
    " confus complicad desist de+novo+isso pessim"
).split()
GOOD = (
    "otim excelente maravilh adorei amei perfeit parabens satisfeit feliz gostei sensacional"
    " nota+dez nota+10 muito+obrigad atencios gentil rapidinh recomendo salvou deu+certo muito+bom"
    " muito+boa resolvido resolveu"
).split()
ANGRY, GLAD = set("😡🤬😠👎😤"), set("😍🥰❤💚😊👏🎉")
DENYING = frozenset({"nao", "nunca", "nem", "sem", "nada", "jamais"})
SHOUT = re.compile(r"[?!]{3,}")
LEAST_LETTERS = 12
LONG_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FeelingFound:
    """A feeling and what speaks for it, for staff to judge."""

    feeling: Feeling
    reasons: tuple[str, ...] = ()


def feeling_of(texts: Sequence[str], waited: timedelta = timedelta()) -> FeelingFound:
    """Return how somebody sounds in what they wrote last, oldest first, and by how long they wait
    for an answer. The newest word decides: what was said before counts where it agrees.
    """
    score = 0
    reasons: list[str] = []
    for text in reversed(texts):
        signs = _signs(text)
        weight = sum(one for one, _reason in signs)
        if weight * score < 0:
            break
        score += weight
        reasons += [reason for _weight, reason in signs if reason not in reasons]
    if waited > LONG_WAIT:
        score -= 1
        reasons.append(f"espera há {int(waited.total_seconds() // 3600)} h")
    if score <= -2:
        return FeelingFound(Feeling.NEGATIVE, tuple(reasons[:4]))
    if score >= 1:
        return FeelingFound(Feeling.POSITIVE, tuple(reasons[:4]))
    return FeelingFound(Feeling.NEUTRAL, tuple(reasons[:4]))


def _signs(text: str) -> list[tuple[int, str]]:
    words = bare(text).split()
    found = [
        *_said(words, STRONG, -2, -1),
        *_said(words, MILD, -1, 0),
        *_said(words, GOOD, 1, -2),
    ]
    letters = [one for one in text if one.isalpha()]
    if len(letters) >= LEAST_LETTERS and sum(one.isupper() for one in letters) > 0.7 * len(letters):
        found.append((-1, "escreveu em maiúsculas"))
    if SHOUT.search(text):
        found.append((-1, "repetiu ? ou !"))
    if ANGRY & set(text):
        found.append((-2, "enviou um emoji de irritação"))
    elif GLAD & set(text):
        found.append((1, "enviou um emoji de alegria"))
    return found


def _said(
    words: list[str], stems: Sequence[str], weight: int, denied: int
) -> list[tuple[int, str]]:
    """Return what each word found weighs; `denied` is what it weighs after a no ("não gostei")."""
    found = []
    for stem in stems:
        parts = stem.split("+")
        for at in range(len(words) - len(parts) + 1):
            if all(word.startswith(part) for word, part in zip(words[at:], parts, strict=False)):
                is_denied = bool(DENYING & set(words[max(at - 3, 0) : at]))
                said = " ".join(words[at : at + len(parts)])
                shown = f"não {said}" if is_denied else said
                if value := denied if is_denied else weight:
                    found.append((value, f"escreveu “{shown}”"))
                break
    return found
