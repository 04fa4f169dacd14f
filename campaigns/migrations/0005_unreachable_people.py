from django.db import migrations

# Whom a campaign could not reach in the last 90 days is left alone as before, and from now on
# whoever's message told it. One statement a campaign: none of them is long.
KEEP = """
INSERT INTO omnichannel_sendingstop (id, created_at, updated_at, company_id, channel_id, contact_id,
    code, until)
SELECT gen_random_uuid(), now(), now(), c.company_id, c.channel_id, r.contact_id, r.error_code,
    r.claimed_at + interval '90 days'
FROM campaigns_recipient r JOIN campaigns_campaign c ON c.id = r.campaign_id
WHERE r.campaign_id = %s AND r.status = 'falha' AND r.error_code = 'nao_entregavel'
    AND r.claimed_at > now() - interval '90 days' AND c.channel_id IS NOT NULL
ON CONFLICT (channel_id, contact_id)
    DO UPDATE SET until = greatest(omnichannel_sendingstop.until, excluded.until)
"""


def keep(apps, schema_editor):
    campaigns = apps.get_model("campaigns", "Campaign").objects.exclude(started_at=None)
    for pk in campaigns.order_by("id").values_list("pk", flat=True).iterator():
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(KEEP, [pk])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("campaigns", "0004_left_out_words"),
        ("omnichannel", "0022_sending_stops"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
