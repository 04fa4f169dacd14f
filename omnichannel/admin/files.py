"""Files that came or went with messages."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from common.admin import AdminQuestion, CompanyAdmin, Panel, QuestionFilter, button, row_link, since
from common.admin.filters import today
from omnichannel.admin import colours
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment
from omnichannel.services.media import attachment_retry


class FileQuestions(QuestionFilter):
    """Questions about files."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "falhas": AdminQuestion(
            _("Não foi possível baixar"),
            lambda rows, now: rows.filter(state=AttachmentState.FAILED),
        ),
        "recusados": AdminQuestion(
            _("Recusados"), lambda rows, now: rows.filter(state=AttachmentState.REFUSED)
        ),
        "esperando": AdminQuestion(
            _("Ainda esperando"), lambda rows, now: rows.filter(state=AttachmentState.PENDING)
        ),
        "hoje": AdminQuestion(
            _("De hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))
        ),
    }


@admin.register(Attachment)
class FileAdmin(CompanyAdmin):
    """Whether files arrived. They are opened in the conversation, not here."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("shown_at", "kind", "extension", "shown_size", "shown_state", "error", "talk")
    list_filter = (
        FileQuestions,
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    )
    list_select_related = ("conversation__contact",)
    search_fields = ("id__exact", "sha256__exact")
    search_help_text = _("ID ou SHA-256")
    ordering = ("-pk",)
    actions = ("retry_chosen",)
    buttons = ("retry",)
    fields = (
        ("kind", "extension"),
        ("mime_type", "shown_size"),
        ("state", "error"),
        ("attempts", "fetch_after"),
        "sha256",
        "created_at",
    )
    readonly_fields = (
        "kind",
        "extension",
        "mime_type",
        "shown_size",
        "state",
        "error",
        "attempts",
        "fetch_after",
        "sha256",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring along what the page of one file shows too."""
        return super().get_queryset(request).select_related("conversation__contact")

    def title_of(self, obj: Attachment) -> str:
        """Name it by its kind: its own name may be a person's."""
        return f"{obj.get_kind_display()} {self.extension(obj)}"

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show whether the file is here, and why not."""
        return Panel(
            facts=(
                (_("conversa"), row_link(obj.conversation, obj.conversation.contact)),
                (_("situação"), obj.get_state_display()),
                (_("tamanho"), self.shown_size(obj)),
                (_("tentativas"), str(obj.attempts)),
            ),
            warnings=[obj.error] if obj.error else [],
        )

    @button(_("Baixar de novo"), icon="download")
    def retry(self, request: HttpRequest, obj: Attachment) -> None:
        """Try a file that could not be fetched, or was refused, once more."""
        attachment_retry(attachment=obj)
        messages.success(request, gettext("O arquivo voltou para a fila."))

    @action(description=_("Baixar de novo os que não vieram"), permissions=["act"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        """Try each chosen file that could not be fetched once more."""
        self.act(
            request,
            queryset.filter(state__in=(AttachmentState.FAILED, AttachmentState.REFUSED)),
            lambda row: attachment_retry(attachment=row),
            gettext("%(count)d arquivos voltaram para a fila."),
        )

    @display(description=_("quando"), ordering="created_at")
    def shown_at(self, obj: Attachment) -> str:
        """When it came."""
        return since(obj.created_at)

    @display(description=_("extensão"))
    def extension(self, obj: Attachment) -> str:
        """The end of the name: the name itself may be a person's."""
        return PurePath(obj.filename).suffix[:12] or _plain(obj.mime_type) or "-"

    @display(description=_("tamanho"), ordering="size")
    def shown_size(self, obj: Attachment) -> str:
        """The size in words."""
        return filesizeformat(obj.size) if obj.size else "-"

    @display(description=_("situação"), ordering="state", label=colours.FILE)
    def shown_state(self, obj: Attachment) -> tuple[str, str]:
        """The state."""
        return obj.state, obj.get_state_display()

    @display(description=_("conversa"))
    def talk(self, obj: Attachment) -> str:
        """Whose it is, with a link."""
        return row_link(obj.conversation, obj.conversation.contact)


def _plain(mime_type: str) -> str:
    return mime_type.partition(";")[0].partition("/")[2][:20]
