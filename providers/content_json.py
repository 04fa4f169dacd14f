"""Content as a message's metadata keeps it, which is what the API shows of it.

One shape for every kind of channel, and the one that rows of any age have (docs/decisions/0021):

    location      {latitude, longitude, name?, address?, url?}
    contacts      [{name, phones?, emails?, addresses?, urls?, org?, birthday?, origin?, other?}];
                  `name` is a text, or its parts {formatted_name, first_name?, ...}
    shared_phone  the number that a person gave because we asked for it, beside `contacts`
    order         {catalog_id?, product_items [{product_retailer_id, quantity, item_price,
                  currency}]}
    reaction      {message_id, emoji}
    interactive   what was asked: {type: button, list, cta_url, location_request_message or
                  contact_request, header?, body?, footer?, action, as_words?: true}
                  what was answered: {type: button_reply, list_reply or button, id, title,
                  description?, typed?: true}
                  {type: nfm_reply, name?, body?, response: {...}, [...] or null, response_json?}
                  {type: call_permission_reply, response, expiration_timestamp?, response_source?}

`stored` writes it, `content_of` reads it and never raises: what is in no shape is no content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from providers.content import (
    Answer,
    Asking,
    CallPermission,
    Card,
    Cards,
    Choice,
    Content,
    FormAnswers,
    Header,
    InfoRequest,
    LinkButton,
    Order,
    OrderItem,
    Place,
    Question,
    ReactionTo,
    Section,
)
from providers.tolerant import Json, mapping, number, words

LISTS = ("phones", "emails", "addresses", "urls")
NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")
ANSWERED_BY: dict[str, Literal["button", "list", "template"]] = {
    "button_reply": "button",
    "list_reply": "list",
    "button": "template",
}
ANSWER_TYPES = {by: word for word, by in ANSWERED_BY.items()}
# What is wanted, its type and the name of its action.
REQUESTS: dict[Literal["place", "phone"], tuple[str, str]] = {
    "place": ("location_request_message", "send_location"),
    "phone": ("contact_request", "request_contact_info"),
}
WANTED = {word: wants for wants, (word, _action) in REQUESTS.items()}
LINK = "cta_url"


def stored(content: Content | None) -> Json:
    """Return the members of a message's metadata that keep a content."""
    match content:
        case None:
            return {}
        case Question() | LinkButton() | InfoRequest():
            return {"interactive": asking_json(content)}
        case Answer():
            kept: Json = {"type": ANSWER_TYPES[content.by], "id": content.key}
            kept |= {"title": content.title, **_given(description=content.description)}
            return {"interactive": kept | ({"typed": True} if content.is_typed else {})}
        case CallPermission():
            return {"interactive": _permission_json(content)}
        case FormAnswers():
            return {"interactive": _form_json(content)}
        case Place():
            on_earth = {"latitude": content.latitude, "longitude": content.longitude}
            more = _given(name=content.name, address=content.address, url=content.url)
            return {"location": {**on_earth, **more}}
        case Cards():
            shared = _given(shared_phone=content.shared_phone)
            return {"contacts": [card_json(card) for card in content.cards], **shared}
        case Order():
            items = [_item_json(item) for item in content.items]
            return {"order": {**_given(catalog_id=content.catalog), "product_items": items}}
        case ReactionTo():
            return {"reaction": {"message_id": content.target, "emoji": content.emoji}}


def content_of(metadata: Mapping[str, Any]) -> Content | None:
    """Return the content that a message's metadata keeps, None when it keeps none."""
    if "interactive" in metadata:
        kept = metadata["interactive"]
        return _interactive(kept) if isinstance(kept, dict) and kept else None
    if "location" in metadata:
        return place_of(metadata["location"])
    if isinstance(cards := metadata.get("contacts"), list):
        shared = words(metadata.get("shared_phone"))
        return Cards(tuple(card_of(mapping(card)) for card in cards), shared)
    if isinstance(items := mapping(metadata.get("order")).get("product_items"), list):
        catalog = words(metadata["order"].get("catalog_id"))
        return Order(tuple(_item(mapping(item)) for item in items), catalog)
    if isinstance(reaction := metadata.get("reaction"), dict):
        return ReactionTo(words(reaction.get("message_id")), words(reaction.get("emoji")))
    return None


def place_of(data: Any) -> Place | None:
    """Return a kept place, None for one without a place on earth."""
    data = mapping(data)
    latitude, longitude = number(data.get("latitude")), number(data.get("longitude"))
    if latitude is None or longitude is None:
        return None
    more = {key: words(data.get(key)) for key in ("name", "address", "url")}
    return Place(latitude, longitude, **more)


def card_of(data: Mapping[str, Any]) -> Card:
    """Return a kept contact card."""
    name = data.get("name")
    parts = name if isinstance(name, dict) else None
    lists = {key: tuple(_objects(data.get(key))) for key in LISTS}
    return Card(
        name=words(name) if parts is None else _whole_name(parts),
        parts=None if parts is None else _without(parts, "formatted_name"),
        org=mapping(data.get("org")) or {},
        birthday=words(data.get("birthday")),
        origin=words(data.get("origin")),
        other=data.get("other"),
        **lists,
    )


def card_json(card: Card) -> Json:
    """Return a contact card as it is kept."""
    name = card.name if card.parts is None else {"formatted_name": card.name, **card.parts}
    lists = {key: [dict(one) for one in getattr(card, key)] for key in LISTS}
    more = _given(**lists, org=card.org, birthday=card.birthday, origin=card.origin)
    return {"name": name, **more, **({} if card.other is None else {"other": card.other})}


def asking_json(asking: Asking) -> Json:
    """Return what was asked as it is kept."""
    kept: Json = {"type": _asking_type(asking)}
    if asking.header is not None:
        header = asking.header
        said = header.text if header.kind == "text" else dict(header.file)
        kept["header"] = {"type": header.kind, header.kind: said}
    if asking.text:
        kept["body"] = {"text": asking.text}
    if asking.footer:
        kept["footer"] = {"text": asking.footer}
    kept["action"] = _action(asking)
    return kept | ({"as_words": True} if asking.as_words else {})


# --- writing --------------------------------------------------------------------------------------


def _given(**members: Any) -> Json:
    return {key: value for key, value in members.items() if value not in (None, "", [], {})}


def _without(holder: Mapping[str, Any], key: str) -> Json:
    return {name: value for name, value in holder.items() if name != key}


def _asking_type(asking: Asking) -> str:
    match asking:
        case Question():
            return "list" if asking.is_list else "button"
        case LinkButton():
            return LINK
        case InfoRequest():
            return REQUESTS[asking.wants][0]


def _action(asking: Asking) -> Json:
    match asking:
        case Question(is_list=True):
            sections = [
                {**_given(title=one.title), "rows": [_choice_json(row) for row in one.choices]}
                for one in asking.sections
            ]
            return {"button": asking.list_label, "sections": sections}
        case Question():
            replies = [{"type": "reply", "reply": _choice_json(one)} for one in asking.choices]
            return {"buttons": replies}
        case LinkButton():
            return {
                "name": LINK,
                "parameters": {"display_text": asking.label, "url": asking.url},
            }
        case InfoRequest():
            return {"name": REQUESTS[asking.wants][1]}


def _choice_json(choice: Choice) -> Json:
    more = _given(description=choice.description)
    more |= {"number": choice.number} if choice.number else {}
    return {"id": choice.key, "title": choice.title, **more}


def _permission_json(content: CallPermission) -> Json:
    more = _given(expiration_timestamp=content.until, response_source=content.source)
    return {"type": "call_permission_reply", **_given(response=content.response), **more}


def _form_json(content: FormAnswers) -> Json:
    kept: Json = {"type": "nfm_reply", **_given(name=content.name, body=content.body)}
    kept["response"] = content.answers
    return kept if content.answers is not None else {**kept, "response_json": content.written}


def _item_json(item: OrderItem) -> Json:
    return _given(
        product_retailer_id=item.product,
        quantity=item.quantity,
        item_price=item.price,
        currency=item.currency,
    )


# --- reading --------------------------------------------------------------------------------------


def _objects(value: Any) -> Iterable[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _whole_name(parts: Json) -> str:
    whole = words(parts.get("formatted_name"))
    return whole or " ".join(filter(None, (words(parts.get(part)) for part in NAME_PARTS)))


def _interactive(data: Json) -> Content:
    if "action" in data:
        return _asking(data, mapping(data["action"]))
    match data.get("type"):
        case "nfm_reply":
            named = {key: words(data.get(key)) for key in ("name", "body")}
            return FormAnswers(
                data.get("response"), written=words(data.get("response_json")), **named
            )
        case "call_permission_reply":
            response, source = words(data.get("response")), words(data.get("response_source"))
            return CallPermission(response, data.get("expiration_timestamp"), source)
        case kind:
            by = ANSWERED_BY.get(kind, "button") if isinstance(kind, str) else "button"
            return Answer(**_shown(data), by=by, is_typed=data.get("typed") is True)


def _asking(data: Json, action: Json) -> Asking:
    kind = data.get("type")
    common: Any = {
        "text": words(mapping(data.get("body")).get("text")),
        "footer": words(mapping(data.get("footer")).get("text")),
        "header": _header(mapping(data.get("header"))),
        "as_words": data.get("as_words") is True,
    }
    parameters = mapping(action.get("parameters"))
    if label := words(parameters.get("display_text")):
        return LinkButton(label, words(parameters.get("url")), **common)
    if isinstance(kind, str) and kind in WANTED:
        return InfoRequest(WANTED[kind], **common)
    buttons = [_choice(mapping(one.get("reply"))) for one in _objects(action.get("buttons"))]
    sections = [Section(tuple(buttons))] if buttons else []
    for section in _objects(action.get("sections")):
        rows = tuple(_choice(row) for row in _objects(section.get("rows")))
        sections.append(Section(rows, words(section.get("title"))))
    is_list = kind == "list" or (not buttons and bool(sections))
    label = words(action.get("button"))
    return Question(tuple(sections), is_list=is_list, list_label=label, **common)


def _header(data: Json) -> Header | None:
    kind = words(data.get("type")) or ("text" if data.get("text") else "")
    if not kind:
        return None
    return Header(kind, words(data.get("text")), mapping(data.get(kind)) or {})


def _choice(data: Json) -> Choice:
    given = data.get("number")
    typed = given if isinstance(given, int) and not isinstance(given, bool) else 0
    return Choice(**_shown(data), number=typed)


def _shown(data: Json) -> dict[str, Any]:
    """Return what a choice and its answer have in common."""
    title, description = words(data.get("title")), words(data.get("description"))
    return {"key": words(data.get("id")), "title": title, "description": description}


def _item(data: Json) -> OrderItem:
    return OrderItem(
        words(data.get("product_retailer_id")),
        data.get("quantity"),
        data.get("item_price"),
        words(data.get("currency")),
    )
