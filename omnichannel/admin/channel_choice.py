"""The kind of a new channel is chosen first; then the server draws its form."""

from __future__ import annotations

from django.http import HttpRequest

from providers.offers import Offer, offers


def query_of(offer: Offer) -> dict[str, str]:
    """Return what the address of an offer's form asks for."""
    return {"kind": offer.kind, **offer.settings}


def chosen(request: HttpRequest) -> Offer | None:
    """Return what a form for a new channel is for: what was asked for, or the only thing there
    is; None while nobody chose.
    """
    known, asked = offers(), request.POST if request.method == "POST" else request.GET
    for one in known:
        if all(asked.get(name) == value for name, value in query_of(one).items()):
            return one
    return known[0] if len(known) == 1 else None
