"""What may be asked of people, as conditions in SQL.

Packages above add fields of their own (`offer`): a score, a channel, a campaign. A field is a kind
with its operators and a way to build a condition; nothing is evaluated in Python, so a million
people cost one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.models.consent import ConsentState, Purpose
from contacts.models.people import Contact, Tag

MOST_CONDITIONS = 20
LONGEST_DAYS = 36_500


class SegmentRefused(DomainError):
    """A condition that cannot be asked."""

    code = "segmento_invalido"
    status = 400
    message = _("Confira as condições do segmento.")


class Kind(StrEnum):
    """What a field holds, which decides how it may be compared."""

    TEXT = "texto"
    CHOICE = "escolha"
    NUMBER = "numero"
    MOMENT = "data"
    TAG = "etiqueta"


OPERATORS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {
        "contem": _("contém"),
        "igual": _("é igual a"),
        "preenchido": _("está preenchido"),
        "vazio": _("está vazio"),
    },
    Kind.CHOICE: {"e": _("é"), "nao_e": _("não é")},
    Kind.NUMBER: {"minimo": _("é no mínimo"), "maximo": _("é no máximo")},
    Kind.MOMENT: {
        "nos_ultimos": _("nos últimos (dias)"),
        "ha_mais_de": _("há mais de (dias)"),
        "nunca": _("nunca"),
    },
    Kind.TAG: {"tem": _("tem"), "nao_tem": _("não tem")},
}
WITHOUT_VALUE = frozenset({"preenchido", "vazio", "nunca"})


@dataclass(frozen=True, slots=True)
class Field:
    """Something that may be asked. `ask` gets the operator and the value as its kind reads it (a
    text, a list of choices, a number, a moment) and returns a condition on people.
    """

    name: str
    label: Any
    kind: Kind
    ask: Callable[[str, Any], Q]
    choices: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition as it is written: names of a field and an operator, and a text."""

    field: str
    operator: str
    value: str = ""


_fields: dict[str, Field] = {}


def offer(field: Field) -> None:
    """Add a field, from the `ready` of its app."""
    _fields[field.name] = field


def fields() -> list[Field]:
    """Return what may be asked, in the order it was offered."""
    return list(_fields.values())


def people(
    rows: QuerySet[Contact], conditions: Iterable[Asked], *, match: str = "todas"
) -> QuerySet[Contact]:
    """Keep those of some people for whom the conditions hold; without any, nobody is left out.

    `match` is `todas` or `qualquer`. Raises SegmentRefused.
    """
    return rows.filter(together(conditions, match=match))


def together(conditions: Iterable[Asked], *, match: str = "todas") -> Q:
    """Return conditions as one. Raises SegmentRefused."""
    asked = list(conditions)
    if len(asked) > MOST_CONDITIONS:
        raise SegmentRefused(_("Use no máximo 20 condições."))
    built = [condition(one) for one in asked]
    return reduce(or_ if match == "qualquer" else and_, built) if built else Q()


def condition(asked: Asked) -> Q:
    """Return one condition. Raises SegmentRefused with what is wrong with it."""
    field = _fields.get(asked.field)
    if field is None:
        raise SegmentRefused(_("Não existe o campo “%(name)s”.") % {"name": asked.field})
    if asked.operator not in OPERATORS[field.kind]:
        raise SegmentRefused(
            _("“%(field)s” não se compara assim. Escolha outra comparação.")
            % {"field": field.label}
        )
    if asked.operator in WITHOUT_VALUE:
        return field.ask(asked.operator, None)
    return field.ask(asked.operator, _value(field, asked))


def _value(field: Field, asked: Asked) -> Any:
    text = asked.value.strip()
    if not text:
        raise SegmentRefused(_("Informe um valor para “%(field)s”.") % {"field": field.label})
    match field.kind:
        case Kind.NUMBER:
            return _number(field, text, -(10**9), 10**9)
        case Kind.MOMENT:
            return timezone.now() - timedelta(days=_number(field, text, 0, LONGEST_DAYS))
        case Kind.CHOICE:
            return _chosen(field, text)
        case _:
            return text


def _number(field: Field, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = most + 1
    if not least <= number <= most:
        raise SegmentRefused(_("Informe um número para “%(field)s”.") % {"field": field.label})
    return number


def _chosen(field: Field, text: str) -> list[str]:
    known = {str(key).casefold(): str(key) for key, _label in field.choices}
    known |= {str(label).casefold(): str(key) for key, label in field.choices}
    parts = [part.strip().casefold() for part in text.split(",") if part.strip()]
    if unknown := [part for part in parts if part not in known]:
        raise SegmentRefused(
            _("“%(field)s” não tem a opção “%(value)s”.")
            % {"field": field.label, "value": unknown[0]}
        )
    return [known[part] for part in parts]


# --- ways to ask, for fields of any package -------------------------------------------------------


def text_of(column: str) -> Callable[[str, Any], Q]:
    """Ask a column of text."""

    def ask(operator: str, value: Any) -> Q:
        match operator:
            case "contem":
                return Q(**{f"{column}__icontains": value})
            case "igual":
                return Q(**{f"{column}__iexact": value})
            case "vazio":
                return Q(**{column: ""})
        return ~Q(**{column: ""})

    return ask


def choice_of(column: str) -> Callable[[str, Any], Q]:
    """Ask a column of choices."""
    return lambda operator, value: _maybe_not(operator == "e", Q(**{f"{column}__in": value}))


def moment_of(column: str) -> Callable[[str, Any], Q]:
    """Ask a column that holds a moment or nothing."""

    def ask(operator: str, since: datetime | None) -> Q:
        match operator:
            case "nos_ultimos":
                return Q(**{f"{column}__gte": since})
            case "ha_mais_de":
                return Q(**{f"{column}__lt": since})
        return Q(**{column: None})

    return ask


def number_of(rows: QuerySet[Any], column: str) -> Callable[[str, Any], Q]:
    """Ask a number of a table that has one row for each person (`contact`)."""

    def ask(operator: str, value: int) -> Q:
        compared = f"{column}__gte" if operator == "minimo" else f"{column}__lte"
        return Q(Exists(rows.filter(contact=OuterRef("pk"), **{compared: value})))

    return ask


def related_of(rows: QuerySet[Any], column: str) -> Callable[[str, Any], Q]:
    """Ask whether a person has a row of a table (`contact`) with one of the chosen values."""

    def ask(operator: str, value: Any) -> Q:
        found = Exists(rows.filter(contact=OuterRef("pk"), **{f"{column}__in": value}))
        return _maybe_not(operator == "e", Q(found))

    return ask


def _maybe_not(is_so: bool, asked: Q) -> Q:
    return asked if is_so else ~asked


# --- the fields of people -------------------------------------------------------------------------


def _tag(operator: str, value: str) -> Q:
    # By the name: a tag that is made later counts too. The scope of the people narrows the rest.
    through = Contact.tags.through.objects.filter(
        contact_id=OuterRef("pk"), tag__in=Tag.unscoped.filter(name__iexact=value)
    )
    return _maybe_not(operator == "tem", Q(Exists(through)))


MARKETING = (("aceita", _("Aceita")), ("recusou", _("Recusou")), ("nunca", _("Nunca perguntado")))


def _marketing(operator: str, values: list[str]) -> Q:
    own = ConsentState.unscoped.filter(contact=OuterRef("pk"), purpose=Purpose.MARKETING)
    asked = {
        "aceita": Exists(own.filter(is_granted=True)) & ~Exists(own.filter(is_granted=False)),
        "recusou": Exists(own.filter(is_granted=False)),
        "nunca": ~Exists(own),
    }
    return _maybe_not(operator == "e", reduce(or_, (Q(asked[value]) for value in values)))


for _field in (
    Field("nome", _("Nome"), Kind.TEXT, text_of("name")),
    Field("email", _("E-mail"), Kind.TEXT, text_of("email")),
    Field("telefone", _("Telefone"), Kind.TEXT, text_of("phone")),
    Field("situacao", _("Situação"), Kind.CHOICE, choice_of("status"), Contact.Status.choices),
    Field("etiqueta", _("Etiqueta"), Kind.TAG, _tag),
    Field("ultimo_contato", _("Último contato"), Kind.MOMENT, moment_of("last_contact_at")),
    Field("criado", _("Cadastrado"), Kind.MOMENT, moment_of("created_at")),
    Field("marketing", _("Marketing"), Kind.CHOICE, _marketing, MARKETING),
):
    offer(_field)
