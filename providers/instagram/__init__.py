"""Instagram Direct as a kind of channel."""
