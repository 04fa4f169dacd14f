from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("omnichannel", "0022_sending_stops")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="source_url",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
