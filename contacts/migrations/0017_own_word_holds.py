"""Bring what holds into step with the rule that a person's own word beats what others claim for
them, in batches; people whose state is right already are left alone.

The rule is written out here as it was when it began.
"""

from django.db import migrations

BATCH = 2000
SETTLE = """
INSERT INTO contacts_consentstate AS s
    (id, created_at, updated_at, company_id, contact_id, purpose, channel, is_granted, since)
SELECT gen_random_uuid(), now(), now(), c.company_id, held.contact_id, held.purpose, held.channel,
    held.is_granted, held.since
FROM (
SELECT contact_id, purpose, channel, no_since IS NULL AS is_granted,
    coalesce(no_since, yes_since) AS since
FROM (
    SELECT contact_id, purpose, channel, greatest(CASE WHEN own_no >= own_yes OR own_yes IS NULL THEN own_no END, CASE WHEN any_no >= greatest(own_yes, staff_yes) OR greatest(own_yes, staff_yes) IS NULL THEN any_no END) AS no_since,
        greatest(own_yes, staff_yes, claim_yes) AS yes_since
    FROM (
        SELECT p.contact_id, p.purpose, p.channel,
            max(f.occurred_at) FILTER (WHERE NOT f.is_granted AND f.weight = 2) AS own_no,
            max(f.occurred_at) FILTER (WHERE NOT f.is_granted AND f.weight < 2) AS any_no,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = 2) AS own_yes,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = 1) AS staff_yes,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = 0) AS claim_yes
        FROM (
            SELECT DISTINCT contact_id, purpose, channel FROM contacts_consent
            WHERE contact_id = ANY(%s)
        ) p
        JOIN (
            SELECT contact_id, purpose, channel, is_granted, occurred_at, CASE
    WHEN source IN ('palavra', 'recusa_lembrada') OR starts_with(source, 'mesclagem_palavra')
        OR right(source, 17) = '.user_preferences'
        OR right(source, 19) = '.marketing_recusado' THEN 2
    WHEN source = 'lista de campanha' OR starts_with(source, 'importacao:')
        OR starts_with(source, 'mesclagem_arquivo') THEN 0
    ELSE 1 END AS weight
            FROM contacts_consent WHERE contact_id = ANY(%s)
        ) f ON f.contact_id = p.contact_id AND f.purpose = p.purpose
            AND f.channel IN ('', p.channel)
        GROUP BY p.contact_id, p.purpose, p.channel
    ) newest
) judged
) held JOIN contacts_contact c ON c.id = held.contact_id
ON CONFLICT (contact_id, purpose, channel) DO UPDATE
SET is_granted = excluded.is_granted, since = excluded.since, updated_at = now()
WHERE (excluded.since, excluded.is_granted) IS DISTINCT FROM (s.since, s.is_granted)
"""
NEXT = """
SELECT DISTINCT contact_id FROM contacts_consentstate WHERE contact_id > %s
ORDER BY contact_id LIMIT %s
"""
FIRST = "00000000-0000-0000-0000-000000000000"


def settle(apps, schema_editor):
    """Settle everybody the ledger speaks of, a batch at a time."""
    last = FIRST
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, [last, BATCH])
            people = [row[0] for row in cursor.fetchall()]
            if not people:
                return
            cursor.execute(SETTLE, [people, people])
            last = people[-1]


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('contacts', '0016_remembered_refusals'),
    ]

    operations = [
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
    ]
