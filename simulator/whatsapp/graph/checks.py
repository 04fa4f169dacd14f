"""What Meta checks in a message before it accepts it: fields, types and limits, by message type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.models import SimMedia, SimNumber
from simulator.whatsapp.services.media import LIMITS, media_is_alive, plain_type

Json = dict[str, Any]
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
INTERACTIVE_BODY_LIMIT = 1024
HEADER_LIMIT = 60
TITLE_LIMIT = 20
ROW_LIMIT = 10


def message_check(number: SimNumber, kind: str, content: Any) -> None:
    """Check the object named after the type. Raises GraphError 100, 131008, 131009 or 131053."""
    check = CHECKS.get(kind)
    if check is None:
        raise GraphError(
            100, f"Param type must be one of {{{', '.join(sorted(CHECKS)).upper()}, TEMPLATE}}"
        )
    if content is None:
        raise GraphError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    expected = list if kind == "contacts" else dict
    if not isinstance(content, expected):
        raise GraphError(100, f"Param {kind} has the wrong JSON type")
    check(number, content)


def text_in(holder: Json, key: str, limit: int, path: str, *, is_required: bool = True) -> str:
    """Read a text field: present, a string, not blank and within the limit."""
    value = holder.get(key)
    if value is None and not is_required:
        return ""
    if value is None or value == "":
        raise GraphError(131008, f"Parameter '{path}' is required")
    if not isinstance(value, str):
        raise GraphError(100, f"Param {path} must be a string")
    if not value.strip():
        raise GraphError(131009, f"Parameter '{path}' must not be blank")
    if len(value) > limit:
        raise GraphError(131009, f"Param {path} must be at most {limit} characters long")
    return value


def _object_in(holder: Json, key: str, path: str) -> Json:
    value = holder.get(key)
    if value is None:
        raise GraphError(131008, f"Parameter '{path}' is required")
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {path} must be a JSON object")
    return value


def _list_in(holder: Json, key: str, path: str, most: int) -> list[Json]:
    value = holder.get(key)
    if not value:
        raise GraphError(131008, f"Parameter '{path}' is required")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {path} must be an array of JSON objects")
    if len(value) > most:
        raise GraphError(131009, f"Param {path} must have between 1 and {most} elements")
    return value


def media_check(number: SimNumber, kind: str, content: Json) -> None:
    """Check a media reference: either `id` or `link`, and an id that lives and fits the type."""
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise GraphError(131008, f"Exactly one of '{kind}.id' and '{kind}.link' is required")
    if link:
        if not isinstance(link, str) or not link.startswith(("https://", "http://")):
            raise GraphError(131009, f"Param {kind}.link is not a valid URI")
        return
    media = SimMedia.objects.filter(number__waba_id=number.waba_id, graph_id=str(media_id)).first()
    if media is None or not media_is_alive(media):
        raise GraphError(131009, f"Param {kind}.id: media with ID '{media_id}' not found")
    types, size = LIMITS[kind]
    if kind != "document" and plain_type(media.mime_type) not in types:
        raise GraphError(131053, f"{media.mime_type} is not supported for type {kind}")
    if media.size > size:
        raise GraphError(131053, f"Media file size too big. Max file size we support: {size}")


def _text(_number: SimNumber, content: Json) -> None:
    text_in(content, "body", TEXT_LIMIT, "text.body")
    if not isinstance(content.get("preview_url", False), bool):
        raise GraphError(100, "Param text.preview_url must be a boolean")


def _media(kind: str, *, has_caption: bool) -> Callable[[SimNumber, Json], None]:
    def check(number: SimNumber, content: Json) -> None:
        if not has_caption and "caption" in content:
            raise GraphError(100, f"Unexpected key 'caption' on param '{kind}'")
        text_in(content, "caption", CAPTION_LIMIT, f"{kind}.caption", is_required=False)
        media_check(number, kind, content)

    return check


def _location(_number: SimNumber, content: Json) -> None:
    for key, limit in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(content[key])
        except KeyError as missing:
            raise GraphError(131008, f"Parameter 'location.{key}' is required") from missing
        except (TypeError, ValueError) as wrong:
            raise GraphError(131009, f"Param location.{key} must be a number") from wrong
        if abs(value) > limit:
            raise GraphError(131009, f"Param location.{key} is out of range")


def _contacts(_number: SimNumber, content: list[Any]) -> None:
    if not content or not all(isinstance(card, dict) for card in content):
        raise GraphError(131008, "Parameter 'contacts' must have at least one card")
    for index, card in enumerate(content):
        name = _object_in(card, "name", f"contacts[{index}].name")
        text_in(name, "formatted_name", 256, f"contacts[{index}].name.formatted_name")
        if not any(name.get(key) for key in ("first_name", "last_name", "middle_name")):
            raise GraphError(131009, f"contacts[{index}].name needs one more part of the name")


def _reaction(_number: SimNumber, content: Json) -> None:
    text_in(content, "message_id", 512, "reaction.message_id")
    if not isinstance(content.get("emoji", ""), str):
        raise GraphError(100, "Param reaction.emoji must be a string")


def _interactive(number: SimNumber, content: Json) -> None:
    kind = content.get("type")
    if kind not in INTERACTIVE:
        options = ", ".join(sorted(INTERACTIVE)).upper()
        raise GraphError(100, f"Param interactive['type'] must be one of {{{options}}}")
    limit = TEXT_LIMIT if kind == "list" else INTERACTIVE_BODY_LIMIT
    body = _object_in(content, "body", "interactive.body")
    text_in(body, "text", limit, "interactive.body.text")
    if "footer" in content:
        footer = _object_in(content, "footer", "interactive.footer")
        text_in(footer, "text", HEADER_LIMIT, "interactive.footer.text")
    if "header" in content:
        _header(number, _object_in(content, "header", "interactive.header"), kind)
    INTERACTIVE[kind](_object_in(content, "action", "interactive.action"))


def _header(number: SimNumber, header: Json, kind: str) -> None:
    header_type = header.get("type")
    if header_type == "text":
        text_in(header, "text", HEADER_LIMIT, "interactive.header.text")
    elif header_type in ("image", "video", "document") and kind != "list":
        name = str(header_type)
        media_check(number, name, _object_in(header, name, f"interactive.header.{name}"))
    else:
        raise GraphError(131009, "Param interactive.header.type is not valid for this message")


def _buttons(action: Json) -> None:
    buttons = _list_in(action, "buttons", "interactive.action.buttons", 3)
    seen: set[tuple[str, str]] = set()
    for index, button in enumerate(buttons):
        path = f"interactive.action.buttons[{index}]"
        if button.get("type") != "reply":
            raise GraphError(131009, f"Param {path}.type must be reply")
        reply = _object_in(button, "reply", f"{path}.reply")
        pair = (
            text_in(reply, "id", 256, f"{path}.reply.id"),
            text_in(reply, "title", TITLE_LIMIT, f"{path}.reply.title"),
        )
        if any(pair[place] == other[place] for other in seen for place in (0, 1)):
            raise GraphError(131009, "Reply button ids and titles must be unique")
        seen.add(pair)


def _list(action: Json) -> None:
    text_in(action, "button", TITLE_LIMIT, "interactive.action.button")
    sections = _list_in(action, "sections", "interactive.action.sections", 10)
    ids: list[str] = []
    for index, section in enumerate(sections):
        path = f"interactive.action.sections[{index}]"
        text_in(section, "title", 24, f"{path}.title", is_required=len(sections) > 1)
        for place, row in enumerate(_list_in(section, "rows", f"{path}.rows", ROW_LIMIT)):
            ids.append(text_in(row, "id", 200, f"{path}.rows[{place}].id"))
            text_in(row, "title", 24, f"{path}.rows[{place}].title")
            text_in(row, "description", 72, f"{path}.rows[{place}].description", is_required=False)
    if len(ids) > ROW_LIMIT:
        raise GraphError(131009, f"Total row count exceed max allowed count: {ROW_LIMIT}")
    if len(set(ids)) != len(ids):
        raise GraphError(131009, "Duplicated row id found in sections")


def _cta_url(action: Json) -> None:
    _named("cta_url")(action)
    parameters = _object_in(action, "parameters", "interactive.action.parameters")
    text_in(parameters, "display_text", TITLE_LIMIT, "interactive.action.parameters.display_text")
    text_in(parameters, "url", 2000, "interactive.action.parameters.url")


def _flow(action: Json) -> None:
    _named("flow")(action)
    parameters = _object_in(action, "parameters", "interactive.action.parameters")
    text_in(parameters, "flow_cta", 30, "interactive.action.parameters.flow_cta")


def _named(name: str) -> Callable[[Json], None]:
    def check(action: Json) -> None:
        if action.get("name") != name:
            raise GraphError(131009, f"Param interactive.action.name must be {name}")

    return check


INTERACTIVE: dict[str, Callable[[Json], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "location_request_message": _named("send_location"),
    "contact_request": _named("request_contact_info"),
}
CHECKS: dict[str, Callable[[SimNumber, Any], None]] = {
    "text": _text,
    "image": _media("image", has_caption=True),
    "video": _media("video", has_caption=True),
    "document": _media("document", has_caption=True),
    "audio": _media("audio", has_caption=False),
    "sticker": _media("sticker", has_caption=False),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
}
