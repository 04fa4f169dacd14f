"""A small SMTP server: what the clinic hands in lies in the patients' mailboxes."""

from __future__ import annotations

import base64
import binascii
import re

from simulator.mail.services import mail_take
from simulator.mail.talk import Talk, stored

LARGEST = 40 * 1024 * 1024
ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


class SmtpTalk(Talk):
    """One client that hands mails in. Only who logged in may."""

    to: list[str]

    async def converse(self) -> None:
        """Greet, and answer commands until QUIT."""
        self.to = []
        await self.say("220 simulador ESMTP")
        while line := await self.hear():
            verb, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                await self.say("221 2.0.0 Bye")
                return
            await self._answer(verb.upper(), rest)

    async def _answer(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO" | "HELO":
                size = f"250-SIZE {LARGEST}"
                await self.say("250-simulador", size, "250-8BITMIME", "250 AUTH PLAIN")
            case "AUTH":
                await self._log_in(rest)
            case "RSET" | "NOOP":
                self.to = [] if verb == "RSET" else self.to
                await self.say("250 2.0.0 OK")
            case "MAIL" | "RCPT" | "DATA" if self.mailbox is None:
                await self.say("530 5.7.0 Authentication required")
            case "MAIL" if ADDRESS.match(rest):
                self.to = []
                await self.say("250 2.1.0 OK")
            case "RCPT" if found := ADDRESS.match(rest):
                self.to.append(found[1])
                await self.say("250 2.1.5 OK")
            case "DATA" if self.to:
                await self._take()
            case _:
                await self.say("503 5.5.1 Not now")

    async def _log_in(self, rest: str) -> None:
        method, _space, said = rest.partition(" ")
        if method.upper() != "PLAIN":
            await self.say("504 5.5.4 Only PLAIN")
            return
        if not said:
            await self.say("334 ")
            said = (await self.hear()).decode("ascii", "replace").strip()
        try:
            _as, user, password = base64.b64decode(said).decode().split("\0")
        except (binascii.Error, ValueError):
            user = password = ""
        is_in = await self.enter(user, password)
        await self.say("235 2.7.0 Welcome" if is_in else "535 5.7.8 Authentication failed")

    async def _take(self) -> None:
        await self.say("354 Go on")
        lines, size = [], 0
        while (line := await self.hear()) not in (b".\r\n", b""):
            # A line that begins with a dot has one more on its way.
            lines.append(line[1:] if line.startswith(b".") else line)
            size += len(line)
            if size > LARGEST:
                lines.clear()
        mailbox, to = self.mailbox, self.to
        if size > LARGEST or mailbox is None:
            await self.say("552 5.3.4 Too large")
        elif line:
            raw = b"".join(lines)
            await stored(lambda: mail_take(mailbox=mailbox, to=to, raw=raw))
            await self.say("250 2.0.0 OK")
        self.to = []
