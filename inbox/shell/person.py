"""A person's own page: name, password, where they are logged in, which company they work in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services.memberships import membership_of, memberships_of
from accounts.services.persons import name_change
from accounts.services.sessions import company_switch, session_end, sessions_end, sessions_of
from common.errors import NotFound
from inbox.shell.account import AccountView, where_to
from inbox.shell.forms import uuid_of

# What people call a browser and a system, by what its agent line holds; the first that fits.
BROWSERS = (
    *(("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox")),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
SYSTEMS = (
    *(("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows")),
    *(("Mac OS", "macOS"), ("Linux", "Linux")),
)


class NameForm(forms.Form):
    """How colleagues and patients see the person."""

    nome = forms.CharField(label=gettext_lazy("Seu nome"), max_length=120)


def device_of(agent: str) -> str:
    """Return the browser and the system of an agent line, in the words people know."""
    found = [
        next((name for mark, name in names if re.search(mark, agent)), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(name for name in found if name) or _("Outro aparelho")


class AccountPage(AccountView):
    """Minha conta."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show everything; what has to be answered first comes first."""
        if self.user.must_change_password:
            return HttpResponseRedirect(where_to(self.user))
        return self._draw(NameForm({"nome": self.user.name}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the name."""
        form = NameForm(request.POST)
        if not form.is_valid():
            return self._draw(form, 400)
        name_change(user=self.user, name=form.cleaned_data["nome"])
        messages.success(request, _("Nome alterado."))
        return HttpResponseRedirect(reverse("inbox:account"))

    def _draw(self, form: NameForm, status: int = 200) -> HttpResponse:
        here, place = self.request.session.session_key, self._place()
        sessions = [
            {
                "id": row.pk,
                "device": device_of(row.agent),
                "address": row.address or "",
                "seen_at": row.seen_at,
                "is_here": row.session_id == here,
            }
            for row in sessions_of(self.user)
        ]
        context: dict[str, Any] = {
            **{"form": form, "person": self.user, "sessions": sessions},
            **{"place": place, "places": memberships_of(self.user)},
        }
        return render(self.request, "inbox/shell/account.html", context, status=status)

    def _place(self) -> Any:
        return membership_of(self.user, self.request.session)


class SessionsView(AccountView):
    """Ends one session of the person (`sessao`), or all but this one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it, and show what is left."""
        if "sessao" not in request.POST:
            sessions_end(user=self.user, actor=self.user, but=request.session.session_key)
        elif key := uuid_of(request.POST["sessao"]):
            try:
                session_end(user=self.user, actor=self.user, browser_id=key)
            except NotFound:
                # Ended already.
                pass
        messages.success(request, _("Sessão encerrada."))
        return HttpResponseRedirect(reverse("inbox:account"))


class SwitchView(AccountView):
    """Works in another company of the person's from now on, in this browser."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch; what is not theirs is not there."""
        key = uuid_of(request.POST.get("empresa"))
        if key is not None:
            try:
                company_switch(session=request.session, user=self.user, company_id=key)
            except NotFound:
                return HttpResponseRedirect(reverse("inbox:account"))
        return HttpResponseRedirect(where_to(self.user) or reverse("inbox:home"))
