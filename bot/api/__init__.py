"""The bot in the REST API."""
