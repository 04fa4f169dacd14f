from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """What providers post, and what becomes of it."""

    name = "webhooks"
    verbose_name = "Webhooks"
