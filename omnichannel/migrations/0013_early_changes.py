import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_known_zones'),
        ('omnichannel', '0012_order_of_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlyChange',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criado em')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='atualizado em')),
                ('target', models.CharField(max_length=255)),
                ('kind', models.CharField(choices=[('exclusao', 'Exclusão'), ('reacao', 'Reação')], max_length=12)),
                ('direction', models.CharField(choices=[('entrada', 'Recebida'), ('saida', 'Enviada')], max_length=8)),
                ('emoji', models.CharField(blank=True, max_length=64)),
                ('sender', models.JSONField(default=list)),
                ('happened_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'mudança adiantada',
                'verbose_name_plural': 'mudanças adiantadas',
            },
        ),
        migrations.AddField(
            model_name='earlychange',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='omnichannel.channel'),
        ),
        migrations.AddField(
            model_name='earlychange',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.company'),
        ),
        migrations.AddIndex(
            model_name='earlychange',
            index=models.Index(fields=['created_at'], name='early_change_age'),
        ),
        migrations.AddConstraint(
            model_name='earlychange',
            constraint=models.UniqueConstraint(fields=('channel', 'target', 'kind', 'direction'), name='early_change_once'),
        ),
    ]
