"""What may be asked of people, as conditions in SQL.

Packages above put fields of their own into `fields`: a score, a channel, a campaign. A field is a
kind with its operators and a way to build a condition; nothing is evaluated in Python, so a million
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
from common.folding import Fold, holds, same, words_of
from common.phones import canonical
from common.slots import Slot
from contacts.models.consent import ConsentState, Purpose
from contacts.models.people import WORDS, Contact, ContactTag, Tag, phone_asked

MOST_CONDITIONS = 20
LONGEST_DAYS = 36_500


class SegmentRefused(DomainError):
    """A condition that cannot be asked."""

    code = "segmento_invalido"
    status = 400
    message = _("Confira as condições do segmento.")


class FieldKind(StrEnum):
    """What a field holds, which decides how it may be compared."""

    TEXT = "texto"
    CHOICE = "escolha"
    NUMBER = "numero"
    MOMENT = "data"
    TAG = "etiqueta"


OPERATORS: dict[FieldKind, dict[str, Any]] = {
    FieldKind.TEXT: {
        "contem": _("contém"),
        "igual": _("é igual a"),
        "preenchido": _("está preenchido"),
        "vazio": _("está vazio"),
    },
    FieldKind.CHOICE: {"e": _("é"), "nao_e": _("não é")},
    FieldKind.NUMBER: {"minimo": _("é no mínimo"), "maximo": _("é no máximo")},
    FieldKind.MOMENT: {
        "nos_ultimos": _("nos últimos (dias)"),
        "ha_mais_de": _("há mais de (dias)"),
        "nunca": _("nunca"),
    },
    FieldKind.TAG: {"tem": _("tem"), "nao_tem": _("não tem")},
}
WITHOUT_VALUE = frozenset({"preenchido", "vazio", "nunca"})


@dataclass(frozen=True, slots=True)
class SegmentField:
    """Something that may be asked. `ask` gets the operator and the value as its kind reads it (a
    text, a list of choices, a number, a moment) and returns a condition on people.
    """

    name: str
    label: Any
    kind: FieldKind
    ask: Callable[[str, Any], Q]
    choices: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition as it is written: names of a field and an operator, and a text."""

    field: str
    operator: str
    value: str = ""


# What may be asked, in the order it is offered.
fields: Slot[SegmentField] = Slot()


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
    field = next((one for one in fields if one.name == asked.field), None)
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


def _value(field: SegmentField, asked: Asked) -> Any:
    text = asked.value.strip()
    if not text:
        raise SegmentRefused(_("Informe um valor para “%(field)s”.") % {"field": field.label})
    match field.kind:
        case FieldKind.NUMBER:
            return _number(field, text, -(10**9), 10**9)
        case FieldKind.MOMENT:
            return timezone.now() - timedelta(days=_number(field, text, 0, LONGEST_DAYS))
        case FieldKind.CHOICE:
            return _chosen(field, text)
        case _:
            return text


def _number(field: SegmentField, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = most + 1
    if not least <= number <= most:
        raise SegmentRefused(_("Informe um número para “%(field)s”.") % {"field": field.label})
    return number


def _chosen(field: SegmentField, text: str) -> list[str]:
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


def column_holds(column: str, value: str) -> Q:
    """Return the condition that a column holds all words, in any order, without accents and case;
    signs are looked for as they stand.
    """
    words = words_of(value)
    return (
        holds(Fold(column), words, anywhere=True) if words else Q(**{f"{column}__icontains": value})
    )


def text_of(column: str) -> Callable[[str, Any], Q]:
    """Ask a column of text."""

    def ask(operator: str, value: Any) -> Q:
        match operator:
            case "contem":
                return column_holds(column, value)
            case "igual":
                return same(column, value)
            case "vazio":
                return Q(**{column: ""})
        return ~Q(**{column: ""})

    return ask


def address_of(column: str) -> Callable[[str, Any], Q]:
    """Ask a column of addresses, in which every sign counts when they are compared."""
    as_text = text_of(column)

    def ask(operator: str, value: Any) -> Q:
        return (
            Q(**{f"{column}__iexact": value}) if operator == "igual" else as_text(operator, value)
        )

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
    """Ask a number of a table that has one row for each person (`contact`); whoever has none yet
    has 0.
    """

    def ask(operator: str, value: int) -> Q:
        mine = rows.filter(contact=OuterRef("pk"))
        if operator == "minimo":
            at_least = Exists(mine.filter(**{f"{column}__gte": value}))
            return Q(at_least) if value > 0 else Q(at_least) | ~Q(Exists(mine))
        above = Exists(mine.filter(**{f"{column}__gt": value}))
        return ~Q(above) if value >= 0 else Q(pk__in=[])

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


def _name(operator: str, value: Any) -> Q:
    asked = text_of("name")(operator, value)
    # Says less than the line above, in a way the search box's index can answer.
    long = [word for word in words_of(value or "") if not word.is_short]
    return asked & holds(WORDS, long) if operator == "contem" else asked


def _phone(operator: str, value: Any) -> Q:
    match operator:
        case "contem":
            return phone_asked(value) or Q(phone__contains=value)
        case "igual":
            return Q(phone=canonical(value) or value)
    return text_of("phone")(operator, value)


def _tag(operator: str, value: str) -> Q:
    # By the name: a tag that is made later counts too. The scope of the people narrows the rest.
    through = ContactTag.objects.filter(
        contact_id=OuterRef("pk"), tag__in=Tag.unscoped.filter(same("name", value))
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


FIELDS = (
    SegmentField("nome", _("Nome"), FieldKind.TEXT, _name),
    SegmentField("email", _("E-mail"), FieldKind.TEXT, address_of("email")),
    SegmentField("telefone", _("Telefone"), FieldKind.TEXT, _phone),
    SegmentField(
        "situacao", _("Situação"), FieldKind.CHOICE, choice_of("status"), Contact.Status.choices
    ),
    SegmentField("etiqueta", _("Etiqueta"), FieldKind.TAG, _tag),
    SegmentField(
        "ultimo_contato", _("Último contato"), FieldKind.MOMENT, moment_of("last_contact_at")
    ),
    SegmentField("criado", _("Cadastrado"), FieldKind.MOMENT, moment_of("created_at")),
    SegmentField("marketing", _("Marketing"), FieldKind.CHOICE, _marketing, MARKETING),
)
