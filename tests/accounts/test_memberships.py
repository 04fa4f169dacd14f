"""Who a user is inside a company, and who may still change it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import AuditEntry, Membership, User
from accounts.services.audit import audit_record
from accounts.services.invitations import PasswordMissing, invitation_answer, member_invite
from accounts.services.memberships import (
    LastAdministrator,
    MemberKnown,
    login_close_check,
    member_change,
    member_create,
    membership_of,
)
from common.errors import NotFound
from tests import make
from tests.race import errors, together

ROLE = Membership.Role


def test_a_stranger_is_nobody():
    assert membership_of(AnonymousUser()) is None
    assert membership_of(None) is None


def test_a_user_works_as_their_membership(beto):
    found = membership_of(beto.user)
    assert found.pk == beto.pk
    assert found.company_id == beto.company_id


@pytest.mark.parametrize("what", ["membership", "user", "company"])
def test_who_is_switched_off_is_nobody(beto, what):
    target = {"membership": beto, "user": beto.user, "company": beto.company}[what]
    type(target)._base_manager.filter(pk=target.pk).update(is_active=False)
    assert membership_of(User.objects.get(pk=beto.user_id)) is None


def test_who_works_in_two_companies_works_in_the_older_place_until_it_ends(beto, rival):
    second = member_create(company=rival, email=beto.user.email, name="Beto", password=None)
    assert second.user_id == beto.user_id
    assert membership_of(beto.user).pk == beto.pk
    Membership.unscoped.filter(pk=beto.pk).update(is_active=False)
    assert membership_of(beto.user).pk == second.pk


def test_an_email_is_one_person_however_it_is_written(clinic, rival):
    one = member_create(company=clinic, email="Ana@Exemplo.com", name="Ana", password="x" * 12)
    two = member_create(company=rival, email="ANA@exemplo.COM", name="Ana", password=None)
    assert one.user_id == two.user_id
    assert one.user.email == "ana@exemplo.com"
    assert User.objects.get_by_natural_key("aNa@eXemplo.com").pk == one.user_id


def test_somebody_elses_password_is_not_changed_by_an_invitation(beto, rival, rui):
    member_invite(
        company=rival,
        actor=rui.user,
        email=beto.user.email,
        name="Outro Nome",
        password="senha-do-invasor",
        role=ROLE.ADMINISTRATOR,
    )
    user = User.objects.get(pk=beto.user_id)
    assert user.check_password(make.PASSWORD)
    assert user.name == "Beto Reis"
    # Their old place is where they still work.
    assert membership_of(user).pk == beto.pk


def test_an_invitation_needs_a_password_whoever_is_invited_and_happens_once(clinic, ana, rui):
    given = {"company": clinic, "actor": ana.user, "name": "Novo", "role": ROLE.ATTENDANT}
    for email in ("novo@exemplo.com", rui.user.email):
        with pytest.raises(PasswordMissing):
            member_invite(email=email, password="", **given)
        place = member_invite(email=email, password="senha-bem-longa", **given)
        assert place.is_invited
        with pytest.raises(MemberKnown):
            member_invite(email=email.upper(), password="senha-bem-longa", **given)
    assert [entry.detail for entry in AuditEntry.unscoped.all()] == [{"perfil": "atendente"}] * 2


def test_whoever_invites_themselves_has_accepted(rival):
    boss = User.objects.create_superuser("dona@plataforma.example", make.PASSWORD, name="Dona")
    given = {"company": rival, "actor": boss, "name": "", "role": ROLE.ADMINISTRATOR}
    place = member_invite(email=boss.email, password=make.PASSWORD, **given)
    assert membership_of(boss).pk == place.pk


def test_a_place_counts_when_it_is_accepted_and_both_companies_know(beto, rival, rui):
    given = {"company": rival, "actor": rui.user, "name": "", "role": ROLE.SUPERVISOR}
    place = member_invite(email=beto.user.email, password=make.PASSWORD, **given)
    Membership.unscoped.filter(pk=beto.pk).update(is_active=False)
    assert membership_of(beto.user) is None
    assert str(place) == beto.user.email
    with pytest.raises(NotFound):
        invitation_answer(user=rui.user, membership_id=place.pk, is_accepted=True)
    invitation_answer(user=beto.user, membership_id=place.pk, is_accepted=True)
    user = User.objects.get(pk=beto.user_id)
    assert membership_of(user).pk == place.pk and user.is_staff
    acts = set(AuditEntry.unscoped.values_list("company_id", "action"))
    assert acts == {
        (rival.pk, "membro.convidado"),
        (rival.pk, "membro.aceitou_convite"),
        (beto.company_id, "membro.entrou_em_outra_empresa"),
    }


def test_a_declined_place_is_gone_and_may_be_offered_again(beto, rival, rui):
    given = {"company": rival, "actor": rui.user, "name": "", "role": ROLE.SUPERVISOR}
    for _ in range(2):
        place = member_invite(email=beto.user.email, password=make.PASSWORD, **given)
        invitation_answer(user=beto.user, membership_id=place.pk, is_accepted=False)
        assert not Membership.objects.for_company(rival).filter(user=beto.user).exists()


def test_a_login_closes_unless_a_company_would_have_nobody_left(ana, beto):
    login_close_check(beto.user)
    with pytest.raises(LastAdministrator):
        login_close_check(ana.user)
    make.member(ana.company, "Davi Luz", ROLE.ADMINISTRATOR)
    login_close_check(ana.user)


@pytest.mark.parametrize(
    ("role", "is_active"), [(ROLE.ATTENDANT, True), (ROLE.ADMINISTRATOR, False)]
)
def test_the_last_administrator_stays(ana, beto, role, is_active):
    with pytest.raises(LastAdministrator):
        member_change(membership=ana, actor=ana.user, role=role, is_active=is_active)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one(clinic, ana):
    other = make.member(clinic, "Davi Luz", ROLE.ADMINISTRATOR)
    results = together(
        *(
            lambda one=one, by=by: member_change(
                membership=one, actor=by.user, role=ROLE.ATTENDANT, is_active=True
            )
            for one, by in ((ana, other), (other, ana))
        )
    )
    (error,) = errors(results)
    assert isinstance(error, LastAdministrator)
    assert Membership.objects.for_company(clinic).filter(role=ROLE.ADMINISTRATOR).count() == 1


def test_an_act_is_written_down_with_who_what_and_where(conversation, ana):
    audit_record(
        company=conversation.company,
        actor=ana.user,
        action="teste",
        target=conversation,
        detail={"campos": 2},
        address="192.0.2.7",
    )
    row = AuditEntry.objects.for_company(conversation.company).get(action="teste")
    assert (row.actor_id, row.object_id, row.address) == (
        ana.user_id,
        str(conversation.pk),
        "192.0.2.7",
    )
    assert row.object_type == "omnichannel.conversation"


def test_an_act_of_nobody_is_written_down_too(clinic):
    assert audit_record(company=clinic.pk, actor=AnonymousUser(), action="teste").actor is None
