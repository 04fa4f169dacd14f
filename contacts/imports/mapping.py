"""What a file's columns may hold: guesses from their names, and from what stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common import phones
from contacts.imports.choices import Target

# Beginnings of names, without accents and in small letters; the first that fits decides.
NAMES: tuple[tuple[Target, str], ...] = (
    (Target.MARKETING, r"(aceita|opt.?in|consent|autoriza|permite).*|.*(marketing|promoc).*"),
    (Target.NAME, r"nome (completo|d[aeo]s? (paciente|cliente|contato|pessoa)).*"),
    (Target.PHONE, r"n(umero|ro|o|º|°)?\.? d[eo] (telefone|celular|whats.?app)\b.*"),
    (Target.IGNORE, r"(ultimo contato|cadastro|criado em)"),
    (Target.CUSTOM, r"(nome d[aeo]|tel\w* d[aeo]|data|dt|nasc|aniversario|cpf|rg|sexo|genero).*"),
    (Target.CUSTOM, r"(convenio|plano|endereco|rua|bairro|cidade|uf|estado|cep|prontuario|id).*"),
    (Target.EMAIL, r"(e.?mails?|correio|mail)\b.*"),
    (Target.PHONE, r"(celular|telefones?|fones?|tel|cel|whats.?app|zap|phone|mobile)\b.*"),
    (Target.TAGS, r"(etiquetas?|tags?|marcadores|grupos?|rotulos?)\b.*"),
    (Target.STATUS, r"(situacao|status|estagio)\b.*"),
    (Target.NOTES, r"(observac\w*|obs|notas?|anotac\w*|comentarios?|notes?)\b.*"),
    (Target.NAME, r"(nome|name|paciente|cliente|contato|pessoa|lead)\b.*"),
)
# Only one column may hold these.
SINGLE = (Target.NAME, Target.EMAIL, Target.STATUS, Target.MARKETING)


def guess(headers: Sequence[str]) -> list[str]:
    """Return what each column probably holds, from its name."""
    found: list[str] = []
    for header in headers:
        target = _target(header)
        if target in SINGLE and target in found:
            target = Target.CUSTOM
        found.append(target.value)
    return found


def guess_by_content(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return what each column probably holds where no row names them."""
    found: list[str] = []
    for column in range(width):
        cells = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
        if cells and all(map(is_email, cells)) and Target.EMAIL not in found:
            found.append(Target.EMAIL.value)
        elif cells and all(map(is_phone, cells)):
            found.append(Target.PHONE.value)
        elif cells and Target.NAME not in found and all(map(_is_words, cells)):
            found.append(Target.NAME.value)
        else:
            found.append(Target.IGNORE.value)
    return found


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a file's first row names its columns: no phone and no e-mail stands in it."""
    return not any(is_phone(cell) or is_email(cell) for cell in cells)


def is_phone(text: str) -> bool:
    """Whether a text is a phone number."""
    return phones.canonical(text) is not None


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    try:
        validate_email(text.strip())
    except ValidationError:
        return False
    return True


def plain(text: str) -> str:
    """Return words without accents, in small letters, for comparing."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).strip()


def _target(header: str) -> Target:
    words = re.sub(r"[_\s]+", " ", plain(header))
    if not words:
        return Target.IGNORE
    for target, pattern in NAMES:
        if re.fullmatch(pattern, words):
            return target
    return Target.CUSTOM


def _is_words(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text)
