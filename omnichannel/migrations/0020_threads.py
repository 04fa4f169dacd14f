from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("omnichannel", "0019_channel_settings")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="thread_key",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=255
            ),
        ),
    ]
