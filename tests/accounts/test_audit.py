"""The record of what people did stays as it was written."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from accounts.models import AuditEntry, Company, Membership
from accounts.services.audit import audit_record


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET action = 'outra'",
        "DELETE FROM accounts_auditentry",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE accounts_auditentry",
    ],
)
def test_the_database_refuses_to_change_it(
    clinic: Company, ana: Membership, statement: str
) -> None:
    audit_record(company=clinic, actor=ana.user, action="canal.salvo")
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.unscoped.filter(action="canal.salvo").exists()


def test_a_person_with_entries_is_not_deleted(clinic: Company, ana: Membership) -> None:
    audit_record(company=clinic, actor=ana.user, action="canal.salvo")
    with pytest.raises(ProtectedError):
        ana.user.delete()
