"""Who a user is inside a company."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, User
from accounts.services.audit import audit_record
from common.composed import Composed
from common.errors import Conflict

# The company is what this looks up, so there is no scope to ask yet.
_OLDEST = Composed(
    lambda user_id: (
        Membership.unscoped.active()
        .filter(user_id=user_id)
        .select_related("company", "user")
        .order_by("created_at")[:1]
    )
)
_CHOSEN = Composed(
    lambda user_id, company_id: (
        Membership.unscoped.active()
        .filter(user_id=user_id, company_id=company_id)
        .select_related("company", "user")[:1]
    )
)


def membership_of(user: Any, session: Any = None) -> Membership | None:
    """Return the membership a user works as: that of the company their session chose, else their
    oldest active one; None for strangers, for whoever still has a password that somebody else
    typed, and for whoever lacks the second factor that the company wants.
    """
    if not getattr(user, "is_authenticated", False) or user.must_change_password:
        return None
    chosen = getattr(session, "works_at", None)
    found: Membership | None = _CHOSEN.first(user.pk, chosen) if chosen else None
    return _proven(user, found or _OLDEST.first(user.pk))


def membership_at(user: Any, company_id: UUID) -> Membership | None:
    """Return the membership a user has in a company, None where they may not work there."""
    if not getattr(user, "is_authenticated", False) or user.must_change_password:
        return None
    return _proven(user, _CHOSEN.first(user.pk, company_id))


def _proven(user: Any, place: Membership | None) -> Membership | None:
    """Open a place of a company that wants a second factor to those who have one."""
    is_missing = place is not None and place.needs_two_factor and not user.has_two_factor
    return None if is_missing else place


def memberships_of(user: User) -> list[Membership]:
    """Return where a person may work now, the oldest place first."""
    rows = Membership.unscoped.active().filter(user=user).select_related("company")
    return list(rows.order_by("created_at"))


@transaction.atomic
def member_create(
    *,
    company: Company,
    email: str,
    name: str,
    password: str | None,
    role: str = Membership.Role.ATTENDANT,
    is_staff: bool = False,
    is_superuser: bool = False,
) -> Membership:
    """Give a person a login and a place in a company; an existing user only gets the place.

    Whoever is to manage a company may enter the back-office; what they see there follows the role.
    """
    user = User.objects.at(email).first() or User.objects.create_user(
        email, password, name=name, is_staff=is_staff, is_superuser=is_superuser
    )
    membership, _made = Membership.unscoped.get_or_create(
        company=company, user=user, defaults={"role": role}
    )
    open_back_office(membership)
    return membership


class LastAdministrator(Conflict):
    """Nobody would be left who may change the company."""

    code = "ultimo_administrador"
    message = _("Esta é a última pessoa administradora da empresa. Escolha outra antes.")


class MemberKnown(Conflict):
    """The person works there already."""

    code = "membro_existente"
    message = _("Esta pessoa já faz parte da equipe.")


@transaction.atomic
def member_change(
    *,
    membership: Membership,
    actor: User,
    role: str,
    is_active: bool,
    capacity: int | None = None,
) -> Membership:
    """Change what a person may do in a company, and how many tickets they may have (None: the
    installation's default). Raises LastAdministrator.
    """
    company = Company.objects.select_for_update().get(pk=membership.company_id)
    held = Membership.objects.for_company(company).select_related("user").get(pk=membership.pk)
    keeps = is_active and role == Membership.Role.ADMINISTRATOR
    if held.is_active and held.is_administrator and not held.is_invited and not keeps:
        _keep_one(company, held)
    held.role, held.is_active, held.capacity = role, is_active, capacity
    held.save(update_fields=["role", "is_active", "capacity", "updated_at"])
    if not held.is_invited:
        open_back_office(held)
    audit_record(
        company=company,
        actor=actor,
        action="membro.alterado",
        target=held,
        detail={"perfil": role, "ativo": is_active},
    )
    return held


@transaction.atomic
def login_close_check(user: User) -> None:
    """Let a login be closed, or kept out of the back-office, unless a company would be left without
    anybody who may change it. Raises LastAdministrator.
    """
    # Asked about one login, over all companies.
    places = Membership.unscoped.active().filter(user=user, role=Membership.Role.ADMINISTRATOR)
    for place in places.order_by("company_id"):
        _keep_one(Company.objects.select_for_update().get(pk=place.company_id), place)


def _keep_one(company: Company, leaving: Membership) -> None:
    others = Membership.objects.for_company(company).active().exclude(pk=leaving.pk)
    if not others.filter(role=Membership.Role.ADMINISTRATOR).exists():
        raise LastAdministrator


def open_back_office(membership: Membership) -> None:
    """Let whoever manages a company into the back-office."""
    user = membership.user
    if membership.is_manager and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff", "updated_at"])
