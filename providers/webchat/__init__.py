"""The chat of a clinic's own site: we are its provider (docs/channels/webchat-protocol.md)."""
