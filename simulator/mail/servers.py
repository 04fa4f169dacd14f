"""The mail servers of the simulator's process, on this machine only."""

from __future__ import annotations

import asyncio
import logging

from django.conf import settings

from simulator.mail.imap import ImapTalk
from simulator.mail.smtp import SmtpTalk

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
# A line, and so a command; mails come in lines too.
LINE_BYTES = 1024 * 1024


async def serve() -> None:
    """Serve until cancelled; without a port, nothing."""
    if not (port := settings.SIMULATOR_MAIL_PORT):
        return
    try:
        imap = await asyncio.start_server(ImapTalk.begin, HOST, port, limit=LINE_BYTES)
        smtp = await asyncio.start_server(SmtpTalk.begin, HOST, port + 1, limit=LINE_BYTES)
    except OSError:
        log.exception("no mail: ports %s and %s", port, port + 1)
        return
    async with imap, smtp:
        await asyncio.gather(imap.serve_forever(), smtp.serve_forever())
