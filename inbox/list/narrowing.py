"""The dialog in which the list's conditions are chosen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.models import Tag
from inbox import selectors
from inbox.list.conditions import NOBODY, Conditions, conditions_read
from inbox.list.saved import places_for, views_of
from inbox.shell.base import InboxView
from omnichannel.choices import Stage
from omnichannel.models import Channel
from queues.models import Queue

# One facet: its name, its words, and (value, words, is chosen) of each choice.
Facet = tuple[str, str, list[tuple[str, str, bool]]]


class NarrowView(InboxView):
    """The dialog; list.js writes what was chosen into the list's own form."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw it with what is chosen now."""
        where = conditions_read(request.GET.get("condicoes", ""))
        facets = [_facet(where, *facet) for facet in self.offered()]
        context = {
            "facets": facets,
            "gone": _gone(where, facets),
            "views": views_of(self.membership),
            "places": places_for(self.membership),
            "is_any": where.is_any,
            "score": _one(where, "score"),
            "since": _one(where, "desde"),
            "until": _one(where, "ate"),
        }
        return self.draw("inbox/list/_narrow.html", context)

    def offered(self) -> list[tuple[str, str, list[tuple[Any, Any]]]]:
        """Return the facets with their choices: of rows, what the reader's company has."""
        people = selectors.colleagues(self.membership)
        queues = Queue.objects.visible_to(self.membership).order_by("name")
        return [
            (
                "",
                _("Situação"),
                [
                    ("nao_lida", _("Não lida")),
                    ("sem_resposta", _("Sem resposta")),
                    ("adiada", _("Adiada")),
                ],
            ),
            ("sla", "SLA", [("estourado", _("Estourado")), ("risco", _("Perto do fim"))]),
            ("janela", _("Janela"), [("aberta", _("Aberta")), ("fechada", _("Fechada"))]),
            ("etapa", _("Etapa"), list(Stage.choices)),
            ("canal", _("Canal"), list(Channel.objects.order_by("name").values_list("pk", "name"))),
            ("fila", _("Fila"), list(queues.values_list("pk", "name"))),
            (
                "atendente",
                _("Atendente"),
                [(NOBODY, _("Ninguém")), *((one.pk, one.user.name) for one in people)],
            ),
            (
                "etiqueta",
                _("Etiqueta"),
                list(Tag.objects.order_by("name").values_list("pk", "name")),
            ),
        ]


def _facet(where: Conditions, name: str, words: str, choices: list[tuple[Any, Any]]) -> Facet:
    given = {f"{facet}.{value}" if value else facet for facet, value in where.words}
    found = [
        (key := f"{name}.{value}" if name else str(value), str(said), key in given)
        for value, said in choices
    ]
    return name, words, found


def _gone(where: Conditions, facets: list[Facet]) -> list[str]:
    """Return words about what is not there any more, such as a tag that was deleted: they are shown
    and not dropped, for whoever saved them to decide.
    """
    known = {key for _name, _words, choices in facets for key, _said, _chosen in choices}
    named = {name for name, _words, _choices in facets if name}
    given = [f"{facet}.{value}" for facet, value in where.words if facet in named]
    return [word for word in given if word not in known]


def _one(where: Conditions, facet: str) -> str:
    return next(iter(where.values(facet)), "")
