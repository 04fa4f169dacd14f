"""How a clinic's own site embeds a channel: the lines to paste, what its policy must allow, and the
channel at work.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from omnichannel.models import Channel
from providers import registry
from providers.site import Hosted

# The simulator's sample site answers to both names; the channel's list says which it may use.
SAMPLE_NAMES = ("localhost", "127.0.0.1")


def site_context(channel: Channel) -> dict[str, Any]:
    """Return what the page of the lines shows; nothing in it is secret."""
    site = registry.face_of(channel.kind, Hosted).site(channel.account())
    script = f"{settings.PUBLIC_URL}/static/webchat/webchat.js"
    return {
        "key": channel.account_id,
        # Drawn as text: escaped by the template, as everything there.
        "snippet": f'<script async src="{script}" data-chat="{channel.account_id}"></script>',
        "calls": CALLS,
        "policy": _policy(),
        "origins": site.origins,
        "signs": bool(site.identity_secret),
        "sample": sample_address(site.origins, channel.account_id),
    }


def sample_address(origins: tuple[str, ...], key: str) -> str:
    """Return where the simulator's sample site shows the channel, or "" where it is not allowed
    there, as in production.
    """
    port = urlsplit(settings.SIMULATOR_URL).port
    for origin in origins:
        parts = urlsplit(origin)
        if parts.hostname in SAMPLE_NAMES and parts.port == port:
            return f"{origin}/site/?chave={quote(key)}"
    return ""


def _policy() -> str:
    own = settings.PUBLIC_URL
    return f"script-src {own}; connect-src {own}; frame-src {own}"


CALLS = """\
<script>
  window.Central = window.Central || [];
  Central.push(["identify", { name: "Nome", email: "nome@exemplo.com.br" }]);
  Central.push(["open"]);
</script>"""
