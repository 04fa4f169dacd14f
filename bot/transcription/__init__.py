"""Voice notes written down by a vendor."""
