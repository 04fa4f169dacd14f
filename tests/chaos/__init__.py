"""Processes and servers are killed while events pour in; afterwards everything is counted."""
