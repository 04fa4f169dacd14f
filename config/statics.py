"""How static files are collected: the chat's, which strangers' phones load, also compressed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servestatic.storage import CompressedStaticFilesStorage

COMPRESSED = "webchat/"


class ChatCompressed(CompressedStaticFilesStorage):
    """Writes a compressed copy beside each file of the chat; the front serves it to whoever takes
    one. All others stay as they are: to compress the back-office's would cost each start seconds.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Compress what was collected."""
        chosen = {path: found for path, found in paths.items() if path.startswith(COMPRESSED)}
        yield from super().post_process(chosen, dry_run, **options)
