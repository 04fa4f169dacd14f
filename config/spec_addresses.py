"""The addresses that the product's specification gives its pages ("Telas a Desenvolver")."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.views.generic import RedirectView

PAGES = {
    "": "inbox:wall",
    "conversas": "inbox:home",
    "filas": "admin:queues_queue_changelist",
    "campanhas": "inbox:campaigns",
    "relatorios": "inbox:reports",
}


class SpecAddressView(RedirectView):
    """Leads to the page that does what the specification says of an address; what it does not name
    leads to the conversations.
    """

    def get_redirect_url(self, *args: Any, rest: str = "", **kwargs: Any) -> str:
        """Return where it leads; the page itself decides who may see it."""
        asked = self.request.META.get("QUERY_STRING", "")
        return self._page(rest) + (f"?{asked}" if asked else "")

    def _page(self, rest: str) -> str:
        first, _slash, key = rest.strip("/").partition("/")
        if first == "conversas" and key:
            try:
                return reverse("inbox:conversation", args=[UUID(key)])
            except ValueError:
                return reverse("inbox:home")
        return reverse(PAGES.get(first, "inbox:home"))
