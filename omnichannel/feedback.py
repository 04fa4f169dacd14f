"""What people type when they were asked how it was. Pure.

A grade, thanks or a comment answers the question and opens nothing. Whatever else a text may want
needs a person, so it is never taken for an answer: in doubt the conversation opens again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contacts.optout import plain

LONGEST = 600
STARS = re.compile("[⭐★🌟✨]")
NUMBERS = {
    **{"zero": 0, "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5},
    **{"seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10},
}
_NUMBER = rf"(\d{{1,4}}(?: [05])?|{'|'.join(NUMBERS)})"
GRADE = re.compile(
    rf"^(?:(?:a )?(?:minha )?nota(?: eh?)?|dou(?: nota)?|avaliacao|dei|merecem?|eh?)? ?{_NUMBER}\b"
    r"(?: estrelas?| pontos?| com (?:certeza|louvor))?(?: (?:de|em|sobre) (5|10|cinco|dez)\b)?"
    r"(?: (?:cinco|dez|estrelas?))?"
)
ARTICLES = ("um", "uma", "dois", "duas")
# Around a grade or thanks these words mean nothing else.
AROUND = re.compile(
    r"muit[oa]s?|mt|mt[oa]|super|demais|mesmo|verdade|coracao|mil|vezes|obrigad\w*|obgd?[oa]?"
    r"|brigad\w*|vlw|valeu|grat[oa]s?|gratidao|agradec\w+|parabens|deus|te|lhe|abencoe|pague|amem"
    r"|ok|okay|certo|ta|tah|esta|beleza|blz|perfeit[oa]|show|bola|top|maravilh\w+|otim[oa]s?"
    r"|excelentes?|bo[mans]+|bem|lind[oa]s?|nota|dez|amei|adorei|gostei|joia|legal|bacana|massa"
    r"|sensacional|incrivel|fantastic[oa]|impecavel|nada|de|por|pel[ao]s?|tudo|tod[ao]s?|d[ao]s?"
    r"|as?|os?|e|com|aos?|que|foi|fui|sao|eh|sempre|atencao|atendimento|ajuda|carinho|cuidado"
    r"|gentileza|paciencia|retorno|resposta|informac\w+|esclarecimentos?|rapidez|agilidade"
    r"|servico|voces?|vcs?|equipe|clinica|doutora?|dra?|recepcao|moca|querid[oa]s?|amig[oa]|viu"
    r"|dia|tarde|noite|fim|final|semana|feriado|trabalho|descanso|abracos?|beijos?|bjs?|bjos?|ate"
    r"|mais|logo|breve|tchau|igualmente|pra|para|tambem|tbm?|nao|so|isso|era|mim|eu|me|meu|minha"
    r"|noss[oa]|gente|k+|(?:ha)+|rs+|estrelas?|cem|um|uma"
)
# One of these must be there: a greeting alone begins something new.
THANKFUL = re.compile(
    r"\b(?:obrigad\w*|obgd?[oa]?|brigad\w*|vlw|valeu|grat[oa]s?|gratidao|agradec\w+|parabens|amem"
    r"|igualmente|deus|perfeit[oa]|show|top|maravilh\w+|otim[oa]s?|excelentes?|amei|adorei|gostei|joia|beleza"
    r"|blz|sensacional|incrivel|fantastic[oa]|impecavel|muito bo[ma]|nota (?:dez|mil|1?0+)|ok|okay"
    r"|certo)\b"
)
JUDGES = re.compile(
    r"\b(?:otim\w+|excelent\w+|gostei|gostamos|adorei|adoramos|amei|amamos|parabens|recomend\w+"
    r"|educad\w+|simpatic\w+|atencios\w+|gentil|gentis|prestativ\w+|cuidados\w+|carinhos\w+"
    r"|rapid\w+|agil|ageis|competent\w+|profissiona\w+|impecave\w+|maravilhos\w+"
    r"|muito b(?:om|oa|em)"
    r"|bom atendimento|(?:bem|mal|super) atendid\w+|atendeu (?:muito )?bem|nota (?:\d+|dez|mil)"
    r"|pessim\w+|horrive\w+|demor(?:ou|ado|ada|aram)|grosseir\w+|decepcion\w+|satisfeit\w+"
    r"|insatisfeit\w+|deixou a desejar|perfeit\w+|acolh(?:id|edor)\w+|humaniz\w+|fof[oa]s?|anjos?"
    r"|atendimento (?:bom|ruim|regular|lento|mediano|top|show))\b"
)
PRAISED = re.compile(r"\b(?:atencao|atendimento|carinho|cuidado|equipe)\b")
# Said of nothing at all.
EMPTY = re.compile(
    r"\b(?:nao (?:tenho|ha|tem)(?: nada)? (?:do que|de que|o que|a|que) (?:reclamar|dizer)"
    r"|nada a reclamar|sem (?:reclamac(?:ao|oes)|queixas?|problemas?|duvidas?|palavras)"
    r"|nenhuma? (?:problema|reclamacao|queixa)|nao (?:poderia|podia) (?:ser|ter sido) melhor"
    r"|tirou (?:todas )?(?:as )?(?:minhas )?duvidas"
    r"|(?:resolveu|resolveram|solucionou|solucionaram)(?: o)?(?: meu)? problema"
    r"|(?:so )?(?:quero|queria|gostaria de) (?:so |apenas )?(?:agradecer|parabenizar|elogiar))\b"
)
# Whoever says one of these wants something, or has something wrong.
WANTS = re.compile(
    r"\b(?:quando|que horas?|qual|quais|quant[oa]s?|onde|cade|como|porque|por que|pq|quem|sera|da"
    r" pra|posso|pod\w+|consig\w+|consegu\w+|quer(?:o|ia|emos|em)|precis\w+|gostari\w+|nao|nem"
    r"|nunca|nada|sem|mas|porem|entretanto|embora|so que|ainda|de novo|outra|outro|novamente"
    r"|marc\w+|agend\w+|remarc\w+|reagend\w+|desmarc\w+|cancel\w+|confirm\w+|mand\w+|envi\w+"
    r"|lig(?:ar|a|uem?|ou|aram|uei)|retorn\w+|avis\w+|receb\w+|falt\w+|err\w+|engan\w+|esquec\w+"
    r"|perd\w+|deixei|dor|dores|doi|doendo|sangr\w+|febre|inch\w+|inflam\w+|reac\w+|alergi\w+"
    r"|urg\w+|emergencia|socorro|ajud\w+|problemas?|resultados?|exames?|receitas?|boletos?|pag\w+"
    r"|cobr\w+|reembols\w+|fiscal|recibo|remedios?|medic(?:amento|acao)\w*|atestado|laudo|guia"
    r"|endereco|precos?|valor|orcamento|convenio|duvidas?|pergunt\w+|reclam\w+|process\w+|procon"
    r"|advogad\w+|gerente|supervis\w+|falar|ninguem|amanha|hoje|ontem|segunda|terca|quarta|quinta"
    r"|sexta|sabado|domingo|pior\w+|horas?|horario|vomit\w+|tont\w+|passou mal|passando mal"
    r"|(?:esta|estou|ficou|fiquei) mal|caiu|cai|quebr\w+|abriu|aberto|esper(?:o|ando|ei))\b"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a text says of how it was: a grade from 1 to 5, a comment, both or only thanks."""

    grade: int | None = None
    comment: str = ""


def feedback_of(text: str, *, is_quote: bool = False) -> Feedback | None:
    """Return what a text answers to the question how it was, None when a person must read it.

    `is_quote` tells that it quotes our thanks, which asked for a comment: then any words that want
    nothing are one.
    """
    if not text.strip() or len(text) > LONGEST or "?" in text:
        return None
    words = plain(text.replace("/", " de "))
    if not words:
        # Stars, or hearts and hands.
        stars = len(STARS.findall(text))
        return Feedback(min(stars, 5) if stars else None)
    grade, rest = _grade(words)
    if grade is None and (stars := len(STARS.findall(text))):
        grade, rest = min(stars, 5), words
    if grade is not None and (not rest or _is_praise(rest)):
        return Feedback(grade, text if rest else "")
    if grade is None and _is_around(words) and THANKFUL.search(words):
        return Feedback(None, text if JUDGES.search(words) else "")
    if WANTS.search(EMPTY.sub(" ", words)):
        return None
    if JUDGES.search(rest) or (is_quote and grade is None):
        return Feedback(grade, text)
    return None


def _is_around(words: str) -> bool:
    """Whether words say nothing but thanks and praise. One by one: no text makes that slow."""
    return all(AROUND.fullmatch(word) for word in words.split())


def _is_praise(words: str) -> bool:
    found = (regex.search(words) for regex in (THANKFUL, JUDGES, PRAISED))
    return _is_around(words) and any(found)


def _grade(words: str) -> tuple[int | None, str]:
    """Return the grade that words begin with, on a scale of five, and the words after it."""
    found = GRADE.match(words)
    if found is None:
        return None, words
    given, of = found[1], found[2]
    rest = words[found.end() :].strip()
    if given in ARTICLES and rest and not found[0].startswith(("nota", f"{given} estrela")):
        # "Um amor de pessoa" is no grade.
        return None, words
    whole, _, half = given.partition(" ")
    value = float(NUMBERS[given]) if given in NUMBERS else float(f"{whole}.{half or 0}")
    top = {"5": 5, "cinco": 5, "10": 10, "dez": 10}.get(of or "", 10 if value > 5 else 5)
    if value > top and value not in (100, 1000):
        return None, words
    return max(1, int(min(value, top) / top * 5 + 0.5)), rest
