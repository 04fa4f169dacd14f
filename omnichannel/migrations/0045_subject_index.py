"""What a thread of mails is about is found by index."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import common.folding


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0044_drafts")]

    operations = [
        AddIndexConcurrently(
            model_name="conversation",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold("subject"), "gin_trgm_ops"
                ),
                condition=models.Q(("subject", ""), _negated=True),
                name="conversation_about_words",
            ),
        ),
    ]
