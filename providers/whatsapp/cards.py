"""Contact cards inside a message, in whatever shape telephones and gateways give them."""

from __future__ import annotations

from typing import Any

from common import phones
from providers.content import Card
from providers.content_json import card_of as kept_card_of
from providers.facts import Json
from providers.tolerant import copied, ident, label, mapping, name, text

LISTS = {"phones": "phone", "emails": "email", "addresses": "street", "urls": "url"}
NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")
VCARD_LINES = 200
VCARD_LISTS = {"TEL": "phones", "EMAIL": "emails", "URL": "urls", "ADR": "addresses"}
ENTRIES = 50
KNOWN = frozenset({*LISTS, "name", "org", "birthday", "vcard", "origin"})


def card_of(raw: Any) -> Card:
    """Return one card: its name, phones as they were written with the wa_id they came with, and
    whatever else it tells; `other` keeps what has no place of its own. Nothing of it is dropped.
    """
    return kept_card_of(_shown(raw))


def _shown(raw: Any) -> Json:
    if not isinstance(raw, dict):
        return {"name": name(raw), "other": [] if isinstance(raw, str) else copied(raw)}
    shown: Json = {"name": _name(raw.get("name"))}
    for key, main in LISTS.items():
        if entries := _entries(raw.get(key), main):
            shown[key] = entries
    if org := _org(raw.get("org")):
        shown["org"] = org
    if birthday := text(raw.get("birthday"), 40):
        shown["birthday"] = birthday
    _add_vcard(shown, text(raw.get("vcard")))
    if not shown["name"]:
        shown["name"] = name(mapping(shown.get("org")).get("company"))
    other = {key: copied(value) for key, value in raw.items() if key not in KNOWN}
    if other and len(shown) == 1:
        shown["other"] = other
    return shown


def shared_of(card: Card) -> set[str]:
    """Return the numbers a person gave when asked for theirs, in digits: WhatsApp's id, else what
    the number as written says.
    """
    return {
        ident(one.get("wa_id"))
        or (phones.canonical(ident(one.get("phone"))) or "").removeprefix("+")
        for one in card.phones
    } - {""}


def origin_of(card: Any, message: Json) -> str:
    """Return where a card comes from: the documents name it on the card or on the message."""
    return label(mapping(card).get("origin") or message.get("origin"))


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return name(value)
    whole = name(value.get("formatted_name"))
    return whole or name(
        " ".join(filter(None, (text(value.get(part), 200) for part in NAME_PARTS)))
    )


def _entries(value: Any, main: str) -> list[Json]:
    """Return the members of a list; a lone text or number stands for its most telling part."""
    found = []
    for entry in (value if isinstance(value, list) else [value])[:ENTRIES]:
        if isinstance(entry, dict):
            one = {key: kept for key, kept in copied(entry).items() if kept not in (None, "")}
            # Numbers come as texts and, from some gateways, as numbers.
            one |= {key: ident(entry[key]) for key in ("phone", "wa_id") if ident(entry.get(key))}
        else:
            one = {main: ident(entry)} if ident(entry) else {}
        if one:
            found.append(one)
    return found


def _org(value: Any) -> Json:
    if isinstance(value, dict):
        return {key: kept for key, kept in copied(value).items() if kept not in (None, "")}
    return {"company": name(value)} if name(value) else {}


def _add_vcard(shown: Json, vcard: str) -> None:
    """Fill in from the card's text what its own members do not say."""
    given = set(shown)
    for line in vcard.replace("\r\n ", "").splitlines()[:VCARD_LINES]:
        head, colon, value = line.partition(":")
        # "item1.TEL;waid=5541...": a group in front, parameters behind.
        what, *parameters = head.rpartition(".")[2].upper().split(";")
        value = name(value.replace("\\,", ",").replace("\\;", ";").replace("\\n", " "))
        if not colon or not value:
            continue
        if what == "FN" and not shown["name"]:
            shown["name"] = value
        elif what == "N" and not shown["name"]:
            last, _semicolon, first = value.partition(";")
            shown["name"] = name(f"{first.partition(';')[0]} {last}")
        elif what == "ORG" and "org" not in given:
            shown["org"] = {"company": value.replace(";", " ").strip()}
        elif what == "BDAY" and "birthday" not in given:
            shown["birthday"] = value
        elif (key := VCARD_LISTS.get(what)) and key not in given:
            shown.setdefault(key, []).append(_line(key, value, parameters))


def _line(key: str, value: str, parameters: list[str]) -> Json:
    entry: Json = {LISTS[key]: " ".join(value.replace(";", " ").split())}
    if key == "phones":
        entry["phone"] = entry["phone"].removeprefix("tel:")
        ids = [one.partition("=")[2] for one in parameters if one.startswith("WAID=")]
        entry |= {"wa_id": ids[0]} if ids else {}
    return entry
