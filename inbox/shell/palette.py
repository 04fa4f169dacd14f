"""Whom the palette finds: conversations the reader may see, and people without one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common.folding import folded
from contacts.models import Contact
from inbox import selectors
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presenters import label_of, name_of
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from queues.models import Macro

MOST = 8


class PaletteForm(forms.Form):
    """What was typed. It may be a name or a number, so it is posted and stands in no address."""

    q = forms.CharField(max_length=100)

    conversa = forms.UUIDField(required=False)


class PaletteView(InboxView):
    """Finds conversations and people by what was typed, without accents, phones in any form; and
    macros, where a conversation stands open.
    """

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> JsonResponse:
        """Answer {"found": [{"label", "hint", "url"}]}, macros first, then conversations. A macro
        has a `dialog` in the place of a page.
        """
        form = PaletteForm(request.POST)
        if not form.is_valid():
            raise BadInput
        asked = form.cleaned_data["q"]
        talks = self._talks(asked)
        people = self._people(asked, talks)
        self.saw(talks)
        self.saw(people)
        macros = self._macros(asked, form.cleaned_data["conversa"])
        found = [*macros, *map(self._talk, talks), *map(self._person, people)]
        return JsonResponse({"found": found})

    def _talks(self, asked: str) -> list[Conversation]:
        hits = selectors.found_in(self.membership, asked, is_clear=self.lens.is_clear)
        rows, _after = selectors.conversation_page(self.membership, found=hits or {}, size=MOST)
        return rows

    def _people(self, asked: str, talks: list[Conversation]) -> list[Contact]:
        """Return people who may be written to and of whom no conversation was found."""
        rows = Contact.objects.visible_to(self.membership)
        rows = rows.search(asked, is_clear=self.lens.is_clear)
        known = [row.contact_id for row in talks]
        return list(rows.exclude(pk__in=known).order_by("name")[:MOST])

    def _macros(self, asked: str, talk: UUID | None) -> list[dict[str, Any]]:
        if talk is None:
            return []
        rows = Macro.objects.visible_to(self.membership)
        rows = rows.order_by("-used_count", "name", "id")
        found = [row for row in rows if folded(asked) in folded(row.name)]
        return [
            {
                "label": row.name,
                "hint": _("Macro"),
                "dialog": reverse("inbox:macro-run", args=[talk, row.pk]),
            }
            for row in found[:MOST]
        ]

    def _talk(self, row: Conversation) -> dict[str, Any]:
        return {
            "label": name_of(row, self.lens),
            "hint": f"{row.channel.name} · {label_of(Stage, row.stage)}",
            "url": reverse("inbox:conversation", args=[row.pk]),
        }

    def _person(self, row: Contact) -> dict[str, Any]:
        return {
            "label": row.name or self.lens.phone(row) or _("sem nome"),
            "hint": _("Nova conversa com este contato"),
            "url": f"{reverse('inbox:start')}?pessoa={row.pk}",
        }
