"""Where a conversation went on is found by index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0030_continues")]

    operations = [
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('continues__isnull', False)), fields=['continues'], name='conversation_continues'),
        ),
    ]
