"""What must never be answered by a program: emergencies, harm to oneself, clinical questions,
complaints, data rights, children. Rules without a model, asked before anything else. Pure.

A false alarm costs a ticket, a miss may cost a life: in doubt a rule finds. The cases follow what
SAMU names (docs/bot.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from bot.texts import bare

# More than any channel takes in one message: what is asked for may be cut, an emergency is not.
MOST_READ = 100_000


class Danger(StrEnum):
    """What a text speaks of, the gravest first."""

    SELF_HARM = "autoagressao"
    EMERGENCY = "emergencia"
    DATA_RIGHTS = "dados"
    COMPLAINT = "reclamacao"
    MINOR = "menor"
    CLINICAL = "clinico"


_GAP = r"(?:\w+ ){0,3}"
_SELF_HARM = (
    r"me mata\w*",
    r"\bme mat(?:o|ei)\b",
    r"suicid\w+",
    r"na[om] (?:quero|aguento) mais (?:viver|vive)\b",
    r"na[om] (?:quero|aguento) viver\b",
    r"(?:acabar com|tirar) (?:a )?(?:minha|propria) (?:propria )?vida",
    r"(?:quero|queria|vontade de|prefiro|preferia|melhor(?: eu)?|pensando em) morrer\b",
    r"\bme (?:corto|cortei|cortando|cortar)\b(?! (?:o|um|no) (?:dedo|cabelo))",
    r"automutil\w+",
    r"\bme machucar de proposito",
    r"sumir d(?:o mundo|essa vida)",
    r"\bme (?:enforc\w+|esfaque(?:ar|ei))\b|\b(?:por|colocar|dar) (?:um )?fim (?:n?a|em)"
    r" (?:minha )?vida",
    r"\bna[om] vejo (?:mais )?(?:sentido|razao|motivo) (?:em|para|de) viver\b",
    r"\b(?:pular|atirar|jogar) d(?:a|o|e) (?:ponte|predio|janela|viaduto)\b",
)
_EMERGENCY = (
    rf"\b(?:dor|dores|aperto|pressao|pontada|queimacao|fisgada)s? {_GAP}(?:no|meu) peito\b",
    r"\bpeito (?:\w+ ){0,2}(?:doendo|apertando|apertado|doi|queimando)\b",
    r"\b(?:dor|dores) (?:nao|nu|ni|du|em) (?:meu )?peito\b",
    r"\b(?:falta|fauta) d?[eo]? ?ar\b|\bsem ar\b|\bfaltando (?:o )?ar\b",
    r"\bna[om] (?:\w+ ){0,2}respira\w*",
    rf"\b(?:dificuldade|dificil|mal) {_GAP}respira\w*|\brespirando mal\b|\bparou de respirar\b",
    r"\bsufoca\w+",
    r"\b(?:ficando|esta|labios?|boca|ficou) (?:\w+ )?rox(?:o|a|inho|inha|os)\b",
    r"\bdesmai\w+",
    r"\b(?:perdeu|perdi|perdendo) (?:a consciencia|os sentidos)|\binconsciente\b|\bna[om] acorda\b",
    r"\bconvuls\w+|\b(?:ataque|crise) (?:de )?epile\w+",
    r"\bhemorragi\w+|\bmuito sangue\b|\bperdendo sangue\b|\bna[om] para de sangrar\b",
    rf"\bsangra\w* {_GAP}(?:muito|forte|demais|intenso|na[om] para)\b",
    r"\bsangue na[om] (?:para|estanca)\b|\b(?:gravida|gestante|gravidez)\b.{0,40}\bsangra\w*",
    r"\b(?:muito|forte) sangramento\b|\b(?:vomita\w*|tossi\w*|cuspi\w*|evacua\w*) sangue\b",
    r"\bboca (?:\w+ )?torta\b|\b(?:rosto|face|boca) (?:\w+ )?(?:torto|torta|caid\w|paralisad\w)\b",
    r"\b(?:fala|falando|voz) (?:\w+ ){0,3}(?:enrolad\w|embolad\w|arrastad\w)\b",
    rf"\b(?:brac\w+|perna|rosto|lado do corpo) {_GAP}(?:dormente|sem forca|paralisad\w"
    rf"|formigando)\b",
    r"\bdormencia (?:no|na|do) (?:brac\w+|rosto|lado)\b|\bderrame\b|\bavc\b",
    r"\binfart\w+|\bataque cardiaco\b|\bparada cardiaca\b|\benfart\w+",
    r"\bengasg\w+|\bafog(?:ou|ando|ado|ada)\b|\besfaque\w+",
    r"\b(?:preciso|chama|chame|manda|mande|quero|urgente)\b.{0,20}\b(?:ambulancia|samu)\b|^samu\b",
    r"\bperdi? (?:o )?(?:movimento|a visao)\b|\bboca (?:\w+ )?entort\w+|\blado \w+ paralisad\w\b",
    r"\boverdose\b|\benvenen\w+|\bveneno\b|\bchumbinho\b|\bagua sanitaria\b|\bsoda caustica\b",
    rf"\b(?:tom\w+|inger\w+|engol\w+) {_GAP}(?:remedios?|comprimidos?|medicamentos?) (?:\w+ )?"
    r"(?:demais|tudo|todos|a mais|de uma vez)\b",
    rf"\b(?:tom\w+|inger\w+|engol\w+) (?:muit\w+|vari\w+|tod\w+|um monte de|uma cartela) {_GAP}"
    r"(?:remedios?|comprimidos?|cartela)",
    rf"\bengoliu {_GAP}(?:pilha|bateria|moeda|produto|detergente|desinfetante)\b",
    r"\bqueimadura (?:\w+ )?(?:grave|feia|de segundo|de terceiro|grande|profunda)\b",
    rf"\b(?:queim\w+) {_GAP}(?:agua|oleo|panela|fogo) {_GAP}(?:fervendo|quente|corpo)?\b",
    r"\breacao alergica\b|\banafila\w+|\bchoque alergico\b",
    r"\bgarganta (?:\w+ ){0,2}(?:fechando|fechou|fechada|inchando)\b|\bfechou a garganta\b",
    r"\b(?:lingua|labios?|rosto|olhos?) (?:\w+ ){0,2}inch(?:ou|ando)\b|\binch\w+ a (?:lingua"
    r"|garganta)\b",
    r"\bbolsa (?:\w+ )?(?:estour\w+|romp\w+)|\b(?:estour\w+|romp\w+) a bolsa\b",
    r"\btrabalho de parto\b|\bcontracoes (?:\w+ )?(?:a cada|fortes|de \d)\b",
    rf"\b(?:bat\w+|caiu|cai) {_GAP}(?:com )?(?:a )?cabeca\b",
    r"\bacidente grave\b|\batropela\w+|\b(?:levou|levei) (?:um )?(?:tiro|facada|choque)\b",
    r"\bpicad\w+ (?:de|por) (?:cobra|escorpiao|aranha)\b",
    r"\b(?:cobra|escorpiao|aranha)\b (?:me )?(?:pic\w+|mord\w+)\b",
    rf"\b(?:tom\w+|inger\w+|engol\w+) (?:[3-9]\d|[1-9]\d\d|mtos|mtas) {_GAP}"
    r"(?:remedios?|comprimidos?)",
    r"\bbebeu (?:\w+ )?(?:detergente|desinfetante|alvejante|produto de limpeza|gasolina|soda)\b",
    r"\bchest pain\b|\bcan ?t breathe\b|\bcan t breath\b|\bheart attack\b",
    r"\bdolor (?:en|de) (?:el )?pecho\b|\bno puedo respirar\b",
    r"\b(?:esta|estou|ta) morrendo\b|\bsocorro\b|\bsaturacao (?:\w+ ){0,2}[5-8]\d\b",
)
# What only looks like an emergency: it happened long ago, or is a name.
_PAST = re.compile(
    # "Teve um AVC" alone may be a minute ago.
    r"\b(?:ja (?:teve|tive|sofreu|sofri)|apos|pos|depois d[eo]|sequelas? d[eo])"
    r" (?:um |uma |o |a )?(?:avc|infarto|derrame|convulsao|desmaio|engasgo)\b"
    r"(?! (?:\w+ ){0,3}(?:agora|hoje|minutos?|instantes?|pouco)\b)"
    r"|\b(?:teve|tive|sofreu|sofri) (?:um |uma |o |a )?(?:avc|infarto|derrame|convulsao|desmaio"
    r"|engasgo) (?:\w+ ){0,2}(?:ha (?:\w+ ){0,3}(?:anos?|mes|meses)|ano passado|em (?:19|20)\d\d)\b"
    r"|\b(?:teste|exame|consulta) d[eo] (?:reacao alergica|avc)\b"
    r"|\bnossa senhora do (?:perpetuo )?socorro\b|\b(?:rua|avenida|bairro) \w* ?socorro\b"
    r"|\bmorrendo de (?:fome|rir|saudade|vergonha|curiosidade|calor|sono)\b"
)
_CLINICAL = (
    r"\bsintomas?\b",
    r"\b(?:qual|que) (?:a |e a )?(?:dose|dosagem)\b|\bquant(?:as|os) (?:gotas|comprimidos|mg)\b",
    r"\b(?:posso|pode|devo|deve|consigo) (?:\w+ )?(?:toma\w*|usar|passar (?:pomada|creme|algo"
    r"|algum\w*)|aplicar|mistura\w*)"
    r" (?!(?:agua|cafe|banho|sol|cartao|pix|plano|convenio|vacina|estacionamento|o cartao|o"
    r" convenio"
    r"|o plano|meu convenio|meu plano|elevador|dinheiro)\b)",
    r"\b(?:parar|suspender|trocar|aumentar|diminuir) (?:\w+ ){0,3}(?:remedio"
    r"|medica\w+|dose"
    r"|antibiotico|anticoncepcional)\b",
    r"\be (?:\w+ )?(?:normal|grave|perigoso|contagioso)\b",
    r"\b(?:exame|resultado|laudo|ultrassom|biopsia|raio x|hemograma)s? (?:\w+ ){0,3}(?:deu"
    r"|veio|mostr\w+|acus\w+|apont\w+)\b",
    r"\b(?:qual|que|algum) remedio\b|\bremedio (?:para|bom|pra)\b|\breceit\w+ (?:um|algum)"
    r" remedio\b",
    r"\bfebre\b|\bpus\b|\bcaroc\w+|\bnodulo\b|\bdiarreia\b|\bvomit\w+|\btontura\b|\benjoo\b",
    r"\b(?:estou|esta|to|com|sentindo|sinto|tenho) (?:\w+ ){0,2}dor(?:es)?\b|\bdor (?:de|na|no"
    r"|nas|nos) "
    r"(?!parto|cotovelo)\w+",
    r"\b(?:esta|ta|fica|ficou|muito) (?:\w+ )?(?:doendo|inflamad\w|inchad\w|infeccionad\w"
    r"|cocando|ardendo)\b",
    r"\bdoendo\b|\bcoceira\b|\bmanchas? (?:na|no|vermelh\w+)\b|\bsangra\w+\b",
    r"\befeito colateral\b|\bdiagnostic\w+\b|\bo que (?:eu )?(?:tenho|pode ser)\b",
)
# Questions about a visit that only name what it is for.
_ABOUT_VISIT = re.compile(
    r"\b(?:voces |a clinica )?(?:atendem?|tratam?|fazem?|cuidam? de|tem (?:medico|especialista))\b"
    r"|\b(?:marcar|agendar|consulta|horario|especialista|medico)\b (?:\w+ ){0,4}(?:para|por"
    r" causa|porque)"
)
_COMPLAINT = (
    r"\bprocon\b|\breclame aqui\b|\breclamacao\b|\bouvidoria\b|\bquero reclamar\b",
    r"\bprocessa(?:r|rei)? (?:voces|a clinica|o medico)|\bprocesso judicial\b|\b(?:meu"
    r" )?advogad\w+",
    r"\breembols\w+(?! (?:\w+ ){0,2}(?:plano|convenio))|\bestorn\w+|\bdinheiro de volta\b"
    r"|\bdevolu(?:cao|cao do) d?o? ?(?:dinheiro|valor)\b",
    r"\bcobra\w+ (?:\w+ ){0,2}(?:indevid\w+|errad\w+|duas vezes|a mais|em dobro)\b",
    r"\b(?:pessim\w|horrivel|absurd\w|descaso|vergonha|falta de respeito|palhacada)\b",
)
_DATA_RIGHTS = (
    r"\b(?:apag\w+|exclu\w+|delet\w+|remov\w+|elimin\w+) (?:todos )?(?:os )?meus dados\b",
    r"\blgpd\b|\b(?:copia|acesso) (?:dos|aos) meus dados\b|\bquais dados (?:voces )?(?:tem"
    r"|guardam)\b",
)
_MINOR = (
    r"\b(?:eu )?tenho (?:8|9|1[0-7]) anos\b",
    r"\bsou (?:menor de idade|crianca|de menor)\b",
)
_RULES: tuple[tuple[Danger, tuple[str, ...]], ...] = (
    (Danger.SELF_HARM, _SELF_HARM),
    (Danger.EMERGENCY, _EMERGENCY),
    (Danger.DATA_RIGHTS, _DATA_RIGHTS),
    (Danger.COMPLAINT, _COMPLAINT),
    (Danger.MINOR, _MINOR),
    (Danger.CLINICAL, _CLINICAL),
)
_COMPILED = tuple((danger, re.compile("|".join(rules))) for danger, rules in _RULES)

# Words whose slips would hide an emergency, each at least five letters long.
_KEYS = (
    *("peito", "aperto", "respirar", "respira", "respirando", "desmaiou", "desmaiando", "desmaio"),
    *(
        "desmaiada",
        "desmaiado",
        "desmaiar",
        "convulsao",
        "convulsionando",
        "convulsoes",
        "sangrando",
    ),
    *("sangramento", "hemorragia", "sangrar", "sangue", "engasgado", "engasgada", "engasgou"),
    *(
        "overdose",
        "veneno",
        "infarto",
        "infartando",
        "alergica",
        "garganta",
        "fechando",
        "estourou",
    ),
    *("morrer", "matar", "suicidio", "queimadura", "derrame", "inconsciente", "torta", "enrolada"),
    *("dormente", "sufocando", "envenenado", "comprimidos", "remedio", "remedios", "anafilatico"),
    *("cardiaco", "viver", "atropelado", "cabeca", "bolsa", "reacao"),
)
# Words of their own that are one letter away from those.
_OTHERS = frozenset(
    "perito preito aberto aperta apertou respire desmaia sangre sangria alergico alergia alergicas"
    " gargantas fechado fechada fechados estouro moreno morrem morder morar mandar mata mater"
    " marcar"
    " matam maior torto porta conta volta rosto torre dorme dormente reaçao feito jeito peixe"
    " direito respeito remedia medio medios beber vive vivem viver vier viverem bolsas bolso cabe"
    " cabelo derramar sangues fechamos infantil relacao creacao".split()
)


@lru_cache(maxsize=4096)
def _repaired(word: str) -> str:
    """Return the key that a word is a slip of, else the word."""
    if len(word) < 4 or word in _OTHERS or word in _KEYS:
        return word
    return next((key for key in _KEYS if _is_slip(word, key)), word)


def _is_slip(word: str, key: str) -> bool:
    """Whether one letter was left out, added, exchanged or swapped; the first one is right, or
    sounds like it.
    """
    if abs(len(word) - len(key)) > 1 or word[:1] != key[:1]:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, key, strict=False)) if a != b), None)
    if at is None:
        return True
    swapped = word[at + 1 : at + 2] == key[at] and key[at + 1 : at + 2] == word[at]
    return (
        word[at + 1 :] == key[at + 1 :]
        or word[at:] == key[at + 1 :]
        or word[at + 1 :] == key[at:]
        or (swapped and word[at + 2 :] == key[at + 2 :])
    )


def danger_of(text: str, extra: Iterable[str] = ()) -> Danger | None:
    """Return the gravest thing a text speaks of, None when it speaks of none.

    `extra` are words a clinic added; they count as an emergency. What is built in stays.
    """
    words = bare(text, MOST_READ)
    if not words:
        return None
    slips = " ".join(map(_repaired, words.split()))
    both = _PAST.sub(" ", f"{words} . {slips}")
    for word in extra:
        if (plain := bare(word)) and re.search(rf"\b{re.escape(plain)}\b", both):
            return Danger.EMERGENCY
    for danger, rules in _COMPILED:
        if rules.search(both) and not (danger == Danger.CLINICAL and _ABOUT_VISIT.search(words)):
            return danger
    return None
