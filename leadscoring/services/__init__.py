"""What changes scores, counts and word lists."""
