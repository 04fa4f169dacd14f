"""The names of this package's tasks, so that services can ring without knowing who answers."""

DRAIN = "queues.tasks.drain"
RULES = "queues.tasks.rules"
