"""The invented clinic that a fresh installation shows: who works there, who writes, and what."""
