"""Inputs of forms: choices are rows of companies the person works in, never of two at once; amounts
are written with a comma.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin.access import access_of
from common.errors import DomainError
from common.scoping import CompanyOwned


class Narrowed:
    """Limits the foreign keys of a form to what the person may see, and reads amounts."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read amounts as they are written here, with a comma."""
        if isinstance(db_field, models.DecimalField):
            # A number input of the browser takes none.
            kwargs.update(localize=True, widget=UnfoldAdminTextInputWidget())
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Offer only rows of the person's companies."""
        self._narrow(db_field, request, kwargs)
        field: forms.ModelChoiceField[Any] | None = super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return field

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        """Offer only rows of the person's companies."""
        self._narrow(db_field, request, kwargs)
        field: forms.ModelMultipleChoiceField[Any] | None = super().formfield_for_manytomany(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return field

    def _narrow(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        related = db_field.related_model
        if "queryset" in kwargs or not issubclass(related, CompanyOwned):
            return
        # The page of one company's row offers that company's rows.
        company_id = getattr(request, "_back_office_company", None)
        rows = related.unscoped.filter(company_id=company_id) if company_id else related.unscoped
        kwargs["queryset"] = access_of(request).narrow(rows.all())


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for a company's row: knows the company before it validates, and shows what a service
    refused.
    """

    company_id: Any = None
    refused: DomainError | None = None

    def clean(self) -> dict[str, Any]:
        """Add what the service said of the same input, and refuse rows of another company."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refused is not None:
            self._show(self.refused)
        owner = self._company_id()
        for name, value in list(cleaned.items()):
            rows = value if isinstance(value, models.QuerySet) else [value]
            if any(owner and getattr(row, "company_id", owner) != owner for row in rows):
                self.add_error(name, ValidationError(_("Esta opção é de outra empresa.")))
        return cleaned

    def _show(self, refused: DomainError) -> None:
        known = {name: said for name, said in refused.fields.items() if name in self.fields}
        for name, sentences in known.items():
            self.add_error(name, [ValidationError(one) for one in sentences])
        if not known:
            self.add_error(None, ValidationError(refused.detail))

    def _company_id(self) -> Any:
        chosen = getattr(self, "cleaned_data", {}).get("company")
        return chosen.pk if chosen is not None else self.company_id

    def _post_clean(self) -> None:
        # Constraints that name the company are checked too, so it must be known by now.
        if isinstance(self.instance, CompanyOwned) and self.instance._state.adding:
            self.instance.company_id = self._company_id()
        super()._post_clean()  # type: ignore[misc]

    def _update_errors(self, errors: ValidationError) -> None:
        # A constraint may name the company where the form has no input for it: then it is said
        # above the form.
        if hasattr(errors, "error_dict"):
            unseen = [name for name in errors.error_dict if name not in self.fields]
            for name in unseen:
                said = errors.error_dict.pop(name)
                errors.error_dict.setdefault(NON_FIELD_ERRORS, []).extend(said)
        super()._update_errors(errors)  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"company"}
