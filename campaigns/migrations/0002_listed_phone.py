from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_start")]

    operations = [
        migrations.AddField(
            model_name="listedperson",
            name="phone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=20, verbose_name="telefone"
            ),
        ),
    ]
