"""What the form of a list of actions sends. Names of fields are Portuguese: they stand in forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from omnichannel.choices import Stage
from omnichannel.models import Channel
from queues.choices import (
    ReplyScope,
    RuleEvent,
    RuleField,
    RuleHours,
    RuleMatch,
    SnoozeFor,
    StepAct,
)
from queues.models import Macro, Queue, QuickReply, Rule
from queues.services.rule_conditions import MOST_CONDITIONS
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


class RuleForm(forms.Form):
    """Name, event and order of a rule; its conditions and actions are read by `conditions_sent` and
    `steps_sent`.
    """

    nome = forms.CharField(label=_("Nome"), max_length=60)
    quando = forms.ChoiceField(label=_("Quando"), choices=RuleEvent.choices)
    valem = forms.ChoiceField(
        label=_("Valem"), choices=RuleMatch.choices, initial=RuleMatch.ALL.value
    )
    ordem = forms.IntegerField(
        label=_("Ordem"),
        min_value=1,
        max_value=999,
        initial=10,
        help_text=_("No mesmo acontecimento, as de número menor vêm antes."),
    )
    parar = forms.BooleanField(
        label=_("Parar aqui: se esta valer, as seguintes não são executadas"), required=False
    )

    def __init__(self, data: Any = None, *, rule: Rule | None = None) -> None:
        initial = {}
        if rule is not None:
            initial = {
                "nome": rule.name,
                "quando": rule.event,
                "valem": rule.match,
                "ordem": rule.position,
                "parar": rule.is_last,
            }
        super().__init__(data, initial=initial)
        for name in ("nome", "quando", "valem", "ordem"):
            self.fields[name].widget.attrs |= {"class": "input", "autocomplete": "off"}

    def given(self) -> dict[str, Any]:
        """Return what was typed, as `rule_save` takes it."""
        sent = self.cleaned_data
        return {
            "name": sent["nome"],
            "event": sent["quando"],
            "match": sent["valem"],
            "position": sent["ordem"],
            "is_last": sent["parar"],
        }


# The input of a condition by what it looks at.
VALUES = {
    RuleField.CHANNEL: "canal",
    RuleField.QUEUE: "filas",
    RuleField.TAG: "palavra",
    RuleField.STAGE: "etapa",
    RuleField.WORDS: "palavra",
    RuleField.HOURS: "horas",
    RuleField.SCORE: "numero",
    RuleField.PRIORITY: "numero",
}


def conditions_sent(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Read the conditions of a form, as `conditions_read` takes them; rows without a field are left
    out.
    """
    found = []
    for place in range(MOST_CONDITIONS):
        asked = data.get(f"campo_{place}", "")
        if asked in VALUES:
            value = data.get(f"{VALUES[RuleField(asked)]}_{place}", "")
            found.append({"field": asked, "value": value})
    return found


def conditions_drawn(
    conditions: Sequence[Mapping[str, Any]],
) -> list[tuple[int, dict[str, Any]]]:
    """Return what the form draws: the conditions, and rows for more."""
    rest = MOST_CONDITIONS - len(conditions)
    return list(enumerate([*map(dict, conditions), *[{} for _place in range(rest)]]))


def conditions_offered() -> dict[str, Any]:
    """Return what conditions may name."""
    return {
        "fields": RuleField.choices,
        "channels": Channel.objects.order_by("name"),
        "stages": Stage.choices,
        "hours": RuleHours.choices,
    }


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
