from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("webhooks", "0004_large_bodies")]

    operations = [
        AddIndexConcurrently(
            model_name="inboundevent",
            index=models.Index(
                fields=["error", "lane", "id"],
                condition=models.Q(("is_unproven", True)),
                name="inbound_unproven",
            ),
        ),
    ]
