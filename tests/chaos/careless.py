"""A campaign sender with one deliberate fault: it sends, and only then marks. A chaos run that
passes on it proves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import django


def main() -> None:
    """Send until killed."""
    django.setup()
    from campaigns import dispatch
    from campaigns.services import claiming, outcomes

    claiming.TAKE = """
    SELECT v.id FROM unnest(%s::uuid[], %s::jsonb[], %s::jsonb[]) AS v(id, said, pricing)
    WHERE false
    """
    outcomes.SETTLE = outcomes.SETTLE.replace(
        "('enviando', 'incerto')", "('pendente', 'enviando', 'incerto')"
    )
    write = dispatch.outcomes_write

    def late(batch: Sequence[outcomes.Outcome]) -> None:
        # As a busy database would: rows stay unmarked for longer than two claims are apart.
        time.sleep(0.5)
        write(batch)

    dispatch.outcomes_write = late
    while True:
        dispatch.send_slice(10)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
