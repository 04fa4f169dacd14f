"""A page of the back-office for a company's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from common.admin.access import access_of
from common.admin.asking import AskedAdmin
from common.admin.buttons import Pressable
from common.admin.inlines import panels_of
from common.admin.narrowing import CompanyForm, Narrowed
from common.admin.shown import linked
from common.admin.telling import Telling
from common.errors import DomainError, Forbidden
from common.folding import Fold, Word, holds, words_of
from common.scoping import CompanyOwned


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands above a row's form: facts as (words, value), sentences of warning, and parts
    drawn by templates of their own as (template, context).
    """

    facts: Sequence[tuple[Any, Any]] = ()
    warnings: Sequence[Any] = ()
    notes: Sequence[Any] = ()
    parts: Sequence[tuple[str, dict[str, Any]]] = field(default_factory=tuple)


class CompanyAdmin(Telling, Narrowed, AskedAdmin, Pressable):
    """Rows of the companies that the person manages; another company's row is a missing one.

    `is_read_only` pages are records; `owner_only` pages are for superusers. `buttons` names methods
    marked with `button`.
    """

    company_lookup: ClassVar[str] = "company_id"
    is_read_only: ClassVar[bool] = False
    owner_only: ClassVar[bool] = False
    can_be_added: ClassVar[bool] = True
    can_be_deleted: ClassVar[bool] = False

    form: type[forms.ModelForm[Any]] = CompanyForm
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    list_before_template = "admin/questions.html"
    change_form_outer_before_template = "admin/panel.html"
    save_as_continue = True

    # --- whose rows ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows this person may see, with what the columns need."""
        # The admin narrows by the person's memberships, not by the scope's one company.
        manager = getattr(self.model, "unscoped", self.model._default_manager)
        rows = access_of(request).narrow(manager.all(), self.company_lookup)
        ordering = self.get_ordering(request)
        shown: QuerySet[Any] = self.annotate(rows)
        return shown.order_by(*ordering) if ordering else shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Compare words without accents, case and order; what is asked for exactly, by Django."""
        fields = [str(name) for name in self.get_search_fields(request)]
        columns = [name for name in fields if not name.endswith("__exact")]
        if not columns or not search_term.strip():
            found: tuple[QuerySet[Any], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        words = words_of(search_term)
        return queryset.filter(self.search_condition(columns, words, search_term)), False

    def search_condition(self, columns: list[str], words: Sequence[Word], asked: str) -> Q:
        """Return the condition of a search; a subclass adds what else finds its rows."""
        found = Q(pk__in=[])
        for column in columns:
            found |= holds(Fold(column), words) if words else Q(**{f"{column}__icontains": asked})
        return found

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Add what the columns need; a subclass joins here instead of asking per row."""
        return rows

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Find a row and remember whose it is, so that choices come from the same company."""
        row = super().get_object(request, object_id, from_field)
        if isinstance(row, CompanyOwned):
            request._back_office_company = row.company_id  # type: ignore[attr-defined]
            # A row is read and written by its own company's clock; the site puts back the reader's.
            timezone.activate(self._clock(request, row))
        return row

    def _clock(self, request: HttpRequest, row: Any) -> tzinfo:
        member = access_of(request).memberships.get(row.company_id)
        company: Any = row.company if member is None else member.company
        clock: tzinfo = company.zone
        return clock

    def member(self, request: HttpRequest, row: Any) -> Any:
        """Return who the person is in the row's company. Raises Forbidden for an owner who does not
        work there.
        """
        member = access_of(request).memberships.get(self.company_of(row))
        if member is None:
            raise Forbidden(
                gettext_lazy("Seu usuário não trabalha nesta empresa. Entre com um que trabalhe.")
            )
        return member

    # --- who may ---

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may see some of its rows."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Supervisors and administrators look."""
        access = access_of(request)
        if self.owner_only:
            return access.is_owner
        if not isinstance(obj, Model):
            return access.is_any
        return access.may_view(self.company_of(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators change, unless the page is a record."""
        return not self.is_read_only and self.may_act(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators add, where rows are made by people."""
        return self.can_be_added and self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators delete, where a page allows it."""
        return self.can_be_deleted and self.has_change_permission(request, obj)

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators act on rows that nobody edits; named by actions' `permissions`."""
        return self.may_act(request, obj)

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may change anything here, or this row."""
        access = access_of(request)
        if self.owner_only:
            return access.is_owner
        if not isinstance(obj, Model):
            return access.is_changing_any
        return access.may_change(self.company_of(obj))

    # --- forms ---

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form with its company, and with what a service refused a moment ago."""
        if issubclass(self.model, CompanyOwned) and kwargs.get("fields"):
            # The model keeps it from forms; where there is a choice it is added below.
            kwargs["fields"] = [name for name in kwargs["fields"] if name != "company"]
        made = super().get_form(request, obj, change=change, **kwargs)
        attributes: dict[str, Any] = {"refused": getattr(request, "_back_office_refused", None)}
        if issubclass(self.model, CompanyOwned):
            companies = self._companies(request)
            own = companies[0].pk if companies else None
            attributes["company_id"] = obj.company_id if obj else own
            if obj is None and len(companies) > 1:
                attributes["company"] = _company_field(companies)
        return type(made.__name__, (made,), attributes)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the company where there is a choice."""
        fieldsets = super().get_fieldsets(request, obj)
        is_asked = obj is None and self.fieldsets and issubclass(self.model, CompanyOwned)
        if is_asked and len(self._companies(request)) > 1:
            return [(_("Empresa"), {"fields": ("company",)}), *fieldsets]
        return fieldsets

    def _companies(self, request: HttpRequest) -> list[Any]:
        known: list[Any] | None = getattr(request, "_back_office_companies", None)
        if known is None:
            access = access_of(request)
            companies: Any = self.model._meta.get_field("company").related_model
            known = (
                list(companies._default_manager.order_by("name"))
                if access.is_owner
                else [m.company for m in access.memberships.values() if m.is_administrator]
            )
            request._back_office_companies = known  # type: ignore[attr-defined]
        return known

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show what a service refuses beside the input it refused."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refused:
            # The transaction is undone; the same input comes back with the sentence.
            request._back_office_refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say why a service does not delete."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as refused:
            messages.error(request, str(refused.detail))
            return HttpResponseRedirect(self.address(unquote(object_id)))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the rows only. What hangs on them is the service's to refuse: Django would load all
        of it first, which for a channel is every message it ever carried.
        """
        self.tell_shown(request, list(objs))
        names = [self.title_of(obj) for obj in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Leave the company out for somebody who works in one only."""
        access = access_of(request)
        is_one = not access.is_owner and len(access.memberships) == 1
        columns = super().get_list_display(request)
        return [name for name in columns if not (is_one and name == "shown_company")]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Lead to a row from the first column that leads nowhere else."""
        chosen = [*self.list_display_links] or [
            name
            for name in list_display
            if not getattr(getattr(self, str(name), None), "leads_elsewhere", False)
        ][:1]
        return chosen

    shown_company = linked("company", gettext_lazy("empresa"), ordering="company__name")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """Add the panels of apps above; a row that does not exist yet has none."""
        own = list(super().get_inlines(request, obj))
        return [*own, *panels_of(self.model)] if obj is not None else own

    # --- the panel above the form, and its buttons ---

    def title_of(self, obj: Any) -> str:
        """Name a row at the top of its page."""
        return str(obj)

    def panel(self, request: HttpRequest, obj: Any) -> Panel | None:
        """Return what stands above a row's form; a subclass overrides."""
        return None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the panel and the buttons."""
        obj = kwargs.get("obj")
        if obj is not None:
            self.tell_shown(request, [obj])
            context["subtitle"] = self.title_of(obj)
            context["original"] = _Titled(obj, context["subtitle"])
            context["panel"] = self.panel(request, obj)
            context["panel_buttons"] = self.buttons_for(request, obj)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def address(self, pk: Any) -> str:
        """Return the address of a row's page."""
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(pk)]
        )

    # --- what was done ---

    def act(
        self, request: HttpRequest, rows: Iterable[Any], do: Callable[[Any], Any], done: str
    ) -> None:
        """Do something to each chosen row, each in its own transaction, and report the counts.

        `done` is the sentence for those that worked, with %(count)d; refusals are told by reason.
        """
        count = 0
        refusals: dict[str, int] = {}
        for row in rows:
            try:
                if not self.may_act(request, row):
                    raise Forbidden
                with transaction.atomic():
                    do(row)
                count += 1
            except DomainError as refused:
                sentence = str(refused.detail)
                refusals[sentence] = refusals.get(sentence, 0) + 1
        if count:
            messages.success(request, done % {"count": count})
        for sentence, times in refusals.items():
            messages.warning(
                request,
                _("%(count)d sem efeito: %(reason)s") % {"count": times, "reason": sentence},
            )


class _Titled:
    """A row under another name, for the heading of its page."""

    def __init__(self, row: Any, title: str) -> None:
        self._row = row
        self._title = title

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    def __str__(self) -> str:
        return self._title


def _company_field(companies: list[Any]) -> forms.ModelChoiceField[Any]:
    model = type(companies[0])
    return forms.ModelChoiceField(
        queryset=model._default_manager.filter(pk__in=[company.pk for company in companies]),
        label=gettext_lazy("empresa"),
        widget=UnfoldAdminSelectWidget(),
    )
