"""A small IMAP server with one folder for each mailbox: it is read and listened at, never changed.

It speaks what readers of new mail say (EXAMINE, STATUS, UID SEARCH and FETCH, IDLE), and says BAD
to the rest.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.functions import Length

from simulator.mail.models import SimLetter
from simulator.mail.talk import Talk, stored

CAPABILITIES = "CAPABILITY IMAP4rev1 IDLE"
# How often a waiting client's mailbox is looked at.
LOOK_SECONDS = 0.5
SINCE = re.compile(r"\bSINCE \"?(\d{1,2}-[A-Za-z]{3}-\d{4})", re.IGNORECASE)
BODY = re.compile(r"\bBODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)


# Number, size, when it came, and its bytes where they are wanted.
Listed = tuple[Any, ...]
# Mails read from the database together.
AT_ONCE = 20


class ImapTalk(Talk):
    """One client that reads a mailbox."""

    is_open = False

    async def converse(self) -> None:
        """Greet, and answer commands until LOGOUT."""
        await self.say("* OK simulador")
        while line := await self.hear():
            tag, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name, _space, said = rest.partition(" ")
            if name.upper() == "LOGOUT":
                await self.say("* BYE", f"{tag} OK Done")
                return
            await self._answer(tag, name.upper(), said)

    async def _answer(self, tag: str, name: str, said: str) -> None:
        match name:
            case "CAPABILITY":
                await self.say(f"* {CAPABILITIES}", f"{tag} OK Done")
            case "NOOP":
                await self.say(f"{tag} OK Done")
            case "LOGIN":
                words = shlex.split(said)
                is_in = len(words) == 2 and await self.enter(*words)
                refusal = "NO [AUTHENTICATIONFAILED] Invalid credentials"
                await self.say(f"{tag} {'OK Done' if is_in else refusal}")
            case _ if self.mailbox is None:
                await self.say(f"{tag} NO Log in first")
            case "SELECT" | "EXAMINE" | "STATUS":
                await self._folder(tag, name, said)
            case "UID" if self.is_open and said.upper().startswith("SEARCH "):
                numbers = await stored(lambda: self._found(said))
                await self.say(" ".join(["* SEARCH", *map(str, numbers)]), f"{tag} OK Done")
            case "UID" if self.is_open and said.upper().startswith("FETCH "):
                await self._fetch(tag, said)
            case "IDLE" if self.is_open:
                await self._idle(tag)
            case _:
                await self.say(f"{tag} BAD Not spoken here")

    async def _folder(self, tag: str, name: str, said: str) -> None:
        assert self.mailbox is not None
        if shlex.split(said.partition("(")[0])[:1] not in (["INBOX"], ["inbox"]):
            await self.say(f"{tag} NO [NONEXISTENT] No such folder")
            return
        last, era = await stored(self._last), int(self.mailbox.created_at.timestamp())
        if name == "STATUS":
            told = f"MESSAGES {last} UIDNEXT {last + 1} UIDVALIDITY {era}"
            await self.say(f"* STATUS INBOX ({told})", f"{tag} OK Done")
            return
        self.is_open = True
        await self.say(
            *("* FLAGS (\\Seen)", f"* {last} EXISTS", "* 0 RECENT"),
            *(f"* OK [UIDVALIDITY {era}]", f"* OK [UIDNEXT {last + 1}]"),
            f"{tag} OK [READ-ONLY] Done",
        )

    async def _fetch(self, tag: str, said: str) -> None:
        _fetch, numbers, wanted = said.split(" ", 2)
        last, part = await stored(self._last), BODY.search(wanted)
        chosen = _chosen(numbers, last)
        for at in range(0, len(chosen), AT_ONCE):
            some = chosen[at : at + AT_ONCE]
            rows = await stored(lambda some=some: self._listed(some, part is not None))  # type: ignore[misc]
            await self.say(*(_told(row, part) for row in rows))
        await self.say(f"{tag} OK Done")

    async def _idle(self, tag: str) -> None:
        """Tell of what comes until the client says DONE."""
        # Looked at first: whatever comes once the client knows that we listen is new.
        known = await stored(self._last)
        await self.say("+ idling")
        done = asyncio.ensure_future(self.hear())
        while not (await asyncio.wait({done}, timeout=LOOK_SECONDS))[0]:
            if (last := await stored(self._last)) != known:
                known = last
                await self.say(f"* {last} EXISTS")
        said = done.result().strip().upper()
        if said:
            await self.say(f"{tag} {'OK Done' if said == b'DONE' else 'BAD Not now'}")

    def _last(self) -> int:
        return self._letters().aggregate(last=Max("number"))["last"] or 0

    def _found(self, said: str) -> list[int]:
        rows = self._letters()
        if since := SINCE.search(said):
            day = datetime.strptime(since[1], "%d-%b-%Y").replace(tzinfo=UTC)
            rows = rows.filter(created_at__gte=day)
        return list(rows.values_list("number", flat=True))

    def _listed(self, numbers: list[int], has_body: bool) -> list[Listed]:
        rows = self._letters().filter(number__in=numbers).annotate(size=Length("raw"))
        fields = ("number", "size", "created_at", *(("raw",) if has_body else ()))
        return list(rows.values_list(*fields))

    def _letters(self) -> QuerySet[SimLetter]:
        return SimLetter.objects.filter(mailbox=self.mailbox)


def _told(row: Listed, part: re.Match[str] | None) -> bytes:
    """Return what is told of one mail; `part` says which of its bytes."""
    number, size, came, *body = row
    facts = f'UID {number} RFC822.SIZE {size} INTERNALDATE "{came:%d-%b-%Y %H:%M:%S +0000}"'
    if part is None:
        return f"* {number} FETCH ({facts})".encode()
    raw, begin = bytes(body[0]), ""
    if part[1]:
        begin, raw = f"<{part[1]}>", raw[int(part[1]) :][: int(part[2])]
    return f"* {number} FETCH ({facts} BODY[]{begin} {{{len(raw)}}}\r\n".encode() + raw + b")"


def _chosen(numbers: str, last: int) -> list[int]:
    """Return the numbers of a set ("1,4:6,9:*") that a folder may have."""
    chosen: set[int] = set()
    for some in numbers.split(","):
        ends = [last if end == "*" else int(end) for end in some.split(":")]
        # A range that ends in * always holds the last mail.
        chosen.update(range(max(min(ends), 1), min(max(ends), last) + 1))
    return sorted(chosen)
