"""The names of this package's tasks, so that services can ring without knowing who answers."""

MERGE_SETTLE = "contacts.tasks.merge_settle"
VISITOR_JOIN = "contacts.tasks.visitor_join"
IMPORT_RUN = "contacts.tasks.import_run"
