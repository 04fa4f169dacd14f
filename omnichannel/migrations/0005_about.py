import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_dependents"),
        ("omnichannel", "0004_rates_and_costs"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="about",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conversations_about",
                to="contacts.contact",
                verbose_name="sobre quem",
            ),
        ),
    ]
