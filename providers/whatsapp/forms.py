"""Answered forms (flows, addresses): answers are JSON inside a string, or nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from providers.choices import MessageKind
from providers.content import FormAnswers
from providers.facts import Json, MediaRef
from providers.file_types import plain
from providers.tolerant import copied, ident, name, text, words

FILES = 30
KINDS = {"image": MessageKind.IMAGE, "video": MessageKind.VIDEO, "audio": MessageKind.AUDIO}


def form_of(reply: Json) -> tuple[FormAnswers, tuple[MediaRef, ...]]:
    """Return the answers with the files among them. What is no JSON is kept as it was written."""
    named = {key: words(reply.get(key)) for key in ("name", "body")}
    written = reply.get("response_json")
    answers = _read(written)
    if isinstance(answers, dict | list):
        return FormAnswers(copied(answers), **named), tuple(_files(answers))[:FILES]
    return FormAnswers(None, written=text(written) or ident(written), **named), ()


def _read(written: Any) -> Any:
    # Some gateways pack the answers twice, some not at all.
    for _layer in range(2):
        if not isinstance(written, str):
            break
        try:
            written = json.loads(written)
        except (ValueError, RecursionError):
            return None
    return written


def _files(value: Any, depth: int = 5) -> Iterator[MediaRef]:
    """Give the photos and documents a form was answered with (Meta, PhotoPicker): the provider
    keeps them under an id like any other file.
    """
    if not depth or not isinstance(value, dict | list):
        return
    if isinstance(value, dict):
        media_id, mime_type = ident(value.get("id")), text(value.get("mime_type"), 127)
        if media_id and mime_type:
            kind = KINDS.get(plain(mime_type).partition("/")[0], MessageKind.DOCUMENT)
            yield MediaRef(
                kind=kind,
                media_id=media_id,
                mime_type=mime_type,
                sha256=text(value.get("sha256"), 128),
                filename=name(value.get("file_name")),
            )
            return
    for one in value.values() if isinstance(value, dict) else value:
        yield from _files(one, depth - 1)
