"""What a clinic knows, and which of it answers a question."""
