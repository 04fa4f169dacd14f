"""Invitations by mail, for whoever got one: the link proves the address."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, User
from accounts.services.invitations import place_leave, place_take
from accounts.services.links import token_hash
from common.errors import Conflict


class InvitationOver(Conflict):
    """The link leads to no place that may be taken."""

    code = "convite_encerrado"
    message = _("Este convite não existe. Confira se o endereço está inteiro, como no e-mail.")


class LoginNeeded(Conflict):
    """The address has a login: its person proves who they are with it."""

    code = "entre_para_aceitar"
    message = _("Você já tem acesso à central. Entre com sua senha para aceitar.")


def invitation_of(token: str) -> Invitation:
    """Return the invitation that a link leads to, with its place, company and person. Raises
    InvitationOver, with what became of it.
    """
    # The link itself says whose it is; there is no company yet.
    rows = Invitation.unscoped.select_related(
        "membership__user", "membership__company", "invited_by"
    )
    row = rows.filter(token_hash=token_hash(token)).first()
    if row is None:
        raise InvitationOver
    if row.accepted_at:
        raise InvitationOver(_("Este convite já foi aceito. Entre com seu e-mail e sua senha."))
    if row.declined_at:
        raise InvitationOver(_("Este convite foi recusado. Peça outro a quem convidou."))
    if row.withdrawn_at or row.membership is None or not row.membership.is_active:
        raise InvitationOver(_("Este convite foi retirado por quem o enviou."))
    if row.expires_at <= timezone.now():
        raise InvitationOver(_("Este convite venceu. Peça outro a quem convidou."))
    if not row.membership.company.is_active or not row.membership.user.is_active:
        raise InvitationOver(_("Este convite foi retirado por quem o enviou."))
    return row


@transaction.atomic
def invitation_join(*, token: str, name: str, password: str) -> User:
    """Take a place as somebody new, with a name and a password of one's own. Raises InvitationOver,
    LoginNeeded.
    """
    row = _locked(token)
    user = User.objects.select_for_update().get(pk=_place(row).user_id)
    if user.has_usable_password():
        raise LoginNeeded
    user.name, user.must_change_password = name, False
    user.set_password(password)
    user.save()
    _accept(row, user)
    return user


@transaction.atomic
def invitation_settle(*, token: str, user: User, is_accepted: bool) -> None:
    """Take the place, or leave it, as somebody who logged in. Raises InvitationOver, LoginNeeded
    when the link is another person's.
    """
    row = _locked(token)
    if _place(row).user_id != user.pk:
        raise LoginNeeded
    if is_accepted:
        _accept(row, user)
    else:
        place_leave(_place(row))


def _locked(token: str) -> Invitation:
    found = invitation_of(token)
    # Two browsers may answer at once, or it is withdrawn meanwhile: the place is locked, as there,
    # and whoever comes second reads what the first did.
    list(Membership.unscoped.select_for_update().filter(pk=_place(found).pk))
    return invitation_of(token)


def _place(row: Invitation) -> Membership:
    assert row.membership is not None
    return row.membership


def _accept(row: Invitation, user: User) -> None:
    place = _place(row)
    place.user = user
    row.accepted_at = timezone.now()
    row.save(update_fields=["accepted_at", "updated_at"])
    place_take(place)
