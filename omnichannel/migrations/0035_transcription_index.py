"""What voice notes say is found by index."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import common.folding


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0034_transcription_states")]

    operations = [
        AddIndexConcurrently(
            model_name="attachment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    common.folding.Fold("transcription"), "gin_trgm_ops"
                ),
                condition=models.Q(("transcription", ""), _negated=True),
                name="attachment_heard",
            ),
        ),
    ]
