"""Invitations by mail: one link, one place, for the address that it went to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.services import inviting
from accounts.services.invitations import InvitationByMail, invitation_answer, member_invite
from accounts.services.inviting import (
    TooManyInvitations,
    invitation_resend,
    invitation_withdraw,
)
from accounts.services.joining import (
    InvitationOver,
    LoginNeeded,
    invitation_join,
    invitation_of,
    invitation_settle,
)
from accounts.services.mails import mails_send
from accounts.services.memberships import MemberKnown, membership_of
from common.errors import NotFound
from tests import make
from tests.race import errors, together

NEW = "nova@clinica.example"


@pytest.fixture(autouse=True)
def _on(settings: Any, bells: Any) -> None:
    settings.MAIL_IS_ON = True


def invited(by: Membership, email: str = NEW, role: str = "atendente") -> tuple[Membership, str]:
    """Invite, send the mail, and return the place and the token in it."""
    place = member_invite(company=by.company, actor=by.user, email=email, name="x", role=role)
    return place, newest_token()


def newest_token() -> str:
    mail.outbox.clear()
    mails_send()
    found = re.search(r"/atendimento/convite/([^/\s]+)/", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def join(token: str) -> User:
    return invitation_join(token=token, name="Nova Lima", password=make.PASSWORD)


def test_somebody_new_chooses_name_and_password_and_works_there(ana):
    place, token = invited(ana, role="supervisor")
    assert token not in str(list(Invitation.unscoped.values()))
    assert membership_of(place.user) is None and not place.user.has_usable_password()
    user = join(token)
    assert (user.name, user.check_password(make.PASSWORD)) == ("Nova Lima", True)
    assert membership_of(user).pk == place.pk and user.is_staff
    acts = AuditEntry.unscoped.order_by("created_at").values_list("action", flat=True)
    assert list(acts) == ["membro.convidado", "membro.aceitou_convite"]


def test_a_link_serves_once(ana):
    _place, token = invited(ana)
    join(token)
    with pytest.raises(InvitationOver) as over:
        join(token)
    assert "já foi aceito" in str(over.value)


def test_an_expired_a_withdrawn_and_an_invented_link_are_refused_in_words(ana):
    place, token = invited(ana)
    rows = Invitation.unscoped.filter(membership=place)
    rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvitationOver) as over:
        invitation_of(token)
    assert "venceu" in str(over.value)
    rows.update(expires_at=timezone.now() + timedelta(days=1))
    invitation_withdraw(membership=place, actor=ana.user)
    with pytest.raises(InvitationOver) as over:
        join(token)
    assert "retirado" in str(over.value)
    for bad in ("", "x" * 43, "não\x00"):
        with pytest.raises(InvitationOver):
            invitation_of(bad)


def test_an_invitation_that_is_sent_again_ends_the_link_before(ana):
    place, old = invited(ana)
    Invitation.unscoped.update(expires_at=timezone.now() - timedelta(days=1))
    invitation_resend(membership=place, actor=ana.user)
    with pytest.raises(InvitationOver):
        invitation_of(old)
    assert invitation_of(newest_token()).membership_id == place.pk


def test_so_many_mails_a_day_and_no_more(ana, monkeypatch):
    place, _token = invited(ana)
    for _ in range(inviting.MAILS_OF_A_PLACE - 1):
        invitation_resend(membership=place, actor=ana.user)
    with pytest.raises(TooManyInvitations):
        invitation_resend(membership=place, actor=ana.user)
    monkeypatch.setattr(inviting, "MAILS_OF_A_COMPANY", inviting.MAILS_OF_A_PLACE)
    with pytest.raises(TooManyInvitations):
        invited(ana, "outra@clinica.example")


def test_whoever_has_a_login_accepts_with_it_and_not_by_the_page_alone(ana, rui):
    place, token = invited(ana, rui.user.email)
    with pytest.raises(LoginNeeded):
        join(token)
    with pytest.raises(InvitationByMail):
        invitation_answer(user=rui.user, membership_id=place.pk, is_accepted=True)
    with pytest.raises(LoginNeeded):
        invitation_settle(token=token, user=ana.user, is_accepted=True)
    assert Membership.unscoped.get(pk=place.pk).is_invited
    invitation_settle(token=token, user=rui.user, is_accepted=True)
    assert not Membership.unscoped.get(pk=place.pk).is_invited


def test_a_declined_place_is_gone_and_may_be_offered_again(ana, rui):
    place, token = invited(ana, rui.user.email)
    invitation_settle(token=token, user=rui.user, is_accepted=False)
    with pytest.raises(InvitationOver) as over:
        invitation_of(token)
    assert "recusado" in str(over.value)
    assert invited(ana, rui.user.email)[0].pk != place.pk


def test_a_member_is_told_as_one_and_gets_no_mail(ana, beto):
    with pytest.raises(MemberKnown):
        invited(ana, beto.user.email.upper())
    assert mails_send() == 0


def test_a_place_that_is_taken_is_neither_sent_again_nor_withdrawn(ana, beto):
    for act in (invitation_resend, invitation_withdraw):
        with pytest.raises(NotFound):
            act(membership=beto, actor=ana.user)


def test_a_mail_of_a_place_that_was_withdrawn_is_not_sent(ana):
    place = member_invite(company=ana.company, actor=ana.user, email=NEW, name="", role="atendente")
    invitation_withdraw(membership=place, actor=ana.user)
    assert mails_send() == 0 and mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_accept_at_once_make_one_person(ana):
    _place, token = invited(ana)
    results = together(*(lambda: join(token) for _ in range(2)))
    (error,) = errors(results)
    assert isinstance(error, (InvitationOver, LoginNeeded))
    assert AuditEntry.unscoped.filter(action="membro.aceitou_convite").count() == 1
