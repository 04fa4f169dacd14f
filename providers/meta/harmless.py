"""What of Meta's bodies may be read in the back-office."""

from __future__ import annotations

from providers.harmless import COVER, Harmless, is_word


def _shown_id(value: str) -> str:
    """Show accounts and files, which are long plain numbers, and the random end of message ids:
    their first half holds the person's number.
    """
    if value.startswith("wamid.") and is_word(value):
        return f"wamid.{COVER}{value[-10:] if len(value) > 40 else ''}"
    return value if value.isascii() and value.isdigit() and len(value) > 13 else COVER


HARMLESS = Harmless(
    words=frozenset(
        {
            "object",
            "field",
            "messaging_product",
            "phone_number_id",
            "waba_id",
            "type",
            "status",
            "event",
            "timestamp",
            "time",
            "mime_type",
            "sha256",
            "animated",
            "voice",
            "code",
            "category",
            "pricing_model",
            "pricing_category",
            "billable",
            "expiration_timestamp",
            "source_type",
            "media_type",
            "message_template_id",
            "message_template_name",
            "message_template_language",
            "message_template_category",
            "reason",
            "severity",
            "decision",
            "quality_score",
            "previous_category",
            "new_category",
            "ban_state",
            "current_limit",
            "old_limit",
            "platform_type",
            "version",
            "currency",
            "language",
            "format",
            "parameter_format",
            "violation_type",
            "restriction_type",
            "origin_type",
        }
    ),
    ids=frozenset({"id", "message_id", "original_message_id"}),
    people=frozenset({"sender", "recipient", "from", "to", "user", "contacts", "phones"}),
    shown_id=_shown_id,
)
