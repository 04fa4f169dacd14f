"""What a short text of a patient is for, apart from what it asks: a greeting, thanks, a "no, not
that", a wish for a person. Pure tables; asked before any ranking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from bot.texts import bare


class Intent(StrEnum):
    """What a text is for."""

    PERSON = "pessoa"
    GREETING = "saudacao"
    THANKS = "agradecimento"
    DENIAL = "negacao"
    REFUSAL = "recusa"


_WHO = (
    r"(?:atendente|atendimento humano|humano|pessoa|pessoas|gente de verdade|gente|alguem"
    r"|recepcionista|recepcao|secretaria|funcionari\w+|responsavel|gerente|moca|operador\w*"
    r"|suporte)"
)
_PERSON = (
    rf"\b(?:falar|conversar|tratar|papo|fala|contato) (?:logo |direto |agora )?com (?:um |uma "
    rf"|a |o |algum |alguma )?(?:\w+ )?{_WHO}\b",
    r"\b(?:quero|queria|preciso|gostaria|prefiro|poderia|pode|podem|me) (?:\w+ ){0,3}(?:um "
    r"|uma |o |a )?(?:atendente|humano|atendimento humano|recepcionista|pessoa de verdade"
    r"|pessoa real)\b",
    r"\b(?:quero|prefiro|preciso de) (?:ser atendid\w por )?(?:um |uma )?(?:pessoa|gente"
    r"|alguem|humano)(?: por favor| agora)?$",
    r"^(?:me )?transf[ei]r\w*$|\buma pessoa (?:\w+ )?(?:pode|poderia) (?:me )?\w+\b",
    r"^(?:um |uma |o |a )?(?:atendente|humano|pessoa|atendimento|recepcao|recepcionista"
    r"|secretaria|operador|gerente)(?: por favor| pfv| por gentileza| agora| urgente| aqui)?$",
    rf"\b(?:cade|kd|onde esta|me bota com|bota) (?:o |a |um |uma )?{_WHO}\b",
    r"\btem gente (?:viva|de verdade)\b|\b(?:talk|speak) (?:to|with) (?:an? )?"
    r"(?:real )?(?:person|human|agent|attendant|someone)\b|^human please$"
    r"|\bhablar con (?:una? )?(?:persona|humano)\b",
    r"\b(?:sair|tira|desliga|para) (?:\w+ )?(?:do |o |de |com o )?robo\b",
    r"\balguem (?:que )?me (?:atenda|ajude|responda)\b",
    rf"\b(?:passa|passar|passe|transfere|transferir|transfira|chama|chamar|chame|liga|manda|me"
    rf" poe|me coloca|encaminha\w*) (?:\w+ ){{0,4}}{_WHO}\b",
    r"\b(?:tem|ha|existe) (?:alguem|algum atendente|uma pessoa|gente|um humano|algum"
    r" humano)(?: (?:ai|real|de verdade|que|para|me|online|disponivel|atendendo)\b.*)?$",
    r"\bna[om] (?:quero|gosto|aguento|consigo|vou|entendo)\b (?:\w+ ){0,4}(?:robo|maquina|bot"
    r"|computador|ia|gravacao)\b",
    r"\b(?:robo|bot|maquina) (?:\w+ ){0,3}(?:nao|chato|inutil|burro|ruim)\b|\bsai robo\b"
    r"|\bchega de robo\b",
    r"\b(?:ser humano|pessoa de verdade|gente de verdade|atendimento humano|pessoa real"
    r"|atendente humano|atendente de verdade)\b",
    r"\balguem (?:\w+ )?(?:pode|poderia|consegue|vai|para|pra) (?:\w+ )?(?:me )?(?:ajudar"
    r"|atender|responder|ligar|falar)\b",
    r"\b(?:me liga|me ligue|me ligam|podem me ligar|quero que me liguem|podem ligar para mim)\b",
    r"\b(?:quero|preciso|queria|gostaria de) (?:ser atendid[oa]|falar com voces|falar na"
    r" recepcao|falar na clinica|de atendimento|um atendimento)\b",
)
_NOT_PERSON = re.compile(
    r"\b(?:atendente|recepcionista|moca|secretaria|pessoa) (?:foi|era|e|estava|me disse|disse"
    r"|falou|passou|muito|que me atendeu)\b"
    r"|\b(?:levar|acompanhante|mais uma|outra|para quantas|quantas|por|cada) (?:\w+ )?pessoas?\b"
    r"|\bfalei com\b|\bfalaram\b|\bja falei\b|\bhoras? (?:d[aeo] )?(?:recepcao|atendimento)\b"
)
_GREETING = re.compile(
    r"^(?:(?:oi+e?|ola|opa|alo|eai|e ai|hey|hi|hello|bom dia|boa tarde|boa noite|tudo bem|tudo bom"
    r"|td bem|como vai|como voce esta|boa|menu|inicio|comecar|iniciar|ajuda|tem alguem ai|doutora?"
    r"|por favor|com licenca|pessoal|gente|moca|querida|amiga|(?:eu )?(?:queria|quero|gostaria"
    r" de|preciso de)"
    r"(?: saber| tirar)? (?:uma |umas |de )?(?:informac(?:ao|oes)|duvidas?|ajuda)"
    r"|(?:tenho|estou com) (?:uma |umas )?duvidas?|pode me ajudar|voces podem me ajudar)\b ?)+$"
)
_THANKS = re.compile(
    r"^(?:(?:muito |super |mt )?(?:obrigad[oa]s?|grat[oa]|agradecid[oa]|valeu|vlw|brigadao"
    r"|agradeco)"
    r"|ok(?:ay)?|certo|perfeito|otimo|show|beleza|blz|entendi|ta bom|esta bom|tudo bem entao"
    r"|resolveu"
    r"|era isso|so isso|so isso mesmo|era so isso|ate mais|tchau|ate logo|combinado|joia|legal"
    r"|maravilha"
    r"|deu certo|pode encerrar|por enquanto e so|nada mais|mais nada|nao so isso|nao obrigad[oa])"
    r"(?: (?:muito )?(?:obrigad[oa]|valeu|viu|mesmo|entao|por enquanto|pela ajuda|pela atencao"
    r"|ajudou muito"
    r"|ajudou|de nada|querida|moca|bom dia|boa tarde|boa noite|era isso|so isso|ate mais|tchau"
    r"|pelo retorno"
    r"|isso|deus te abencoe|um abraco|abraco))*$"
)
_DENIAL = re.compile(
    r"^(?:(?:nao|errado|nada disso|negativo|nenhum[a]?(?: (?:deles|delas|dessas|desses|das"
    r" opcoes))?"
    r"|nao (?:e|era|foi|eh) (?:isso|isto|nada disso|essa|esse|bem isso|o que)(?: que)?(?:"
    r" (?:eu )?(?:quero|queria|perguntei|pedi|preciso))?"
    r"|nao entendeu|voce nao entendeu|nao perguntei isso|nao foi (?:isso )?que (?:eu"
    r" )?perguntei|nao respondeu"
    r"|nao ajudou|outra coisa|outro assunto)(?: (?:nao|e|era|isso|que|eu|quero|queria))*)$"
)
_REFUSAL = re.compile(
    r"\b(?:nao quero|nao aceito|me recuso|recuso)\b (?:\w+ ){0,4}"
    r"(?:robo|inteligencia artificial|ia|assistente virtual|bot|maquina)\b"
)
_RULE = re.compile("|".join(_PERSON))
# As people type it in a hurry.
_SLIP = re.compile(r"\bat+e?nd?e?[nm]?[dt]e?n?t?e\b")
# A machine at the other end says so.
_AUTOMATIC = re.compile(
    r"\b(?:mensagem automatica|resposta automatica|atendimento automatico|fora do (?:horario"
    r"|escritorio)"
    r"|estamos fora do horario|retornaremos (?:o contato )?(?:em breve|assim que)|sou (?:o|a)"
    r" assistente virtual"
    r"|assistente virtual d[aoe]|out of office|automatic reply|no momento nao (?:posso"
    r"|podemos) atender)\b"
)
_FOREIGN = {
    "en": frozenset(
        "the is are you your what where when how much please hello hi do does can could would"
        " need want"
        " appointment doctor open insurance thanks thank my an of for and with have".split()
    ),
    "es": frozenset(
        "el los las usted ustedes donde cuando cuanto cuesta hola gracias quiero necesito cita"
        " ustedes tienen puedo buenos buenas dias tardes noches por favor con una es esta horario"
        " atienden hay yo mi y del".split()
    ),
}
_OURS = frozenset(
    "o os um uma voces voce que qual quanto quando onde como nao sim e para com tem bom boa"
    " tarde dia"
    " noite ola oi obrigado quero queria preciso consulta marcar horario do da em no na eu meu"
    " minha"
    " esta por favor custa".split()
)
_ONLY_SPANISH = frozenset(
    "usted ustedes donde cuando cuanto hola gracias necesito quiero cita tienen hay yo y el los"
    " las".split()
)


def intent_of(text: str, staff: Iterable[str] = ()) -> Intent | None:
    """Return what a text is for, None when it is a matter of its own. `staff` are first names of
    who works there: "falar com a Carla" wants a person too.
    """
    words = bare(text)
    if not words:
        return None
    if _REFUSAL.search(words):
        return Intent.REFUSAL
    if wants_person(words, staff):
        return Intent.PERSON
    if _GREETING.match(f"{words} ") or _GREETING.match(words):
        return Intent.GREETING
    if _THANKS.match(words):
        return Intent.THANKS
    if _DENIAL.match(words):
        return Intent.DENIAL
    return None


def wants_person(words: str, staff: Iterable[str] = ()) -> bool:
    """Whether plain words ask for somebody of the clinic."""
    words = _SLIP.sub("atendente", words)
    if _RULE.search(words) and not _NOT_PERSON.search(words):
        return True
    names = "|".join(re.escape(bare(name)) for name in staff if len(bare(name)) > 2)
    who = r"doutora?|medic[oa]|enfermeir[oa]|dentista|dono|dona" + (f"|{names}" if names else "")
    found = re.search(
        r"\b(?:falar|conversar|fala|passa|chama|chamar) (?:\w+ )?"
        rf"(?:com |para |pro )?(?:a |o |ao )?(?:{who})\b",
        words,
    )
    return found is not None and not _NOT_PERSON.search(words)


def is_automatic(text: str) -> bool:
    """Whether a text says that a machine wrote it."""
    return _AUTOMATIC.search(bare(text)) is not None


def language_of(text: str) -> str:
    """Return "en" or "es" when a text is surely in that language, else "pt"."""
    words = bare(text).split()
    if len(words) < 3:
        return "pt"
    ours = sum(word in _OURS for word in words)
    counts = {name: sum(word in known for word in words) for name, known in _FOREIGN.items()}
    best = max(counts, key=lambda name: counts[name])
    is_sure = counts[best] >= 2 and counts[best] > ours and counts[best] * 3 >= len(words)
    if best == "es" and not any(word in _ONLY_SPANISH for word in words):
        return "pt"
    return best if is_sure else "pt"
