from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Greatest


class Migration(migrations.Migration):
    # The column is empty until a conversation changes hands: nothing is rewritten, and GREATEST
    # passes over what is null.
    atomic = False

    dependencies = [("omnichannel", "0011_refused_once_more")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="moved_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("company"),
                models.F("attendant"),
                Greatest("last_message_at", "moved_at").desc(),
                models.F("id").desc(),
                condition=models.Q(
                    models.Q(("stage", "encerrada"), _negated=True), ("attendant__isnull", False)
                ),
                name="conversation_by_person",
            ),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("company"),
                Greatest("last_message_at", "moved_at").desc(),
                models.F("id").desc(),
                condition=models.Q(
                    models.Q(("stage", "encerrada"), _negated=True), ("attendant", None)
                ),
                name="conversation_free",
            ),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    models.Q(("stage", "encerrada"), _negated=True),
                    ("waiting_since__isnull", False),
                ),
                fields=["company", "waiting_since", "id"],
                name="conversation_waiting",
            ),
        ),
        # What it served is served by the first two.
        RemoveIndexConcurrently(model_name="conversation", name="conversation_open_by_person"),
    ]
