"""How lists of tickets may be narrowed."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters

from omnichannel.api.filters import AttendantFilter
from queues.choices import TicketStatus


class TicketFilter(filters.FilterSet):
    """?status= ?attendant= ?contact= ?queue= ?conversation="""

    status = filters.ChoiceFilter(choices=TicketStatus.choices, help_text="Situação.")
    attendant = AttendantFilter(
        method="by_attendant", max_length=36, help_text="`me`, `none` ou o id de um membro."
    )
    contact = filters.UUIDFilter(field_name="contact_id", help_text="Id do contato.")
    queue = filters.UUIDFilter(field_name="queue_id", help_text="Id da fila.")
    conversation = filters.UUIDFilter(field_name="conversation_id", help_text="Id da conversa.")

    def by_attendant(self, rows: Any, name: str, value: Any) -> Any:
        """Keep one person's, or nobody's."""
        if value == "me":
            return rows.filter(attendant=self.request.membership)
        return rows.filter(attendant=None if value == "none" else value)
