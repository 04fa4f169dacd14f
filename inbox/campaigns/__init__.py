"""The campaigns' screen: the list, the four steps of making one, its results."""
