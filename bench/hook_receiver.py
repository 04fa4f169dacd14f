"""Another system that takes webhooks, in a process of its own. What it took it appends to a file, a
line `id lane number` each, before it answers.

`python -m bench.hook_receiver PORT FILE SHARE`: of the requests so large a share fails (500, a
closed connection, a redirect inside), and as many are slow.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import TextIO

import orjson
from aiohttp import web

SLOW_SECONDS = 0.2


class Taking:
    """The one handler."""

    def __init__(self, file: TextIO, share: float) -> None:
        self.file, self.share, self.random = file, share, random.Random(11)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Fail, or take and answer 204."""

        body = orjson.loads(await request.read())
        if self.random.random() < self.share:
            fault = self.random.choice(("error", "close", "inside"))
            if fault == "inside":
                return web.Response(status=302, headers={"Location": "http://169.254.169.254/"})
            if fault == "close" and request.transport is not None:
                request.transport.close()
            return web.Response(status=500)
        if self.share and self.random.random() < self.share / 3:
            await asyncio.sleep(SLOW_SECONDS)
        data = body["data"]
        self.file.write(f"{request.headers['webhook-id']} {data['lane']} {data['n']}\n")
        self.file.flush()
        return web.Response(status=204)


def main() -> None:
    """Listen until killed."""
    port, file, share = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    app = web.Application()
    with file.open("a") as kept:
        app.router.add_post("/aviso", Taking(kept, share))
        web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
