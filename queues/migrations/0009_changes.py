"""Tickets are followed (accounts.changing)."""

from django.db import migrations

from accounts.changing import followed


class Migration(migrations.Migration):
    dependencies = [("queues", "0008_rules"), ("accounts", "0013_changes")]

    operations = [followed("queues_ticket", "atendimento", "conversation_id")]
