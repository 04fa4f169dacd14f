import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_privacy")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="guardian",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Quem escreve por esta pessoa, pelo próprio telefone.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dependents",
                to="contacts.contact",
                verbose_name="responsável",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="relation",
            field=models.CharField(
                blank=True,
                choices=[
                    ("filho", "Filho ou filha"),
                    ("pai_mae", "Pai ou mãe"),
                    ("conjuge", "Cônjuge ou companheiro"),
                    ("parente", "Outro parente"),
                    ("outro", "Outro"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="vínculo com o responsável",
            ),
        ),
    ]
