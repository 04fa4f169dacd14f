"""What the open conversation sends. Names of fields are Portuguese: they stand in forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from inbox.shell.presenters import microseconds, moment_of

KEY_LENGTH = 64
UUID_TEXT = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class IdsField(forms.Field):
    """Ids of files that were attached or of people named: none, one or several of one name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        """Return the ids in their order."""
        return [forms.UUIDField().clean(one) for one in value or ()]


class MessageForm(forms.Form):
    """A message to send: text, a note, files with a caption, or a template."""

    # The services know the limits of a message and a note; nobody types more than this by hand.
    texto = forms.CharField(required=False, strip=False, max_length=100_000)
    modo = forms.ChoiceField(choices=[("resposta", ""), ("nota", "")], required=False)
    client_id = forms.CharField(max_length=KEY_LENGTH)
    responde_a = forms.UUIDField(required=False)
    anexo = IdsField(required=False)
    # People picked after an "@" in a note.
    mencao = IdsField(required=False)
    modelo = forms.UUIDField(required=False)
    visto = forms.IntegerField(min_value=0, required=False)
    # Who gets a copy, where the channel writes letters: addresses between commas.
    copia = forms.CharField(required=False, max_length=4000)


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
    # What was recorded in the page: it goes as a voice note.
    voz = forms.BooleanField(required=False)


def thread_cursor(place: tuple[datetime, int] | None, unread: int | None = None) -> str:
    """Write where older messages start, and which was the first unread one when the page was drawn:
    it may stand on an older page, and is read by then.
    """
    if place is None:
        return ""
    mark = "" if unread is None else f".{unread}"
    return f"{microseconds(place[0])}.{place[1]}{mark}"


def gap_cursor(ends: Sequence[tuple[datetime, int]]) -> str:
    """Write between which messages some are left out."""
    return "_".join(thread_cursor(end) for end in ends)


def thread_place(cursor: str) -> tuple[tuple[datetime, int], int | None] | None:
    """Read a cursor of `thread_cursor`; None for a damaged one."""
    try:
        moment, seq, *unread = (int(part) for part in cursor.split("."))
        return (moment_of(moment), seq), unread[0] if unread else None
    except (ValueError, OverflowError):
        return None


def thread_ends(cursor: str) -> list[tuple[datetime, int]]:
    """Read the ends of a gap, as `gap_cursor` wrote them; [] for damaged ones."""
    places = [thread_place(part) for part in cursor.split("_")]
    read = [place[0] for place in places if place]
    return read if len(read) == len(places) == 2 else []


class TransferForm(forms.Form):
    """Where a ticket goes: `fila.<id>` or `pessoa.<id>`; the service asks for the reason."""

    atendimento = forms.UUIDField(required=False)
    destino = forms.RegexField(rf"^((fila|pessoa)\.{UUID_TEXT})?$", required=False)
    motivo = forms.CharField(max_length=100, required=False)


class FinishForm(forms.Form):
    """Why a ticket ends; the service asks for it."""

    atendimento = forms.UUIDField(required=False)
    motivo = forms.CharField(max_length=100, required=False)
