from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_calendars_and_presence")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="attendants_see_private",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Desligado, aparecem mascarados; Revelar mostra por 15 minutos e fica registrado.",
                verbose_name="atendentes veem telefone e CPF por inteiro",
            ),
        ),
    ]
