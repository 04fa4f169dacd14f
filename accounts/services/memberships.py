"""Who a user is inside a company."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, User
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError


def membership_of(user: Any) -> Membership | None:
    """Return the membership a user works as: their oldest active one, None for strangers."""
    if not getattr(user, "is_authenticated", False):
        return None
    return (
        # The company is what this looks up, so there is no scope to ask yet.
        Membership.unscoped.active()
        .filter(user_id=user.pk)
        .select_related("company", "user")
        .order_by("created_at")
        .first()
    )


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
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(
        email, password, name=name, is_staff=is_staff, is_superuser=is_superuser
    )
    membership, _made = Membership.unscoped.get_or_create(
        company=company, user=user, defaults={"role": role}
    )
    _open_back_office(membership)
    return membership


class LastAdministrator(Conflict):
    """Nobody would be left who may change the company."""

    code = "ultimo_administrador"
    message = _("Esta é a última pessoa administradora da empresa. Escolha outra antes.")


class MemberKnown(Conflict):
    """The person works there already."""

    code = "membro_existente"
    message = _("Esta pessoa já faz parte da equipe.")


class PasswordMissing(DomainError):
    """A person who has no login yet needs a password."""

    code = "senha_obrigatoria"
    message = _("Informe uma senha: esta pessoa ainda não tem acesso.")


@transaction.atomic
def member_invite(
    *, company: Company, actor: User, email: str, name: str, password: str, role: str
) -> Membership:
    """Bring a person into a company and write it down. Somebody who already has a login keeps
    their password and name. Raises PasswordMissing, MemberKnown.
    """
    known = User.objects.filter(email__iexact=email).first()
    if known is None and not password:
        raise PasswordMissing(fields={"password": [PasswordMissing.message]})
    if known is not None and Membership.objects.for_company(company).filter(user=known).exists():
        raise MemberKnown(fields={"email": [MemberKnown.message]})
    membership = member_create(
        company=company, email=email, name=name, password=password or None, role=role
    )
    audit_record(
        company=company,
        actor=actor,
        action="membro.incluido",
        target=membership,
        detail={"perfil": membership.role},
    )
    return membership


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
    if held.is_active and held.is_administrator and not keeps:
        others = Membership.objects.for_company(company).active().exclude(pk=held.pk)
        if not others.filter(role=Membership.Role.ADMINISTRATOR).exists():
            raise LastAdministrator
    held.role, held.is_active, held.capacity = role, is_active, capacity
    held.save(update_fields=["role", "is_active", "capacity", "updated_at"])
    _open_back_office(held)
    audit_record(
        company=company,
        actor=actor,
        action="membro.alterado",
        target=held,
        detail={"perfil": role, "ativo": is_active},
    )
    return held


def _open_back_office(membership: Membership) -> None:
    user = membership.user
    if membership.is_manager and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff", "updated_at"])
