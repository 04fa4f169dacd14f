from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

STATUSES = [
    ("lendo", "Lendo a planilha"),
    ("rascunho", "Escolha das colunas"),
    ("aguardando", "Aguardando"),
    ("em_andamento", "Em andamento"),
    ("concluida", "Concluída"),
    ("cancelada", "Cancelada"),
    ("falhou", "Falhou"),
]


class Migration(migrations.Migration):
    # The indexes hold no lock while they read the table.
    atomic = False

    dependencies = [("contacts", "0014_left_numbers")]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="heading_line",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="linha dos títulos"
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="wish",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="has_header",
            field=models.BooleanField(
                default=True, verbose_name="uma linha tem os nomes das colunas"
            ),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="status",
            field=models.CharField(
                choices=STATUSES, default="rascunho", max_length=20, verbose_name="situação"
            ),
        ),
        AddIndexConcurrently(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("status__in", ["lendo", "aguardando", "em_andamento"])),
                fields=["claimed_at"],
                name="import_to_do",
            ),
        ),
        RemoveIndexConcurrently(model_name="importjob", name="import_unfinished"),
    ]
