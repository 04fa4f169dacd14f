"""The REST API of scores."""
