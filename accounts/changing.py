"""The triggers that write down what changed. Each app's migration puts them on its own tables."""

from __future__ import annotations

from django.db.migrations.operations.special import RunSQL

# One statement for all rows that a statement touched: a campaign's thousand messages cost one more
# insert. What is deleted later in the same transaction is gone, whatever it was before.
FUNCTION = """
CREATE FUNCTION {table}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_rowchange (
        id, created_at, updated_at, company_id, xact, kind, object_id, within_id, act
    )
    SELECT (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(touched.rest, 1, 3) || '8' || substr(touched.rest, 4, 15)
    )::uuid, now(), now(), company_id, pg_current_xact_id()::text::bigint,
        '{kind}', id, {within}, TG_ARGV[0]
    FROM (SELECT *, md5(random()::text || id::text) AS rest FROM rows) AS touched
    ON CONFLICT (xact, object_id) DO UPDATE SET act = excluded.act WHERE excluded.act = 'apagado';
    RETURN NULL;
END
$$;
"""
TRIGGER = """
CREATE TRIGGER {table}_{event} AFTER {verb} ON {table} REFERENCING {side} TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_changed('{act}');
"""
EVENTS = (
    ("made", "INSERT", "NEW", "criado"),
    ("changed", "UPDATE", "NEW", "alterado"),
    ("gone", "DELETE", "OLD", "apagado"),
)


def followed(table: str, kind: str, within: str = "NULL::uuid") -> RunSQL:
    """Return the operation that lets a table's changes be followed. `within`: the column with the
    conversation that a row belongs to.
    """
    forward = FUNCTION.format(table=table, kind=kind, within=within)
    for event, verb, side, act in EVENTS:
        forward += TRIGGER.format(table=table, event=event, verb=verb, side=side, act=act)
    # The triggers go with their function.
    return RunSQL(forward, f"DROP FUNCTION {table}_changed() CASCADE")
