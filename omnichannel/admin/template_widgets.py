"""Inputs of the template form that hold several rows: examples of variables, and buttons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES

from providers.outgoing import TemplateButton
from providers.whatsapp.template_drafts import BUTTON_COUNT
from providers.whatsapp.templates import PLACE

CLASSES = " ".join(BASE_INPUT_CLASSES)
KINDS = (
    ("", "-"),
    ("QUICK_REPLY", _("Resposta rápida")),
    ("URL", _("Abrir link")),
    ("PHONE_NUMBER", _("Ligar")),
)


class Rows(forms.Widget):
    """A widget drawn by a template of ours, from rows of inputs."""

    template = ""

    def rows(self, name: str, value: Any) -> list[Any]:
        """Return the rows that the template draws."""
        raise NotImplementedError

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        """Draw the rows."""
        context = {"name": name, "rows": self.rows(name, value), "classes": CLASSES}
        return render_to_string(self.template, context)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Rows may all be empty and still be given."""
        return False


class ExamplesWidget(Rows):
    """An input for each variable of header and body. The script keeps the rows in step with the
    texts; without it they appear when the form comes back."""

    template = "admin/omnichannel/examples.html"

    def rows(self, name: str, value: Any) -> list[Any]:
        """One row for each variable."""
        return [
            {"key": key, "shown": "{{" + key.removeprefix("header.") + "}}", "value": example}
            for key, example in (value or {}).items()
        ]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """Pair keys with values, and add a row for each variable that has none."""
        keys, values = data.getlist(f"{name}-key"), data.getlist(f"{name}-value")
        given = dict(zip(keys, values, strict=False))
        wanted = []
        if data.get("header") == "TEXT":
            wanted = [f"header.{found}" for found in PLACE.findall(data.get("header_text", ""))]
        wanted += PLACE.findall(data.get("body", ""))
        return {key: given.get(key, "") for key in wanted}


class ButtonsWidget(Rows):
    """Ten rows of a button: kind, text, address or number, example."""

    template = "admin/omnichannel/buttons.html"

    def rows(self, name: str, value: Any) -> list[Any]:
        """The buttons there are, then empty rows."""
        known = [
            {"kind": one.kind, "text": one.text, "value": one.value, "example": one.example}
            for one in value or ()
        ]
        empty: list[dict[str, Any]] = [{} for _place in range(BUTTON_COUNT - len(known))]
        return [{**row, "kinds": KINDS} for row in known + empty]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[TemplateButton, ...]:
        """Read the rows whose kind was chosen."""
        columns = [data.getlist(f"{name}-{part}") for part in ("kind", "text", "value", "example")]
        kinds = {kind for kind, _words in KINDS if kind}
        return tuple(
            TemplateButton(kind, said.strip(), value.strip(), example.strip())
            for kind, said, value, example in zip(*columns, strict=False)
            if kind in kinds
        )


class RawField(forms.Field):
    """Takes whatever its widget has read; the service judges it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether anything differs from what was there."""
        return bool((initial or type(data)()) != data)
