"""Tags of a person, chosen from those the company has; a new one is written beside them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contacts.imports.headings import plain
from contacts.models import Tag
from contacts.services.contacts import TAG_COUNT

LENGTH = 60
NEW = "nova"


class TagBoxes(forms.Widget):
    """A box for each tag, and a line to look for one or write a new one."""

    template_name = "inbox/people/_tags_field.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Read the boxes and the line."""
        boxes = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        written = data.get(f"{name}_{NEW}") or ""
        return [*([boxes] if isinstance(boxes, str) else boxes), written]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw it from the pages' own templates."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return the tags, those of the person first."""
        chosen = [str(one) for one in value or []]
        have = {plain(one) for one in chosen}
        others = [tag for tag in tags_offered() if plain(tag) not in have]
        boxes = [(tag, True) for tag in chosen] + [(tag, False) for tag in others]
        return {"name": name, "new": f"{name}_{NEW}", "boxes": boxes, "length": LENGTH}


class TagsField(forms.Field):
    """Names of tags, each once; neither case nor accents tell two apart."""

    widget = TagBoxes

    def clean(self, value: Any) -> list[str]:
        """Read the names; a line may hold several, separated by commas."""
        offered = {plain(tag): tag for tag in tags_offered()}
        names: dict[str, str] = {}
        for written in value or []:
            whole = str(written).strip()
            parts = [whole] if plain(whole) in offered else whole.split(",")
            for part in filter(None, (part.strip() for part in parts)):
                names.setdefault(plain(part), offered.get(plain(part), part))
        found = list(names.values())
        if len(found) > TAG_COUNT or any(len(name) > LENGTH for name in found):
            raise forms.ValidationError(
                _("São até %(count)d etiquetas, de até 60 letras cada.") % {"count": TAG_COUNT}
            )
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other tags are meant; the order says nothing."""
        try:
            return {plain(tag) for tag in initial or []} != {plain(tag) for tag in self.clean(data)}
        except forms.ValidationError:
            return True


def tags_offered() -> list[str]:
    """Return the names of the company's tags."""
    return list(Tag.objects.order_by("name").values_list("name", flat=True))
