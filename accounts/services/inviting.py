"""Invitations by mail, for whoever sends them: sent, sent again, withdrawn."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountMail, Invitation, Membership, User
from accounts.models.doors import new_nonce
from accounts.services.audit import audit_record
from accounts.services.links import invitation_token, token_hash
from accounts.services.mails import mail_write
from common.errors import Conflict, NotFound

LASTS = timedelta(days=7)
# Our mail must not become somebody's way to write to strangers.
MAILS_OF_A_COMPANY, MAILS_OF_A_PLACE = 200, 5
COUNTED = timedelta(days=1)


class TooManyInvitations(Conflict):
    """So many mails went out today that another one waits for tomorrow."""

    code = "convites_demais"
    status = 429
    message = _("Muitos convites foram enviados hoje. Tente de novo amanhã.")


@transaction.atomic
def invitation_send(*, membership: Membership, actor: User) -> Invitation:
    """Send the mail of a place that waits, the first or another one: earlier links end. Raises
    NotFound, TooManyInvitations.
    """
    place = _waiting(membership)
    _count(place)
    row = Invitation.objects.for_company(place.company_id).filter(membership=place).first()
    if row is None:
        row = Invitation(company_id=place.company_id, membership=place)
    row.invited_by = actor
    row.nonce, row.expires_at = new_nonce(), timezone.now() + LASTS
    row.token_hash = token_hash(invitation_token(row))
    row.save()
    mail_write(kind=AccountMail.Kind.INVITATION, user=place.user, invitation=row)
    return row


@transaction.atomic
def invitation_resend(*, membership: Membership, actor: User) -> None:
    """Send the mail again, with another link and seven more days. Raises as invitation_send."""
    row = invitation_send(membership=membership, actor=actor)
    audit_record(
        company=row.company_id, actor=actor, action="membro.convite_reenviado", target=membership
    )


@transaction.atomic
def invitation_withdraw(*, membership: Membership, actor: User) -> None:
    """Take back a place that nobody took yet; its link says so. Raises NotFound."""
    place = _waiting(membership)
    now = timezone.now()
    rows = Invitation.objects.for_company(place.company_id).filter(membership=place)
    rows.update(withdrawn_at=now, updated_at=now)
    audit_record(
        company=place.company_id, actor=actor, action="membro.convite_retirado", target=place
    )
    place.delete()


def _waiting(membership: Membership) -> Membership:
    rows = Membership.objects.for_company(membership.company_id).select_related("user")
    place = rows.select_for_update(of=("self",)).filter(pk=membership.pk, is_invited=True).first()
    if place is None:
        raise NotFound
    return place


def _count(place: Membership) -> None:
    mails = AccountMail.objects.filter(
        kind=AccountMail.Kind.INVITATION, created_at__gt=timezone.now() - COUNTED
    )
    of_company = mails.filter(invitation__company_id=place.company_id)
    of_place = mails.filter(invitation__membership=place)
    if of_company.count() >= MAILS_OF_A_COMPANY or of_place.count() >= MAILS_OF_A_PLACE:
        raise TooManyInvitations
