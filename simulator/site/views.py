"""A clinic's site with the chat on it, under another name of this machine than the product's: for
a browser that is another site, with all that follows for cookies, storage and frames.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from simulator.site.models import SimSite
from simulator.site.services import identity_sign

# Two names of one machine; whichever the product has, the site takes the other.
NAMES = ("localhost", "127.0.0.1")
# Invented, as everybody here.
PATIENTS = {
    "marina": ("Marina Sales", "marina.sales@exemplo.com.br"),
    "otavio": ("Otávio Prado", "otavio.prado@exemplo.com.br"),
}
PARTS = ("inicio", "agendar", "exames", "contato")


@require_GET
def page(request: HttpRequest, part: str = "inicio") -> HttpResponse:
    """Show the site with the chosen channel's chat; without a choice the newest's."""
    site = _site(request)
    if site and (other := _other_name(request, site)):
        return redirect(other)
    response = render(request, "simulator/site/page.html", _context(request, site, part))
    response._csp_config = _policy(site)  # type: ignore[attr-defined]
    # The back-office shows it; frame-ancestors says to whom.
    response.xframe_options_exempt = True
    return response


def _site(request: HttpRequest) -> SimSite | None:
    asked = request.GET.get("chave", "")
    sites = SimSite.objects.order_by("-created_at")
    return (sites.filter(key=asked).first() if asked else None) or sites.first()


def _other_name(request: HttpRequest, site: SimSite) -> str:
    """Return this page's address under another name than the product's, or "" where it has it."""
    host, _colon, port = request.get_host().partition(":")
    if host != urlsplit(site.address).hostname or host not in NAMES:
        return ""
    name = next(one for one in NAMES if one != host)
    return f"{request.scheme}://{name}:{port}{request.get_full_path()}"


def _policy(site: SimSite | None) -> dict[str, Any]:
    """Return the content policy of a careful site: what the chat needs there, and no more."""
    chat = [site.address] if site else []
    return {
        "default-src": [SELF],
        "script-src": [SELF, *chat],
        "connect-src": [SELF, *chat],
        "frame-src": chat or [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF, settings.PUBLIC_URL, *chat],
    }


def _context(request: HttpRequest, site: SimSite | None, part: str) -> dict[str, Any]:
    who = request.GET.get("paciente", "")
    name, email = PATIENTS.get(who, ("", ""))
    language = "en" if request.GET.get("idioma") == "en" else "pt-BR"
    return {
        "site": site,
        "sites": list(SimSite.objects.all()),
        "part": part if part in PARTS else "inicio",
        "parts": zip(
            PARTS, (_("Início"), _("Agendar consulta"), _("Exames"), _("Contato")), strict=True
        ),
        "patients": [(key, shown) for key, (shown, _email) in PATIENTS.items()],
        "who": who if name else "",
        "who_name": name,
        "token": identity_sign(site, subject=who, name=name, email=email) if site and name else "",
        "language": language,
    }
