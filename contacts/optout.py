"""Whether a patient's words ask to be left alone. Pure.

A message that is nothing but such a word acts; the same inside a sentence is a question to ask
back, because "posso sair da clínica sozinha?" is not about messages (Meta, opt-out; reliability
D11).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

# Longer texts are letters to the clinic; whoever wants to stop says it shortly.
LONGEST = 300


class Wish(StrEnum):
    """What a text asks for."""

    NONE = ""
    STOP = "parar"
    ASK = "perguntar"
    RESUME = "voltar"


STOPS = frozenset(
    {
        *("sair", "parar", "pare", "parem", "cancelar", "cancela", "cancele", "stop"),
        *("descadastrar", "descadastre", "descadastro", "remover", "remova", "remove"),
        *("unsubscribe", "opt out", "optout", "quero sair", "quero parar", "desinscrever"),
        *("sair da lista", "quero sair da lista", "me tira da lista", "me tire da lista"),
        *("parar mensagens", "parar de receber", "parar promocoes", "parar propaganda"),
        *("nao quero receber", "nao quero mais receber", "nao quero receber mensagens"),
        *("nao quero mais receber mensagens", "nao quero mais mensagens", "chega de mensagens"),
        *("nao me mande mais mensagens", "nao mande mais mensagens", "nao quero propaganda"),
        *("pare de me mandar mensagens", "pare de mandar mensagens", "cancelar inscricao"),
        *("cancelar recebimento", "descadastrar meu numero", "remover meu numero"),
        *("sair da lista de transmissao", "quero me descadastrar", "quero descadastrar"),
    }
)
RESUMES = frozenset(
    {
        *("voltar", "start", "quero receber", "voltar a receber", "quero voltar a receber"),
        *("aceito receber", "quero receber promocoes", "retomar"),
    }
)
# Words that people put around without meaning anything else.
POLITE = re.compile(r"^(oi|ola|bom dia|boa tarde|boa noite|por favor|pf|pfv|favor)\b")
POLITE_END = re.compile(r"\b(por favor|pf|pfv|obrigad[oa]|obg|grat[oa])$")
BETWEEN = r"(?: (?:d[aeo]s?|dest[ae]s?|dess[ae]s?|ess[ae]s?|est[ae]s?|meus?|minhas?|suas?|seus?"
BETWEEN += r"|nomes?|numeros?|telefone|contato|me|mim|aqui|a|as|o|os|receber|recebimento|mandar"
BETWEEN += r"|enviar|tanta|tantas|mais|com|por|no|na|whatsapp|zap|se)){0,6}"
VERBS = r"(?:sair|sai|par(?:ar?|em?)|remov\w+|tir(?:ar?|em?)|descadastr\w*|cancel(?:ar?|em?)"
VERBS += r"|exclu\w+|apag(?:ar?|uem?)|bloquear|chega)"
NOUNS = r"(?:lista(?! de (?:espera|presenca|exames|convidados|material|materiais|compras))"
NOUNS += r"|mensage(?:m|ns)|propagandas?|promoc(?:ao|oes)|marketing|divulgac(?:ao|oes)"
NOUNS += r"|ofertas?|newsletter|spam|anuncios?|publicidade|cadastro)"
SENTENCES = re.compile(
    rf"\b{VERBS}{BETWEEN} {NOUNS}\b"
    r"|\bnao (?:quero|desejo|aguento|gostaria de|queria) (?:mais )?(?:receber|ser contatad)"
    rf"(?!{BETWEEN} (?:alta|visita|anestesia|transfusao|vacina|medicacao))"
    r"|\bnao (?:me )?(?:mand|envi)\w+ mais\b"
    rf"|\bnao quero (?:mais )?(?:essas|estas|suas|receber|mais)?{BETWEEN} (?:mensagens|propaganda"
    r"|promocoes|ofertas)\b"
    r"|\b(?:me )?descadastr\w+\b|\bunsubscribe\b"
)
# Whoever thanks for, asks about or waits for something else is not asking to stop.
ABOUT_CARE = re.compile(
    r"\b(?:consulta|exame|retorno|cirurgia|boleto|pagamento|receita|agendamento|plano|convenio)\b"
)
STEMS = re.compile(
    r"sai|par[aeo]|cancel|descad|remo|stop|subscr|opt|list|mens|promo|propag|receb|volt|start|reto"
    r"|mand|envi|desin|spam|ofert|tir|chega|quero|cadas|exclu|apag|bloq",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return a text in lower case without accents, punctuation, emoji and double spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join(kept.split())


def wish_of(text: str) -> Wish:
    """Return what a patient's text asks for."""
    if len(text) > LONGEST or not STEMS.search(text):
        return Wish.NONE
    words = plain(text)
    bare = POLITE_END.sub("", POLITE.sub("", words)).strip()
    if bare in STOPS:
        return Wish.STOP
    if bare in RESUMES:
        return Wish.RESUME
    if SENTENCES.search(words) and not ABOUT_CARE.search(words):
        return Wish.ASK
    return Wish.NONE
