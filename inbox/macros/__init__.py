"""Macros: kept on pages of their own, shown and run in a conversation."""
