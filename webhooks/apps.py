from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Hears when a channel is connected, to replay what came for it before."""

    name = "webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        """Connect the one observer; let an erasure reach the bodies."""
        from contacts.holdings import erasers
        from omnichannel.signals import channel_connected

        channel_connected.connect(_replay, dispatch_uid="webhooks.replay")
        erasers.append(_forget)


def _forget(contact: Any, values: list[str]) -> int:
    from webhooks.retention import bodies_forget

    return bodies_forget(values)


def _replay(sender: type, channel: Any, **kwargs: Any) -> None:
    from webhooks.retention import replay_for_channel

    replay_for_channel(channel)
