"""What the campaign pages send, one form a step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessCalendar
from campaigns.choices import CampaignKind, WinnerRule
from campaigns.models import Campaign
from common.scoping import current_company_id
from contacts import segments
from contacts.models import Segment
from contacts.segments import OPERATORS, FieldKind
from inbox.people.tag_fields import tags_offered
from omnichannel.models import Channel
from providers.base import Bulk
from providers.choices import ChannelKind
from providers.registry import ADAPTERS, kinds_with, policy_of
from queues.models import Queue

CONDITIONS = 8
LIST_BYTES = 2 * 1024 * 1024


def _rows(model: Any) -> Any:
    return model.objects.for_company(current_company_id())


class AudienceForm(forms.Form):
    """Who gets it."""

    name = forms.CharField(label=_("Nome da campanha"), max_length=255)
    kind = forms.ChoiceField(label=_("Tipo"), choices=CampaignKind.choices)
    channel = forms.ModelChoiceField(
        label=_("Canal"), queryset=Channel.unscoped.none(), empty_label=_("Escolha o canal")
    )
    segment = forms.ModelChoiceField(
        label=_("Segmento"),
        queryset=Segment.unscoped.none(),
        required=False,
        empty_label=_("Nenhum"),
    )
    match = forms.ChoiceField(
        label=_("Condições"),
        choices=[("todas", _("Atende a todas")), ("qualquer", _("Atende a qualquer uma"))],
        required=False,
    )
    pasted = forms.CharField(
        label=_("Ou cole uma lista"),
        required=False,
        strip=False,
        max_length=LIST_BYTES,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Um número por linha, ou colunas copiadas de uma planilha com a primeira linha de"
            " nomes (telefone, nome, dia...). As outras colunas podem entrar na mensagem."
        ),
    )
    file = forms.FileField(
        label=_("Ou envie um arquivo CSV ou Excel"),
        required=False,
        help_text=_("Até 20.000 linhas."),
    )
    proof = forms.CharField(
        label=_("Como estas pessoas autorizaram receber"),
        required=False,
        max_length=150,
        help_text=_(
            "Só para a lista. Fica registrado como prova no consentimento de cada pessoa que ainda"
            " não respondeu; vazio, nada é registrado."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = _rows(Channel).filter(kind__in=kinds_with(Bulk))
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["channel"].help_text = _without_campaigns()
        only = list(channels[:2])
        if len(only) == 1:
            # There is nothing to choose.
            self.initial.setdefault("channel", only[0].pk)
        self.fields["segment"].queryset = _rows(Segment)  # type: ignore[attr-defined]
        known = segments.fields
        names = [("", "—"), *((one.name, one.label) for one in known)]
        operators = {
            operator: label for by_kind in OPERATORS.values() for operator, label in by_kind.items()
        }
        for place in range(CONDITIONS):
            self.fields[f"field_{place}"] = forms.ChoiceField(
                choices=names, required=False, label=_("Campo")
            )
            self.fields[f"operator_{place}"] = forms.ChoiceField(
                choices=list(operators.items()), required=False, label=_("Comparação")
            )
            self.fields[f"value_{place}"] = forms.CharField(
                required=False, max_length=255, label=_("Valor")
            )

    def conditions(self) -> list[tuple[Any, Any, Any]]:
        """Return the inputs of each condition, for the page."""
        return [
            (self[f"field_{place}"], self[f"operator_{place}"], self[f"value_{place}"])
            for place in range(CONDITIONS)
        ]

    def offered(self) -> dict[str, Any]:
        """Return, for the page, how each field may be compared and what may be chosen."""
        tags = [(name, name) for name in tags_offered()]
        return {
            one.name: {
                "kind": str(one.kind),
                "operators": list(OPERATORS[one.kind]),
                "choices": [
                    (str(value), str(label))
                    for value, label in (tags if one.kind == FieldKind.TAG else one.choices)
                ],
            }
            for one in segments.fields
        }

    def has_people(self) -> bool:
        """Tell whether a segment, a condition or a list says who gets it."""
        given = self.cleaned_data
        return bool(given["segment"] or self.filters() or given["file"] or given["pasted"].strip())

    def clean_file(self) -> Any:
        """Refuse what is no list any more."""
        file = self.cleaned_data.get("file")
        if file is not None and file.size > LIST_BYTES:
            raise forms.ValidationError(
                _("O arquivo é grande demais. Importe os contatos e use um segmento.")
            )
        return file

    def filters(self) -> dict[str, Any]:
        """Return the conditions as campaigns keep them."""
        rows = [
            {
                "field": self.cleaned_data[f"field_{place}"],
                "operator": self.cleaned_data[f"operator_{place}"],
                "value": self.cleaned_data[f"value_{place}"],
            }
            for place in range(CONDITIONS)
            if self.cleaned_data.get(f"field_{place}")
        ]
        return {"match": self.cleaned_data["match"] or "todas", "conditions": rows} if rows else {}

    @classmethod
    def values_of(cls, campaign: Campaign) -> dict[str, Any]:
        """Return what the form shows of a campaign."""
        shown = {name: getattr(campaign, name) for name in ("name", "kind", "channel", "segment")}
        shown["match"] = campaign.filters.get("match", "todas")
        for place, row in enumerate(campaign.filters.get("conditions", [])[:CONDITIONS]):
            for name in ("field", "operator", "value"):
                shown[f"{name}_{place}"] = row.get(name, "")
        return shown


class SendingForm(forms.Form):
    """When and how fast. The limits and words of plain fields are the model's."""

    NAMES = (
        *("quiet_until", "quiet_from", "calendar", "rate", "frequency_days"),
        *("failure_limit", "reply_queue", "follows_capacity", "expected_replies"),
        "winner_rule",
    )

    quiet_until = forms.TimeField(
        label=_("Enviar a partir das"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_from = forms.TimeField(
        label=_("Enviar até as"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    calendar = forms.ModelChoiceField(
        label=_("Só no expediente"),
        queryset=BusinessCalendar.unscoped.none(),
        required=False,
        empty_label=_("Qualquer dia"),
        help_text=_("Envia apenas quando este calendário está aberto, sem feriados."),
    )
    reply_queue = forms.ModelChoiceField(
        label=_("Fila das respostas"),
        queryset=Queue.unscoped.none(),
        required=False,
        empty_label=_("A de sempre"),
    )
    winner_rule = forms.ChoiceField(
        label=_("Quem vence o teste de versões"), choices=WinnerRule.choices
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].queryset = _rows(BusinessCalendar)  # type: ignore[attr-defined]
        self.fields["reply_queue"].queryset = _rows(Queue)  # type: ignore[attr-defined]
        for name in self.NAMES:
            if name not in self.fields:
                field: Any = Campaign._meta.get_field(name)
                self.fields[name] = field.formfield()

    @classmethod
    def values_of(cls, campaign: Campaign) -> dict[str, Any]:
        """Return what the form shows of a campaign."""
        return {name: getattr(campaign, name) for name in cls.NAMES}


class ScheduleForm(forms.Form):
    """The moment to begin."""

    at = forms.DateTimeField(
        label=_("Começar em"), input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]
    )


class TrialForm(forms.Form):
    """A number to try the message on."""

    phone = forms.CharField(label=_("Seu número"), max_length=32)
    letter = forms.ChoiceField(choices=[(letter, letter) for letter in "ABCDE"])


def _without_campaigns() -> str:
    """Say which kinds of channel are not offered, and why."""
    able = kinds_with(Bulk)
    names = [
        str(ChannelKind(kind).label)
        for kind in ADAPTERS
        if kind not in able and not policy_of(kind).starts_with
    ]
    if not names:
        return ""
    sentence = _("Não enviam campanhas, porque por lá só se responde a quem escreveu: %(kinds)s.")
    return str(sentence) % {"kinds": ", ".join(names)}
