"""Saved filters: kept from the dialog of conditions, opened by their address, deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Membership
from common.errors import NotFound
from inbox.list.conditions import LENGTH, conditions_read
from inbox.list.forms import TABS
from inbox.list.ordering import ORDERS
from inbox.shell.base import BadInput, InboxView
from inbox.talk.forms import UUID_TEXT
from queues.belonging import may_change
from queues.choices import ReplyScope
from queues.models import Queue, SavedView
from queues.services.saved_views import saved_view_drop, saved_view_save


class SavedViewForm(forms.Form):
    """A filter to keep; `para` is `pessoal`, `empresa` or `fila.<id>`. The service looks at the
    name.
    """

    nome = forms.CharField(required=False, max_length=200)
    para = forms.RegexField(rf"^(pessoal|empresa|fila\.{UUID_TEXT})$")
    filtro = forms.ChoiceField(choices=[(tab, tab) for tab in TABS])
    ordem = forms.ChoiceField(choices=[(order, order) for order in ORDERS], required=False)
    condicoes = forms.CharField(max_length=LENGTH, required=False)


def views_of(reader: Membership) -> list[tuple[SavedView, str, bool]]:
    """Return a reader's saved filters by name, each with whose it is ("" their own) and whether
    they may delete it.
    """
    rows = SavedView.objects.visible_to(reader).select_related("queue").order_by("name", "pk")
    return [(row, _whose(row), may_change(row, reader)) for row in rows]


def view_get(reader: Membership, view_id: UUID | None) -> SavedView | None:
    """Return one the reader may open; None when there is none."""
    if view_id is None:
        return None
    found: SavedView | None = SavedView.objects.visible_to(reader).filter(pk=view_id).first()
    return found


def _whose(row: SavedView) -> str:
    if row.queue is not None:
        return _("Fila %(name)s") % {"name": row.queue.name}
    return "" if row.scope == ReplyScope.PERSON else str(ReplyScope.COMPANY.label)


def places_for(reader: Membership) -> list[tuple[str, str]]:
    """Return for whom a reader may keep a filter, as (value of `para`, words)."""
    offered = [(ReplyScope.PERSON.value, str(ReplyScope.PERSON.label))]
    if reader.is_manager:
        offered.append((ReplyScope.COMPANY.value, str(ReplyScope.COMPANY.label)))
        said = _("Fila %(name)s")
        rows = Queue.objects.active().order_by("name")
        offered += [(f"fila.{row.pk}", said % {"name": row.name}) for row in rows]
    return offered


class SavedViewsView(InboxView):
    """Salvar: answers with the list of them anew."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        form = SavedViewForm(request.POST)
        if not form.is_valid():
            raise BadInput
        data = form.cleaned_data
        scope, _dot, key = data["para"].partition(".")
        saved_view_save(
            actor=self.membership,
            name=data["nome"],
            tab=data["filtro"],
            order=data["ordem"],
            conditions=str(conditions_read(data["condicoes"])),
            scope=scope,
            queue=Queue.objects.active().filter(pk=key).first() if key else None,
        )
        return self.drawn()

    def drawn(self) -> HttpResponse:
        """Draw what the reader has."""
        context: dict[str, Any] = {"views": views_of(self.membership)}
        return self.draw("inbox/list/_saved.html", context)


class SavedViewDropView(SavedViewsView):
    """Apagar."""

    def post(self, request: HttpRequest, view_id: UUID) -> HttpResponse:  # type: ignore[override]
        """Delete it and draw the rest."""
        view = view_get(self.membership, view_id)
        if view is None:
            raise NotFound
        saved_view_drop(view=view, actor=self.membership)
        return self.drawn()
