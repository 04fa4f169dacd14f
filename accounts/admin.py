"""Companies, people, who works where, and the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    FieldTextFilter,
    RangeDateFilter,
)
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import AuditEntry, Company, Membership, User
from accounts.services.audit import audit_record
from accounts.services.memberships import member_change, member_invite
from common.admin import (
    CompanyAdmin,
    CompanyInline,
    Question,
    QuestionFilter,
    access_of,
    acted,
    button,
    link_to,
    row_link,
    since,
)
from common.admin.filters import today
from common.admin.narrowing import CompanyForm

ROLE_COLOURS = {
    Membership.Role.ADMINISTRATOR: "primary",
    Membership.Role.SUPERVISOR: "info",
    Membership.Role.ATTENDANT: "",
}


@receiver(acted, dispatch_uid="accounts.back_office")
def _written_down(
    sender: type[Model],
    request: HttpRequest,
    obj: Model,
    company_id: Any,
    action: str,
    fields: list[str],
    **kwargs: Any,
) -> None:
    """Put what was done in the back-office into the audit of the row's company."""
    if company_id is not None:
        audit_record(
            company=company_id,
            actor=request.user,
            action=f"{sender._meta.model_name}.{action}",
            target=obj,
            detail={"campos": fields} if fields else {},
            address=request.META.get("REMOTE_ADDR") or None,
        )


class TeamPanel(CompanyInline):
    """Who works in a company."""

    model = Membership
    verbose_name_plural = _("equipe")
    fields = ("user", "role", "is_active", "created_at")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Bring the names along."""
        return rows.select_related("user")


@admin.register(Company)
class CompaniesAdmin(CompanyAdmin):
    """Clinics. Only the platform's owner opens one; none is deleted, its patients hang on it."""

    company_lookup = "pk"
    list_display = ("name", "team", "time_zone", "is_active", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "time_zone", "is_active", "attendants_see_all", "sign_messages")
    inlines = (TeamPanel,)

    def company_of(self, obj: Any) -> Any:
        """A company is its own."""
        return obj.pk

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The owner opens companies."""
        return access_of(request).is_owner

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the owner switches a company off."""
        return () if access_of(request).is_owner else ("is_active",)

    def annotate(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Count the team."""
        # The team of each listed company, whichever they are.
        working = Membership.unscoped.active().filter(company=OuterRef("pk")).order_by()
        counted = working.values("company").annotate(n=Count("pk")).values("n")
        return rows.annotate(team_count=Coalesce(Subquery(counted), 0))

    @display(description=_("equipe"), ordering="team_count")
    def team(self, obj: Any) -> int:
        """How many people work there."""
        return int(obj.team_count)


class UserQuestions(QuestionFilter):
    """Questions about logins."""

    questions: ClassVar[dict[str, Question]] = {
        "nunca": Question(_("Nunca entraram"), lambda rows, now: rows.filter(last_login=None)),
        "sumidos": Question(
            _("Sem entrar há 30 dias"),
            lambda rows, now: rows.filter(last_login__lt=now - timedelta(days=30)),
        ),
        "admin": Question(
            _("Acessam o admin"), lambda rows, now: rows.filter(is_staff=True, is_active=True)
        ),
        "desligados": Question(_("Desativados"), lambda rows, now: rows.filter(is_active=False)),
    }


@admin.register(User)
class UsersAdmin(CompanyAdmin, UserAdmin):
    """Logins, by e-mail. An administrator changes people who work for them and nobody else."""

    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "companies", "is_staff", "is_active", "seen")
    list_filter = (UserQuestions, "is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("name",)
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    buttons = ("password_page",)
    fieldsets = ((None, {"fields": ("email", "name", "is_active", "is_staff", "last_login")}),)
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
        (_("Acesso"), {"fields": ("is_staff", "is_superuser")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return people who work in a company that this person manages."""
        access = access_of(request)
        rows = User.objects.order_by(*self.ordering)
        if not access.is_owner:
            mine = Membership.unscoped.filter(company_id__in=list(access.memberships))
            rows = rows.filter(pk__in=mine.values("user_id"))
        return rows.annotate(
            company_names=StringAgg("memberships__company__name", ", ", distinct=True)
        )

    def company_of(self, obj: Any) -> Any:
        """Return the company in which the audit hears of a change: the person's oldest."""
        # A login belongs to no company; the rows are asked by user.
        places = Membership.unscoped.filter(user_id=obj.pk).order_by("created_at")
        return places.values_list("company_id", flat=True).first()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list is narrowed already."""
        return access_of(request).is_any

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators add people to their team, not bare logins."""
        return access_of(request).is_owner

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only someone who administers every company the person works in may change the login:
        otherwise one clinic could take over a colleague's access to another.
        """
        access = access_of(request)
        if access.is_owner or not isinstance(obj, User):
            return access.is_changing_any
        # Asked about one login, over all companies.
        places = Membership.unscoped.filter(user=obj).values_list("company_id", flat=True)
        return not obj.is_superuser and all(access.may_change(place) for place in places)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only the owner makes owners."""
        fieldsets = UserAdmin.get_fieldsets(self, request, obj)
        if obj is not None and access_of(request).is_owner:
            return (*fieldsets, (_("Plataforma"), {"fields": ("is_superuser",)}))
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Use the form that asks for a password twice where a login is new."""
        if obj is None:
            kwargs.setdefault("form", self.add_form)
        return CompanyAdmin.get_form(self, request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep addresses as the login looks them up."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)

    @button(_("Trocar senha"), icon="password")
    def password_page(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Open the page that sets a new password."""
        return HttpResponseRedirect(reverse("admin:auth_user_password_change", args=[obj.pk]))

    @display(description=_("empresas"))
    def companies(self, obj: Any) -> str:
        """Where the person works."""
        return obj.company_names or "–"

    @display(description=_("último acesso"), ordering="last_login")
    def seen(self, obj: User) -> str:
        """When the person last logged in."""
        return since(obj.last_login)


class InviteForm(CompanyForm):
    """Brings a person into the team: with a login of their own, made here unless they have one."""

    email = forms.EmailField(label=_("e-mail"), widget=UnfoldAdminEmailInputWidget())
    name = forms.CharField(
        label=_("nome"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    password = forms.CharField(
        label=_("senha inicial"),
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

    list_display = ("person", "email", "shown_role", "company", "is_active", "seen")
    list_filter = ("role", "is_active", ("company", AutocompleteSelectFilter))
    list_select_related = ("user", "company")
    search_fields = ("user__name", "user__email")
    ordering = ("user__name",)
    autocomplete_fields = ("user",)
    fields = ("user", "company", "role", "is_active", "created_at")
    readonly_fields = ("user", "company", "created_at")
    add_fieldsets = ((None, {"fields": ("email", "name", "password", "role")}),)

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
                membership=obj, actor=actor, role=values["role"], is_active=values["is_active"]
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


class AuditQuestions(QuestionFilter):
    """Questions about what was done."""

    questions: ClassVar[dict[str, Question]] = {
        "hoje": Question(_("Hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))),
        "semana": Question(
            _("Últimos 7 dias"),
            lambda rows, now: rows.filter(created_at__gte=now - timedelta(days=7)),
        ),
        "revelados": Question(
            _("Conteúdos revelados"), lambda rows, now: rows.filter(action__endswith=".revelado")
        ),
        "canais": Question(
            _("Mexeram em canais"), lambda rows, now: rows.filter(action__startswith="canal.")
        ),
        "sistema": Question(_("Feitos pelo sistema"), lambda rows, now: rows.filter(actor=None)),
    }


@admin.register(AuditEntry)
class AuditAdmin(CompanyAdmin):
    """What was done, by whom, to what. A record: nobody changes it."""

    is_read_only = True
    list_display = ("shown_at", "who", "what", "target", "company", "address")
    list_filter = (
        AuditQuestions,
        ("action", FieldTextFilter),
        ("actor", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("actor", "company")
    # Ids of rows: this is how a row's history finds its entries.
    search_fields = ("object_id__exact",)
    search_help_text = _("ID do objeto")
    ordering = ("-created_at", "-pk")
    paginator = InfinitePaginator
    fields = ("created_at", "actor", "action", "target", "detail", "address", "company")
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Supervisors too may ask who did what."""
        return access_of(request).is_any

    @display(description=_("quando"), ordering="created_at")
    def shown_at(self, obj: AuditEntry) -> str:
        """The moment."""
        return since(obj.created_at)

    @display(description=_("quem"), ordering="actor__name")
    def who(self, obj: AuditEntry) -> str:
        """The person, or the system."""
        return obj.actor.name if obj.actor else str(_("Sistema"))

    @display(description=_("ação"), ordering="action")
    def what(self, obj: AuditEntry) -> str:
        """The act in words: `canal.salvo` reads "Canal salvo"."""
        return obj.action.replace(".", " ").replace("_", " ").capitalize()

    @display(description=_("objeto"))
    def target(self, obj: AuditEntry) -> str:
        """The row it was done to, with a link where it has a page."""
        if not obj.object_id:
            return "–"
        return link_to(obj.object_type, obj.object_id, f"…{obj.object_id[-12:]}")


for unused in (Group, AuthToken):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)
