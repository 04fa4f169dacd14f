"""The names of this package's tasks, for whoever rings."""

PURGE = "visitors.tasks.purge"
