"""Inviting a person into a company: the place is theirs when they accept it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Invitation, Membership, User
from accounts.models.people import email_folded
from accounts.services.audit import audit_record
from accounts.services.inviting import invitation_send
from accounts.services.memberships import MemberKnown, open_back_office
from common.errors import Conflict, DomainError, NotFound


class PasswordMissing(DomainError):
    """An invitation carries a first password, whoever is invited."""

    code = "senha_obrigatoria"
    message = _("Informe uma senha inicial. Quem já tem acesso continua com a que tem.")


class InvitationByMail(Conflict):
    """The address is not proven to be the person's before they open the link that went there."""

    code = "aceite_pelo_email"
    message = _("Abra o endereço que foi para o seu e-mail para aceitar este convite.")


@transaction.atomic
def member_invite(
    *, company: Company, actor: User, email: str, name: str, role: str, password: str = ""
) -> Membership:
    """Offer a person a place in a company and write it down. Raises PasswordMissing, MemberKnown,
    TooManyInvitations.

    Where the installation sends mail, the person chooses a password by the link that they get.
    Elsewhere a first one is typed: whoever has a login keeps their password and name; whoever has
    none gets one, to be changed at the first login. From outside all look the same: nobody learns
    who has a login here.
    """
    if not password and not settings.MAIL_IS_ON:
        raise PasswordMissing(fields={"password": [PasswordMissing.message]})
    address = email_folded(email)
    user = User.objects.at(address).first()
    if user is None:
        user = User.objects.create_user(
            address, password or None, name=name, must_change_password=bool(password)
        )
    elif password:
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
    elif not password:
        invitation_send(membership=membership, actor=actor)
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
    return (
        rows.filter(company__is_active=True)
        .select_related("company", "invitation")
        .order_by("created_at")
    )


@transaction.atomic
def invitation_answer(*, user: User, membership_id: UUID, is_accepted: bool) -> None:
    """Take the place that somebody typed a first password for, or leave any. Raises NotFound,
    InvitationByMail.
    """
    place = invitations_of(user).select_for_update(of=("self",)).filter(pk=membership_id).first()
    if place is None:
        raise NotFound
    if is_accepted and Invitation.unscoped.filter(membership=place).exists():
        raise InvitationByMail
    place_take(place) if is_accepted else place_leave(place)


def place_leave(place: Membership) -> None:
    """Decline a place, inside the caller's transaction."""
    # The place names its company; the person who answers may work in none.
    letters = Invitation.unscoped.filter(membership=place)
    letters.update(declined_at=timezone.now(), updated_at=timezone.now())
    audit_record(
        company=place.company_id,
        actor=place.user,
        target=place,
        action="membro.recusou_convite",
    )
    place.delete()


def place_take(place: Membership) -> None:
    """Let a place be its person's, inside the caller's transaction. The companies where they work
    are told that they work elsewhere too, not where.
    """
    user = place.user
    # Other companies' ids only, to write in their record.
    others = Membership.unscoped.accepted().filter(user=user).values_list("company_id", flat=True)
    for company_id in others:
        audit_record(
            company=company_id, actor=user, action="membro.entrou_em_outra_empresa", target=user
        )
    place.is_invited = False
    place.save(update_fields=["is_invited", "updated_at"])
    open_back_office(place)
    audit_record(
        company=place.company_id,
        actor=user,
        target=place,
        action="membro.aceitou_convite",
        detail={"perfil": place.role},
    )
