"""The contact list's way in and out: import and export buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from common.admin import access_of
from common.errors import DomainError
from contacts.imports.choices import FileKind
from contacts.imports.exporting import contacts_export

PDF = "pdf"
TYPES: dict[str, str] = {
    FileKind.CSV.value: "text/csv; charset=utf-8",
    FileKind.XLSX.value: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PDF: "application/pdf",
}
# Parameters of the list that narrow nothing.
BESIDE = {"p", "o", "e", "all"}


class Portable:
    """Adds import and export to the list of people."""

    actions_list = ("import_people", "export_csv", "export_xlsx")

    @action(description=_("Importar"), url_path="importar", icon="upload", permissions=["act"])
    def import_people(self, request: HttpRequest) -> HttpResponse:
        """Go to the upload."""
        return HttpResponseRedirect(reverse("admin:contacts_importjob_add"))

    @action(
        description=_("Exportar CSV"),
        url_path="exportar-csv",
        icon="download",
        permissions=["view"],
    )
    def export_csv(self, request: HttpRequest) -> Any:
        """Give the list as it is filtered, as CSV."""
        return self._export(request, FileKind.CSV)

    @action(
        description=_("Exportar Excel"),
        url_path="exportar-excel",
        icon="table_view",
        permissions=["view"],
    )
    def export_xlsx(self, request: HttpRequest) -> Any:
        """Give the list as it is filtered, as a workbook."""
        return self._export(request, FileKind.XLSX)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Let the export buttons carry the filters of the page."""
        page = super().changelist_view(request, extra_context)  # type: ignore[misc]
        for button in (getattr(page, "context_data", None) or {}).get("actions_list", ()):
            if request.GET:
                button["path"] = f"{button['path']}?{request.GET.urlencode()}"
        return page

    def _export(self, request: HttpRequest, kind: FileKind) -> Any:
        back = HttpResponseRedirect(reverse("admin:contacts_contact_changelist", query=request.GET))
        try:
            shown = self.get_changelist_instance(request)  # type: ignore[attr-defined]
            made = contacts_export(
                rows=shown.queryset,
                kind=kind,
                actor=request.user,
                readers=access_of(request).memberships,
                filters=[name for name in request.GET if name not in BESIDE],
                address=request.META.get("REMOTE_ADDR") or None,
            )
        except DomainError as refused:
            messages.error(request, str(refused.detail))
            return back
        except IncorrectLookupParameters:
            return HttpResponseRedirect(
                reverse("admin:contacts_contact_changelist", query={"e": 1})
            )
        name = f"contatos-{timezone.localdate():%Y-%m-%d}.{kind.value}"
        return download(request, made, name, kind)


def download(
    request: HttpRequest, pieces: Iterator[Any], name: str, kind: str
) -> StreamingHttpResponse:
    """Give a file in pieces, to be kept by nobody on the way. `kind` is its ending."""
    # The sync iterator would be read into memory whole under ASGI.
    body: Any = _later(pieces) if isinstance(request, ASGIRequest) else pieces
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(body, content_type=TYPES[kind], headers=headers)


async def _later(pieces: Iterator[Any]) -> AsyncIterator[Any]:
    read = sync_to_async(lambda: next(pieces, None))
    while (piece := await read()) is not None:
        yield piece
