"""A conversation may go on with one on another channel."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('omnichannel', '0029_mail'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='continues',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='continued_by', to='omnichannel.conversation', verbose_name='continua'),
        ),
    ]
