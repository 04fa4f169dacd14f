"""The back-office of queues: their rules and people, and every ticket with its history."""

from queues.admin import queues, quick_replies, tickets

__all__ = ["queues", "quick_replies", "tickets"]
