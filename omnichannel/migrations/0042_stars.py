from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("omnichannel", "0041_mail_mark")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="starred_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="marcada em"
            ),
        ),
    ]
