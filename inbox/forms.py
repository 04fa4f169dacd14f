"""What the pages send. Field names are Portuguese because they stand in forms and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models.presence import PresenceState
from inbox.presenters.common import microseconds, moment_of

TABS = ("minhas", "livres", "todas")
# One fetch for a burst of events; a page that missed more loads its list anew.
CARDS_AT_ONCE = 100
KEY_LENGTH = 64
UUID_TEXT = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class LoginForm(AuthenticationForm):
    """E-mail and password. The refusal never tells which of the two was wrong."""

    error_messages = {  # noqa: RUF012 - Django's own declaration
        "invalid_login": _("E-mail ou senha não conferem. Confira e tente de novo."),
        "inactive": _("Esta conta está desativada. Fale com o administrador da sua clínica."),
    }


class ListForm(forms.Form):
    """Which rows of the list: tab, words, segment, where the page starts, or single ones again."""

    filtro = forms.ChoiceField(choices=[(tab, tab) for tab in TABS], required=False)
    q = forms.CharField(max_length=100, required=False)
    segmento = forms.UUIDField(required=False)
    depois = forms.CharField(max_length=80, required=False)

    def clean_q(self) -> str:
        """Drop the NUL that PostgreSQL refuses."""
        return str(self.cleaned_data["q"]).replace("\x00", "")

    def clean_depois(self) -> tuple[datetime, UUID] | None:
        """Read a cursor of `list_cursor`; a damaged one is the beginning."""
        moment, _dot, last = str(self.cleaned_data["depois"]).partition(".")
        try:
            return moment_of(int(moment)), UUID(last)
        except (ValueError, OverflowError):
            return None


class MessageForm(forms.Form):
    """A message to send: text, a note, a file with a caption, or a template."""

    texto = forms.CharField(required=False, strip=False)
    modo = forms.ChoiceField(choices=[("resposta", ""), ("nota", "")], required=False)
    client_id = forms.CharField(max_length=KEY_LENGTH)
    responde_a = forms.UUIDField(required=False)
    anexo = forms.UUIDField(required=False)
    modelo = forms.UUIDField(required=False)
    visto = forms.IntegerField(min_value=0, required=False)


class SinceForm(forms.Form):
    """Where the reader's page stands: revision on screen, last message seen."""

    desde = forms.IntegerField(min_value=0, required=False)
    visto = forms.IntegerField(min_value=0, max_value=2**62, required=False)


class UploadForm(forms.Form):
    """One file to go with a message."""

    arquivo = forms.FileField(
        error_messages={
            "required": _("Escolha um arquivo."),
            "empty": _("O arquivo está vazio. Escolha outro."),
        },
        allow_empty_file=False,
        max_length=255,
    )


def list_cursor(place: tuple[datetime, UUID] | None) -> str:
    """Write where the list's next page starts."""
    return f"{microseconds(place[0])}.{place[1].hex}" if place else ""


def thread_cursor(place: tuple[datetime, int] | None) -> str:
    """Write where older messages start."""
    return f"{microseconds(place[0])}.{place[1]}" if place else ""


def thread_place(cursor: str) -> tuple[datetime, int] | None:
    """Read a cursor of `thread_cursor`; None for a damaged one."""
    moment, _dot, seq = cursor.partition(".")
    try:
        return moment_of(int(moment)), int(seq)
    except (ValueError, OverflowError):
        return None


def uuids(values: list[Any]) -> list[UUID]:
    """Keep the values that are ids, at most CARDS_AT_ONCE."""
    found = []
    for value in values[:CARDS_AT_ONCE]:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found


class PresenceForm(forms.Form):
    """How the reader stands, and why they are away."""

    estado = forms.ChoiceField(choices=PresenceState.choices)
    motivo = forms.UUIDField(required=False)


class TransferForm(forms.Form):
    """Where a ticket goes: `fila.<id>` or `pessoa.<id>`; the service asks for the reason."""

    destino = forms.RegexField(rf"^((fila|pessoa)\.{UUID_TEXT})?$", required=False)
    motivo = forms.CharField(max_length=100, required=False)


class FinishForm(forms.Form):
    """Why a ticket ends; the service asks for it."""

    motivo = forms.CharField(max_length=100, required=False)


class BoardForm(forms.Form):
    """What the board does to a ticket."""

    acao = forms.RegexField(rf"^((fila|pessoa)\.{UUID_TEXT}|devolver|urgente)$")
