"""Pages for whoever cannot log in yet: a link from a mail opens them. The token of the link goes
into the session at once, so that no address that a browser shows, keeps or sends on holds it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.logins import LoginThrottle
from accounts.models import Invitation, User
from accounts.services.joining import (
    InvitationOver,
    LoginNeeded,
    invitation_join,
    invitation_of,
    invitation_settle,
)
from accounts.services.links import reset_user
from accounts.services.passwords import ResetOver, password_reset, password_reset_request
from inbox.shell.account import where_to

BACKEND = "django.contrib.auth.backends.ModelBackend"


class PublicPage(View):
    """A page that strangers may open, so many times a minute."""

    throttle_scope = "login"
    # Where the token of the link is kept, and the page that reads it there.
    kept = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Count what may guess, and keep these pages out of caches."""
        if request.method == "POST" and not LoginThrottle().allow_request(request, self):
            return render(request, "registration/locked.html", status=429)
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    @property
    def token(self) -> str:
        """What the link of the mail carried."""
        return str(self.request.session.get(self.kept, ""))

    def draw(self, status: int = 200, **context: Any) -> HttpResponse:
        """Draw a title, some sentences and what may be filled in."""
        return render(self.request, "inbox/shell/door.html", context, status=status)

    def said(self, title: Any, words: Any, status: int = 200, **more: Any) -> HttpResponse:
        """Draw a page that only says something."""
        return self.draw(status, title=title, lead=words, **more)


class ResetForm(forms.Form):
    """Whose password it is."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class JoinForm(SetPasswordForm):  # type: ignore[type-arg]
    """A name and a password, twice."""

    name = forms.CharField(
        label=gettext_lazy("Seu nome"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "new_password1", "new_password2")


class ResetPage(PublicPage):
    """Asks for the address that a link for a new password goes to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or say who helps where the installation sends no mail."""
        if not settings.MAIL_IS_ON:
            words = _("Peça ao administrador da sua clínica para criar uma senha nova.")
            return self.said(_("Senha nova"), words)
        return self._ask(ResetForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the link, or not: the answer is the same."""
        form = ResetForm(request.POST)
        if not form.is_valid():
            return self._ask(form, 400)
        password_reset_request(address=form.cleaned_data["email"])
        words = _(
            "Se este endereço tem acesso à central, enviamos para ele um link que serve por uma"
            " hora. Olhe também a caixa de spam."
        )
        return self.said(_("Confira seu e-mail"), words)

    def _ask(self, form: ResetForm, status: int = 200) -> HttpResponse:
        return self.draw(
            status,
            title=_("Senha nova"),
            lead=_("Diga seu e-mail: enviamos para ele um link para escolher outra senha."),
            form=form,
            button=_("Enviar link"),
        )


class ResetLink(PublicPage):
    """The link of the mail."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the token and go on to the page."""
        request.session[ResetNewPage.kept] = token
        return HttpResponseRedirect(reverse("inbox:reset-new"))


class ResetNewPage(PublicPage):
    """The person chooses another password by the link."""

    kept = "nova_senha"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for it twice."""
        user = reset_user(self.token)
        return self._over() if user is None else self._ask(SetPasswordForm(user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it; whoever did logs in with it."""
        user = reset_user(self.token)
        if user is None:
            return self._over()
        form = SetPasswordForm(user, request.POST)
        if not form.is_valid():
            return self._ask(form, 400)
        try:
            password_reset(token=self.token, password=form.cleaned_data["new_password1"])
        except ResetOver:
            return self._over()
        request.session.flush()
        words = _("Sua senha foi trocada e suas sessões terminaram. Entre com a senha nova.")
        return self.said(_("Senha trocada"), words)

    def _over(self) -> HttpResponse:
        again = reverse("inbox:reset") if settings.MAIL_IS_ON else ""
        return self.said(_("Endereço encerrado"), ResetOver.message, 410, again=again)

    def _ask(self, form: Any, status: int = 200) -> HttpResponse:
        return self.draw(
            status,
            title=_("Senha nova"),
            lead=_("Escolha uma senha que só você saiba."),
            form=form,
            button=_("Trocar senha"),
        )


class JoinLink(PublicPage):
    """The link of an invitation."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the token and go on to the page."""
        request.session[JoinPage.kept] = token
        return HttpResponseRedirect(reverse("inbox:join"))


class JoinPage(PublicPage):
    """Shows who invites into which company, and takes the answer."""

    kept = "convite"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask what is missing: name and password, the login, or only yes or no."""
        try:
            return self._ask(invitation_of(self.token))
        except InvitationOver as over:
            return self._over(over)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the place, or leave it."""
        try:
            row = invitation_of(self.token)
            if isinstance(request.user, User):
                accepted = request.POST.get("resposta") == "aceitar"
                invitation_settle(token=self.token, user=request.user, is_accepted=accepted)
                del request.session[self.kept]
                return HttpResponseRedirect(where_to(request.user) or reverse("inbox:home"))
            return self._join(row)
        except InvitationOver as over:
            return self._over(over)
        except LoginNeeded:
            return HttpResponseRedirect(reverse("inbox:join"))

    def _join(self, row: Invitation) -> HttpResponse:
        assert row.membership is not None
        form = JoinForm(row.membership.user, self.request.POST)
        if not form.is_valid():
            return self._ask(row, form, 400)
        given = form.cleaned_data
        user = invitation_join(
            token=self.token, name=given["name"], password=given["new_password1"]
        )
        login(self.request, user, backend=BACKEND)
        return HttpResponseRedirect(where_to(user) or reverse("inbox:home"))

    def _ask(self, row: Invitation, form: Any = None, status: int = 200) -> HttpResponse:
        place, reader = row.membership, self.request.user
        assert place is not None
        context: dict[str, Any] = {"title": _("Convite"), "place": place, "by": row.invited_by}
        if isinstance(reader, User):
            if reader.pk == place.user_id:
                return self.draw(status, **context, is_answer=True)
            words = _("Este convite é para outro endereço. Saia e abra o link de novo.")
            return self.said(_("Convite"), words, 403, has_logout=True)
        if place.user.has_usable_password():
            page = f"{reverse('inbox:login')}?next={reverse('inbox:join')}"
            return self.draw(status, **context, login=page)
        form = form or JoinForm(place.user)
        return self.draw(status, **context, form=form, button=_("Aceitar e entrar"))

    def _over(self, over: InvitationOver) -> HttpResponse:
        return self.said(_("Convite encerrado"), str(over), 410)
