"""What a log line may not say."""

from __future__ import annotations

import logging

import pytest
from celery import shared_task
from django.db import IntegrityError, connection

from config.logs import DiscreetFormatter, told

CANARY = "dor no joelho esquerdo"


def _formatted(error: BaseException) -> str:
    record = logging.LogRecord(
        "t", logging.ERROR, __file__, 1, "failed", None, (type(error), error, error.__traceback__)
    )
    return DiscreetFormatter("%(message)s").format(record)


@pytest.mark.django_db
def test_a_database_error_that_quotes_a_patient_is_logged_without_the_quote() -> None:
    with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (words text CHECK (length(words) < 3))")
        cursor.execute("INSERT INTO t VALUES (%s)", [CANARY])
    assert CANARY in str(caught.value)
    line = _formatted(caught.value)
    assert CANARY not in line
    assert "IntegrityError" in line
    assert "23514" in line
    assert "test_logs.py" in line


def test_the_whole_chain_of_causes_is_told() -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as exc:
            raise RuntimeError(CANARY) from exc
    except RuntimeError as exc:
        words = told(exc)
    assert "RuntimeError" in words
    assert "KeyError" in words
    assert CANARY not in words


@shared_task(name="tests.fails")
def _fails(words: str) -> None:
    raise ValueError(words)


def test_a_failed_task_is_logged_by_name_and_type_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        _fails.apply(args=[CANARY])
    assert "tests.fails" in caplog.text
    assert "ValueError" in caplog.text
    assert CANARY not in caplog.text
