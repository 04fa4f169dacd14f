"""What the board sends."""

from __future__ import annotations

from django import forms

from inbox.talk.forms import UUID_TEXT


class BoardForm(forms.Form):
    """What the board does to a ticket."""

    acao = forms.RegexField(rf"^((fila|pessoa)\.{UUID_TEXT}|devolver|urgente)$")
