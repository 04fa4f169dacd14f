from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0039_snooze")]

    operations = [
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("snoozed_at__isnull", False)),
                fields=["company", "attendant", "snoozed_until", "id"],
                name="conversation_snoozed",
            ),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["snoozed_until"],
                name="conversation_snooze_due",
            ),
        ),
    ]
