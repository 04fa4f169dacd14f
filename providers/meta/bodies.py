"""What a request to the Graph API carries: the token, and bodies that know if they were read."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO
from uuid import uuid4

from requests.auth import AuthBase
from requests.models import PreparedRequest

MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}(; ?[\w-]{1,20}=[\w.+-]{1,40})?")


class Bearer(AuthBase):
    """Puts the token in the Authorization header, and keeps ~/.netrc out of it."""

    def __init__(self, token: str, scheme: str = "Bearer") -> None:
        self._token = token
        self._scheme = scheme

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"{self._scheme} {self._token}"
        return request


class FormBody:
    """A multipart form with one file as `name`, read in blocks: a video does not stand in memory.

    The file's own name is not sent, because nobody sees it and it may hold anything.
    """

    def __init__(
        self, fields: dict[str, str], file: IO[bytes], mime: str, name: str = "file"
    ) -> None:
        boundary = uuid4().hex
        mime = mime if MIME.fullmatch(mime) else "application/octet-stream"
        self.content_type = f"multipart/form-data; boundary={boundary}"
        part = f"--{boundary}\r\nContent-Disposition: form-data; name="
        head = "".join(f'{part}"{key}"\r\n\r\n{value}\r\n' for key, value in fields.items())
        head += f'{part}"{name}"; filename="file"\r\nContent-Type: {mime}\r\n\r\n'
        tail = f"\r\n--{boundary}--\r\n"
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._parts: list[IO[bytes]] = [io.BytesIO(head.encode()), file, io.BytesIO(tail.encode())]
        self._size = len(head.encode()) + size + len(tail)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(65_536):
            yield block

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes, at most `size`; empty at the end."""
        while self._parts:
            if block := self._parts[0].read(size):
                return block
            self._parts.pop(0)
        return b""
