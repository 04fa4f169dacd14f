"""Endpoints of channels, conversations, messages and the set-up of WhatsApp."""
