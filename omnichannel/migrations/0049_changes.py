"""Conversations and messages are followed (accounts.changing)."""

from django.db import migrations

from accounts.changing import followed


class Migration(migrations.Migration):
    dependencies = [("omnichannel", "0048_mentions"), ("accounts", "0013_changes")]

    operations = [
        followed("omnichannel_conversation", "conversa"),
        followed("omnichannel_message", "mensagem", "conversation_id"),
    ]
