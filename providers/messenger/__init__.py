"""Messenger, the messages of a Facebook Page, as a kind of channel."""
