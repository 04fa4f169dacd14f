"""What of these bodies may be read in the back-office."""

from __future__ import annotations

from providers.harmless import Harmless

HARMLESS = Harmless(
    words=frozenset(
        {
            "object",
            "field",
            "time",
            "timestamp",
            "type",
            "action",
            "reaction",
            "is_echo",
            "is_deleted",
            "is_unsupported",
            "is_self",
            "num_edit",
            "watermark",
            "source",
            "app_id",
        }
    ),
    people=frozenset({"sender", "recipient", "from"}),
)
