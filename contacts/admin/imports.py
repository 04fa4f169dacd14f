"""Files of people: upload, choice of columns, progress, and what did not go in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    Panel,
    QuestionFilter,
    button,
    since,
)
from common.admin.filters import today
from contacts.admin.import_forms import COLUMN, ImportUploadForm, choices_form
from contacts.admin.portable import download
from contacts.imports.choices import FileKind, ImportStatus, Target
from contacts.imports.exporting import csv_pieces
from contacts.imports.jobs import (
    BasisMissing,
    ColumnsMissing,
    FileRepeated,
    import_cancel,
    import_receive,
    import_reshape,
    import_resume,
    import_start,
    people_of,
    same_before,
    sample_of,
)
from contacts.imports.reading import FileEmpty
from contacts.imports.rows import name_of
from contacts.models import ImportJob, ImportRefusal
from contacts.models.imports import TO_DO

COLOURS = {
    ImportStatus.READING: "info",
    ImportStatus.DRAFT: "",
    ImportStatus.WAITING: "info",
    ImportStatus.RUNNING: "primary",
    ImportStatus.FINISHED: "success",
    ImportStatus.CANCELLED: "warning",
    ImportStatus.FAILED: "danger",
}
FAILURES = {
    "falha_repetida": _("As mesmas linhas falharam várias vezes. Tente continuar mais tarde."),
    "arquivo_perigoso": _("A planilha tem partes que não aceitamos. Salve como CSV."),
    "arquivo_vazio": FileEmpty.message,
    "colunas_ausentes": ColumnsMissing.message,
    "base_legal_ausente": BasisMissing.message,
    "arquivo_repetido": FileRepeated.message,
    "arquivo_recusado": _("O arquivo está danificado. Salve-o de novo e envie outra vez."),
}
PREVIEW = 6
PROGRESS = "admin/contacts/import_progress.html"


class RefusalPanel(CompanyInline):
    """What did not go in, or not all of it, in the order of the file."""

    model = ImportRefusal
    verbose_name_plural = _("linhas a conferir")
    ordering = ("line", "id")
    fields = ("line", "column", "reason", "is_row_in")
    readonly_fields = fields
    show_change_link = False
    per_page = 25

    @display(description=_("motivo"))
    def reason(self, obj: ImportRefusal) -> str:
        """The reason in words."""
        return str(obj.get_code_display())


class ImportQuestions(QuestionFilter):
    """Questions about imports."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "agora": AdminQuestion(_("Em andamento"), lambda rows, now: rows.filter(status__in=TO_DO)),
        "recusadas": AdminQuestion(
            _("Com linhas recusadas"), lambda rows, now: rows.filter(refused_count__gt=0)
        ),
        "hoje": AdminQuestion(_("Hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))),
    }


@admin.register(ImportJob)
class ImportAdmin(CompanyAdmin):
    """Files of people. A draft waits for the choice of its columns; the rest are records."""

    paginator = InfinitePaginator
    list_display = (
        *("shown_file", "shown_status", "progress", "created_count", "updated_count"),
        *("refused_count", "who", "seen", "shown_company"),
    )
    list_filter = (ImportQuestions, ("status", ChoicesDropdownFilter))
    list_select_related = ("author__user", "company")
    search_fields = ("filename",)
    search_help_text = _("Nome do arquivo")
    ordering = ("-pk",)
    fieldsets: Any = ((None, {"fields": ("upload",)}),)
    buttons = ("cancel", "resume", "refusals")

    # --- forms ---

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators choose the columns of a draft; what has begun is a record."""
        is_draft = obj is None or obj.status == ImportStatus.DRAFT
        return is_draft and self.may_act(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the file, then for what is in it."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            facts = ("shown_mapping", "existing", "legal_basis", "proof")
            return [(_("Escolhas"), {"fields": facts})]
        columns = tuple(f"{COLUMN}{place}" for place in range(len(obj.mapping)))
        written = () if obj.kind == FileKind.XLSX else ("encoding", "delimiter")
        return [
            (
                _("Como o arquivo está escrito"),
                {"fields": ("has_header", "heading_line", *written)},
            ),
            (_("O que há em cada coluna"), {"fields": columns}),
            (_("Pessoas"), {"fields": ("existing",)}),
            (_("Permissões de marketing"), {"fields": ("legal_basis", "proof")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the choices of what has begun."""
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("shown_mapping", "existing", "legal_basis", "proof")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Make the form of the step the import is in."""
        if obj is None:
            kwargs["form"] = ImportUploadForm
        elif self.has_change_permission(request, obj):
            kwargs["form"] = choices_form(obj, self._sample(request, obj))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """Show refused rows where there are any."""
        return [RefusalPanel] if obj is not None and self._has_report(obj) else []

    def _has_report(self, obj: ImportJob) -> bool:
        """Whether there is a row to look at: one left out, or one of which a cell was."""
        return ImportRefusal.unscoped.filter(job=obj).exists()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Take the file in, or start."""
        actor = self.member(request, obj)
        if change and (reshaped := form.reshaped()):
            saved = import_reshape(job=obj, **reshaped)
            messages.info(request, gettext("O arquivo foi lido de novo. Confira as colunas."))
        elif change:
            saved = import_start(job=obj, actor=actor, **form.choices())
        else:
            file = form.cleaned_data["upload"]
            saved = import_receive(actor=actor, file=file, filename=file.name)
        obj.pk = saved.pk
        form.instance = saved

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        """Go on to the columns."""
        return HttpResponseRedirect(self.address(obj.pk))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Show the progress."""
        return HttpResponseRedirect(self.address(obj.pk))

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    # --- the panel: a preview, or the progress ---

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the first rows of a draft, or how far the import is."""
        if obj.status != ImportStatus.DRAFT:
            return Panel(parts=[(PROGRESS, self._progress(obj))])
        rows = self._sample(request, obj)[:PREVIEW]
        heads = [name_of(obj.headers, place) for place in range(len(obj.mapping))]
        warnings = []
        if before := same_before(obj):
            words = gettext("Este arquivo já foi importado: {when}.")
            warnings.append(format_html(words, when=since(before.started_at)))
        return Panel(
            warnings=warnings,
            parts=[("admin/contacts/import_preview.html", {"heads": heads, "rows": rows})],
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the fragment that shows the progress."""
        progress = path(
            "<path:object_id>/andamento/",
            self.admin_site.admin_view(self.progress_view),
            name="contacts_importjob_progress",
        )
        return [progress, *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show how far an import is; the page asks again until it is over."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        response = TemplateResponse(request, PROGRESS, {"part": self._progress(obj)})
        response["Cache-Control"] = "no-store"
        if obj.is_over or obj.status == ImportStatus.DRAFT:
            # Buttons and the list of refused rows are others now.
            response["HX-Refresh"] = "true"
        return response

    def _progress(self, obj: ImportJob) -> dict[str, Any]:
        failure = FAILURES.get(obj.error, obj.error)
        return {"job": obj, "colour": COLOURS[ImportStatus(obj.status)], "failure": failure}

    def _sample(self, request: HttpRequest, obj: ImportJob) -> list[list[str]]:
        known: list[list[str]] | None = getattr(request, "_import_sample", None)
        if known is None:
            known = [row.cells for row in people_of(obj, sample_of(obj))]
            request._import_sample = known  # type: ignore[attr-defined]
        return known

    # --- buttons ---

    def buttons_for(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Offer what makes sense in the import's situation."""
        stopped = (ImportStatus.CANCELLED, ImportStatus.FAILED)
        is_offered = {
            "cancel": not obj.is_over,
            "resume": obj.status in stopped and obj.started_at is not None,
            "refusals": self._has_report(obj),
        }
        shown = [name for name in self.buttons if is_offered[name]]
        return [
            {**getattr(self, name).button, "href": self._button_address(name, obj.pk)}
            for name in shown
            if self._may_press(request, name, obj)
        ]

    @button(_("Cancelar importação"), icon="cancel")
    def cancel(self, request: HttpRequest, obj: Any) -> None:
        """Stop it."""
        import_cancel(job=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Importação cancelada. O que já entrou ficou."))

    @button(_("Continuar importação"), icon="resume", is_main=True)
    def resume(self, request: HttpRequest, obj: Any) -> None:
        """Go on where it stopped."""
        import_resume(job=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Importação retomada."))

    @button(_("Baixar linhas a conferir"), icon="download", needs="view")
    def refusals(self, request: HttpRequest, obj: Any) -> StreamingHttpResponse:
        """Give the report as CSV."""
        rows = ImportRefusal.unscoped.filter(job=obj).order_by("line", "id")
        pieces = csv_pieces(_report(rows))
        return download(request, pieces, f"conferir-{obj.pk}.csv", FileKind.CSV)

    # --- columns ---

    @display(description=_("arquivo"))
    def shown_file(self, obj: ImportJob) -> str:
        """The file's name."""
        return format_html("<bdi>{}</bdi>", obj.filename or gettext("Pela API"))

    @display(description=_("situação"), ordering="status", label=COLOURS)
    def shown_status(self, obj: ImportJob) -> tuple[str, str]:
        """Where it stands."""
        return obj.status, obj.get_status_display()

    @display(description=_("andamento"))
    def progress(self, obj: ImportJob) -> str:
        """How much is in."""
        return "-" if obj.percent is None else f"{obj.percent} %"

    @display(description=_("quem"))
    def who(self, obj: ImportJob) -> str:
        """Who uploaded it."""
        return obj.author.user.name if obj.author else "-"

    @display(description=_("quando"), ordering="created_at")
    def seen(self, obj: ImportJob) -> str:
        """When it was uploaded."""
        return since(obj.created_at)

    @display(description=_("colunas"))
    def shown_mapping(self, obj: ImportJob) -> str:
        """What each column was taken for."""
        pairs = [
            f"{name_of(obj.headers, place)}: {Target(target).label}"
            for place, target in enumerate(obj.mapping)
            if target
        ]
        return " · ".join(pairs) or "-"


def _report(rows: QuerySet[ImportRefusal]) -> Iterator[list[str]]:
    yield [gettext("Linha"), gettext("Coluna"), gettext("Motivo"), gettext("O resto entrou")]
    for row in rows.iterator(chunk_size=2000):
        is_in = gettext("sim") if row.is_row_in else gettext("não")
        yield [str(row.line), row.column, str(row.get_code_display()), is_in]
