"""Finalização: what is asked when a ticket is finished."""
