"""What the form of a list of actions sends. Names of fields are Portuguese: they stand in forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from queues.choices import ReplyScope, SnoozeFor, StepAct
from queues.models import Macro, Queue, QuickReply
from queues.services.steps import MOST_STEPS

# Inputs of one action by the members that the service knows.
FIELDS = {
    "act": "acao",
    "text": "texto",
    "reply": "resposta",
    "tag": "etiqueta",
    "priority": "prioridade",
    "queue": "fila",
    "attendant": "pessoa",
    "moment": "momento",
    "reason": "motivo",
}
PRIORITIES = ((10, _("Máxima")), (8, _("Alta")), (5, _("Normal")), (2, _("Baixa")))


class MacroForm(forms.Form):
    """Name and whose a macro is; its actions are read by `steps_sent`. `para` is `pessoal`,
    `empresa` or `fila.<id>`.
    """

    nome = forms.CharField(label=_("Nome"), max_length=60)
    para = forms.ChoiceField(label=_("Quem usa"))

    def __init__(self, data: Any = None, *, actor: Membership, macro: Macro | None = None) -> None:
        initial = {"para": ReplyScope.PERSON.value}
        if macro is not None:
            place = f"fila.{macro.queue_id}" if macro.queue_id else macro.scope
            initial = {"nome": macro.name, "para": place}
        super().__init__(data, initial=initial)
        offered: list[tuple[str, Any]] = [(ReplyScope.PERSON.value, ReplyScope.PERSON.label)]
        self.queues = {}
        if actor.is_manager:
            self.queues = {f"fila.{row.pk}": row for row in Queue.objects.active()}
            offered.append((ReplyScope.COMPANY.value, ReplyScope.COMPANY.label))
            said = _("Fila %(name)s")
            offered += [(key, said % {"name": row.name}) for key, row in self.queues.items()]
        whose: Any = self.fields["para"]
        whose.choices = offered
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}

    def given(self) -> dict[str, Any]:
        """Return what was typed, as `macro_save` takes it."""
        place = self.cleaned_data["para"]
        return {
            "scope": ReplyScope.QUEUE if place in self.queues else place,
            "queue": self.queues.get(place),
            "name": self.cleaned_data["nome"],
        }


def steps_sent(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read the actions of a form, as `steps_read` takes them; rows without an action are left
    out.
    """
    rows = [
        {name: data.get(f"{field}_{place}", "") for name, field in FIELDS.items()}
        for place in range(MOST_STEPS)
    ]
    for row in rows:
        row["priority"] = int(row["priority"]) if str(row["priority"]).isdecimal() else ""
    return [row for row in rows if row["act"]]


def steps_drawn(steps: Sequence[Mapping[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Return what the form draws: the actions, and rows for more."""
    rest = MOST_STEPS - len(steps)
    return list(enumerate([*map(dict, steps), *[{} for _place in range(rest)]]))


def steps_offered(actor: Membership) -> dict[str, Any]:
    """Return what the actions may name."""
    people = Membership.objects.active().select_related("user")
    return {
        "acts": StepAct.choices,
        "moments": SnoozeFor.choices,
        "priorities": PRIORITIES,
        "queues": Queue.objects.active().order_by("name"),
        "people": people.order_by("user__name"),
        "replies": QuickReply.objects.visible_to(actor).order_by("name"),
    }
