"""The REST API of queues and tickets."""
