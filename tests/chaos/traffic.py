"""What the provider sends in a run, made from a seed, and what must be there afterwards."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench import bodies, directs

CLINICS = 3
PATIENTS = 300
# Clinics have sent messages to these; receipts are about them.
KNOWN = 60
SENT_EACH = 40
REPEATED, MALFORMED, UNKNOWN, RECEIPTS = 0.10, 0.01, 0.03, 0.05
# Of bodies.
DIRECTS = 0.25
BATCHES = (1, 1, 1, 1, 1, 2, 2, 3, 5, 12)
RANKS = {"sent": 0, "delivered": 1, "read": 2}
STORED = {"sent": "enviada", "delivered": "entregue", "read": "lida"}


@dataclass
class Expected:
    """The oracle. Keys of bodies are the ledger's."""

    # external id -> account id
    messages: dict[str, str] = field(default_factory=dict)
    # external id of ours -> the highest status sent
    statuses: dict[str, str] = field(default_factory=dict)
    malformed: set[bytes] = field(default_factory=set)
    # key of a body -> how many of its items are for accounts nobody has
    unrouted: Counter[bytes] = field(default_factory=Counter)
    bodies: set[bytes] = field(default_factory=set)
    # what staff wrote in the platform's app -> account id
    echoes: dict[str, str] = field(default_factory=dict)
    events: int = 0
    directs: int = 0
    repeats: int = 0


class Traffic:
    """The bodies of one run, in order. The same seed and moment give the same bytes."""

    def __init__(self, seed: int, events: int, moment: int) -> None:
        self.random = random.Random(seed)
        self.moment = moment
        self.run = f"{seed:x}"
        self.number = 0
        self.expected = Expected()
        self.bodies: list[bytes] = []
        self.recent: list[tuple[bodies.Account, dict[str, Any]]] = []
        while self.expected.events < events:
            self._next()

    def _next(self) -> None:
        draw = self.random.random()
        if draw < MALFORMED:
            self._malformed()
        elif draw < MALFORMED + REPEATED and self.recent:
            self._repeat()
        elif draw < MALFORMED + REPEATED + DIRECTS:
            self._direct()
        else:
            self._batch(self.random.choice(BATCHES))

    def _add(self, data: bytes, events: int) -> bytes:
        # A body is kept under what it says it is, not under the address it was posted to.
        head = data[:40].replace(b" ", b"")
        source = b"facebook" if b'"object":"page"' in head else b"whatsapp"
        source = b"instagram" if b'"object":"instagram"' in head else source
        key = hashlib.sha256(source + b"\0" + data).digest()
        self.bodies.append(data)
        self.expected.bodies.add(key)
        self.expected.events += events
        return key

    # --- good ones ---

    def _batch(self, size: int) -> None:
        items = [self._item() for _ in range(size)]
        entries = [entry(account, value) for account, value in items]
        key = self._add(envelope(entries), size)
        strangers = sum(account == STRANGER for account, _ in items)
        if strangers:
            self.expected.unrouted[key] = strangers
        self.recent = [*self.recent[-400:], *items]

    def _item(self) -> tuple[bodies.Account, dict[str, Any]]:
        self.number += 1
        draw = self.random.random()
        if draw < RECEIPTS:
            return self._receipt()
        sender = self.random.randrange(PATIENTS)
        external_id = f"wamid.{self.run}.{self.number}"
        if draw < RECEIPTS + UNKNOWN:
            return STRANGER, self._dated(bodies.text(STRANGER, sender, external_id))
        account = bodies.account(self.random.randrange(CLINICS))
        self.expected.messages[external_id] = account.account_id
        return account, self._dated(bodies.text(account, sender, external_id))

    def _direct(self) -> None:
        """Let something happen on Instagram or Messenger: somebody writes or comments, staff write
        in the app, and what we send comes back.
        """
        self.number += 1
        obj = self.random.choice(directs.OBJECTS)
        account = directs.direct_account(self.random.randrange(CLINICS), obj)
        sender, key = self.random.randrange(PATIENTS), f"{self.run}.{self.number}"
        what = self.random.choices(("person", "comment", "staff", "own"), (6, 1, 1, 1))[0]
        self.expected.directs += 1
        match what:
            case "person":
                self.expected.messages[f"m_{key}"] = account.account_id
                self._add(directs.said(account, sender, f"m_{key}", self.moment), 1)
            case "comment":
                self.expected.messages[f"comment:{key}"] = account.account_id
                for is_boosted in (False, True):
                    told = directs.comment(account, sender, key, self.moment, is_boosted=is_boosted)
                    self._add(told, 1)
            case "staff":
                self.expected.echoes[f"e_{key}"] = account.account_id
                told = directs.said(account, sender, f"e_{key}", self.moment, by="app")
                self._add(told, 1)
            case "own":
                mine = directs.said(
                    account, sender, f"o_{key}", self.moment, by="us", app_id=directs.APP_ID
                )
                self._add(mine, 1)

    def _receipt(self) -> tuple[bodies.Account, dict[str, Any]]:
        recipient = self.random.randrange(KNOWN)
        account = bodies.account(recipient % CLINICS)
        external_id = bodies.ours(recipient, self.random.randint(1, SENT_EACH))
        kind = self.random.choice(list(RANKS))
        known = self.expected.statuses.get(external_id, "sent")
        self.expected.statuses[external_id] = max(kind, known, key=RANKS.__getitem__)
        return account, self._dated(bodies.status(account, recipient, external_id, kind))

    def _dated(self, value: dict[str, Any]) -> dict[str, Any]:
        for item in [*value.get("messages", []), *value.get("statuses", [])]:
            item["timestamp"] = str(self.moment)
        return value

    # --- bad ones, and again ---

    def _repeat(self) -> None:
        """Send the same bytes again, or an item of before in another body."""
        self.expected.repeats += 1
        if self.random.random() < 0.5:
            self._add(self.random.choice(self.bodies[-300:]), 1)
            return
        self.number += 1
        account, value = self.random.choice(self.recent)
        key = self._add(envelope([{**entry(account, value), "time": self.number}]), 1)
        if account == STRANGER:
            self.expected.unrouted[key] = 1

    def _malformed(self) -> None:
        self.number += 1
        account = bodies.account(self.random.randrange(CLINICS))
        good = envelope([entry(account, {"messaging_product": f"whatsapp{self.number}"})])
        spoil: Callable[[], bytes] = self.random.choice(
            (
                lambda: good[: len(good) - 3],
                lambda: json.dumps([self.number]).encode(),
                lambda: json.dumps({"object": "page", "entry": [self.number]}).encode(),
                lambda: json.dumps({"object": OBJECT, "n": self.number}).encode(),
            )
        )
        self.expected.malformed.add(self._add(spoil(), 1))


OBJECT = "whatsapp_business_account"
STRANGER = bodies.account(99)


def entry(account: bodies.Account, value: dict[str, Any]) -> dict[str, Any]:
    """Give one entry of a body."""
    return {"id": account.waba_id, "changes": [{"value": value, "field": "messages"}]}


def envelope(entries: list[dict[str, Any]]) -> bytes:
    """Give a body as the provider writes it."""
    return json.dumps({"object": OBJECT, "entry": entries}, separators=(",", ":")).encode()
