"""The `.env` of a first run: fresh secrets, written once, readable by its owner only."""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Collection
from pathlib import Path

NAME = re.compile(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=", re.MULTILINE)

FRESH: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "CREDENTIALS_KEYS": lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    # Meta's own app secrets look like this.
    "META_APP_SECRET": lambda: secrets.token_hex(16),
    "META_VERIFY_TOKEN": lambda: secrets.token_urlsafe(24),
    "METRICS_TOKEN": lambda: secrets.token_urlsafe(24),
    "VAPID_PRIVATE_KEY": lambda: vapid_key(),
    "DEBUG": lambda: "0",
    # This machine only: a server on the net sets HTTPS=1 behind its proxy.
    "HTTPS": lambda: "0",
    "DEMO_EMAIL": lambda: "admin@clinica.example",
    "DEMO_PASSWORD": lambda: secrets.token_urlsafe(9),
}


def vapid_key() -> str:
    """Return a fresh key for web push: a number of the curve P-256, in base64url."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = secrets.randbelow(order - 1) + 1
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def complete(path: Path, given: Collection[str] = ()) -> list[str]:
    """Add to the file what neither it nor the environment (`given`) has; give the names added.

    What stands in it is never changed. A file written to gets the mode 0600. Raises OSError.
    """
    text = path.read_text() if path.exists() else ""
    known = {*NAME.findall(text), *given}
    missing = [name for name in FRESH if name not in known]
    if not missing:
        return []
    if text and not text.endswith("\n"):
        text += "\n"
    text += "".join(f"{name}={FRESH[name]()}\n" for name in missing)
    # Whole or not at all: half a key in `.env` would be kept for ever.
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(new, 0o600)
    os.replace(new, path)
    return missing
