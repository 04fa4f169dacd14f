"""What a message of any kind may have beside what it says."""

from __future__ import annotations

from providers.facts import Json
from providers.tolerant import mapping, picked, text

REFERRAL_KEYS = (
    "source_url",
    "source_id",
    "source_type",
    "headline",
    "body",
    "media_type",
    "image_url",
    "video_url",
    "thumbnail_url",
    "ctwa_clid",
    "ref",
)


def add_circumstances(metadata: Json, raw: Json, context: Json) -> None:
    """Add what any kind may have: forwarding, the product asked about, the ad that led here."""
    for mark in ("forwarded", "frequently_forwarded"):
        if context.get(mark) is True:
            metadata[mark] = True
    if product := picked(context.get("referred_product"), ("catalog_id", "product_retailer_id")):
        metadata["referred_product"] = product
    if isinstance(raw.get("referral"), dict):
        referral = picked(raw["referral"], REFERRAL_KEYS)
        if greeting := text(mapping(raw["referral"].get("welcome_message")).get("text"), 4096):
            referral["welcome_message"] = greeting
        metadata["referral"] = referral
