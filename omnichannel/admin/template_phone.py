"""A template as it will stand on a patient's phone."""

from __future__ import annotations

from typing import Any

from providers import registry
from providers.base import Drafts, Templates
from providers.outgoing import TemplateInfo
from providers.tolerant import mapping, text

ICONS = {"URL": "open_in_new", "PHONE_NUMBER": "call", "QUICK_REPLY": "reply"}
HEADER_ICONS = {
    "IMAGE": "image",
    "VIDEO": "movie",
    "DOCUMENT": "description",
    "LOCATION": "location_on",
}


def phone_of(info: TemplateInfo | None) -> dict[str, Any]:
    """Return what phone.html draws: each part with its examples filled in; empty without one."""
    if info is None:
        return {"header": "", "header_text": "", "body": "", "footer": "", "buttons": []}
    (kind,) = registry.kinds_with(Drafts)
    adapter = registry.face_of(kind, Templates)
    examples = {one.key: one.example for one in adapter.template_variables(info) if one.example}
    parts = {text(part.get("type")).upper(): mapping(part) for part in info.components}
    buttons = parts.get("BUTTONS", {}).get("buttons")
    header = parts.get("HEADER", {})

    def shown(kind: str) -> str:
        only = TemplateInfo(
            "", "", "", "", parameter_format=info.parameter_format, components=(parts[kind],)
        )
        return adapter.template_preview(only, examples)

    return {
        "header": HEADER_ICONS.get(text(header.get("format")).upper(), ""),
        "header_text": shown("HEADER") if "HEADER" in parts else "",
        "body": shown("BODY") if "BODY" in parts else "",
        "footer": shown("FOOTER") if "FOOTER" in parts else "",
        "buttons": [
            {
                "icon": ICONS.get(text(one.get("type")).upper(), "smart_button"),
                "text": text(one.get("text")) or text(one.get("type")),
            }
            for one in map(mapping, buttons if isinstance(buttons, list) else [])
        ],
    }
