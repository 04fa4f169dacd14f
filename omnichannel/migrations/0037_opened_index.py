from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0036_other_app")]

    operations = [
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(fields=["company", "opened_at"], name="conversation_opened"),
        ),
    ]
