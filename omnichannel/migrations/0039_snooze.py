from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("omnichannel", "0038_waveforms")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="snoozed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="adiada em"),
        ),
        migrations.AddField(
            model_name="conversation",
            name="snoozed_until",
            field=models.DateTimeField(editable=False, null=True, verbose_name="adiada até"),
        ),
    ]
