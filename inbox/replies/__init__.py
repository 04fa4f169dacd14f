"""Quick replies: the list, their form, and what the composer offers of them."""
