"""What can be connected: a kind of channel, with its provider where it has several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.account import Field
from providers.choices import ChannelKind
from providers.registry import ADAPTERS, shape_of


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to connect. `settings` holds the choice that is made with the kind, see
    AccountShape.chosen_by.
    """

    kind: str
    label: str
    settings: Mapping[str, str]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What it needs."""
        return shape_of(self.kind).fields_for(self.settings)

    def example(self) -> dict[str, Any]:
        """Return what the API takes for it, with the fields that have an example."""
        parts: dict[str, Any] = {"settings": dict(self.settings), "credentials": {}}
        columns = {}
        for one in self.fields:
            if one.example and one.column:
                columns[one.name] = one.example
            elif one.example:
                parts["credentials" if one.is_secret else "settings"][one.name] = one.example
        given = {name: values for name, values in parts.items() if values}
        return {"kind": self.kind, "name": "Recepção", **columns, **given}


def offers() -> list[Offer]:
    """Return all that can be connected, in the order of the kinds."""
    found = []
    for kind, adapter in ADAPTERS.items():
        label, shape = str(ChannelKind(kind).label), adapter.account
        choices: Any = next(
            (one.choices for one in shape.fields if one.name == shape.chosen_by), ()
        )
        found += [
            Offer(kind, f"{label}: {words}", {shape.chosen_by: value}) for value, words in choices
        ]
        if not choices:
            found.append(Offer(kind, label, {}))
    return found
