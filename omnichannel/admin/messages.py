"""Messages: what became of them. What they say stays covered until somebody asks, on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from accounts.services.audit import audit_record
from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    Panel,
    QuestionFilter,
    button,
    json_of,
    linked,
    muted,
    row_link,
    since,
)
from common.admin.filters import today
from common.ids import id_from
from omnichannel.admin import colours
from omnichannel.choices import Direction
from omnichannel.models import Message, MessageVersion, StatusReceipt
from omnichannel.services.outbound import message_retry
from providers.choices import MessageKind, MessageStatus

REVEALED = "back_office_message"
WAITING = (MessageStatus.PENDING, MessageStatus.SENDING)


def covered(text: str) -> str:
    """Say how long a text is and nothing of it."""
    return gettext("•••• (%(count)d caracteres)") % {"count": len(text)} if text else "-"


class MessageQuestions(QuestionFilter):
    """Questions about messages."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "falhas_hoje": AdminQuestion(
            _("Falharam hoje"),
            lambda rows, now: rows.filter(
                pk__gte=id_from(today(now)),
                status=MessageStatus.FAILED,
                happened_at__gte=today(now),
            ),
        ),
        "incertas": AdminQuestion(
            _("Envio incerto"),
            lambda rows, now: rows.filter(
                pk__gte=id_from(now - timedelta(days=30)), status=MessageStatus.UNCERTAIN
            ),
        ),
        "presas": AdminQuestion(
            _("Na fila há mais de 1 min"),
            lambda rows, now: rows.filter(
                status__in=WAITING, send_after__lt=now - timedelta(minutes=1)
            ),
        ),
        "sem_leitura": AdminQuestion(
            _("Enviadas há 24 h e não entregues"),
            lambda rows, now: rows.filter(
                direction=Direction.OUT,
                status=MessageStatus.SENT,
                is_internal=False,
                sent_at__lt=now - timedelta(hours=24),
            ),
        ),
        "apagadas": AdminQuestion(
            _("Apagadas pelo paciente"), lambda rows, now: rows.exclude(deleted_at=None)
        ),
    }


class MessagePanel(CompanyInline):
    """A conversation's messages, covered."""

    model = Message
    fk_name = "conversation"
    verbose_name_plural = _("mensagens")
    ordering = ("-happened_at", "-seq")
    fields = ("happened_at", "direction", "kind", "shown_text", "shown_status", "error_detail")
    readonly_fields = fields
    per_page = 20

    @display(description=_("texto"))
    def shown_text(self, obj: Message) -> str:
        """The text, covered."""
        return muted(covered(obj.text))

    @display(description=_("situação"), label=colours.MESSAGE)
    def shown_status(self, obj: Message) -> str:
        """The status in words."""
        return obj.get_status_display()


@admin.register(Message)
class MessageAdmin(CompanyAdmin):
    """What was said and what became of it. A record."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        "shown_at",
        "direction",
        "shown_kind",
        "shown_text",
        "shown_status",
        "error_detail",
        "shown_conversation",
    )
    list_filter = (
        MessageQuestions,
        ("status", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("author_kind", ChoicesDropdownFilter),
    )
    list_select_related = ("conversation__contact",)
    links = ("conversation",)
    search_fields = ("external_id__exact", "error_code__exact")
    search_help_text = _("ID no provedor ou código do erro")
    ordering = ("-pk",)
    actions = ("retry_chosen",)
    buttons = ("reveal", "retry")
    fieldsets = (
        (
            _("Mensagem"),
            {
                "fields": (
                    ("direction", "author_kind", "shown_author"),
                    ("kind", "is_internal", "shown_reply"),
                    ("status", "error_code"),
                )
            },
        ),
        (
            _("Momentos"),
            {
                "fields": (
                    ("happened_at", "sent_at"),
                    ("delivered_at", "read_at"),
                    ("edited_at", "deleted_at"),
                )
            },
        ),
        (
            _("No provedor"),
            {"fields": (("shown_channel", "external_id"), "attempts", "price")},
        ),
    )

    shown_author = linked("author", _("quem enviou"))
    shown_reply = linked("reply_to", _("responde a"))
    shown_channel = linked("channel", _("canal"))
    price = json_of("pricing", _("preço informado"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything."""
        flat: list[str] = []
        for _words, options in self.fieldsets:
            for line in options["fields"]:
                flat += [line] if isinstance(line, str) else line
        return flat

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring along what the page of one message shows too; a conversation's own when asked."""
        rows = super().get_queryset(request)
        return rows.select_related("conversation__contact", "channel", "author__user", "reply_to")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let links name a conversation."""
        return lookup == "conversation" or super().lookup_allowed(lookup, value, request)

    def title_of(self, obj: Message) -> str:
        """Name it by its place in the conversation."""
        return gettext("%(kind)s nº %(seq)d") % {"kind": obj.get_kind_display(), "seq": obj.seq}

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the text covered, or open when it was just asked for."""
        is_shown = request.session.pop(REVEALED, "") == str(obj.pk)
        parts: list[tuple[str, dict[str, Any]]] = []
        if is_shown:
            versions = MessageVersion.objects.for_company(obj.company_id).filter(message=obj)
            parts.append(
                ("admin/omnichannel/message.html", {"message": obj, "versions": list(versions)})
            )
        return Panel(
            facts=(
                (_("conversa"), row_link(obj.conversation, obj.conversation.contact)),
                (_("situação"), obj.get_status_display()),
                (_("texto"), _("aberto abaixo") if is_shown else covered(obj.text)),
                (_("quando"), since(obj.happened_at)),
            ),
            warnings=[obj.error_detail] if obj.error_detail else [],
            parts=parts,
        )

    @button(_("Revelar"), icon="visibility", needs="view")
    def reveal(self, request: HttpRequest, obj: Message) -> None:
        """Open the text once, on the record."""
        audit_record(
            company=obj.company_id,
            actor=request.user,
            action="mensagem.revelado",
            target=obj,
            address=request.META.get("REMOTE_ADDR") or None,
        )
        request.session[REVEALED] = str(obj.pk)

    @button(_("Enviar de novo"), icon="replay")
    def retry(self, request: HttpRequest, obj: Message) -> None:
        """Send a failed message again."""
        message_retry(message=obj, actor=self.member(request, obj))
        notes.success(request, gettext("A mensagem voltou para a fila de envio."))

    @action(description=_("Enviar de novo as que falharam"), permissions=["act"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Send each chosen failed message again."""
        self.act(
            request,
            queryset,
            lambda row: message_retry(message=row, actor=self.member(request, row)),
            gettext("%(count)d mensagens voltaram para a fila."),
        )

    @display(description=_("quando"), ordering="happened_at")
    def shown_at(self, obj: Message) -> str:
        """The moment."""
        return since(obj.happened_at)

    @display(description=_("tipo"), ordering="kind")
    def shown_kind(self, obj: Message) -> str:
        """The kind; notes are told apart."""
        is_note = obj.is_internal and obj.kind != MessageKind.SYSTEM
        return str(_("Nota interna")) if is_note else obj.get_kind_display()

    @display(description=_("texto"))
    def shown_text(self, obj: Message) -> str:
        """The text, covered."""
        return muted(covered(obj.text))

    @display(description=_("situação"), ordering="status", label=colours.MESSAGE)
    def shown_status(self, obj: Message) -> tuple[str, str]:
        """The status."""
        return obj.status, obj.get_status_display()

    @display(description=_("conversa"))
    def shown_conversation(self, obj: Message) -> str:
        """Who it was said with, with a link."""
        return row_link(obj.conversation, obj.conversation.contact)


class ReceiptQuestions(QuestionFilter):
    """Questions about receipts that came too early."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "esperando": AdminQuestion(
            _("Ainda sem mensagem"), lambda rows, now: rows.filter(settled_at=None)
        ),
    }


@admin.register(StatusReceipt)
class ReceiptAdmin(CompanyAdmin):
    """Receipts that came before their message. A record."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("shown_at", "shown_status", "external_id", "shown_channel", "settled")
    list_filter = (ReceiptQuestions, "status")
    list_select_related = ("channel",)
    search_fields = ("external_id__exact",)
    ordering = ("-pk",)
    fields = (
        ("shown_channel", "external_id"),
        ("status", "happened_at", "settled_at"),
        "said",
    )
    readonly_fields = (
        "shown_channel",
        "external_id",
        "status",
        "happened_at",
        "settled_at",
        "said",
    )
    said = json_of("fault", _("erro informado"))
    shown_channel = linked("channel", _("canal"))

    @display(description=_("quando"), ordering="happened_at")
    def shown_at(self, obj: StatusReceipt) -> str:
        """The moment."""
        return since(obj.happened_at)

    @display(description=_("situação"), ordering="status", label=colours.MESSAGE)
    def shown_status(self, obj: StatusReceipt) -> tuple[str, str]:
        """What it says."""
        return obj.status, obj.get_status_display()

    @display(description=_("aplicado"), ordering="settled_at")
    def settled(self, obj: StatusReceipt) -> str:
        """When its message appeared."""
        return since(obj.settled_at)
