"""A template as it will stand on a patient's phone."""

from __future__ import annotations

from typing import Any

from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import TemplateInfo
from omnichannel.adapters.tolerant import mapping, text
from omnichannel.choices import ChannelKind

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
    adapter = registry.adapter_for(ChannelKind.WHATSAPP)
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
