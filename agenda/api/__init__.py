"""The agenda's part of the API."""
