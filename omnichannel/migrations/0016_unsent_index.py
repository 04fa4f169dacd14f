from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0015_sentences")]

    operations = [
        AddIndexConcurrently(
            model_name="attachment",
            index=models.Index(
                fields=["uploaded_by", "created_at"],
                condition=models.Q(("message", None)),
                name="attachment_unsent",
            ),
        ),
    ]
