from django.db import IntegrityError, connection, migrations, models, transaction

# Only a good answer of the provider ever wrote a number into `health`. It was about the account on
# file unless that was changed since the row was made, and not validated by a person after that.
PROVE = """
UPDATE omnichannel_channel c SET proven_at = c.checked_at
WHERE c.proven_at IS NULL AND c.status <> 'configurando' AND c.checked_at IS NOT NULL
    AND coalesce(c.health ->> 'phone_number', '') <> ''
    AND NOT EXISTS (
        SELECT FROM accounts_auditentry a
        WHERE a.object_type = 'omnichannel.channel' AND a.object_id = c.id::text
            AND a.action = 'canal.salvo' AND a.detail -> 'campos' ? 'account_id'
            AND a.created_at > c.created_at + interval '1 minute'
            AND NOT EXISTS (
                SELECT FROM accounts_auditentry v
                WHERE v.object_type = a.object_type AND v.object_id = a.object_id
                    AND v.action = 'canal.validado' AND v.created_at > a.created_at
            )
    )
"""
# A list of templates was only ever read with the company's own token.
PROVE_WABA = """
UPDATE omnichannel_channel c SET is_waba_proven = true
WHERE c.proven_at IS NOT NULL AND c.waba_id <> '' AND EXISTS (
    SELECT FROM omnichannel_template t
    WHERE t.company_id = c.company_id AND t.waba_id = c.waba_id AND t.synced_at IS NOT NULL
)
"""
STOP = """
UPDATE omnichannel_channel SET status = 'configurando'
WHERE status = 'ativo' AND proven_at IS NULL
"""
# News of an account that nobody proved to be the company's.
FORGET_NOTICES = """
DELETE FROM omnichannel_channelnotice n USING omnichannel_channel c
WHERE c.id = n.channel_id AND NOT c.is_waba_proven
"""
CLAIMED_TEMPLATES = """
SELECT t.id FROM omnichannel_template t
WHERE t.synced_at IS NULL AND t.submitted_at IS NULL AND NOT EXISTS (
    SELECT FROM omnichannel_channel c
    WHERE c.company_id = t.company_id AND c.waba_id = t.waba_id AND c.is_waba_proven
)
"""
FORGET_TEXT = """
UPDATE omnichannel_template SET components = '[]', status = 'DELETED' WHERE id = %s
"""


def prove(apps, schema_editor):
    """Keep as proven what a provider answered for, stop the rest, and forget what wrong claims
    brought.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (PROVE, PROVE_WABA, STOP, FORGET_NOTICES):
            cursor.execute(statement)
        cursor.execute(CLAIMED_TEMPLATES)
        for (pk,) in cursor.fetchall():
            try:
                with transaction.atomic():
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("DELETE FROM omnichannel_template WHERE id = %s", [pk])
            except IntegrityError:
                # A campaign names it: the row stays, the other account's text does not.
                cursor.execute(FORGET_TEXT, [pk])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_private_numbers"),
        ("omnichannel", "0007_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="proven_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="comprovado em"),
        ),
        migrations.AddField(
            model_name="channel",
            name="is_waba_proven",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="channel",
            name="doubted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
