"""What the database refuses is told in words a person can act on, never by a constraint's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.db.models import BaseConstraint
from django.utils import translation

RAW = BaseConstraint.default_violation_error_message


def written() -> Iterator[type[models.Model]]:
    """Give every model that a page of the back-office writes, as a row or as a panel's rows."""
    for model, page in admin.site._registry.items():
        for one in (page, *page.inlines):
            if not getattr(one, "is_read_only", False):
                yield getattr(one, "model", None) or model


FOUND = {
    (model._meta.label, one.name): one for model in written() for one in model._meta.constraints
}
CONSTRAINTS: list[Any] = [(*key, FOUND[key]) for key in sorted(FOUND)]


@pytest.mark.parametrize(("model", "name", "constraint"), CONSTRAINTS, ids=lambda v: str(v)[:60])
def test_every_constraint_of_what_people_write_has_a_sentence(
    model: str, name: str, constraint: BaseConstraint
) -> None:
    with translation.override("pt-br"):
        sentence = str(constraint.violation_error_message)
    assert sentence != str(RAW) and name not in sentence
    assert sentence[0].isupper() and sentence.endswith(".")


def test_the_walk_found_what_people_write() -> None:
    names = {name for _model, name, _constraint in CONSTRAINTS}
    assert {"queue_name_once", "tag_name_once", "retention_rule_days", "rate_once"} <= names
