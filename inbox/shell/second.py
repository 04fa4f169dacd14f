"""The second step of logging in, and its own settings."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services.two_factor import (
    CodesPaused,
    CodeWrong,
    TwoFactorDemanded,
    is_demanded,
    key_address,
    recovery_renew,
    two_factor_begin,
    two_factor_check,
    two_factor_confirm,
    two_factor_drop,
)
from common.errors import DomainError
from inbox.shell.account import PENDING, AccountView, where_to
from inbox.shell.doors import BACKEND, PublicPage

# Seconds between the password and the code.
PATIENCE = 300


class CodeForm(forms.Form):
    """A code of the application, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Código"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class CodePage(PublicPage):
    """Asks whoever typed the right password for a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self._ask(CodeForm()) if self._waiting() else self._again()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let in, or ask again."""
        user = self._waiting()
        if user is None:
            return self._again()
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._ask(form, 400)
        try:
            two_factor_check(user=user, code=form.cleaned_data["code"])
        except (CodeWrong, CodesPaused) as refused:
            form.add_error("code", str(refused))
            return self._ask(form, refused.status)
        target = str(request.session.pop(PENDING)["next"])
        login(request, user, backend=BACKEND)
        return HttpResponseRedirect(where_to(user) or target)

    def _waiting(self) -> User | None:
        pending = self.request.session.get(PENDING)
        if not isinstance(pending, dict) or time.time() - pending["at"] > PATIENCE:
            return None
        user = User.objects.filter(pk=UUID(pending["user"]), is_active=True).first()
        # A password that was changed meanwhile is another one.
        is_same = user is not None and user.get_session_auth_hash() == pending["hash"]
        return user if is_same else None

    def _again(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("inbox:login"))

    def _ask(self, form: CodeForm, status: int = 200) -> HttpResponse:
        return self.draw(
            status,
            title=_("Segundo fator"),
            lead=_("Digite o código do aplicativo. Sem o celular, use um código de recuperação."),
            form=form,
            button=_("Entrar"),
        )


class TwoFactorPage(AccountView):
    """Turns the second factor on (`ligar`) or off (`desligar`), or renews the recovery codes
    (`renovar`), each by a code.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the key, or what may be done."""
        if self.user.must_change_password:
            return HttpResponseRedirect(reverse("inbox:password"))
        return self._draw()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, or say why not."""
        if self.user.must_change_password:
            return HttpResponseRedirect(reverse("inbox:password"))
        code = request.POST.get("code", "")[:20]
        try:
            match request.POST.get("acao"):
                case "desligar":
                    two_factor_drop(user=self.user, code=code)
                case "renovar":
                    return self._draw(codes=recovery_renew(user=self.user, code=code))
                case _:
                    here = request.session.session_key
                    codes = two_factor_confirm(user=self.user, code=code, session_key=here)
                    return self._draw(codes=codes)
        except (CodeWrong, CodesPaused, TwoFactorDemanded) as refused:
            return self._draw(refused)
        return HttpResponseRedirect(reverse("inbox:account"))

    def _draw(self, refused: DomainError | None = None, codes: Any = ()) -> HttpResponse:
        user = self.user
        context: dict[str, Any] = {
            **{"is_on": user.has_two_factor, "codes": codes, "problem": refused},
            "is_demanded": is_demanded(user),
        }
        if not user.has_two_factor:
            key = two_factor_begin(user=user)
            shown = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
            context.update(key=shown, link=key_address(user, key))
        status = refused.status if refused else 200
        return render(self.request, "inbox/shell/two_factor.html", context, status=status)
