"""What may stand behind the question mark of an address."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

# What lists know beside their filters.
PAGING = frozenset({"limite", "cursor"})


def query_check(given: QueryDict, known: Collection[str]) -> None:
    """Refuse what nothing would read: a filter that is ignored looks like one that found
    everything. Raises ValidationError by name.
    """
    wrong: dict[str, Any] = {}
    for name, values in given.lists():
        if name not in known:
            wrong[name[:60]] = [_("Este parâmetro não existe aqui.")]
        elif len(values) > 1:
            wrong[name] = [_("Envie este parâmetro uma vez só.")]
    if wrong:
        raise ValidationError(wrong)
