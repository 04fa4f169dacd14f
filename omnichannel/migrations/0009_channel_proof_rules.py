import importlib

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

proof = importlib.import_module("omnichannel.migrations.0008_channel_proof")
PROVEN = models.Q(("proven_at__isnull", False))
NAMED = "Esta conta já está conectada. Confira o ID ou desconecte o outro canal."


class Migration(migrations.Migration):
    # Indexes and checks hold no lock while they read the table.
    atomic = False

    dependencies = [("omnichannel", "0008_channel_proof")]

    operations = [
        migrations.RunPython(proof.prove, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="channel",
                    constraint=models.UniqueConstraint(
                        condition=PROVEN,
                        fields=("kind", "account_id"),
                        name="channel_proven_once",
                        violation_error_message=NAMED,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="channel",
                    constraint=models.UniqueConstraint(
                        fields=("company", "kind", "account_id"),
                        name="channel_claimed_once",
                        violation_error_message="A empresa já tem um canal com esta conta.",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS channel_proven_once"
                    " ON omnichannel_channel (kind, account_id) WHERE proven_at IS NOT NULL",
                    "DROP INDEX CONCURRENTLY IF EXISTS channel_proven_once",
                ),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS channel_claimed_once"
                    " ON omnichannel_channel (company_id, kind, account_id)",
                    "DROP INDEX CONCURRENTLY IF EXISTS channel_claimed_once",
                ),
                migrations.RunSQL(
                    "ALTER TABLE omnichannel_channel ADD CONSTRAINT channel_claimed_once"
                    " UNIQUE USING INDEX channel_claimed_once",
                    "ALTER TABLE omnichannel_channel DROP CONSTRAINT channel_claimed_once",
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "ativo"), _negated=True) | PROVEN,
                name="channel_active_proven",
                violation_error_message="Valide o canal antes de ativá-lo.",
            ),
        ),
        ValidateConstraint(model_name="channel", name="channel_active_proven"),
        AddConstraintNotValid(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_waba_proven", False)) | PROVEN,
                name="channel_waba_proven",
                violation_error_message="Valide o canal antes de usar a conta WABA.",
            ),
        ),
        ValidateConstraint(model_name="channel", name="channel_waba_proven"),
        migrations.RemoveConstraint(model_name="channel", name="channel_account_once"),
    ]
