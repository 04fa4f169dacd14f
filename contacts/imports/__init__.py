"""People from files, and into files."""
