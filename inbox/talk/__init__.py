"""The open conversation: its thread, what is written, what is done with it."""
