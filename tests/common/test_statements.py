"""Rows written and read by prepared statements are what querysets write and read."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from common.rows import columns, insert_rows, load, run, together
from contacts.models import Contact
from omnichannel.models import Channel, Conversation, Message


def fields_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def read(model, pk):
    table = model._meta.db_table
    (row,) = run(f"SELECT {columns(model, 't')} FROM {table} t WHERE t.id = %s::uuid", pk)
    return load(model, row)


@pytest.mark.parametrize("model", [Channel, Contact, Conversation, Message])
def test_a_loaded_row_equals_the_queryset_s(conversation, model):
    expected = model.unscoped.first()
    found = read(model, expected.pk)
    assert fields_of(found) == fields_of(expected)
    assert not found._state.adding


def test_secrets_are_opened_when_loaded(channel):
    assert read(Channel, channel.pk).credentials == channel.credentials


def test_inserted_rows_are_what_bulk_create_would_have_made(clinic):
    rows = [Contact(company=clinic, name=name, custom={"n": [name, None]}) for name in ("A", "É")]
    insert_rows(rows)
    for row in rows:
        assert fields_of(Contact.unscoped.get(pk=row.pk)) == fields_of(row)
        assert row.created_at
        assert not row._state.adding


def test_an_error_of_statements_sent_together_comes_at_the_end_as_a_django_error(conversation):
    message = Message.unscoped.first()
    twice = Message(**fields_of(message))
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        insert_rows([twice])
    assert Message.unscoped.count() == 1


def test_nothing_to_insert_needs_no_database():
    insert_rows([])
