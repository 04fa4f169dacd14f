"""Two clinics side by side: nothing of one is ever shown, named or changed for the other.

Every address of the product stands in neighbours.TABLE; a new one without a line fails here. The
clinic's rows carry MARK in every text a person wrote, so a leak is seen wherever it happens.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.db import models
from django.test import Client
from django.urls import reverse
from rest_framework import serializers

from accounts.api.base import UnknownAddress
from accounts.models import Company
from common.scoping import CompanyOwned, company_scope
from inbox import sockets
from omnichannel.models import Channel, Message
from tests import make
from tests.neighbours import (
    ADDRESSES,
    ADMINISTRATOR,
    API,
    BACK_OFFICE,
    BESIDE,
    CALLS,
    LETTER,
    MANAGER,
    MARK,
    NOBODY,
    OURS,
    PAGE,
    TABLE,
    WITH_ID,
    Attempt,
    Tenant,
    assert_says_nothing,
    back_office_path,
    call,
    classes,
    client_of,
    connects,
    content_of,
    furnish,
    related_fields,
    row_of,
    rows_of,
    with_id_beside,
)


@pytest.fixture
def ours(clinic: Company, settings: Any) -> Tenant:
    """Give the clinic whose data must not leak."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.forget_cached()
    return furnish(clinic, MARK, "100000000000002")


@pytest.fixture
def theirs(rival: Company, ours: Tenant) -> Tenant:
    """Give the clinic that must not see it."""
    return furnish(rival, "OUTRA", "200000000000002")


# --- addresses ------------------------------------------------------------------------------------


def test_every_address_stands_in_the_table():
    assert set(TABLE) == OURS


@pytest.mark.parametrize("route", sorted(TABLE))
def test_every_method_of_an_address_stands_in_the_table(route: str):
    served = ADDRESSES[route].callback
    # Whatever has no address, which may be one without its final slash, is a plain function's.
    view = getattr(served, "view_class", None) or getattr(served, "cls", UnknownAddress)
    names = [name for name in view.http_method_names if hasattr(view, name)]
    assert set(names) - {"options", "head", "trace"} == set(TABLE[route].roles)


def test_a_stranger_gets_in_only_where_everyone_may(ours: Tenant, attempt: Attempt):
    for route, method in CALLS:
        with attempt(route, method):
            answer = call(None, route, method, ours.ids)
            if TABLE[route].roles[method] == NOBODY:
                assert answer.status_code < 500
            elif route.startswith(API):
                assert (answer.status_code, answer.json()["code"]) == (401, "nao_autenticado")
            else:
                assert answer.status_code == 302
                assert answer["Location"].startswith("/atendimento/entrar/")
            assert_says_nothing(answer, ours, *ours.ids.values())


def test_a_role_too_low_is_403_and_nothing_else_is(
    ours: Tenant, no_provider: None, attempt: Attempt
):
    for route, method in CALLS:
        with attempt(route, method):
            answer = call(ours.attendant, route, method, ours.ids)
            is_low = TABLE[route].roles[method] in (ADMINISTRATOR, MANAGER)
            assert (answer.status_code == 403) == is_low
            assert answer.status_code < 500


# No rank opens these: the login's own password, an invitation to somebody else, the mark on a
# conversation that a colleague holds.
PERSONAL = {
    f"{API}auth/token/",
    "atendimento/convites/<uuid:membership_id>/",
    "atendimento/conversas/<uuid:conversation_id>/nao-lida/",
    # The cast's person has no other channel to go on by, and is no visitor of a site.
    "atendimento/continuar/<uuid:conversation_id>/",
    f"{API}conversas/<uuid:conversation_id>/continuar/",
    f"{PAGE}bloquear-visitante/",
    # The cast's message is no letter, and nobody guesses a seal.
    *(f"{LETTER}{part}" for part in ("", "citado/", "pagina/", "original/", "encaminhada/")),
    "atendimento/emails/imagens/<str:token>/<int:place>/",
    # Its key is the secret of a calendar.
    "agenda/<str:key>.ics",
    "sair-da-lista/<str:key>/",
}


def test_the_highest_role_gets_in_everywhere(ours: Tenant, no_provider: None, attempt: Attempt):
    for route, method in CALLS:
        with attempt(route, method):
            answer = call(ours.administrator, route, method, ours.ids)
            assert answer.status_code < 500
            if route not in PERSONAL:
                assert answer.status_code not in (401, 403, 404, 405)


def test_another_companys_object_is_byte_for_byte_a_missing_one(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    missing = {name: uuid4() for name in ours.ids}
    names = ("Content-Length", "Content-Type", "Cache-Control", "WWW-Authenticate")
    for route, method in WITH_ID:
        with attempt(route, method):
            for member in (theirs.attendant, theirs.administrator):
                foreign = call(member, route, method, ours.ids)
                nobodys = call(member, route, method, missing)
                assert foreign.status_code == nobodys.status_code
                assert foreign.status_code in (404, 403)
                assert foreign.content == nobodys.content
                assert [foreign.get(name) for name in names] == [
                    nobodys.get(name) for name in names
                ]
                assert_says_nothing(foreign, ours)
            assert foreign.status_code == 404


def test_no_answer_to_the_rival_holds_anything_of_the_clinic(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    for route, method in CALLS:
        with attempt(route, method):
            for member in (theirs.administrator, theirs.attendant):
                assert_says_nothing(call(member, route, method, theirs.ids), ours)


@pytest.mark.parametrize("route", [f"{API}conversas/", f"{API}contatos/", "atendimento/lista/"])
def test_the_rivals_search_for_the_clinics_words_finds_nothing(
    ours: Tenant, theirs: Tenant, route: str
):
    words = {"q": MARK} if route.startswith(API) else {"q": MARK, "filtro": "todas"}
    for tenant, is_found in ((theirs, False), (ours, True)):
        client = client_of(tenant.administrator, route)
        ask = client.get if route.startswith(API) else client.post
        said = content_of(ask(f"/{route}", words))
        held = [str(ours.ids[name]) in said for name in ("conversation", "contact")]
        assert any(held) is is_found


def test_nothing_of_the_clinic_changes_by_the_rivals_hand(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    before = rows_of(ours.company)
    for route, method in [row for row in WITH_ID if row[1] != "get"]:
        with attempt(route, method):
            call(theirs.administrator, route, method, ours.ids)
            assert rows_of(ours.company) == before


@pytest.mark.parametrize(
    "route", ["atendimento/", PAGE, f"{API}contatos/", f"{API}conversas/", f"{API}canais/"]
)
def test_the_mark_would_be_seen(ours: Tenant, route: str):
    answer = call(ours.administrator, route, "get", ours.ids)
    with pytest.raises(AssertionError):
        assert_says_nothing(answer, ours)


def test_a_foreign_id_beside_the_path_is_a_missing_one(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    before = rows_of(ours.company)
    for route, method, place, kind in BESIDE:
        with attempt(route, method, place):
            foreign = with_id_beside(theirs, route, method, place, ours.ids[kind])
            missing = with_id_beside(theirs, route, method, place, uuid4())
            assert foreign.status_code == missing.status_code < 500
            assert_says_nothing(foreign, ours, ours.ids[kind])
            answers = [
                re.sub(r"[0-9a-f-]{36}|[\w-]{64}", "", content_of(a)) for a in (foreign, missing)
            ]
            assert answers[0] == answers[1]
            assert rows_of(ours.company) == before


# --- back-office ----------------------------------------------------------------------------------


def test_the_back_office_shows_the_rival_nothing_of_the_clinic(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    login = client_of(theirs.administrator, "admin/").cookies[settings.SESSION_COOKIE_NAME]
    for route in sorted(BACK_OFFICE):
        # A browser for each address: messages that wait to be shown stay in their cookie.
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = login.value
        with attempt(route):
            look_around(ours, client, route)


def look_around(ours: Tenant, client: Client, route: str) -> None:
    """Ask one admin address as the rival, for each of the clinic's ids and for nobody's."""
    if "<" not in route:
        for method in (client.get, client.post):
            if "logout" not in route:
                assert_says_nothing(method(back_office_path(route, "")), ours)
        return
    value, nobody = row_of(route, ours), uuid4()
    for method in (client.get, client.post):
        answers = [method(back_office_path(route, one)) for one in (value, nobody)]
        assert answers[0].status_code == answers[1].status_code
        said = [
            re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content_of(answer)).replace(
                str(one), ""
            )
            for answer, one in zip(answers, (value, nobody), strict=True)
        ]
        assert said[0] == said[1]
        assert MARK.lower() not in said[0].lower()
    # What was refused was not refused for want of a login.
    assert SESSION_KEY in client.session


def test_the_back_offices_choices_hold_nothing_of_the_clinic(ours: Tenant, theirs: Tenant):
    client, asked = client_of(theirs.administrator, "admin/"), 0
    for model, page in admin.site._registry.items():
        for name in page.get_autocomplete_fields(None):  # type: ignore[arg-type]
            where = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": name,
            }
            for term in ("", MARK[:6]):
                answer = client.get("/admin/autocomplete/", {**where, "term": term})
                assert answer.status_code in (200, 403)
                assert_says_nothing(answer, ours)
                asked += 1
    assert asked


def test_an_attendant_and_a_stranger_do_not_enter_the_back_office(ours: Tenant):
    for member in (ours.attendant, None):
        answer = client_of(member, "admin/").get("/admin/", follow=False)
        assert answer.status_code in (302, 403)


def test_the_back_office_would_show_the_mark_to_its_own(ours: Tenant):
    client = client_of(ours.administrator, "admin/")
    answer = client.get(reverse("admin:omnichannel_channel_changelist"))
    assert MARK in answer.content.decode()


# --- sockets --------------------------------------------------------------------------------------

SOCKETS = {
    "ws/atendimento/<uuid:company_id>/": "/ws/atendimento/{company}/",
    "ws/atendimento/<uuid:company_id>/<uuid:conversation_id>/": (
        "/ws/atendimento/{company}/{conversation}/"
    ),
    "<path:anything>": "/ws/outra/",
    "": "/",
}


def test_every_socket_stands_in_the_table():
    assert {str(entry.pattern) for entry in sockets.PATTERNS} == set(SOCKETS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pattern", sorted(SOCKETS))
async def test_a_socket_is_refused_before_it_is_accepted(
    ours: Tenant, theirs: Tenant, pattern: str
):
    def path(company: Any, conversation: Any) -> str:
        return SOCKETS[pattern].format(company=company, conversation=conversation)

    own, foreign = ours.company.pk, theirs.company.pk
    mine, others = ours.ids["conversation"], theirs.ids["conversation"]
    is_served = "company" in pattern
    assert await connects(ours.attendant, path(own, mine)) is is_served
    assert not await connects(None, path(own, mine))
    assert not await connects(ours.attendant, path(foreign, others))
    assert not await connects(ours.attendant, path(uuid4(), mine))
    assert not await connects(ours.attendant, path(own, mine), origin="https://mau.example")
    if "conversation" in pattern:
        assert not await connects(ours.attendant, path(own, others))
        assert not await connects(ours.attendant, path(own, uuid4()))


# --- serializers and forms ------------------------------------------------------------------------


SERIALIZERS = classes(serializers.BaseSerializer, ".api")


def test_the_walk_finds_serializers():
    assert len(SERIALIZERS) > 15


@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda cls: cls.__name__)
def test_a_serializer_names_its_fields_and_chooses_only_among_its_companys_rows(
    serializer: Any, clinic: Company
):
    meta = getattr(serializer, "Meta", None)
    if meta is not None:
        assert isinstance(meta.fields, tuple | list), "name the fields"
        assert not hasattr(meta, "exclude")
        assert "company" not in meta.fields
    with company_scope(clinic):
        for related in related_fields(serializer()):
            chosen = related.get_queryset()
            assert chosen is None or str(clinic.pk).replace("-", "") in str(chosen.query).replace(
                "-", ""
            )


def test_only_the_declared_serializers_read_model_fields():
    """What is written goes through strict inputs; a model serializer only shows."""
    for serializer in SERIALIZERS:
        if issubclass(serializer, serializers.ModelSerializer):
            assert serializer.__name__.endswith("Out")


FORMS = [cls for cls in classes(forms.BaseForm, ".forms") if cls.__module__.startswith("inbox")]


@pytest.mark.parametrize("form", FORMS, ids=lambda cls: cls.__name__)
def test_a_form_of_the_pages_chooses_only_among_its_companys_rows(form: Any, clinic: Company):
    assert not issubclass(form, forms.ModelForm) or isinstance(form._meta.fields, tuple | list)
    chosen = {n: f for n, f in form.base_fields.items() if isinstance(f, forms.ModelChoiceField)}
    assert all(field.queryset.query.is_empty() for field in chosen.values())
    if not chosen:
        return
    with company_scope(clinic):
        drawn = form()
    for name in chosen:
        asked = str(drawn.fields[name].queryset.query).replace("-", "")
        assert str(clinic.pk).replace("-", "") in asked


def test_every_table_of_a_tenant_names_its_company():
    # A login works for any company, and so do its mails and sessions.
    shared = {"Company", "User", "AccountMail", "BrowserSession", "TwoFactor"}
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in ("accounts", "contacts", "omnichannel"):
            continue
        if model.__name__ in shared or model._meta.auto_created:
            continue
        assert issubclass(model, CompanyOwned), model
        assert not model._meta.get_field("company").null
    assert issubclass(Message, models.Model)
    assert issubclass(Channel, CompanyOwned)
