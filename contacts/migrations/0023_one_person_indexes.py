"""Who else a person may be is found by index: by name, by username, by what staff refused."""

import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import common.folding


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0022_one_person")]

    operations = [
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(models.F('company'), common.folding.Fold('name'), condition=models.Q(('merged_into', None), ('name__contains', ' ')), name='contact_full_name'),
        ),
        AddIndexConcurrently(
            model_name='contactidentity',
            index=models.Index(models.F('company'), django.db.models.functions.text.Upper('username'), condition=models.Q(('username', ''), _negated=True), name='identity_same_username'),
        ),
        AddIndexConcurrently(
            model_name='duplicatepair',
            index=models.Index(condition=models.Q(('status', 'diferente'), models.Q(('evidence', ''), _negated=True)), fields=['company', 'evidence'], name='duplicate_pair_refused'),
        ),
    ]
