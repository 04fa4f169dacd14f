"""The table as SQL says what the table says."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from leadscoring.rules import NAMES, Facts, next_change, score, values_of
from leadscoring.statement import NUMBERS, scored_sql
from tests.leadscoring.test_rules import facts

HERE = ", ".join(f"%s::int AS {name}" for name in NAMES)
WANTED = ", ".join((*NUMBERS, "purchase_intent", "recommended_action", "wait"))
STATEMENT = f"SELECT {WANTED} FROM ({scored_sql(f'SELECT {HERE}')}) x"


@pytest.mark.django_db
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts)
def test_sql_and_python_agree_on_any_facts(known: Facts):
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values_of(known))
        row = cursor.fetchone()
    made = score(known)
    assert row == (
        *(getattr(made, name) for name in NUMBERS),
        made.purchase_intent,
        made.recommended_action,
        next_change(known),
    )
