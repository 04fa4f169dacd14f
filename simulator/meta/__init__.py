"""Fake Instagram and Messenger accounts: their part of the Graph API, and their people."""
