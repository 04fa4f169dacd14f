"""What is sent from every screen: logins, passwords, presence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.models.presence import PresenceState


class LoginForm(AuthenticationForm):
    """E-mail and password. The refusal never tells which of the two was wrong."""

    error_messages = {  # noqa: RUF012 - Django's own declaration
        "invalid_login": _("E-mail ou senha não conferem. Confira e tente de novo."),
        "inactive": _("Esta conta está desativada. Fale com o administrador da sua clínica."),
    }


class OwnPasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    def clean_new_password1(self) -> str:
        """Take a new one only: what somebody else typed must not stay."""
        given = str(self.cleaned_data["new_password1"])
        if self.user.check_password(given):
            raise forms.ValidationError(_("Escolha uma senha diferente da atual."))
        return given


def uuid_of(value: Any) -> UUID | None:
    """Return an id, None for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


class PresenceForm(forms.Form):
    """How the reader stands, and why they are away."""

    estado = forms.ChoiceField(choices=PresenceState.choices)
    motivo = forms.UUIDField(required=False)
