from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("omnichannel", "0009_channel_proof_rules")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="address",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="address",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
