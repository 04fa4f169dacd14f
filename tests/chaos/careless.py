"""A campaign sender with one deliberate fault: it sends, and only then marks. A chaos run that
passes on it proves nothing.
"""

from __future__ import annotations

import time

import django


def main() -> None:
    """Send until killed."""
    django.setup()
    from campaigns.dispatch import send_slice
    from campaigns.services import claiming, outcomes

    claiming.TAKE = "SELECT v.id FROM unnest(%s::uuid[], %s::jsonb[]) AS v(id, said) WHERE false"
    outcomes.SETTLE = outcomes.SETTLE.replace(
        "('enviando', 'incerto')", "('pendente', 'enviando', 'incerto')"
    )
    while True:
        send_slice(10)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
