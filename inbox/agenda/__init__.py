"""The clinic's agenda, and appointments in the column beside a conversation."""
