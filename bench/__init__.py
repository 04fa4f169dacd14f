"""Figures of the measured paths, each beside a floor measured in the same run (`make bench`)."""
