"""The list of conversations: tabs, order, search, one row a conversation."""
