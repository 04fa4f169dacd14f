from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0042_stars")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("starred_at__isnull", False)),
                fields=["conversation", "-starred_at"],
                name="message_starred",
            ),
        ),
    ]
