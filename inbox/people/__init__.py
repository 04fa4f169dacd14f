"""The person beside the thread: their record, family, ticket, score."""
