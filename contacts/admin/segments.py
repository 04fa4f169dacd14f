"""Segments: saved questions about people."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import Company
from common.admin import CompanyAdmin, Panel, ReplacedInline, kept_rows
from common.admin.shown import list_link
from common.errors import DomainError
from contacts import segments
from contacts.models import Contact, Segment, SegmentCondition
from contacts.segments import OPERATORS, Asked
from contacts.services.segments import segment_people, segment_save

WRITTEN = ("field", "operator", "value")


def _field_choices() -> list[tuple[str, Any]]:
    return [("", "---------"), *((field.name, field.label) for field in segments.fields)]


def _operator_choices() -> list[tuple[str, Any]]:
    # One list for every field: the service says when the two do not fit.
    found = {key: words for kind in OPERATORS.values() for key, words in kind.items()}
    return [("", "---------"), *found.items()]


class ConditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One condition, chosen from what may be asked."""

    field = forms.ChoiceField(
        label=_("campo"), choices=_field_choices, widget=UnfoldAdminSelectWidget
    )
    operator = forms.ChoiceField(
        label=_("comparação"), choices=_operator_choices, widget=UnfoldAdminSelectWidget
    )
    value = forms.CharField(
        label=_("valor"), required=False, max_length=255, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = SegmentCondition
        fields = WRITTEN


class _Conditions(PaginationInlineFormSet):
    """All conditions of a segment; the refusal of the service stands above them."""

    def clean(self) -> None:
        """Ask the service's rule about all rows at once."""
        super().clean()
        try:
            segments.people(Contact.unscoped.none(), asked_in(self))
        except DomainError as refused:
            raise ValidationError(str(refused.detail)) from refused


def asked_in(formset: Any) -> list[Asked]:
    """Return a formset's conditions."""
    return [Asked(**row) for row in kept_rows(formset, *WRITTEN)]


class ConditionPanel(ReplacedInline):
    """The conditions of a segment."""

    model = SegmentCondition
    form = ConditionForm
    formset = _Conditions
    ordering = ("id",)
    verbose_name_plural = _("condições")
    fields = WRITTEN


@admin.register(Segment)
class SegmentAdmin(CompanyAdmin):
    """Who is meant, counted now."""

    can_be_deleted = True
    list_display = ("name", "description", "match", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    inlines: ClassVar[Any] = (ConditionPanel,)
    fields = (("name", "match"), "description")

    def panel(self, request: HttpRequest, obj: Any) -> Panel | None:
        """Count who is in it, with a link to them."""
        try:
            count = segment_people(obj).count()
        except DomainError as refused:
            return Panel(warnings=(str(refused.detail),))
        shown = list_link("contacts.contact", count, segmento=obj.pk)
        return Panel(facts=((_("pessoas agora"), shown),))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Leave it to `save_related`: a segment and its conditions are saved together."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save everything through the service."""
        (conditions,) = formsets
        # Only so that the audit can name what changed.
        conditions.save(commit=False)
        obj = form.instance
        segment_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            segment=obj,
            conditions=asked_in(conditions),
        )

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The service writes it down, but for a removal."""
        if action == "apagado":
            super().tell(request, obj, action, fields)
