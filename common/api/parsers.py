"""Reading bodies: bounded, strict JSON and bounded uploads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from common.api.errors import BodyTooLarge

# Far above the longest message (4,096 characters) with its buttons and lists.
JSON_BYTES = 1024 * 1024
# The provider's largest class of file and the form around it.
UPLOAD_BYTES = 100 * 1024 * 1024 + JSON_BYTES


class JSONParser(parsers.JSONParser):
    """Reads JSON of at most JSON_BYTES.

    Python's own reader takes NaN, lone surrogates and any depth of nesting; PostgreSQL takes none
    of them.
    """

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value. Raises ParseError and BodyTooLarge."""
        body = stream.read(JSON_BYTES + 1)
        if len(body) > JSON_BYTES:
            raise BodyTooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            raise ParseError from exc


class UploadParser(parsers.MultiPartParser):
    """Reads a form with a file of at most UPLOAD_BYTES."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return fields and files. Raises BodyTooLarge before the body is read."""
        assert parser_context is not None
        try:
            length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > UPLOAD_BYTES:
            raise BodyTooLarge
        return super().parse(stream, media_type, parser_context)
