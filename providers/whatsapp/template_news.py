"""WhatsApp webhook fields about message templates."""

from __future__ import annotations

from collections.abc import Iterator

from providers.choices import TemplateStatus
from providers.facts import Parsed, TemplateUpdate
from providers.tolerant import BadShape, Json, ident, label, mapping, picked, text
from providers.whatsapp.change import Change

# Events that are not themselves a state: what a template is afterwards.
AFTERWARDS = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}


def template_status(change: Change) -> Iterator[Parsed]:
    """Give the new state of a template. FLAGGED only warns: it can still be sent."""
    event = label(change.value.get("event")).upper()
    if not event and change.value.get("new_quality_score"):
        # Meta's own example of a quality update names this field.
        yield from template_quality(change)
        return
    if not event:
        raise BadShape("template status without event")
    state = AFTERWARDS.get(event, event)
    yield _update(
        change,
        status=state if state in TemplateStatus.values else None,
        reason=_reason(change.value, event),
        category=label(change.value.get("message_template_category")).upper() or None,
    )


def template_quality(change: Change) -> Iterator[Parsed]:
    """Give the new quality score of a template."""
    quality = label(change.value.get("new_quality_score")).upper()
    if not quality:
        raise BadShape("template quality without score")
    yield _update(change, quality=quality)


def template_category(change: Change) -> Iterator[Parsed]:
    """Give a new category, or the one that Meta will set later."""
    category = label(change.value.get("new_category")).upper()
    coming = label(change.value.get("correct_category")).upper()
    if not category and not coming:
        raise BadShape("template category without category")
    # While a change is only announced, `new_category` repeats the category in force.
    yield _update(
        change,
        category=category or None,
        coming_category=coming if coming != category else "",
    )


def template_components(change: Change) -> Iterator[Parsed]:
    """Give the new content of a template, in the shape in which the Graph API lists it."""
    value = change.value
    components: list[Json] = []
    if title := text(value.get("message_template_title"), 1024):
        components.append({"type": "HEADER", "format": "TEXT", "text": title})
    if body := text(value.get("message_template_element"), 4096):
        components.append({"type": "BODY", "text": body})
    if footer := text(value.get("message_template_footer"), 1024):
        components.append({"type": "FOOTER", "text": footer})
    buttons = value.get("message_template_buttons")
    shown = [_button(mapping(one)) for one in (buttons if isinstance(buttons, list) else [])]
    if shown:
        components.append({"type": "BUTTONS", "buttons": shown})
    yield _update(change, components=components)


def _button(raw: Json) -> Json:
    prefix = "message_template_button_"
    named = {
        key.removeprefix(prefix): value for key, value in raw.items() if key.startswith(prefix)
    }
    return picked(named, ("type", "text", "url", "phone_number"))


def _reason(value: Json, event: str) -> str | None:
    """Return why, in the provider's words: a code, and the sentence that explains it."""
    code = label(value.get("reason")).upper()
    rejection, other = mapping(value.get("rejection_info")), mapping(value.get("other_info"))
    parts = [
        "" if code == "NONE" else code,
        event if event == "FLAGGED" else "",
        text(other.get("title"), 200),
        text(rejection.get("reason"), 1000) or text(other.get("description"), 1000),
        text(rejection.get("recommendation"), 1000),
    ]
    if disable_date := ident(mapping(value.get("disable_info")).get("disable_date")):
        parts.append(f"disable_date {disable_date}")
    return ": ".join(part for part in parts if part) or None


def _update(
    change: Change,
    *,
    status: str | None = None,
    reason: str | None = None,
    quality: str | None = None,
    category: str | None = None,
    coming_category: str | None = None,
    components: list[Json] | None = None,
) -> TemplateUpdate:
    value = change.value
    external_id = ident(value.get("message_template_id"))
    template_name = ident(value.get("message_template_name"))
    if not (external_id or template_name):
        raise BadShape("template is not named")
    return TemplateUpdate(
        account=change.waba,
        external_id=external_id,
        name=template_name,
        # Webhooks write "en-US" where the Graph API lists "en_US".
        language=ident(value.get("message_template_language")).replace("-", "_"),
        happened_at=change.happened_at,
        status=status,
        reason=reason,
        quality=quality,
        category=category,
        coming_category=coming_category,
        components=components,
    )
