"""Logins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from accounts.models import Membership, User
from accounts.models.people import email_folded
from accounts.services.memberships import login_close_check
from accounts.services.sessions import sessions_end, sessions_of
from accounts.services.two_factor import two_factor_remove
from accounts.services.unlocking import is_locked, login_unlock
from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    Panel,
    QuestionFilter,
    access_of,
    button,
    since,
)


class UserQuestions(QuestionFilter):
    """Questions about logins."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "nunca": AdminQuestion(_("Nunca entraram"), lambda rows, now: rows.filter(last_login=None)),
        "sumidos": AdminQuestion(
            _("Sem entrar há 30 dias"),
            lambda rows, now: rows.filter(last_login__lt=now - timedelta(days=30)),
        ),
        "admin": AdminQuestion(
            _("Acessam o admin"), lambda rows, now: rows.filter(is_staff=True, is_active=True)
        ),
        "desligados": AdminQuestion(
            _("Desativados"), lambda rows, now: rows.filter(is_active=False)
        ),
    }


class TypedPasswordForm(AdminPasswordChangeForm):
    """A new password that somebody else types: the person changes it when they log in."""

    def save(self, commit: bool = True) -> Any:
        """Mark the password as known to two."""
        self.user.must_change_password = True
        return super().save(commit)


@admin.register(User)
class UsersAdmin(CompanyAdmin, UserAdmin):  # type: ignore[misc, type-arg]
    """Logins, by e-mail. An administrator changes people who work for them and nobody else."""

    add_form = UserCreationForm
    change_password_form = TypedPasswordForm
    list_display = ("email", "name", "companies", "is_staff", "is_active", "seen")
    list_filter = (UserQuestions, "is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("name",)
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    buttons = ("password_page", "end_sessions", "unlock", "drop_two_factor")
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
            mine = Membership.unscoped.accepted().filter(company_id__in=list(access.memberships))
            rows = rows.filter(pk__in=mine.values("user_id"))
        # Where else somebody works is not the reader's to know.
        shown = Q(memberships__is_invited=False)
        if not access.is_owner:
            shown &= Q(memberships__company_id__in=list(access.memberships))
        return rows.annotate(
            company_names=StringAgg("memberships__company__name", ", ", distinct=True, filter=shown)
        )

    def company_of(self, obj: Any) -> Any:
        """Return the company in which the audit hears of a change: the person's oldest."""
        # A login belongs to no company; the rows are asked by user.
        places = Membership.unscoped.accepted().filter(user_id=obj.pk).order_by("created_at")
        return places.values_list("company_id", flat=True).first()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list is narrowed already."""
        return access_of(request).is_any

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators add people to their team, not bare logins."""
        return access_of(request).is_owner

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only someone who administers every company the person works in may change the login:
        otherwise one clinic could take over a colleague's access to another. A place that they
        were only offered counts for nothing.
        """
        access = access_of(request)
        if access.is_owner or not isinstance(obj, User):
            return access.is_changing_any
        # Asked about one login, over all companies.
        places = (
            Membership.unscoped.accepted().filter(user=obj).values_list("company_id", flat=True)
        )
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
        """Keep addresses as the login looks them up, and somebody who may change each company."""
        obj.email = email_folded(obj.email)
        if change and not (obj.is_active and obj.is_staff):
            login_close_check(obj)
        if not change:
            obj.must_change_password = obj.has_usable_password()
        super().save_model(request, obj, form, change)

    @button(_("Trocar senha"), icon="password")
    def password_page(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Open the page that sets a new password."""
        return HttpResponseRedirect(reverse("admin:auth_user_password_change", args=[obj.pk]))

    @button(
        _("Encerrar sessões"),
        icon="logout",
        asks=_("A pessoa sai de todos os navegadores e precisa entrar de novo. Encerrar?"),
    )
    def end_sessions(self, request: HttpRequest, obj: User) -> None:
        """Log the person out everywhere."""
        assert isinstance(request.user, User)
        count = sessions_end(user=obj, actor=request.user)
        messages.success(request, gettext("Sessões encerradas: %(count)s.") % {"count": count})

    @button(_("Desbloquear"), icon="lock_open")
    def unlock(self, request: HttpRequest, obj: User) -> None:
        """Let somebody in who typed wrong passwords too often."""
        assert isinstance(request.user, User)
        login_unlock(user=obj, actor=request.user)
        messages.success(request, gettext("A pessoa já pode entrar de novo."))

    @button(
        _("Retirar segundo fator"),
        icon="phonelink_erase",
        asks=_("Só para quem perdeu o celular e os códigos. Confirme quem é antes. Retirar?"),
    )
    def drop_two_factor(self, request: HttpRequest, obj: User) -> None:
        """Let somebody begin anew who lost phone and codes."""
        assert isinstance(request.user, User)
        two_factor_remove(user=obj, actor=request.user)
        messages.success(request, gettext("Segundo fator retirado."))

    def is_offered(self, name: str, obj: Any) -> bool:
        """Offer what there is something to do for."""
        if name == "unlock":
            return is_locked(obj)
        if name == "drop_two_factor":
            return bool(obj.has_two_factor)
        return name != "end_sessions" or sessions_of(obj).exists()

    def panel(self, request: HttpRequest, obj: Any) -> Panel | None:
        """Show where the person is logged in, and whether they are kept out."""
        if obj is None:
            return None
        facts = [(_("sessões abertas"), str(sessions_of(obj).count()))]
        if is_locked(obj):
            facts.append((_("bloqueio"), gettext("errou a senha vezes demais")))
        return Panel(facts=facts)

    @display(description=_("empresas"))
    def companies(self, obj: Any) -> str:
        """Where the person works."""
        return obj.company_names or "-"

    @display(description=_("último acesso"), ordering="last_login")
    def seen(self, obj: User) -> str:
        """When the person last logged in."""
        return since(obj.last_login)


for unused in (Group, AuthToken):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)
