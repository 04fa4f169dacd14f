"""What Instagram Direct and Messenger share: one shape of webhooks, one way to send."""
