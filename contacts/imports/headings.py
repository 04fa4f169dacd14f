"""What columns are called: by people, by clinic systems and by address books. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

ABOUT = r"(d[aeo]s? )?(paciente|cliente|contato|pessoa|lead|aluno|titular|beneficiario|usuario)s?"
WHO = r"(paciente|cliente|contato|pessoa|lead|patient|customer|client|contact|aluno|beneficiario)"
DEVICE = r"(celular|telefone|fone|tel|cel|whats ?app|whats|wpp|zap|phone|mobile|movel|telemovel)s?"
MAIL = r"(e ?mails?|mail|correio)"
# Of somebody else than the person of the row.
OTHERS = re.compile(
    r"\b(mae|pai|responsave(l|is)|conjuge|espos[ao]|marido|emergencia|recados?|indica\w*|indicou"
    r"|medic[ao]|dentista|profissional|dout?or\w*|parente|filh[ao]s?|acompanhante|cuidador\w*"
    r"|empresa|company|clinica|convenio|plano|banco|vendedor\w*|atendente|owner|secretaria)\b"
)
# About a number or an address, not the number or the address.
ABOUT_IT = re.compile(
    r"\b(label|rotulo|type|tipo|status|valid\w*|verificad[oa]|confirmad[oa]|enviad[oa]s?|envio|data"
    r"|dt|hora|horario|codigo|id|origem|bloquead[oa]|opt|aceita|autoriza\w*|permite|receber?"
    r"|preferencial|prefere|desde|operadora|fax|date|source|opted|marketing)\b"
)
ALLOWS = re.compile(
    r"\b(aceita\w*|aceite|opt|consent\w*|autoriza\w*|permi\w+|deseja|quer|receb\w+|concorda\w*"
    r"|allow\w*|accepts?|subscri\w+|lgpd)\b"
)
MESSAGES = re.compile(
    r"\b(marketing|promoc\w+|mensage\w+|novidad\w+|ofertas?|newsletter|comunicad\w+|informativ\w+"
    r"|divulga\w+|propaganda\w*|publicidade|campanhas?|whats ?app|sms|mailing|messages?)\b"
)
# A permission for something else, or one that is needed for care.
NOT_MARKETING = re.compile(
    r"\b(lembretes?|confirma\w+|consultas?|agenda\w*|exames?|resultados?|tratamento|imagem|fotos?"
    r"|convenio|plano|cirurgia|procedimentos?|acompanhante|status|origem|responsavel|custo|data)\b"
)


class HeadingRole(Enum):
    """What a heading speaks of, as far as its words tell."""

    FULL = "whole name"
    FIRST = "first name"
    MIDDLE = "middle name"
    LAST = "surname"
    HOLDER = "a word for a person"
    SOMEHOW = "a name among other words"
    PHONE = "phone"
    OTHERS_PHONE = "phone of somebody near"
    NUMBER = "a word that may be a phone's"
    EMAIL = "e-mail"
    STATUS = "status"
    TAGS = "tags"
    NOTES = "notes"
    MARKETING = "permission"
    NOTHING = "not worth keeping"
    OTHER = "anything else"


# The first that fits the whole heading decides.
ROLES: tuple[tuple[HeadingRole, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            HeadingRole.NOTHING,
            r"|ultimo contato|cadastro|criado em|((e ?mail|phone|telefone|fone|address|website"
            r"|relation|event|im|custom field) \d+ (label|type|tipo|rotulo|etiqueta))",
        ),
        # Some address books write "First", "Middle" and "Last" alone.
        (HeadingRole.FIRST, r"(first|given|fore) ?name|first|(primeiro|1) nome|prenome|pre nome"),
        (HeadingRole.MIDDLE, r"(middle|additional|second) names?|middle|nome do meio|segundo nome"),
        (HeadingRole.LAST, r"(last|family|sur) ?name|last|sobrenomes?|ultimo nome|apellidos?"),
        (
            HeadingRole.FULL,
            rf"nomes?|name|nome completo( .*)?|nome (e )?sobrenome|(full|display) name"
            rf"|nome {ABOUT}( a)?( completo)?|{WHO} (full )?name|nombre( completo)?|nome civil",
        ),
        (HeadingRole.HOLDER, rf"{WHO}s?( a| es)?|titular|usuario|associado"),
        (HeadingRole.NUMBER, r"contatos?|numeros?|n|num|number|contacts?|numero d[eo] contato"),
        (
            HeadingRole.TAGS,
            rf"(etiquetas?|tags?|marcador(es)?|grupos?|rotulos?|labels?|categor(y|ies|ias?)"
            rf"|group membership|groups?)( {ABOUT})?",
        ),
        (
            HeadingRole.STATUS,
            rf"(situacao|status|estagio|fase|etapa)( {ABOUT}| (d[aeo]|no|na) (cadastro|funil))?"
            r"|(lead|contact) status|lifecycle stage",
        ),
        (
            HeadingRole.NOTES,
            rf"(observa\w*|obs|anotac\w*|comentarios?)\b.*|notas?( {ABOUT}| internas?| gerais)?"
            r"|notes?( \d+)?",
        ),
    )
)
PHONE = re.compile(rf"(.* )?{DEVICE}( .*)?|i phone")
EMAIL = re.compile(rf"(.* )?{MAIL}( .*)?")
# A name among other words, taken where no heading says it better.
NAME = re.compile(r"(.* )?(nome|name)( .*)?")
NO_NAME = re.compile(
    r"\b(conversao|usuario|user|account|file|arquivo|campanha|campaign|fantasia|social|grupo|lista"
    r"|list|procedimento|servico|produto|cidade|rua|guerra|prefix|suffix|phonetic|domain|event)\b"
)
# Whole headings that say permission by themselves.
ALONE = re.compile(r"marketing|opt ?in|(opt ?in|consentimento) (de |para )?marketing|newsletter")


def plain(text: str) -> str:
    """Return words without accents, in small letters, for comparing."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).strip()


def words_of(header: str) -> str:
    """Return a heading as plain words with one blank between them: `FirstName` as `first name`."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", header)
    return re.sub(r"[^a-z0-9]+", " ", plain(apart)).strip()


def role_of(header: str) -> HeadingRole:
    """Return what a heading speaks of."""
    words = words_of(header)
    if speaks_of_marketing(words):
        return HeadingRole.MARKETING
    for role, pattern in ROLES:
        if pattern.fullmatch(words):
            return role
    return _reached_by(words)


def _reached_by(words: str) -> HeadingRole:
    if ABOUT_IT.search(words):
        return HeadingRole.OTHER
    is_others = OTHERS.search(words)
    if PHONE.fullmatch(words):
        return HeadingRole.OTHERS_PHONE if is_others else HeadingRole.PHONE
    if EMAIL.fullmatch(words) and not is_others:
        return HeadingRole.EMAIL
    if NAME.fullmatch(words) and not is_others and not NO_NAME.search(words):
        return HeadingRole.SOMEHOW
    return HeadingRole.OTHER


def speaks_of_marketing(words: str) -> bool:
    """Whether a heading says that people allowed to be written to, about more than their care."""
    if NOT_MARKETING.search(words):
        return False
    return bool(ALONE.fullmatch(words) or (ALLOWS.search(words) and MESSAGES.search(words)))


def is_document(words: str) -> bool:
    """Whether a heading names numbers that are no phones, though they may look like some."""
    return bool(
        re.search(
            r"\b(cpf|rg|cnpj|cep|cns|sus|cartao|carteir\w+|matricula|prontuario|codigo|cod|id|conta"
            r"|agencia|nascimento|nasc|data|dt|idade|valor|pedido|nota|protocolo|passaporte)\b",
            words,
        )
    )
