"""Models turned into inbox.shapes, from what selectors brought along."""
