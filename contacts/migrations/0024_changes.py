"""People are followed (accounts.changing)."""

from django.db import migrations

from accounts.changing import followed


class Migration(migrations.Migration):
    dependencies = [("contacts", "0023_one_person_indexes"), ("accounts", "0013_changes")]

    operations = [followed("contacts_contact", "contato")]
