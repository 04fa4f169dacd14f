"""The form of what people see before they write, in as many lines as the kind takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from common.errors import DomainError
from providers.opening import URL_LENGTH, MenuItem, StartLimits, StartScreen


class StartScreenForm(forms.Form):
    """Questions, menu and button. `shown` fills it with what people see now."""

    def __init__(
        self, limits: StartLimits, data: Any = None, *, shown: StartScreen | None = None
    ) -> None:
        self.limits = limits
        super().__init__(data, initial=_initial(shown) if shown else None)
        for place in range(limits.questions):
            words = gettext("Pergunta %(place)d") % {"place": place + 1}
            self.fields[f"question{place}"] = _line(words, limits.question_length)
        for place in range(limits.items):
            words = gettext("Item %(place)d do menu") % {"place": place + 1}
            self.fields[f"title{place}"] = _line(words, limits.title_length)
            words = gettext("Página que o item %(place)d abre (opcional)") % {"place": place + 1}
            self.fields[f"url{place}"] = _line(words, URL_LENGTH, mode="url")
        if limits.has_button:
            self.fields["has_button"] = forms.BooleanField(
                label=_("Mostrar o botão Começar"),
                required=False,
                widget=UnfoldBooleanSwitchWidget(),
            )

    def questions(self) -> list[BoundField]:
        """Return the lines of questions, to draw."""
        return [self[f"question{place}"] for place in range(self.limits.questions)]

    def menu(self) -> list[tuple[BoundField, BoundField]]:
        """Return the lines of the menu with their addresses, to draw."""
        places = range(self.limits.items)
        return [(self[f"title{place}"], self[f"url{place}"]) for place in places]

    def screen(self) -> StartScreen:
        """Return what was filled in; empty lines are none."""
        given = self.cleaned_data
        rows = [(given[f"title{n}"], given[f"url{n}"]) for n in range(self.limits.items)]
        questions = (given[f"question{n}"] for n in range(self.limits.questions))
        return StartScreen(
            tuple(filter(None, questions)),
            tuple(MenuItem(title, url) for title, url in rows if title or url),
            bool(given.get("has_button")),
        )

    def refuse(self, refused: DomainError) -> None:
        """Show a refusal where it belongs."""
        parts = {"questions": _("Perguntas"), "menu": _("Menu"), "has_button": _("Botão")}
        for name, sentences in refused.fields.items():
            for sentence in sentences:
                self.add_error(None, f"{parts.get(name, name)}: {sentence}")
        if not refused.fields:
            self.add_error(None, str(refused.detail))


def _line(words: str, longest: int, mode: str = "text") -> forms.CharField:
    attrs = {"autocomplete": "off", "inputmode": mode}
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.CharField(label=words, max_length=longest, required=False, widget=widget)


def _initial(shown: StartScreen) -> dict[str, Any]:
    found: dict[str, Any] = {"has_button": shown.has_button}
    found |= {f"question{place}": one for place, one in enumerate(shown.questions)}
    for place, item in enumerate(shown.menu):
        found |= {f"title{place}": item.title, f"url{place}": item.url}
    return found
