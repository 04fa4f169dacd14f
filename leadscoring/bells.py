"""The names of this package's tasks, so that services can ring without knowing who answers."""

FOLLOW = "leadscoring.tasks.follow"
CONTACTS = "leadscoring.tasks.contacts_heard"
RECOUNT = "leadscoring.tasks.recount"
LEARN = "leadscoring.tasks.learn"
