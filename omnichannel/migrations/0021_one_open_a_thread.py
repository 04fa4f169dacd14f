from django.db import migrations, models

# Built beside the old one, which keeps its promise until the new one stands. What an interrupted
# run left behind is built anew.
WIDEN = [
    "DROP INDEX CONCURRENTLY IF EXISTS conversation_one_open_thread",
    "CREATE UNIQUE INDEX CONCURRENTLY conversation_one_open_thread ON omnichannel_conversation"
    " (channel_id, identity_id, thread_key) WHERE NOT (stage = 'encerrada')",
    "DROP INDEX CONCURRENTLY IF EXISTS conversation_one_open",
    "ALTER INDEX conversation_one_open_thread RENAME TO conversation_one_open",
]
NARROW = [
    "DROP INDEX CONCURRENTLY IF EXISTS conversation_one_open_person",
    "CREATE UNIQUE INDEX CONCURRENTLY conversation_one_open_person ON omnichannel_conversation"
    " (channel_id, identity_id) WHERE NOT (stage = 'encerrada')",
    "DROP INDEX CONCURRENTLY IF EXISTS conversation_one_open",
    "ALTER INDEX conversation_one_open_person RENAME TO conversation_one_open",
]


class Migration(migrations.Migration):
    # Neither index holds a lock while it reads the table.
    atomic = False

    dependencies = [("omnichannel", "0020_threads")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(sql=widen, reverse_sql=narrow)
                for widen, narrow in zip(WIDEN, reversed(NARROW), strict=True)
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="conversation", name="conversation_one_open"
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("stage", "encerrada"), _negated=True),
                        fields=("channel", "identity", "thread_key"),
                        name="conversation_one_open",
                    ),
                ),
            ],
        ),
    ]
