"""Who enters the back-office, what each role may do there, and whose rows they meet."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Membership, User
from accounts.services.memberships import LastAdministrator, member_change, member_create
from contacts.models import Tag
from tests import make
from tests.backoffice import Office, owner, said, supervisor, text_of


def test_an_attendant_is_sent_to_the_login(beto):
    assert Office(beto).browser.get("/admin/").status_code == 302


def test_an_attendant_marked_as_staff_still_sees_nothing(beto):
    User.objects.filter(pk=beto.user_id).update(is_staff=True)
    assert Office(beto).browser.get("/admin/").status_code == 302


def test_an_administrator_who_was_switched_off_does_not_enter(ana):
    Membership.unscoped.filter(pk=ana.pk).update(is_active=False)
    assert Office(ana).browser.get("/admin/").status_code == 302


def test_an_administrator_of_a_closed_company_does_not_enter(ana, clinic):
    clinic.is_active = False
    clinic.save()
    assert Office(ana).browser.get("/admin/").status_code == 302


def test_logging_in_by_e_mail_opens_the_dashboard(ana, client):
    form = {"username": ana.user.email.upper(), "password": make.PASSWORD}
    answer = client.post(reverse("inbox:login"), {**form, "next": "/admin/"})
    assert answer.status_code == 302 and answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_supervisor_looks_but_changes_nothing(clinic, ana):
    office = Office(supervisor(clinic))
    tag = Tag.unscoped.create(company=clinic, name="Retorno")
    assert office.list("contacts_tag").status_code == 200
    assert office.page("contacts_tag", tag).status_code == 200
    assert office.browser.get(reverse("admin:contacts_tag_add")).status_code == 403
    url = reverse("admin:contacts_tag_change", args=[tag.pk])
    assert office.browser.post(url, {"name": "X", "colour": "#000000"}).status_code == 403
    assert office.page("contacts_tag", tag, "delete").status_code == 403
    tag.refresh_from_db()
    assert tag.name == "Retorno"


def test_a_new_row_belongs_to_the_administrators_company(clinic, ana):
    answer = Office(ana).save("contacts_tag", name="Retorno", colour="#112233")
    assert answer.status_code == 302
    assert Tag.unscoped.get().company_id == clinic.pk


def test_a_duplicate_is_a_form_error_not_a_crash(clinic, ana):
    Tag.unscoped.create(company=clinic, name="Retorno")
    answer = Office(ana).save("contacts_tag", name="RETORNO", colour="#112233")
    assert answer.status_code == 200
    assert Tag.unscoped.count() == 1


def test_the_same_name_in_another_company_is_no_duplicate(rival, ana):
    Tag.unscoped.create(company=rival, name="Retorno")
    assert Office(ana).save("contacts_tag", name="Retorno", colour="#112233").status_code == 302


def test_an_owner_chooses_the_company_of_a_new_row(clinic, rival):
    office = Office(owner())
    given = {"name": "Retorno", "colour": "#112233"}
    assert office.save("contacts_tag", **given).status_code == 200
    assert office.save("contacts_tag", **given, company=rival.pk).status_code == 302
    assert Tag.unscoped.get().company_id == rival.pk


def test_another_companys_row_answers_as_a_missing_one(rui, clinic, ana):
    tag = Tag.unscoped.create(company=clinic, name="Retorno")
    office = Office(rui)
    answer = office.page("contacts_tag", tag)
    assert answer.status_code == 302 and answer["Location"] == "/admin/"
    assert "Retorno" not in text_of(office.list("contacts_tag"))


def test_what_is_done_is_in_the_audit_with_its_fields(clinic, ana):
    tag = Tag.unscoped.create(company=clinic, name="Retorno")
    Office(ana).save("contacts_tag", tag, name="Retornos", colour="#112233")
    entry = AuditEntry.unscoped.get(object_id=str(tag.pk))
    assert (entry.action, entry.actor) == ("tag.alterado", ana.user)
    assert entry.detail == {"campos": ["Nome", "Cor"]}


def test_the_audit_is_a_record(clinic, ana):
    entry = AuditEntry.unscoped.create(company=clinic, action="x.y")
    office = Office(ana)
    assert office.page("accounts_auditentry", entry).status_code == 200
    assert office.page("accounts_auditentry", entry, "delete").status_code == 403
    assert office.browser.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    url = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    assert office.browser.post(url, {"action": "outra"}).status_code == 403


def test_a_rows_history_is_its_part_of_the_audit(clinic, ana):
    tag = Tag.unscoped.create(company=clinic, name="Retorno")
    office = Office(ana)
    office.save("contacts_tag", tag, name="Retornos", colour="#112233")
    history = office.page("contacts_tag", tag, "history")
    assert "Alterou uma etiqueta" in text_of(office.browser.get(history["Location"]))


def bare(response) -> str:
    """Give a page without what differs from one request to the next."""
    noise = r"[0-9a-f]{8}-[0-9a-f-]{27}|csrf[^>]*>|nonce[-=][^ ]+|há [^<]*"
    return re.sub(noise, "", text_of(response))


class TestTeam:
    """Bringing people in and changing what they may."""

    GIVEN = {"email": "nova@clinica.example", "name": "Nova Pessoa", "role": "supervisor"}  # noqa: RUF012

    def test_an_administrator_brings_somebody_in(self, clinic, ana):
        answer = Office(ana).save("accounts_membership", **self.GIVEN, password=make.PASSWORD)
        assert answer.status_code == 302
        member = Membership.unscoped.get(user__email="nova@clinica.example")
        assert (member.company_id, member.role) == (clinic.pk, "supervisor")
        assert member.user.check_password(make.PASSWORD)
        assert member.is_invited and member.user.must_change_password
        assert not member.user.is_staff and not member.user.is_superuser

    def test_a_new_person_needs_a_good_password(self, ana):
        office = Office(ana)
        assert office.save("accounts_membership", **self.GIVEN, password="123").status_code == 200
        answer = office.save("accounts_membership", **self.GIVEN, password="")
        assert "obrigatório" in text_of(answer)
        assert not User.objects.filter(email="nova@clinica.example").exists()

    def test_somebody_known_keeps_their_password_and_looks_like_somebody_new(self, ana, rui):
        office = Office(ana)
        pages, lists = [], []
        for email in (rui.user.email, "ninguem@clinica.example"):
            given = {"email": email, "role": "atendente", "password": "outra-senha-9x"}
            blank = office.save("accounts_membership", **{**given, "password": ""})
            answer = office.save("accounts_membership", **given)
            place = Membership.unscoped.get(user__email=email, company=ana.company)
            told = [blank, answer, office.page("accounts_membership", place)]
            pages.append([re.sub(re.escape(email), "X", bare(one), flags=re.I) for one in told])
            lists.append(text_of(office.list("accounts_membership", q="Rui")))
            assert answer.status_code == 302
        assert pages[0] == pages[1]
        # Nothing tells the name or the other company, and the login is not in reach.
        assert not any("Rui Sá" in page for page in [*pages[0], *lists])
        users = text_of(office.list("accounts_user"))
        assert rui.user.email not in users and rui.company.name not in users
        rui.user.refresh_from_db()
        assert rui.user.check_password(make.PASSWORD)

    def test_a_pending_place_takes_nothing_from_who_the_person_works_for(self, ana, beto, rui):
        Office(rui).save(
            "accounts_membership",
            email=beto.user.email, role="atendente", password="outra-senha-9x",
        )  # fmt: skip
        office = Office(ana)
        given = {"email": beto.user.email, "name": "Beto R.", "is_active": "on"}
        assert office.save("accounts_user", beto.user, **given).status_code == 302
        password = reverse("admin:auth_user_password_change", args=[beto.user_id])
        assert office.browser.get(password).status_code == 200
        assert rui.company.name not in text_of(office.list("accounts_user"))

    @pytest.mark.parametrize("left_out", ["is_active", "is_staff"])
    def test_the_last_administrator_does_not_close_their_own_login(self, ana, left_out):
        given = {"email": ana.user.email, "name": "Ana", "is_active": "on", "is_staff": "on"}
        del given[left_out]
        answer = Office(ana).save("accounts_user", ana.user, **given)
        assert "última pessoa administradora" in text_of(answer)
        ana.user.refresh_from_db()
        assert ana.user.is_active and ana.user.is_staff

    def test_the_last_administrator_stays(self, ana, beto):
        answer = Office(ana).save("accounts_membership", ana, role="atendente", is_active="on")
        assert "última pessoa administradora" in text_of(answer)
        ana.refresh_from_db()
        assert ana.role == "administrador"
        with pytest.raises(LastAdministrator):
            member_change(membership=ana, actor=ana.user, role=ana.role, is_active=False)

    def test_another_administrator_may_step_down(self, clinic, ana):
        other = make.member(clinic, "Otto Sá", Membership.Role.ADMINISTRATOR)
        member_change(membership=other, actor=ana.user, role="atendente", is_active=True)
        other.refresh_from_db()
        assert other.role == "atendente"


class TestLogins:
    """A login may reach several companies, so not everybody may change it."""

    def test_an_administrator_renames_their_own_people(self, ana, beto):
        answer = Office(ana).save(
            "accounts_user", beto.user, email=beto.user.email, name="Beto R.", is_active="on"
        )
        assert answer.status_code == 302
        beto.user.refresh_from_db()
        assert beto.user.name == "Beto R."

    def test_nobody_takes_over_a_login_that_works_elsewhere_too(self, ana, rival, beto):
        member_create(company=rival, email=beto.user.email, name="", password=None)
        office = Office(ana)
        answer = office.save("accounts_user", beto.user, email="meu@x.example", name="X")
        assert answer.status_code == 403
        password = reverse("admin:auth_user_password_change", args=[beto.user_id])
        assert office.browser.post(password, {}).status_code == 403
        beto.user.refresh_from_db()
        assert beto.user.email != "meu@x.example"

    def test_an_administrator_does_not_change_an_owner(self, clinic, ana):
        boss = owner()
        Membership.unscoped.create(company=clinic, user=boss)
        answer = Office(ana).save("accounts_user", boss, email=boss.email, name="X")
        assert answer.status_code == 403

    def test_an_administrator_cannot_make_owners(self, ana, beto):
        Office(ana).save(
            "accounts_user",
            beto.user,
            email=beto.user.email,
            name="Beto",
            is_active="on",
            is_superuser="on",
        )
        beto.user.refresh_from_db()
        assert not beto.user.is_superuser

    def test_a_password_is_changed_on_its_page(self, ana, beto):
        office = Office(ana)
        address = office.press("accounts_user", beto.user, "password_page")["Location"]
        given = {"password1": "nova-senha-boa-77", "password2": "nova-senha-boa-77"}
        answer = office.browser.post(address, {**given, "usable_password": "true"})
        assert answer.status_code == 302
        beto.user.refresh_from_db()
        assert beto.user.check_password("nova-senha-boa-77")
        assert beto.user.must_change_password

    def test_an_owner_makes_a_login_by_e_mail(self, clinic):
        office = Office(owner())
        given = {"password1": "nova-senha-boa-77", "password2": "nova-senha-boa-77"}
        answer = office.save(
            "accounts_user",
            email="Nova@Clinica.example",
            name="Nova",
            usable_password="true",
            **given,
        )
        assert answer.status_code == 302
        assert User.objects.get(email="nova@clinica.example").check_password("nova-senha-boa-77")


def test_only_the_owner_opens_companies_and_switches_them_off(clinic, ana):
    office = Office(ana)
    assert office.browser.get(reverse("admin:accounts_company_add")).status_code == 403
    given = {"name": "Clínica Nova", "time_zone": "America/Manaus"}
    assert office.save("accounts_company", clinic, **given).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.name, clinic.time_zone, clinic.is_active) == (*given.values(), True)
    assert office.page("accounts_company", clinic, "delete").status_code == 403


def test_a_button_is_pressed_by_post_only(ana, beto):
    address = reverse("admin:accounts_user_password_page", args=[beto.user_id])
    assert Office(ana).browser.get(address).status_code == 405


def test_a_button_on_another_companys_row_answers_as_for_a_missing_one(rui, ana):
    answer = Office(rui).press("accounts_user", ana.user, "password_page")
    assert answer["Location"] == "/admin/"
    assert "não existe" in said(answer) or "doesn" in said(answer)


def test_what_was_saved_is_said_without_a_wrong_article(clinic, ana):
    office = Office(ana)
    made = office.save("contacts_tag", name="Retorno", colour="#112233")
    tag = Tag.unscoped.get()
    changed = office.save("contacts_tag", tag, name="Retornos", colour="#112233")
    gone = office.browser.post(reverse("admin:contacts_tag_delete", args=[tag.pk]), {"post": "yes"})
    for answer in (made, changed, gone):
        assert "etiqueta" in said(answer)
        assert not said(answer).startswith("O ") and " foi " not in said(answer)
