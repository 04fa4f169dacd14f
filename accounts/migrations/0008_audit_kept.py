"""The record of what people did is never changed, by whoever writes to the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION accounts_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'accounts_auditentry is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_is_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditentry_is_append_only();
ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER audit_never_emptied;
"""
UNGUARD = """
DROP TRIGGER audit_append_only ON accounts_auditentry;
DROP TRIGGER audit_never_emptied ON accounts_auditentry;
DROP FUNCTION accounts_auditentry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_invitations")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="quem",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
