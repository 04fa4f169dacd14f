"""Who works where, and as what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
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
from accounts.services.invitations import member_invite
from accounts.services.inviting import invitation_resend, invitation_withdraw
from accounts.services.memberships import member_change
from common.admin import (
    CompanyAdmin,
    CompanyInline,
    Panel,
    button,
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


def _acting(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


class PresencePanel(CompanyInline):
    """When somebody was at work, away or gone."""

    model = PresenceLog
    verbose_name_plural = _("presença")
    ordering = ("-started_at", "-id")
    fields = ("state", "reason", "started_at", "ended_at")
    readonly_fields = fields
    show_change_link = False


class InviteForm(CompanyForm):
    """Offers a person a place in the team, the same way whether or not they have a login."""

    email = forms.EmailField(label=_("E-mail"), widget=UnfoldAdminEmailInputWidget())
    name = forms.CharField(
        label=_("Nome"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    password = forms.CharField(
        label=_("Senha inicial"),
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Para o primeiro acesso: a pessoa troca a senha e aceita o convite ao entrar. Quem já"
            " tem acesso à central continua com a senha que tem."
        ),
    )

    class Meta:
        model = Membership
        fields = ("role",)

    def clean_password(self) -> str:
        """Hold the first password to the same rules as later ones."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class MailedInviteForm(CompanyForm):
    """Offers a person a place in the team by mail: they choose name and password themselves."""

    email = forms.EmailField(
        label=_("E-mail"),
        widget=UnfoldAdminEmailInputWidget(),
        help_text=_("Vai um convite para este endereço. Ele vale sete dias e serve uma vez."),
    )

    class Meta:
        model = Membership
        fields = ("role",)


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
    buttons = ("resend", "withdraw")

    @button(_("Reenviar convite"), icon="forward_to_inbox")
    def resend(self, request: HttpRequest, obj: Membership) -> None:
        """Send the mail again, with another link."""
        invitation_resend(membership=obj, actor=_acting(request))
        messages.success(request, gettext("Convite enviado de novo. O link anterior não vale."))

    @button(
        _("Retirar convite"),
        icon="cancel",
        asks=_("A pessoa não poderá mais aceitar este convite. Retirar mesmo assim?"),
    )
    def withdraw(self, request: HttpRequest, obj: Membership) -> HttpResponse:
        """Take the place back."""
        invitation_withdraw(membership=obj, actor=_acting(request))
        messages.success(request, gettext("Convite retirado."))
        return HttpResponseRedirect(reverse("admin:accounts_membership_changelist"))

    def is_offered(self, name: str, obj: Any) -> bool:
        """Only a place that waits has an invitation."""
        return bool(obj.is_invited and (name == "withdraw" or settings.MAIL_IS_ON))

    @display(description=_("pessoa"))
    def login(self, obj: Membership) -> str:
        """The person, with a link to their login once the place is theirs."""
        return obj.user.email if obj.is_invited else row_link(obj.user)

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
            kwargs.update(
                form=MailedInviteForm if settings.MAIL_IS_ON else InviteForm, fields=("role",)
            )
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the company first where there is a choice."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        asked = [(None, {"fields": ("company",)})] if len(self._companies(request)) > 1 else []
        typed = () if settings.MAIL_IS_ON else ("name", "password")
        return [*asked, (None, {"fields": ("email", *typed, "role")})]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find whoever has not accepted yet by the address that was typed, not by their name."""
        found, more = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            found = found.exclude(
                Q(is_invited=True) & ~Q(user__email__icontains=search_term.strip())
            )
        return found, more

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nothing is fixed yet for a person who is being invited."""
        return self.readonly_fields if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Invite or change through the services."""
        values, actor = form.cleaned_data, _acting(request)
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
                name=values.get("name") or values["email"].partition("@")[0],
                password=values.get("password", ""),
                role=values["role"],
            )
        obj.pk, obj.user, obj.company = saved.pk, saved.user, saved.company
        # Else the message that follows would name whoever has not accepted yet.
        obj.is_invited = saved.is_invited

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    @display(description=_("pessoa"), ordering="user__name")
    def person(self, obj: Membership) -> str:
        """The person's name; of somebody who has not accepted yet nothing is told."""
        return gettext("Convite pendente") if obj.is_invited else obj.user.name

    @display(description=_("e-mail"), ordering="user__email")
    def email(self, obj: Membership) -> str:
        """The login, with a link to its page."""
        return obj.user.email if obj.is_invited else row_link(obj.user, obj.user.email)

    @display(description=_("perfil"), ordering="role", label=ROLE_COLOURS)
    def shown_role(self, obj: Membership) -> tuple[str, str]:
        """The role."""
        return obj.role, obj.get_role_display()

    @display(description=_("último acesso"), ordering="user__last_login")
    def seen(self, obj: Membership) -> str:
        """When the person last logged in."""
        return "-" if obj.is_invited else since(obj.user.last_login)
