"""Flows in the REST API."""
