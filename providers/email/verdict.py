"""Whether our own mail server found that a sender is who they say (RFC 8601). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from providers.email.decoding import without_asides
from providers.facts import Verdict

RESULT = re.compile(r"(?:^|;)\s*(dmarc|spf|dkim)\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)
SIGNED = re.compile(r"header\.(?:d|i)\s*=\s*@?([A-Za-z0-9.-]+)", re.IGNORECASE)
HEADER_FROM = re.compile(r"header\.from\s*=\s*(?:[^\s;@]{0,64}@)?([A-Za-z0-9.-]+)", re.IGNORECASE)
FROM = re.compile(
    r"smtp\.(?:mailfrom|helo)\s*=\s*(?:[^\s;@]{0,64}@)?([A-Za-z0-9.-]+)", re.IGNORECASE
)


def verdict_of(headers: Sequence[str], host: str, sender: str) -> Verdict:
    """Return what the host that we trust wrote of a sender's address; "" where it wrote nothing.

    Only the topmost header counts, and only if it is that host's: those below came with the mail,
    and anybody can write them.
    """
    if not host or not headers:
        return ""
    # What stands in quotes and brackets repeats what a server was told: anybody wrote that.
    said = without_asides(headers[0], "_")
    who, _mark, results = said.partition(";")
    if who.split()[:1] != [host.lower()] and who.strip().lower().split(" ")[0] != host.lower():
        return ""
    domain = sender.rpartition("@")[2].lower()
    found = [(name.lower(), result.lower(), more) for name, result, more in RESULT.findall(results)]
    for name, result, more in found:
        if name == "dmarc" and result in ("pass", "fail"):
            about = HEADER_FROM.search(more)
            # Another server may have read another sender out of the same header.
            is_theirs = about is None or about[1].lower() == domain
            return "pass" if result == "pass" and is_theirs else "fail"
    # Without a policy of the domain: a signature or a path of the same domain will do.
    if any(result == "pass" and _is_of(name, more, domain) for name, result, more in found):
        return "pass"
    return "none"


def _is_of(name: str, more: str, domain: str) -> bool:
    found = (SIGNED if name == "dkim" else FROM).search(more)
    return found is not None and _are_aligned(found[1].lower(), domain)


def _are_aligned(one: str, other: str) -> bool:
    return bool(one) and (one == other or other.endswith(f".{one}") or one.endswith(f".{other}"))
