"""The words of a "não" and of what it does not reach. Tables for `negation`, folded and spelled out
(`spelling`): lower case, no accents, "para", "esta" and "voces" in full.
"""

from __future__ import annotations

import re

from leadscoring.choices import SignalKind

# Where a thought may end, as people write without marks too: a mark, a word that turns, a question
# that begins, another wish.
BREAK = re.compile(
    r"[.,;:!?()\n]+| - |(?<!\w)(?:(mas|porem|so que|e sim|entretanto|contudo|todavia|pena que"
    r"|infelizmente|ai|porque|pois|por isso|entao|obrigad[oa]|prefiro|valeu)|(qual|quais|quanto"
    r"|quando|onde|como|voces?|tem|teria|consigo|sera que)|(quero|queria|gostaria|preciso|bora))"
    r"(?!\w)"
    r"| e (?=(?:re)?(?:marcar?|agendar?|marque|agende)\b|(?:quero|queria|preciso|passa|muda|troca"
    r"|coloca|bota|vou|me encaixa|nao)\b)"
)
TURNS, BEGINS, WISHES = 1, 2, 3
CONTRASTS: tuple[str, ...] = (
    "mas",
    "porem",
    "so que",
    "entretanto",
    "contudo",
    "todavia",
    "pena que",
)
CONTRASTS += ("infelizmente", "ai")
# After these a wish or a question goes on with the thought.
GOES_ON: tuple[str, ...] = (
    "nao ",
    "nem ",
    "se ",
    "que ",
    "que eu ",
    "se eu ",
    "nunca ",
    "jamais ",
    "nunca mais ",
    "nao mais ",
)
GOES_ON += ("alguma ", "nenhuma ", "algum ", "nenhum ", "tampouco ")
# A refusal reaches so far; longer thoughts are letters.
NEAR = 200
_SELF = r"(?:quero|queremos|queria|queriamos|quis|vou|vamos|irei|iremos|ia|preciso|precisamos"
_SELF += r"|pretendo|pretendemos|desejo|desejamos|gostaria\w*|gostei|gostamos|curti|tenho|temos"
_SELF += r"|tive|estou|estamos|ando|aceito|aceitamos|poderei|poderemos"
_SELF += r"|penso|pensamos|cogito|faco|fazemos|farei|faria|compro|compraria|comprarei|pago"
_SELF += r"|pagaria|pagarei|marco|marcarei|agendo|agendarei|uso|possuo|renov\w+|sei se|acho que"
_SELF += r"|dou|fecho|fecharei|contrato|volto|voltarei|confio|concordo|autorizo|solicitei|pedi"
_SELF += r"|pedimos|marquei nada|agendei nada|conseguir(?:ei|emos)|(?:fui|sou) eu|recomendo"
_SELF += r"|consigo(?= (?:pagar|arcar|bancar|manter|custear))|marque|marquem|agende|agendem|mandem?"
_SELF += r"|enviem?|mando"
_SELF += r"|trabalho com|liguem?|topo|sinto|vejo(?! a hora)|compareco|mais)"
# Asked, these are the clinic's to answer: "não posso parcelar?".
_MAY = r"(?:posso|podemos|poderia|consigo|conseguimos)"
# A second "não", or something that only did not work: the wish stands.
_STILL = r"(?! (?:(?:mais )?(?:perder|esquecer|esqueci|ficar sem|deixar|demorar|atrasar|esperar"
_STILL += r"|adiar|faltar|embora|aguento|aguentar|aguentando|dando para esperar|cancelar|desistir"
_STILL += r"|desmarcar|abrir mao|faltar|possivel"
_STILL += r"|consegu(?:i|indo|imos|e)|ach(?:ando|ei|o)|encontr\w+|so|apenas|somente|sofrer"
_STILL += r"|poder|preferencia|problemas?|duvidas?|frescura|restric\w+|objec\w+|exigencia\w*"
_STILL += r"|o que pensar|erro|pressa|medo|sentir|viver|passar vergonha|dormir"
_STILL += r"|comer|mastigar|trabalhar|enxergar|suportar|nada contra)\b))"
_FILL = (
    r"(?:a gente |eu |nos |me |lhe |te |se |mais |ainda |ia |esta |estao |foi |vai |vou |iria )?"
)
_NO = rf"\b(?:nao|nunca|jamais|nem) {_FILL}"
_NEVER = r"tampouco|de (?:forma|maneira|modo|jeito) (?:algum|nenhum)\w*|(?:em"
_NEVER += r"|sob) (?:nenhuma )?(?:hipotese"
_NEVER += r"|circunstancia)\w*|longe de mim|deus me (?:livre|defenda)|esta amarrado|cruz credo"
NOT = re.compile(rf"{_NO}{_SELF}\b{_STILL}|\b(?:{_NEVER})\b|\bnem\b(?! sei (?:o|a|quanto|qual)\b)")
# What is no will: something was not had, known, found or understood, or the clinic does not do it.
_NO_WILL = r"(?:receb\w+|cheg\w+|entend\w+|compreend\w+|sei|sabia|sabemos|achando"
_NO_WILL += r"|ach(?:ei|amos)(?! (?:justo|legal|bo[ma]|certo|correto|interessante|atrativ\w+|que"
_NO_WILL += r"|muito|tao|vant))"
_NO_WILL += (
    r"|encontr\w+|consegu\w+|consigo|lembr\w+|record\w+|respond\w+|retorn\w+|mand(?:aram|ou)"
)
_NO_WILL += r"|pass(?:aram|ou|a)|envi(?:aram|ou)|apareceu?|aparece|abr\w+|funcion\w+|carreg\w+"
_NO_WILL += r"|conheco|conhecia|vi(?! (?:vantagem|diferenca|necessidade|sentido|graca|futuro"
_NO_WILL += r"|motivo))|li|fui|pude|deu (?:tempo|certo)|import\w+|demor\w+|perd\w+|esquec\w+"
_NO_WILL += r"|esper\w+|aguent\w+|adi\w+|ficar|deix\w+|fal(?:ou|aram)|inform\w+|explic\w+"
_NO_WILL += r"|tive|fiquei|disse\w*|confirm(?:ou|aram)|tem|tinha|teria|teriam|ha|so|apenas|somente"
_NO_WILL += r"|era|atend\w+"
_NO_WILL += (
    r"|faz(?:em|iam)?|parcelam?|dividem?|aceitam?|trabalham?|cobram?|pegam|tenh[ao]|par[ao]u?"
)
_NO_WILL += r"|durmo|dormi|aguentando|suport\w+|pod(?:e|eria|em|ia)|rol[ae]\w*|da|daria|seria|sera"
_NO_WILL += r"|precisa|cancel\w+|desist\w+|desmar\w+|vejo a hora|gasto|moro|somos|sou|existe|custa"
_NO_WILL += r"|marcamos|agendamos|fechamos|melhor\w*|poss?o|tao|quer|e|esta|vale|compensa|cabe)"
# The filling words are taken for good, or one of them would be the verb.
NOT_SO = re.compile(rf"{_NO}+(?!{_NO_WILL}\b)\w+\b{_STILL}")
# Said of others or of a thing; as a question it is the clinic that is asked.
_IT = r"(?:quer|quis|precisa|pediu|e|era|foi|sera|seria|esta|vale|compensa|cabe|coube|interessa\w*"
_IT += r"|rola|rolou|da|dara|daria|deu|vai (?:dar|ser possivel|rolar)|vai|sera possivel"
_IT += r"|faz (?:sentido|parte|questao|diferenca)|(?<=me )atende"
_IT += r"|serve|(?:ha|havera) (?=(?:mais |nenhuma? )?(?:necessidade|disponibilidade|condic\w+"
_IT += r"|previsao|como"
_IT += r"|possibilidade|interesse|urgencia|pressa))|tem (?:mais |nenhum |muito )?(?:interesse"
_IT += r"|vontade|condic\w+|como|pressa"
_IT += r"|dinheiro|urgencia|necessidade|jeito)"
_IT += r"|cobrem?|marcar|agendar|marca|agenda|fechar|posso|podemos|poss[oa]"
_IT += r"|comprar|contratar)"
NOT_IT = re.compile(rf"{_NO}{_IT}\b{_STILL}")
# A page that does not work is in nobody's way of wishing.
BROKEN = re.compile(r"\b(?:site|app|aplicativo|link|sistema|telefone|pagina|online)\b")
# A whole thought that is a "não" of the offer: "agora não dá", "ele não deixou".
_WHO = r"(?:eu|a gente|nos|ele|ela|agora|hoje|ainda|infelizmente|no momento|por enquanto|por ora"
_WHO += r"|por hora|entao|e|ai|tambem|realmente|acho que|sinceramente|mesmo assim|nesse momento"
_WHO += (
    r"|neste momento|(?:ess?e|este) (?:mes|ano|semestre)|atualmente|nao|moca|olha|pra mim|para mim"
)
_WHO += r"|desta vez|dessa vez|sinto muito|desculpa|nem)"
_CANNOT = r"(?:da|dara|deu|daria|rola|rolou|posso|podemos|poderei|conseguirei|tenho"
_CANNOT += (
    r"|temos|tenho (?:mais )?(?:como|condic\w+|dinheiro|grana|tempo|interesse|vontade|coragem)"
)
_CANNOT += (
    r"|(?:vou|vamos|vai) (?:mais )?(?:dar|poder|conseguir|rolar|ser possivel|querer|fazer|fechar"
)
_CANNOT += r"|marcar|agendar|ir|seguir|continuar)|vou|vamos|quero|queremos|quis|quer|animei|animo"
_CANNOT += r"|curti|gostei|deix\w+|liber\w+|concord\w+|autoriz\w+|aprov\w+|topou|topo|cabe|coube"
_CANNOT += (
    r"|compensa|e (?:possivel|viavel|o momento|prioridade)|preciso|faco|farei|fecho|pretendo)"
)
_TAIL = (
    r"(?: (?:mais|agora|no momento|ess?e mes|este mes|esse ano|este ano|por enquanto|por ora|nao"
)
_TAIL += r"|mesmo|para mim|para nos|para gente|para a gente|viu|ta|moca|hoje|fazer|pagar|marcar"
_TAIL += (
    r"|ir|isso|nada|tudo isso|bem|dessa vez|desta vez|infelizmente|tudo|agendar|bancar|arcar))*"
)
WHOLE_NO = re.compile(
    rf"(?:{_WHO} )*nao (?:(?:me )?{_CANNOT}{_TAIL}|consigo(?: mais| agora| mesmo| nao)*)"
)
ONLY_NO = re.compile(
    rf"(?:{_WHO} )*(?:nao|nem|nada|negativo|deixa|esquece|desisto)(?: (?:obrigad[oa]|valeu|mesmo"
    rf"|viu|agora))*"
)
RHETORICAL = re.compile(
    r"\bquem (?:disse|falou|mandou|autorizou)\b|\b(?:eu|ta|esta) (?:la )?louc[oa]\b"
)
# "Sem urgência": the next word alone; one of these may stand between.
LACKS, MUCH = (
    ("sem", "nenhum", "nenhuma", "zero"),
    ("mais", "muito", "muita", "qualquer", "tanta", "um", "uma", "nenhum", "nenhuma"),
)
HAS = ("tem", "ha", "teria")
HAVES = ("tem ", "tenho ", "teria ", "ter ", "tinha ", "ha ")
# "Vou me programar e aí marco."
AND_THEN = re.compile(
    r"\s*(?:eu |a gente |ja )?(?:marco|agendo|faco|fecho|vejo|confirmo|fechamos|marcamos|agendamos"
    r"|decido"
    r"|combino|combinamos|volto|retorno)\b"
)
TOGETHER = {
    "como": ("nao ", *HAVES),
    "consigo": ("nao ", "eu "),
    "voces": ("nao ", " que "),
    "voce": ("nao ", " que "),
}
# Who thanks for a thing has it.
THANKS = re.compile(
    r"\b(?:obrigad[oa]|valeu|agradec\w+|grat[oa])(?: mesmo| muito| demais)?,? (?:pel[oa]s?|por) "
)
# Right before a wish: "por enquanto não quero".
DENIES = ("nao", "nunca", "jamais", "nem")
# "Quero não", "interesse nenhum": a refusal that stands behind.
BEHIND = re.compile(
    r"^(?:\s+\w+){0,2}?\s+nao (?:me )?(?:da|cabe|coube|rola|cobr\w+|compensa|vale|consigo|posso"
    r"|tenho|quero|queria|serve|atende|liberou|autorizou|aprovou|convenceu|agradou|interess\w+"
    r"|vou|gostei|preciso|aceito|topo|fecho|e|bate|orna|encaixa|faco)\b|^\s+nenhuma?\b"
    r"|^(?:\s+\w+){0,4}?\s+(?:nao|nenhum|nenhuma|zero)(?: mesmo| mais| viu| agora| ta)?\s*$"
)
# Whoever calls off or complains wants nothing of what stands there.
CALLED_OFF = re.compile(
    r"\b(?<!nao )(?<!nao quero )(?<!nao vou )(?<!nao me )(?:cancel\w+|desmarc(?:ar|a|o|ou|aram|ado"
    r"|ada|ando)|desmarqu\w+"
    r"|reclam(?:ar|acao|o)\w*|denunci\w+|estorn\w+|descadastr\w+|arrepend\w+"
    r"|parar de|parem? (?:de|com)|para de|chega d[eao]|cans(?:ei|ad\w+) d[eao]"
    r"|sair d[ao] (?:lista|agenda|grupo)|dinheiro de volta|devolv\w+"
    r"|(?:tir(?:a|e|ar|em)|retir\w+|exclu\w+) (?:o |a )?(?:meu|minha))\b"
)
# What happened, and by what a thought asks all the same.
TOLD = re.compile(
    r"\b(?!(?:vou|sou|estou|dou|sei|hei|valeu|entendeu)\b)\w{2,}(?:ei|ou|eu|iu|aram|eram|iram)\b"
    r"|\b(?:fui|fiz|vim)\b"
)
CUE = re.compile(
    r"\b(?:qual|quais|quant\w+|quando|onde|como|que horas|tem|teria\w*|ver|saber|(?:pass|mand|envi"
    r"|fal)(?:a|e|em|ar)"
    r"|inform\w+|diz|diga|preciso|quer\w*|gostari\w+|poss\w+|pode\w*|podia|aceit\w+|faz\w*|da"
    r"|consegu\w+"
    r"|aguardo|solicit\w+|marc\w+|agend\w+|reserv\w+|confirm\w+|interess\w+|gost\w+|amei|adorei"
    r"|receb\w+"
    r"|vi|viu|vou|vamos|bora|se|cade|falt\w+|perdi|cancel\w+|desmarc\w+|resolvi|decidi|topou|topei"
    r"|aprov\w+"
    r"|mandaram|mandou|passaram|passou|indic\w+|caiu|quebr\w+|chegou|mudou|quero|nao)\b"
)
KEEPS = re.compile(
    r"\bnao (?:vou|posso) (?:mais )?(?:faltar|adiar|perder|esperar|embora)\b"
    r"|\bnao quero (?:mais )?deixar\b"
    r"|\bnao (?:\w+ ){0,2}?(?:cancel|desmarc|desist)\w+"
    r"|\bnao (?:da |vend|pass|dei|de |deem|tir|perc|solt|libere|coloq|apag|esque)\w* ?(?:a "
    r"|o )?(?:meu|minha)\b"
)
ASKS = "?"
# After "não quero mais" and the like: a wish, or somebody else's.
ELSEWHERE = re.compile(
    r"^ (?:esperar|sentir|sofrer|ficar|adiar|perder|ter dor|dor|saber d[aeo]s? outr\w+)\b"
    r"|^ (?:d?[ao]s? )?outr[ao]s?\b"
)
# Refusing words that only find it dear: who says them may still ask.
DEAR = re.compile(r"\b(?:car[oa]s?|alt[oa]s?|salgad\w+|barat\w+)\b")
# "Não tem interesse" and "não tem urgência" speak of a person, "não tem desconto" asks the clinic.
PERSONAL = (SignalKind.BUYING, SignalKind.URGENCY)
OWNED = (SignalKind.INSURANCE, SignalKind.URGENCY)
WISHED = (SignalKind.BUYING, SignalKind.SCHEDULE)
