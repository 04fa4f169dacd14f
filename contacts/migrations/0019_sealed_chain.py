"""The end of each ledger is sealed with a key that is not in the database, and the ledger cannot be
emptied in one go either.
"""

import common.crypto
from django.db import migrations

GUARD = """
CREATE FUNCTION contacts_consent_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts_consent is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER consent_never_emptied BEFORE TRUNCATE ON contacts_consent
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_consent_is_never_emptied();
ALTER TABLE contacts_consent ENABLE ALWAYS TRIGGER consent_never_emptied;
"""
COLUMN = """
ALTER TABLE contacts_consentchain ADD COLUMN sealed_end text NOT NULL DEFAULT '';
ALTER TABLE contacts_consentchain ALTER COLUMN sealed_end DROP DEFAULT;
"""
UNCOLUMN = "ALTER TABLE contacts_consentchain DROP COLUMN sealed_end"
UNGUARD = """
DROP TRIGGER consent_never_emptied ON contacts_consent;
DROP FUNCTION contacts_consent_is_never_emptied();
"""


def seal_ends(apps, schema_editor):
    """Seal what the ledgers come to now; who changed one before was found by the chain alone."""
    for row in apps.get_model("contacts", "ConsentChain").objects.iterator():
        row.sealed_end = {"seq": row.seq, "hash": row.hash}
        row.save(update_fields=["sealed_end"])


class Migration(migrations.Migration):
    dependencies = [("contacts", "0018_sentences")]

    operations = [
        # The field takes sealed values only, so the column's first, empty one is PostgreSQL's.
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(COLUMN, UNCOLUMN)],
            [
                migrations.AddField(
                    model_name="consentchain",
                    name="sealed_end",
                    field=common.crypto.EncryptedJSONField(default=dict, editable=False),
                )
            ],
        ),
        migrations.RunPython(seal_ends, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
