"""Writes messages to patients as attendants do, while workers send them.

`python -m tests.chaos.write COUNT` works on the database of its environment.
"""

from __future__ import annotations

import sys

import django


def main(count: int) -> None:
    """Write so many messages, in turn to everybody."""
    django.setup()
    from accounts.models import Membership
    from common.scoping import company_scope
    from omnichannel.models import Conversation
    from omnichannel.services.outbound import message_send

    people = {person.company_id: person for person in Membership.unscoped.all()}
    rows = list(Conversation.unscoped.select_related("channel").order_by("id"))
    for number in range(count):
        conversation = rows[number % len(rows)]
        with company_scope(conversation.company_id):
            message_send(
                conversation=conversation,
                author=people[conversation.company_id],
                text=f"Sua consulta está confirmada ({number}).",
                client_id=f"chaos-{number}",
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
