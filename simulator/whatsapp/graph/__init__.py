"""The Graph-compatible side of the simulator: what a product would call at graph.facebook.com."""
