from datetime import timedelta

from django.db import migrations
from django.utils import timezone

# What a provider keeps of a received file.
KEPT = timedelta(days=7)
BATCH = 500


def ask_again(apps, schema_editor):
    """Fetch once more what was refused for its label and is still at the provider."""
    rows = apps.get_model("omnichannel", "Attachment").objects
    refused = rows.filter(
        state="recusado", message__isnull=False, created_at__gte=timezone.now() - KEPT
    ).exclude(provider_media_id="")
    ids = list(refused.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows.filter(pk__in=ids[start : start + BATCH], state="recusado").update(
            state="pendente", error="", attempts=0, fetch_after=timezone.now()
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("omnichannel", "0010_addresses")]

    operations = [migrations.RunPython(ask_again, migrations.RunPython.noop, elidable=True)]
