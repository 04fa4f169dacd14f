"""Connecting a channel by login: to the provider's page, back with a code, and the account chosen.

What the provider says back is bound to the session that asked: a code that somebody else brought to
an administrator's browser connects nothing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from common.admin import CompanyAdmin, access_of
from common.crypto import seal, unseal
from common.errors import DomainError
from omnichannel.admin.channel_choice import chosen
from omnichannel.models import Channel
from omnichannel.services.authorising import (
    account_connect,
    login_accounts,
    login_begin,
    login_words,
)
from providers.authorising import Authorised

ASKED, FOUND = "back_office_login", "back_office_login_accounts"
# Sealed for this place alone.
PLACE = "session.back_office_login_accounts"
SECONDS = 15 * 60


class ChannelConnect(CompanyAdmin):
    """The pages of a login."""

    def get_urls(self) -> list[URLPattern]:
        """Add where a login begins, where the provider sends people back, and the choice."""
        pages = {
            "conectar": self.connect_new,
            "conectado": self.connect_back,
            "conta": self.connect_choose,
        }
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"omnichannel_channel_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def connect_new(self, request: HttpRequest) -> HttpResponse:
        """Begin the login of a new channel."""
        return require_POST(self._connect_new)(request)

    def _connect_new(self, request: HttpRequest) -> HttpResponse:
        offer = chosen(request)
        company = self._company(request, request.POST.get("company", ""))
        if offer is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self.login_page(request, company, offer.kind, dict(offer.settings))

    def login_page(
        self,
        request: HttpRequest,
        company: Any,
        kind: str,
        settings: dict[str, Any],
        channel: Channel | None = None,
    ) -> HttpResponse:
        """Show what to look at before one goes to the provider, and the way there."""
        begun = login_begin(kind=kind, chosen=settings, address=_address())
        request.session[ASKED] = {
            "state": begun.state,
            "company": str(company.pk),
            "kind": kind,
            "settings": settings,
            "account_id": channel.account_id if channel else "",
            "until": time.time() + SECONDS,
        }
        back = self.address(channel.pk) if channel else reverse("admin:omnichannel_channel_add")
        shown = {"url": begun.url, "words": login_words(kind, settings), "back": back}
        return self._drawn(request, "connect.html", {**shown, "company": company})

    def connect_back(self, request: HttpRequest) -> HttpResponse:
        """Take the code that the provider sent a person back with."""
        return require_GET(self._connect_back)(request)

    def _connect_back(self, request: HttpRequest) -> HttpResponse:
        asked = request.session.pop(ASKED, None) or {}
        state = request.GET.get("state", "")
        is_ours = secrets.compare_digest(state.encode(), str(asked.get("state", "")).encode())
        if not asked or not is_ours or asked["until"] < time.time():
            return self._refused(request, gettext("Esta conexão venceu. Comece de novo."))
        code = request.GET.get("code", "")
        if not code:
            return self._refused(request, gettext("O acesso não foi permitido. Nada mudou."))
        try:
            found = login_accounts(
                kind=asked["kind"],
                chosen=asked["settings"],
                code=code,
                address=_address(),
                wanted=asked["account_id"],
            )
        except DomainError as refused:
            return self._refused(request, str(refused.detail))
        if len(found) == 1:
            return self._connected(request, asked, found[0])
        # Tokens do not lie open in a session.
        request.session[FOUND] = {**asked, "accounts": seal(list(map(_packed, found)), PLACE)}
        names = [(place, one.name, one.account_id) for place, one in enumerate(found)]
        back = reverse("admin:omnichannel_channel_add")
        return self._drawn(request, "connect_choice.html", {"accounts": names, "back": back})

    def connect_choose(self, request: HttpRequest) -> HttpResponse:
        """Take the choice among several accounts."""
        return require_POST(self._connect_choose)(request)

    def _connect_choose(self, request: HttpRequest) -> HttpResponse:
        kept = request.session.pop(FOUND, None)
        if not kept or kept["until"] < time.time():
            return self._refused(request, gettext("Esta conexão venceu. Comece de novo."))
        found = unseal(kept["accounts"], PLACE)
        place = request.POST.get("conta", "")
        if not place.isdecimal() or int(place) >= len(found):
            return self._refused(request, gettext("Escolha uma das contas."))
        return self._connected(request, kept, _unpacked(found[int(place)]))

    def _connected(
        self, request: HttpRequest, asked: dict[str, Any], account: Authorised
    ) -> HttpResponse:
        # Who began may have lost the role meanwhile.
        company = self._company(request, asked["company"])
        try:
            channel = account_connect(
                company=company,
                actor=access_of(request).memberships.get(company.pk),
                kind=asked["kind"],
                chosen=asked["settings"],
                account=account,
            )
        except DomainError as refused:
            return self._refused(request, _sentence(refused))
        sentence = gettext("%(channel)s está conectado e recebe mensagens.")
        messages.success(request, sentence % {"channel": channel})
        return HttpResponseRedirect(self.address(channel.pk))

    def login_offers(self, request: HttpRequest, offers: Sequence[Any]) -> list[dict[str, Any]]:
        """Return the offers that have a login, with what their button sends."""
        rows = [(one, login_words(one.kind, one.settings)) for one in offers]
        return [
            {"label": one.label, "words": words, "sent": {"kind": one.kind, **one.settings}}
            for one, words in rows
            if words
        ]

    def _company(self, request: HttpRequest, wanted: str) -> Any:
        """Return the company that a channel is connected for: one that this person may act in."""
        known = self._companies(request)
        found = [one for one in known if str(one.pk) == wanted] if wanted else known
        if len(found) != 1:
            raise PermissionDenied
        return found[0]

    def _refused(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.error(request, sentence)
        return HttpResponseRedirect(reverse("admin:omnichannel_channel_changelist"))

    def _drawn(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "title": gettext("Conectar canal"),
            "opts": self.opts,
            **context,
        }
        return TemplateResponse(request, f"admin/omnichannel/{template}", whole)


def _address() -> str:
    """Return where the provider sends people back: what its app has to be told."""
    return f"{settings.PUBLIC_URL}{reverse('admin:omnichannel_channel_conectado')}"


def _sentence(refused: DomainError) -> str:
    fields = [str(one) for sentences in refused.fields.values() for one in sentences]
    return " ".join(dict.fromkeys([str(refused.detail), *fields]))


def _packed(account: Authorised) -> dict[str, Any]:
    ends = account.ends_at.isoformat() if account.ends_at else ""
    return {**asdict(account), "ends_at": ends}


def _unpacked(kept: dict[str, Any]) -> Authorised:
    ends = datetime.fromisoformat(kept["ends_at"]) if kept["ends_at"] else None
    return Authorised(**{**kept, "ends_at": ends})
