"""What a quick reply's form sends. Names of fields are Portuguese: they stand in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from queues.choices import ReplyScope
from queues.models import Queue, QuickReply
from queues.models.quick_reply import REPLY_LENGTH


class SeveralFiles(forms.ClearableFileInput):
    """An input for several files at once."""

    allow_multiple_selected = True


class SentFiles(forms.FileField):
    """None, one or several files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return them as a list."""
        return [one for one in data or () if one]


class ReplyForm(forms.Form):
    """A quick reply; `para` is `pessoal`, `empresa` or `fila.<id>`."""

    nome = forms.CharField(
        label=_("Nome curto"),
        max_length=40,
        help_text=_("O que se digita depois da barra, sem espaços: /endereco"),
    )
    pasta = forms.CharField(label=_("Pasta"), max_length=60, required=False)
    para = forms.ChoiceField(label=_("Quem usa"))
    texto = forms.CharField(
        label=_("Texto"),
        max_length=REPLY_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    arquivos = SentFiles(label=_("Arquivos"), required=False)
    tirar = forms.MultipleChoiceField(required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        actor: Membership,
        reply: QuickReply | None = None,
        text: str = "",
    ) -> None:
        initial = {"texto": text, "para": ReplyScope.PERSON.value}
        if reply is not None:
            place = f"fila.{reply.queue_id}" if reply.queue_id else reply.scope
            initial = {
                "nome": reply.name,
                "pasta": reply.folder,
                "para": place,
                "texto": reply.text,
            }
        super().__init__(data, files, initial=initial)
        offered: list[tuple[str, Any]] = [(ReplyScope.PERSON.value, ReplyScope.PERSON.label)]
        if actor.is_manager:
            self.queues = {f"fila.{row.pk}": row for row in Queue.objects.active()}
            offered.append((ReplyScope.COMPANY.value, ReplyScope.COMPANY.label))
            said = _("Fila %(name)s")
            offered += [(key, said % {"name": row.name}) for key, row in self.queues.items()]
        else:
            self.queues = {}
        whose: Any = self.fields["para"]
        whose.choices = offered
        self.kept = {str(one.pk): one for one in reply.files.all()} if reply else {}
        gone: Any = self.fields["tirar"]
        gone.choices = [(key, one.filename) for key, one in self.kept.items()]
        for name in ("nome", "pasta", "para", "texto", "arquivos"):
            self.fields[name].widget.attrs |= {"class": "input", "autocomplete": "off"}
        self.fields["pasta"].widget.attrs["list"] = "pastas"

    def given(self) -> dict[str, Any]:
        """Return what was typed, as `quick_reply_save` takes it."""
        sent = self.cleaned_data
        place = sent["para"]
        return {
            "scope": ReplyScope.QUEUE if place in self.queues else place,
            "queue": self.queues.get(place),
            "folder": sent["pasta"],
            "name": sent["nome"],
            "text": sent["texto"],
            "files": sent["arquivos"],
            "dropped": [self.kept[key] for key in sent["tirar"]],
        }
