"""What belongs to a login itself, whatever clinic it is in: coming in, password, invitations."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.cache import add_never_cache_headers
from django.views import View

from accounts.models import User
from accounts.services.invitations import (
    InvitationByMail,
    invitation_answer,
    invitations_of,
)
from accounts.services.memberships import membership_of
from accounts.services.passwords import password_change
from accounts.services.two_factor import is_demanded
from common.errors import NotFound
from inbox.shell.forms import LoginForm, OwnPasswordForm


def where_to(user: User) -> str:
    """Return where somebody who logged in has to go first, "" when nothing is in their way."""
    if user.must_change_password:
        return reverse("inbox:password")
    if not user.has_two_factor and is_demanded(user):
        return reverse("inbox:two-factor")
    return reverse("inbox:invitations") if invitations_of(user).exists() else ""


class AccountView(LoginRequiredMixin, View):
    """A page of a person who is logged in, with or without a clinic."""

    login_url = reverse_lazy("inbox:login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep these pages out of a browser's cache."""
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    @property
    def user(self) -> User:
        """Who is logged in."""
        user = self.request.user
        assert isinstance(user, User)
        return user


class PasswordPage(AccountView):
    """The person chooses their own password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the old one and the new one twice."""
        return self._draw(OwnPasswordForm(self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it: this session goes on, all others and all tokens end."""
        form = OwnPasswordForm(self.user, request.POST)
        if not form.is_valid():
            return self._draw(form, status=400)
        password_change(
            user=self.user,
            password=form.cleaned_data["new_password1"],
            session_key=request.session.session_key,
        )
        update_session_auth_hash(request, self.user)
        return HttpResponseRedirect(where_to(self.user) or reverse("inbox:home"))

    def _draw(self, form: OwnPasswordForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "is_asked": self.user.must_change_password}
        return render(self.request, "inbox/shell/password.html", context, status=status)


class InvitationsPage(AccountView):
    """Places that the person is offered."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them; whoever has none goes on."""
        if self.user.must_change_password:
            return HttpResponseRedirect(reverse("inbox:password"))
        offered = list(invitations_of(self.user))
        if not offered:
            return HttpResponseRedirect(reverse("inbox:home"))
        context = {"offered": offered, "has_clinic": membership_of(self.user) is not None}
        return render(request, "inbox/shell/invitations.html", context)


class InvitationView(AccountView):
    """Accept one, or decline it."""

    def post(self, request: HttpRequest, membership_id: UUID) -> HttpResponse:
        """Take the answer."""
        if self.user.must_change_password:
            return HttpResponseRedirect(reverse("inbox:password"))
        accepted = request.POST.get("resposta") == "aceitar"
        try:
            invitation_answer(user=self.user, membership_id=membership_id, is_accepted=accepted)
        except NotFound:
            return render(request, "404.html", status=404)
        except InvitationByMail:
            # The page says where it is accepted.
            pass
        return HttpResponseRedirect(reverse("inbox:invitations"))


# Where the session keeps who typed the right password and still owes a code.
PENDING = "segundo_passo"


class LoginPage(LoginView):
    """Asks for e-mail and password; who is in already goes on."""

    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether a forgotten password can be replaced by mail."""
        return super().get_context_data(**kwargs, has_reset=settings.MAIL_IS_ON)

    def form_valid(self, form: Any) -> HttpResponse:
        """Let in, or ask for the code first."""
        user = form.get_user()
        if not user.has_two_factor:
            return super().form_valid(form)
        self.request.session[PENDING] = {
            **{"user": str(user.pk), "at": time.time(), "hash": user.get_session_auth_hash()},
            "next": self.get_redirect_url() or reverse("inbox:home"),
        }
        return HttpResponseRedirect(reverse("inbox:code"))

    def get_success_url(self) -> str:
        """Lead to what has to be answered first: a password of one's own, an invitation."""
        user = self.request.user
        # Whoever came by the link of an invitation goes back to where it is answered.
        if self.get_redirect_url() == reverse("inbox:join"):
            return reverse("inbox:join")
        return (where_to(user) if isinstance(user, User) else "") or super().get_success_url()


class OwnLogoutView(LogoutView):
    """Ends the session."""
