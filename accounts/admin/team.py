"""Who works where, and as what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
)
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Company, Membership, PresenceLog, User
from accounts.services.memberships import member_change, member_invite
from common.admin import (
    CompanyAdmin,
    CompanyInline,
    Panel,
    linked,
    row_link,
    since,
)
from common.admin.filters import titled
from common.admin.narrowing import CompanyForm

ROLE_COLOURS = {
    Membership.Role.ADMINISTRATOR: "primary",
    Membership.Role.SUPERVISOR: "info",
    Membership.Role.ATTENDANT: "",
}


class PresencePanel(CompanyInline):
    """When somebody was at work, away or gone."""

    model = PresenceLog
    verbose_name_plural = _("presença")
    ordering = ("-started_at", "-id")
    fields = ("state", "reason", "started_at", "ended_at")
    readonly_fields = fields
    show_change_link = False


class InviteForm(CompanyForm):
    """Brings a person into the team: with a login of their own, made here unless they have one."""

    email = forms.EmailField(label=_("E-mail"), widget=UnfoldAdminEmailInputWidget())
    name = forms.CharField(
        label=_("Nome"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    password = forms.CharField(
        label=_("Senha inicial"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Deixe em branco se a pessoa já tem acesso à central."),
    )

    class Meta:
        model = Membership
        fields = ("role",)

    def clean_password(self) -> str:
        """Hold the first password to the same rules as later ones."""
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


@admin.register(Membership)
class TeamAdmin(CompanyAdmin):
    """Who works in which company, and as what."""

    list_display = ("person", "email", "shown_role", "shown_company", "is_active", "seen")
    list_filter = ("role", "is_active", ("company", titled(AutocompleteSelectFilter, _("empresa"))))
    list_select_related = ("user", "company")
    search_fields = ("user__name", "user__email")
    ordering = ("user__name",)
    fields = (("login", "shown_company"), ("role", "is_active"), "capacity", "created_at")
    readonly_fields = ("login", "shown_company", "created_at")
    inlines = (PresencePanel,)
    login = linked("user", _("pessoa"))
    add_fieldsets = ((None, {"fields": ("email", "name", "password", "role")}),)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """Whoever is being invited was never here."""
        return super().get_inlines(request, obj) if obj is not None else []

    def panel(self, request: HttpRequest, obj: Any) -> Panel | None:
        """Show whether the person is at work."""
        presence = getattr(obj, "presence", None)
        if presence is None:
            return None
        facts = [(_("presença"), presence.get_state_display()), (_("desde"), since(presence.since))]
        if presence.reason:
            facts.append((_("motivo"), presence.reason.name))
        return Panel(facts=facts)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Invite where there is nobody yet."""
        if obj is None:
            kwargs.update(form=InviteForm, fields=("role",))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the company first where there is a choice."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        asked = [(None, {"fields": ("company",)})] if len(self._companies(request)) > 1 else []
        return [*asked, *self.add_fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nothing is fixed yet for a person who is being invited."""
        return self.readonly_fields if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Invite or change through the services."""
        values, actor = form.cleaned_data, request.user
        assert isinstance(actor, User)
        if change:
            saved = member_change(
                membership=obj,
                actor=actor,
                role=values["role"],
                is_active=values["is_active"],
                capacity=values["capacity"],
            )
        else:
            saved = member_invite(
                company=Company.objects.get(pk=obj.company_id),
                actor=actor,
                email=values["email"],
                name=values["name"] or values["email"].partition("@")[0],
                password=values["password"],
                role=values["role"],
            )
        obj.pk, obj.user, obj.company = saved.pk, saved.user, saved.company

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    @display(description=_("pessoa"), ordering="user__name")
    def person(self, obj: Membership) -> str:
        """The person's name."""
        return obj.user.name

    @display(description=_("e-mail"), ordering="user__email")
    def email(self, obj: Membership) -> str:
        """The login, with a link to its page."""
        return row_link(obj.user, obj.user.email)

    @display(description=_("perfil"), ordering="role", label=ROLE_COLOURS)
    def shown_role(self, obj: Membership) -> tuple[str, str]:
        """The role."""
        return obj.role, obj.get_role_display()

    @display(description=_("último acesso"), ordering="user__last_login")
    def seen(self, obj: Membership) -> str:
        """When the person last logged in."""
        return since(obj.user.last_login)
