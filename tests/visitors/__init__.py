"""The door of visitors."""
