from zoneinfo import available_timezones

from django.db import migrations, models

import accounts.models.calendar


def mend(apps, schema_editor):
    """A zone that does not exist stopped every page of its company: it becomes the usual one."""
    companies = apps.get_model("accounts", "Company").objects
    known = available_timezones() - {"localtime", "Factory"}
    for company in companies.only("pk", "time_zone").iterator():
        if company.time_zone not in known:
            companies.filter(pk=company.pk).update(time_zone="America/Sao_Paulo")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_private_numbers")]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="company",
            name="time_zone",
            field=models.CharField(
                default="America/Sao_Paulo",
                max_length=64,
                validators=[accounts.models.calendar.check_zone],
                verbose_name="fuso horário",
            ),
        ),
    ]
