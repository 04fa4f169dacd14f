from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    # Neither the index nor the check holds a lock while it reads the table.
    atomic = False

    dependencies = [("contacts", "0010_dependents")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("guardian__isnull", False)),
                fields=["guardian"],
                name="contact_guardian",
            ),
        ),
        AddConstraintNotValid(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("guardian", models.F("id")), _negated=True),
                name="contact_not_own_guardian",
            ),
        ),
        ValidateConstraint(model_name="contact", name="contact_not_own_guardian"),
    ]
