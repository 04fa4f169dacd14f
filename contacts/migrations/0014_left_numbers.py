from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0013_words")]

    operations = [
        migrations.AddField(
            model_name="contactidentity",
            name="came_with",
            field=models.JSONField(editable=False, null=True, verbose_name="usuário do número"),
        ),
        migrations.AlterField(
            model_name="duplicatepair",
            name="reason",
            field=models.CharField(
                choices=[
                    ("telefone", "Mesmo telefone"),
                    ("email", "Mesmo e-mail"),
                    ("nome", "Mesmo nome e final do telefone"),
                    ("identidades", "A Meta os trata como uma pessoa"),
                    ("numero", "Mesmo número, outra conta do WhatsApp"),
                    ("manual", "Indicado pela equipe"),
                ],
                max_length=20,
                verbose_name="motivo",
            ),
        ),
    ]
