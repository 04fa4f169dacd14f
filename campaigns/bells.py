"""The names of this package's tasks, so that services can ring without knowing who answers."""

SEND = "campaigns.tasks.send"
BUILD = "campaigns.tasks.audience_build"
LIST = "campaigns.tasks.list_read"
