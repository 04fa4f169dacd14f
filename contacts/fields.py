"""Inputs about people that back-office and inbox share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from contacts.custom import CustomRefused, custom_read, lines_of
from contacts.masking import STARS, StillHidden


class Lines(forms.CharField):
    """A text of several lines; browsers send them with a carriage return, and that is no change."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        """Return the text with plain line ends."""
        return "\n".join(str(super().to_python(value) or "").splitlines())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what both say."""
        return self.to_python(initial) != self.to_python(data)


class CustomLines(Lines):
    """A person's additional fields, one a line; the form says over which (`over`)."""

    shown: Mapping[str, Any]
    stored: Mapping[str, Any]

    def over(self, *, shown: Mapping[str, Any], stored: Mapping[str, Any]) -> str:
        """Take what the reader is shown and what is stored; return the lines to begin with."""
        self.shown, self.stored = shown, stored
        return lines_of(shown)

    def clean(self, value: Any) -> Any:
        """Return the fields; a line that was left alone keeps its value, of whatever type, and one
        with hidden numbers is not changed.
        """
        try:
            found = custom_read(super().clean(value), shown=self.shown, stored=self.stored)
        except CustomRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        is_hidden = self.shown != self.stored
        if is_hidden and any(STARS in str(v) and v != self.stored.get(k) for k, v in found.items()):
            raise forms.ValidationError(str(StillHidden.message))
        return found
