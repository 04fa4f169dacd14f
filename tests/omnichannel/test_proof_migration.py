"""Channels from before there were proofs: what is stored says which of them stay."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.services.audit import audit_record
from omnichannel.models import Channel, ChannelNotice, Template
from tests import make

proof = importlib.import_module("omnichannel.migrations.0008_channel_proof")
AGO = timezone.now() - timedelta(days=3)
ANSWER = {"phone_number": "+55 41 4000-0000", "quality": "GREEN"}


@pytest.fixture
def legacy(clinic):
    """Make channels as they were stored before; the new rules are off in this transaction."""
    with connection.cursor() as cursor:
        for name in ("channel_active_proven", "channel_waba_proven"):
            cursor.execute(f"ALTER TABLE omnichannel_channel DROP CONSTRAINT {name}")

    def row(**values):
        made = make.claim(clinic, account_id=str(make.next_number()))
        given = {"status": "ativo", "health": ANSWER, "checked_at": AGO, **values}
        Channel.unscoped.filter(pk=made.pk).update(**given)
        return made

    return row


def after(row):
    proof.prove(None, None)
    return Channel.unscoped.get(pk=row.pk)


@pytest.mark.parametrize(
    ("stored", "status"),
    [
        ({}, "ativo"),
        ({"status": "erro"}, "erro"),
        ({"status": "inativo"}, "inativo"),
        ({"health": {}}, None),
        ({"health": {"quality": "RED"}}, None),
        ({"checked_at": None}, None),
        ({"status": "configurando"}, None),
    ],
)
def test_what_the_provider_once_answered_for_stays(legacy, stored, status):
    row = after(legacy(**stored))
    assert (row.proven_at == AGO) is (status is not None)
    assert row.status == (status or "configurando")


@pytest.mark.parametrize("is_validated", [True, False])
def test_an_account_that_was_changed_later_has_to_be_validated_after_that(
    legacy, clinic, is_validated
):
    row = legacy()
    Channel.unscoped.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=9))
    said = {"actor": None, "company": clinic, "target": row}
    audit_record(**said, action="canal.salvo", detail={"campos": ["account_id"]})
    if is_validated:
        audit_record(**said, action="canal.validado")
    assert (after(row).proven_at is not None) is is_validated


def test_what_a_wrong_claim_brought_is_forgotten(legacy, clinic):
    row = legacy()
    news = {"code": "account_update.X", "severity": "aviso", "occurred_at": AGO}
    ChannelNotice.unscoped.create(company=clinic, channel=row, fingerprint="a" * 64, **news)
    text = [{"type": "BODY", "text": "Texto interno da vizinha"}]
    told = {"company": clinic, "waba_id": row.waba_id, "status": "APPROVED", "components": text}
    Template.unscoped.create(**told, name="da_vizinha", language="pt_BR")
    assert not after(row).is_waba_proven
    assert not Template.unscoped.exists() and not ChannelNotice.unscoped.exists()


def test_a_waba_whose_list_the_company_read_stays_with_all_it_told(legacy, clinic):
    row = legacy()
    news = {"code": "account_update.X", "severity": "aviso", "occurred_at": AGO}
    ChannelNotice.unscoped.create(company=clinic, channel=row, fingerprint="a" * 64, **news)
    told = {"company": clinic, "waba_id": row.waba_id, "status": "APPROVED"}
    Template.unscoped.create(**told, name="lida", language="pt_BR", synced_at=AGO)
    Template.unscoped.create(**told, name="contada", language="pt_BR")
    assert after(row).is_waba_proven
    assert Template.unscoped.count() == 2 and ChannelNotice.unscoped.count() == 1
