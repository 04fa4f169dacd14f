"""The names of this package's tasks, so that services can ring without knowing who answers."""

REMIND = "agenda.tasks.remind"
FETCH = "agenda.tasks.fetch"
OFFER = "agenda.tasks.offer"
