"""How content is refused before it is sent: one sentence for one input."""

from __future__ import annotations

from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.outgoing import ContentRefused


def refuse(field: str, sentence: Any) -> NoReturn:
    """Raise ContentRefused with one sentence for one input."""
    raise ContentRefused(sentence, fields={field: [sentence]})


def text_within(value: Any, limit: int, field: str, what: Any, *, is_required: bool = True) -> None:
    """Refuse a text that is missing, blank, no text, or longer than the limit."""
    text_only(value, field, what, is_required=is_required)
    if value and len(value) > limit:
        sentence = _("%(what)s: no máximo %(limit)s caracteres (tem %(size)s).")
        refuse(field, sentence % {"what": what, "limit": limit, "size": len(value)})


def text_only(value: Any, field: str, what: Any, *, is_required: bool = True) -> None:
    """Refuse a text that is missing where it must be, blank, or no text."""
    if value is None or value == "":
        if is_required:
            refuse(field, _("%(what)s: preencha este campo.") % {"what": what})
        return
    if not isinstance(value, str) or not value.strip():
        refuse(field, _("%(what)s: preencha com um texto.") % {"what": what})


def count_within(size: int, most: int, field: str, what: Any) -> None:
    """Refuse nothing at all, and more than `most`."""
    if not size:
        refuse(field, _("%(what)s: inclua ao menos um item.") % {"what": what})
    if size > most:
        sentence = _("%(what)s: no máximo %(limit)s (há %(size)s).")
        refuse(field, sentence % {"what": what, "limit": most, "size": size})


def object_only(value: Any, field: str) -> Json:
    """Refuse anything but an object."""
    if not isinstance(value, dict):
        refuse(field, _("Faltam os dados desta mensagem."))
    return value


def objects_only(value: Any, field: str, what: Any) -> list[Json]:
    """Refuse anything but a list of at least one object."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        refuse(field, _("%(what)s: inclua ao menos um item.") % {"what": what})
    return value


def unique_only(values: list[str], field: str) -> None:
    """Refuse two equal values."""
    if len(set(values)) < len(values):
        refuse(field, _("Dois itens não podem ter o mesmo código ou o mesmo texto."))
