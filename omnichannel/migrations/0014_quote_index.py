from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0013_early_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("reply_to", None), models.Q(("reply_to_external_id", ""), _negated=True)
                ),
                fields=["channel", "reply_to_external_id"],
                name="message_quote_waiting",
            ),
        ),
    ]
