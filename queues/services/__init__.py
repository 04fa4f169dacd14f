"""What may be done with tickets and queues; pages, API, tasks and admin call these."""
