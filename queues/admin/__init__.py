"""The back-office of queues: their rules and people, and every ticket with its history."""

from queues.admin import queues, tickets

__all__ = ["queues", "tickets"]
