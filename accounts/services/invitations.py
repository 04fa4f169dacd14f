"""Inviting a person into a company: the place is theirs when they accept it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, User
from accounts.models.people import email_folded
from accounts.services.audit import audit_record
from accounts.services.memberships import MemberKnown, open_back_office
from common.errors import DomainError, NotFound


class PasswordMissing(DomainError):
    """An invitation carries a first password, whoever is invited."""

    code = "senha_obrigatoria"
    message = _("Informe uma senha inicial. Quem já tem acesso continua com a que tem.")


@transaction.atomic
def member_invite(
    *, company: Company, actor: User, email: str, name: str, password: str, role: str
) -> Membership:
    """Offer a person a place in a company and write it down. Raises PasswordMissing, MemberKnown.

    Whoever has a login keeps their password and name; whoever has none gets one, to be changed at
    the first login. The two look the same from outside: nobody learns who has a login here.
    """
    if not password:
        raise PasswordMissing(fields={"password": [PasswordMissing.message]})
    address = email_folded(email)
    user = User.objects.at(address).first()
    if user is None:
        user = User.objects.create_user(address, password, name=name, must_change_password=True)
    else:
        # The time of hashing would tell the one from the other.
        make_password(password)
    membership, is_new = Membership.unscoped.get_or_create(
        company=company,
        user=user,
        # Who invites themselves has accepted.
        defaults={"role": role, "is_invited": user.pk != actor.pk},
    )
    if not is_new:
        raise MemberKnown(fields={"email": [MemberKnown.message]})
    if not membership.is_invited:
        open_back_office(membership)
    audit_record(
        company=company,
        actor=actor,
        action="membro.convidado",
        target=membership,
        detail={"perfil": membership.role},
    )
    return membership


def invitations_of(user: User) -> QuerySet[Membership]:
    """Return the places a person is offered, the oldest first."""
    # A person is asked over all companies.
    rows = Membership.unscoped.filter(user=user, is_invited=True, is_active=True)
    return rows.filter(company__is_active=True).select_related("company").order_by("created_at")


@transaction.atomic
def invitation_answer(*, user: User, membership_id: UUID, is_accepted: bool) -> None:
    """Take the place, or leave it. The companies where the person works are told that they work
    elsewhere too, not where. Raises NotFound.
    """
    place = invitations_of(user).select_for_update(of=("self",)).filter(pk=membership_id).first()
    if place is None:
        raise NotFound
    told: dict[str, Any] = {"company": place.company_id, "actor": user, "target": place}
    if not is_accepted:
        audit_record(**told, action="membro.recusou_convite")
        place.delete()
        return
    # Other companies' ids only, to write in their record.
    others = Membership.unscoped.accepted().filter(user=user).values_list("company_id", "pk")
    for company_id, _pk in others:
        audit_record(
            company=company_id, actor=user, action="membro.entrou_em_outra_empresa", target=user
        )
    place.is_invited = False
    place.save(update_fields=["is_invited", "updated_at"])
    open_back_office(place)
    audit_record(**told, action="membro.aceitou_convite", detail={"perfil": place.role})
