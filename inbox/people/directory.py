"""Pacientes: everybody the reader may see, searched and filtered, page by page, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from common.errors import Forbidden, NotFound
from contacts.admin.portable import download
from contacts.imports.choices import FileKind
from contacts.imports.exporting import contacts_export
from contacts.models import Contact, Segment
from contacts.services.segments import segment_people
from inbox import selectors
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presence import presence_context
from omnichannel.models import Conversation
from queues.selectors import has_queues

SHOWN = 50


class DirectoryForm(forms.Form):
    """What is asked for. It is posted: a name or a number stands in no address."""

    q = forms.CharField(max_length=100, required=False)
    segmento = forms.UUIDField(required=False)
    situacao = forms.ChoiceField(choices=[("", ""), *Contact.Status.choices], required=False)
    depois = forms.UUIDField(required=False)
    formato = forms.ChoiceField(choices=[(one.value, "") for one in FileKind], required=False)


class DirectoryView(InboxView):
    """What page and export ask alike."""

    def asked(self) -> dict[str, Any]:
        """Return what the page sent."""
        form = DirectoryForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        return form.cleaned_data

    def people(self, asked: dict[str, Any]) -> QuerySet[Contact]:
        """Return who is asked for, the newest record first. Raises NotFound for a segment that is
        nobody's, SegmentRefused for one whose field is gone.
        """
        rows: Any = Contact.objects.visible_to(self.membership)
        if words := asked.get("q", "").replace("\x00", "").strip():
            rows = rows.search(words, is_clear=self.lens.is_clear)
        if status := asked.get("situacao"):
            rows = rows.filter(status=status)
        if segment_id := asked.get("segmento"):
            segment = Segment.objects.filter(pk=segment_id).first()
            if segment is None:
                raise NotFound
            rows = rows.filter(pk__in=segment_people(segment).values("pk"))
        found: QuerySet[Contact] = rows.order_by("-pk")
        return found


class DirectoryPage(DirectoryView):
    """GET draws the page, POST what was searched for in it, or what follows a row."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw everybody's first page."""
        context = {
            "company": self.membership.company,
            "member": self.membership,
            "has_queues": has_queues(self.membership.company_id),
            "segments": selectors.segments_of(self.membership),
            "statuses": Contact.Status.choices,
            **presence_context(self.membership),
            **self._page({}, None),
        }
        return self.draw("inbox/people/directory.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Draw the rows that were asked for."""
        asked = self.asked()
        context = self._page(asked, asked["depois"])
        return self.draw("inbox/people/_directory_rows.html", context)

    def _page(self, asked: dict[str, Any], after: UUID | None) -> dict[str, Any]:
        rows = self.people(asked).prefetch_related("tags")
        if after is not None:
            rows = rows.filter(pk__lt=after)
        page = list(rows[: SHOWN + 1])
        shown = page[:SHOWN]
        self.saw(shown)
        talks = self._talks(shown)
        return {
            "is_more": after is not None,
            "after": shown[-1].pk if len(page) > SHOWN else None,
            "people": [
                {
                    "contact": row,
                    "phone": self.lens.phone(row),
                    "email": self.lens.email(row, row.email),
                    "talk": talks.get(row.pk),
                }
                for row in shown
            ],
        }

    def _talks(self, people: Sequence[Contact]) -> dict[Any, Any]:
        """Return the newest conversation of each person that the reader may see, by the person."""
        rows = Conversation.objects.visible_to(self.membership).filter(contact__in=people)
        newest = rows.order_by("contact_id", "-last_message_at", "-pk").distinct("contact_id")
        return dict(newest.values_list("contact_id", "pk"))


class DirectoryExport(DirectoryView):
    """Exportar: for managers, of what the page shows; who took whom is written down."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Give the file."""
        if not self.membership.is_manager:
            raise Forbidden
        asked = self.asked()
        kind = FileKind(asked["formato"] or FileKind.CSV)
        made = contacts_export(
            rows=self.people(asked),
            kind=kind,
            actor=request.user,
            readers={self.membership.company_id: self.membership},
            filters=[name for name in ("q", "segmento", "situacao") if asked[name]],
            address=request.META.get("REMOTE_ADDR") or None,
        )
        name = f"pacientes-{timezone.localdate():%Y-%m-%d}.{kind.value}"
        return download(request, made, name, kind)
