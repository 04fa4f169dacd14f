"""Give the consents there are their places in the chain, in batches, and then let the database keep
the ledger: unique places, no change, no removal.

The chain's arithmetic is written out here as it was when the ledger began: a later change of the
service must not change what this wrote.
"""

import hashlib
from datetime import UTC

import orjson
from django.db import migrations, models
from uuid_utils.compat import uuid7

BATCH = 1000
GUARD = """
CREATE FUNCTION contacts_consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts_consent is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON contacts_consent
    FOR EACH ROW EXECUTE FUNCTION contacts_consent_is_append_only();
ALTER TABLE contacts_consent ENABLE ALWAYS TRIGGER consent_append_only;
REVOKE UPDATE, DELETE ON contacts_consent FROM PUBLIC, CURRENT_USER;
"""
UNGUARD = """
GRANT UPDATE, DELETE ON contacts_consent TO CURRENT_USER;
DROP TRIGGER consent_append_only ON contacts_consent;
DROP FUNCTION contacts_consent_is_append_only();
"""


def chain(apps, schema_editor):
    """Chain each company's rows in the order in which they were written."""
    consents = apps.get_model("contacts", "Consent").objects
    companies = consents.filter(seq=None).order_by().values_list("company_id", flat=True)
    for company_id in companies.distinct():
        _chain_company(apps, company_id)


def _chain_company(apps, company_id):
    consents = apps.get_model("contacts", "Consent").objects.filter(company_id=company_id)
    ends = apps.get_model("contacts", "ConsentChain").objects
    end, _made = ends.get_or_create(company_id=company_id, defaults={"id": uuid7()})
    while rows := list(consents.filter(seq=None).order_by("id")[:BATCH]):
        for row in rows:
            end.seq += 1
            row.seq, row.hash = end.seq, _link(end.hash, end.seq, row)
            end.hash = row.hash
        consents.model.objects.bulk_update(rows, ["seq", "hash"])
        end.save()
    _settle(apps, company_id, consents)


def _link(before, seq, row):
    said = [
        *(before, seq, str(row.pk), str(row.company_id), str(row.contact_id), row.purpose),
        *(row.channel, row.is_granted, row.legal_basis, row.text_version, row.source, row.proof),
        str(row.author_id or ""),
        row.occurred_at.astimezone(UTC).isoformat(),
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _settle(apps, company_id, consents):
    states = apps.get_model("contacts", "ConsentState").objects
    newest = consents.order_by("contact_id", "purpose", "channel", "-occurred_at", "is_granted")
    rows = newest.distinct("contact_id", "purpose", "channel").iterator(chunk_size=BATCH)
    batch = []
    for row in rows:
        batch.append(
            states.model(
                id=uuid7(),
                company_id=company_id,
                contact_id=row.contact_id,
                purpose=row.purpose,
                channel=row.channel,
                is_granted=row.is_granted,
                since=row.occurred_at,
            )
        )
    states.bulk_create(batch, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    # Every part commits by itself, and may be run again after it was broken off.
    atomic = False

    dependencies = [("contacts", "0002_consent_ledger")]

    operations = [
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS consent_chain_place"
                    " ON contacts_consent (company_id, seq)",
                    "DROP INDEX CONCURRENTLY IF EXISTS consent_chain_place",
                ),
                migrations.RunSQL(
                    "ALTER TABLE contacts_consent"
                    " ADD CONSTRAINT consent_chain_place UNIQUE USING INDEX consent_chain_place",
                    "ALTER TABLE contacts_consent DROP CONSTRAINT consent_chain_place",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.UniqueConstraint(
                        fields=("company", "seq"), name="consent_chain_place"
                    ),
                )
            ],
        ),
        # The ledger is short where it exists at all: the look at its rows takes no time.
        migrations.AlterField(
            model_name="consent",
            name="seq",
            field=models.PositiveBigIntegerField(editable=False, verbose_name="nº"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
