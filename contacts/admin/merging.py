"""Records that may be one person, side by side; and merges, which can be undone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from common import phones
from common.admin import (
    AdminQuestion,
    Panel,
    QuestionFilter,
    button,
    linked,
    row_link,
    since,
)
from contacts.admin.searching import PeopleSearched
from contacts.models import Contact, ContactMerge, DuplicatePair, DuplicateStatus
from contacts.services.duplicates import pair_confirm, pair_dismiss
from contacts.services.merging import merge_preview, merge_undo

STATUS_COLOURS = {
    DuplicateStatus.OPEN: "warning",
    DuplicateStatus.MERGED: "success",
    DuplicateStatus.DIFFERENT: "",
}


class PairQuestions(QuestionFilter):
    """Questions about pairs."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "conferir": AdminQuestion(
            _("A conferir"), lambda rows, now: rows.filter(status=DuplicateStatus.OPEN)
        ),
        "comprovados": AdminQuestion(
            _("Comprovados, a conferir"),
            lambda rows, now: rows.filter(status=DuplicateStatus.OPEN, is_strong=True),
        ),
    }


@admin.register(DuplicatePair)
class PairAdmin(PeopleSearched):
    """Two records side by side, and what to do about them."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        *("one", "other", "reason", "is_strong", "shown_status", "found", "decided_by"),
        "shown_company",
    )
    list_display_links = ("one", "other")
    list_filter = (PairQuestions, ("status", ChoicesDropdownFilter), "reason", "is_strong")
    list_select_related = ("first", "second", "company", "decided_by__user")
    people = ("first", "second")
    search_fields = ("first__name", "second__name")
    ordering = ("-pk",)
    buttons = ("keep_first", "keep_second", "dismiss")
    actions = ("dismiss_chosen",)
    fields = ("reason", "is_strong", "status", "created_at", "decided_by", "decided_at")
    readonly_fields = fields

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show both, and what a merge would bring together."""
        part = {
            "people": [_facts(obj.first), _facts(obj.second)],
            "preview": merge_preview(kept=obj.first, gone=obj.second),
            "is_open": obj.status == DuplicateStatus.OPEN,
        }
        return Panel(parts=(("admin/contacts/pair.html", part),))

    def is_offered(self, name: str, obj: Any) -> bool:
        """Offer to judge what nobody judged yet."""
        return bool(obj.status == DuplicateStatus.OPEN)

    @button(_("Manter o primeiro e mesclar"), icon="merge", is_main=True)
    def keep_first(self, request: HttpRequest, obj: DuplicatePair) -> None:
        """Make the second record part of the first."""
        self._merge(request, obj, obj.first)

    @button(_("Manter o segundo e mesclar"), icon="merge")
    def keep_second(self, request: HttpRequest, obj: DuplicatePair) -> None:
        """Make the first record part of the second."""
        self._merge(request, obj, obj.second)

    def _merge(self, request: HttpRequest, obj: DuplicatePair, kept: Contact) -> None:
        pair_confirm(pair=obj, actor=self.member(request, obj), kept=kept)
        messages.success(request, gettext("Mesclados. A mescla pode ser desfeita por 30 dias."))

    @button(_("São pessoas diferentes"), icon="call_split")
    def dismiss(self, request: HttpRequest, obj: DuplicatePair) -> None:
        """Leave both as they are, for good."""
        pair_dismiss(pair=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Anotado. O par não será sugerido de novo."))

    @action(description=_("São pessoas diferentes"), permissions=["act"])
    def dismiss_chosen(self, request: HttpRequest, queryset: QuerySet[DuplicatePair]) -> None:
        """Leave each chosen pair as it is."""
        self.act(
            request,
            queryset,
            lambda row: pair_dismiss(pair=row, actor=self.member(request, row)),
            gettext("%(count)d pares anotados."),
        )

    @display(description=_("primeiro"), ordering="first__name")
    def one(self, obj: DuplicatePair) -> str:
        """The older record."""
        return str(obj.first)

    @display(description=_("segundo"), ordering="second__name")
    def other(self, obj: DuplicatePair) -> str:
        """The newer record."""
        return str(obj.second)

    @display(description=_("situação"), ordering="status", label=STATUS_COLOURS)
    def shown_status(self, obj: DuplicatePair) -> tuple[str, str]:
        """What was decided."""
        return obj.status, obj.get_status_display()

    @display(description=_("encontrado"), ordering="created_at")
    def found(self, obj: DuplicatePair) -> str:
        """How long it waits."""
        return since(obj.created_at)


def _facts(contact: Contact) -> dict[str, Any]:
    return {
        "link": row_link(contact, str(contact)),
        "facts": (
            (_("telefone"), phones.display(contact.phone) if contact.phone else "-"),
            (_("e-mail"), contact.email or "-"),
            (_("situação"), contact.get_status_display()),
            (_("último contato"), since(contact.last_contact_at)),
            (_("cadastrado"), since(contact.created_at)),
        ),
    }


@admin.register(ContactMerge)
class MergeAdmin(PeopleSearched):
    """What was merged, by whom, and the way back."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("made", "shown_kept", "shown_gone", "actor", "undone_at", "shown_company")
    list_select_related = ("kept", "gone", "actor__user", "company")
    people = ("kept", "gone")
    search_fields = ("kept__name", "gone__name")
    ordering = ("-pk",)
    buttons = ("undo",)
    fields = ("shown_kept", "shown_gone", "actor", "created_at", "undone_at")
    readonly_fields = fields
    shown_kept = linked("kept", _("contato mantido"))
    shown_gone = linked("gone", _("contato mesclado"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Say how many rows changed hands, and whether it can be undone."""
        count = sum(map(len, obj.moved.values()))
        words = _("pode ser desfeita") if obj.may_be_undone else _("não pode mais ser desfeita")
        return Panel(facts=((_("registros movidos"), str(count)), (_("situação"), words)))

    @button(_("Desfazer"), icon="undo")
    def undo(self, request: HttpRequest, obj: ContactMerge) -> None:
        """Give the merged record back what was its own."""
        merge_undo(merge=obj, actor=self.member(request, obj))
        messages.success(request, gettext("Desfeita. Os dois contatos estão como antes."))

    @display(description=_("quando"), ordering="created_at")
    def made(self, obj: ContactMerge) -> str:
        """How long ago."""
        return since(obj.created_at)
