"""Let the rows that tie channels to queues have ids that sort by time, as all others.

The column is filled in batches and its index is built without a lock; the change of the key itself
reads no row. Rows that are written meanwhile get their id from the column's default, which stays.
"""

from django.db import migrations

TABLE = "queues_queue_channels"
BATCH = 5000
# PostgreSQL has it from 18 on.
UUIDV7 = """
DO $do$ BEGIN
IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    CREATE OR REPLACE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fn$
        SELECT encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid()) PLACING
            substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
    $fn$;
END IF;
END $do$
"""
ADD = f"ALTER TABLE {TABLE} ADD COLUMN row_id uuid"
DEFAULT = f"ALTER TABLE {TABLE} ALTER COLUMN row_id SET DEFAULT uuidv7()"
NEXT = f"SELECT id FROM {TABLE} WHERE id > %s AND row_id IS NULL ORDER BY id LIMIT %s"  # noqa: S608
FILL = f"UPDATE {TABLE} SET row_id = uuidv7() WHERE id = ANY(%s) AND row_id IS NULL"  # noqa: S608
INDEX = f"CREATE UNIQUE INDEX CONCURRENTLY {TABLE}_row_id ON {TABLE} (row_id)"
CHECK = f"ALTER TABLE {TABLE} ADD CONSTRAINT row_has_id CHECK (row_id IS NOT NULL) NOT VALID"
VALID = f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT row_has_id"
# One statement, so that nobody sees the table between the two.
SWAP = f"""
ALTER TABLE {TABLE} ALTER COLUMN row_id SET NOT NULL, DROP CONSTRAINT row_has_id,
    DROP CONSTRAINT {TABLE}_pkey, DROP COLUMN id;
ALTER TABLE {TABLE} RENAME COLUMN row_id TO id;
ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_pkey PRIMARY KEY USING INDEX {TABLE}_row_id
"""  # noqa: S608


def fill(apps, schema_editor):
    """Give every row its id, a batch at a time."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, [last, BATCH])
            rows = [row[0] for row in cursor.fetchall()]
            if not rows:
                return
            cursor.execute(FILL, [rows])
            last = rows[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("queues", "0003_sentences")]

    operations = [
        migrations.RunSQL(UUIDV7),
        migrations.RunSQL(ADD),
        migrations.RunSQL(DEFAULT),
        migrations.RunPython(fill, elidable=True),
        migrations.RunSQL(INDEX),
        migrations.RunSQL(CHECK),
        migrations.RunSQL(VALID),
        migrations.RunSQL(SWAP),
    ]
