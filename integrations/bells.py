"""Names of the bells, so that services ring without knowing tasks."""

DELIVER = "integrations.tasks.deliver"
