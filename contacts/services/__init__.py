"""Changes to people and to how they are known."""
