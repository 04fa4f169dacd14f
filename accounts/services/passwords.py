"""Passwords people choose themselves."""

from __future__ import annotations

from datetime import timedelta

from axes.utils import reset as failures_forget
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountMail, Membership, User
from accounts.models.people import email_folded
from accounts.services.audit import audit_record
from accounts.services.links import reset_user
from accounts.services.mails import mail_write, recent_count
from common.errors import Conflict

RESETS, SPAN = 3, timedelta(hours=1)


class ResetOver(Conflict):
    """The link was used, is too old, or was never ours."""

    code = "endereco_encerrado"
    message = _("Este link já foi usado ou venceu. Peça outro: ele serve uma vez, por uma hora.")


@transaction.atomic
def password_change(*, user: User, password: str, session_key: str | None = None) -> None:
    """Give a person the password they chose. Their other sessions and their tokens end with the old
    one; the session of `session_key` goes on.
    """
    _password_set(user, password, "senha.trocada", but=session_key)


@transaction.atomic
def password_reset_request(*, address: str) -> None:
    """Send a link for a new password to whoever has a login at an address. It does the same, and
    takes as long, where nobody has, and where a person asked three times within an hour.
    """
    kind = AccountMail.Kind.RESET
    user = User.objects.at(address).filter(is_active=True).first()
    # Whoever was only invited has no password to forget: their invitation asks for the first.
    if user is not None and not user.has_usable_password():
        user = None
    is_kept = recent_count(user=user, kind=kind, span=SPAN) >= RESETS
    mail_write(kind=kind, user=user, is_kept=is_kept)


@transaction.atomic
def password_reset(*, token: str, password: str) -> User:
    """Give a person the password they chose by a link of their mail. Every session and token of
    theirs ends, and so does a lock after wrong passwords. Raises ResetOver.
    """
    found = reset_user(token)
    if found is None:
        raise ResetOver
    # Two browsers may use one link at once: the second finds the password changed.
    User.objects.select_for_update().get(pk=found.pk)
    user = reset_user(token)
    if user is None:
        raise ResetOver
    _password_set(user, password, "senha.redefinida")
    failures_forget(username=email_folded(user.email))
    return user


def _password_set(user: User, password: str, act: str, but: str | None = None) -> None:
    user.set_password(password)
    user.must_change_password = False
    # Saving tells the password validators, which end the tokens; sessions carry the old hash.
    user.save(update_fields=["password", "must_change_password", "updated_at"])
    # A login belongs to no company: each where the person works may see that it changed.
    for company_id in (
        Membership.unscoped.accepted().filter(user=user).values_list("company_id", flat=True)
    ):
        audit_record(company=company_id, actor=user, action=act, target=user)
    mail_write(kind=AccountMail.Kind.CHANGED, user=user)
    # Their hash is the old one, so they are dead already; nobody shall see them listed.
    Session.objects.filter(browser__user=user).exclude(pk=but or "").delete()
