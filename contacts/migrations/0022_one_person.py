"""What proves that an address is a person's, and what staff decided about two records and why."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_audit_kept'),
        ('contacts', '0021_provider_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactidentity',
            name='proof',
            field=models.CharField(blank=True, choices=[('mensagem', 'Escreveu deste endereço'), ('remetente', 'Remetente autenticado'), ('clique', 'Confirmou pelo link'), ('site', 'Identificado pelo site da clínica'), ('codigo', 'Continuou a conversa com um código')], db_default='', default='', editable=False, max_length=12, verbose_name='como se sabe'),
        ),
        migrations.AddField(
            model_name='contactidentity',
            name='verified_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='verificado em'),
        ),
        migrations.AddField(
            model_name='duplicatepair',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decidido em'),
        ),
        migrations.AddField(
            model_name='duplicatepair',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='decidido por'),
        ),
        migrations.AddField(
            model_name='duplicatepair',
            name='evidence',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='duplicatepair',
            name='is_strong',
            field=models.BooleanField(db_default=False, default=False, verbose_name='comprovado'),
        ),
        migrations.AddField(
            model_name='duplicatepair',
            name='refused',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name='duplicatepair',
            name='reason',
            field=models.CharField(choices=[('telefone', 'Mesmo telefone digitado'), ('email', 'Mesmo e-mail digitado'), ('nome', 'Mesmo nome e final do telefone'), ('mesmo_nome', 'Mesmo nome'), ('usuario', 'Mesmo nome de usuário'), ('telefone_verificado', 'Mesmo telefone verificado'), ('email_verificado', 'Mesmo e-mail verificado'), ('codigo', 'Continuou a conversa com um código'), ('identidades', 'O provedor os trata como uma pessoa'), ('numero', 'Mesmo número, outra conta do WhatsApp'), ('manual', 'Indicado pela equipe')], max_length=20, verbose_name='motivo'),
        ),
    ]
