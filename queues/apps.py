from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueuesConfig(AppConfig):
    """Follows conversations and presence: a ticket never disagrees with its conversation."""

    name = "queues"
    verbose_name = _("Filas")

    def ready(self) -> None:
        """Take part in moves, and use whoever comes to work."""
        from accounts.services.presence import presence_changed
        from omnichannel.api.base import told_above
        from omnichannel.services.holding import observe
        from queues.holdings import holdings_name
        from queues.retention import retention_name
        from queues.services.following import Follower

        observe(Follower())
        told_above["queue_id"] = _queue_of_conversation
        presence_changed.append(_came)
        holdings_name()
        retention_name()


def _queue_of_conversation() -> Any:
    from django.db.models import OuterRef, Subquery

    from queues.models import Ticket

    rows = Ticket.unscoped.open().filter(conversation=OuterRef("pk"))
    return Subquery(rows.order_by().values("queue")[:1])


def _came(presence: Any, before: str) -> None:
    from common.tasks import ring
    from queues import bells

    if presence.state == presence.State.ONLINE:
        ring(bells.DRAIN, str(presence.company_id))
