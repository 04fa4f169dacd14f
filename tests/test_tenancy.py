"""Two clinics side by side: nothing of one is ever shown, named or changed for the other.

Every address of the product stands in TABLE; a new one without a line fails here. The clinic's rows
carry MARK in every text a person wrote, so a leak is seen wherever it happens.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from channels.testing import WebsocketCommunicator
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework import serializers

from accounts.models import Company, Membership, User
from accounts.services.tokens import token_issue
from common.scoping import CompanyOwned, company_scope
from contacts.services.contacts import contact_save
from inbox import sockets
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Channel, Conversation, Message, Template
from omnichannel.services.outbound import message_send, note_add
from tests import make

MARK = "MARCADACLINICA"
Attempt = Callable[..., AbstractContextManager[None]]
METHODS = ("get", "post", "put", "patch", "delete")
API = "central-atendimento/"
TALK = f"{API}conversas/<uuid:conversation_id>/"
PAGE = "atendimento/conversas/<uuid:conversation_id>/"
MEMBER, MANAGER, ADMINISTRATOR, NOBODY = "member", "manager", "administrator", "nobody"


@dataclass(frozen=True)
class Address:
    """One line of the table: what each method needs, and a body that gets past its reading.

    `roles` maps methods to the least role; other methods are refused. `body` is sent with every
    write.
    """

    roles: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    is_form: bool = False


def reads() -> Address:
    return Address({"get": MEMBER})


def acts(role: str = MEMBER, **body: Any) -> Address:
    return Address({"post": role}, body)


CHANNEL = {"kind": "whatsapp", "name": "Novo", "account_id": "777000777"}
TABLE: dict[str, Address] = {
    # --- pages ---
    "": Address({method: NOBODY for method in METHODS}),
    "admin/atendimento/": Address({method: NOBODY for method in METHODS}),
    "admin/atendimento/<path:rest>": Address({method: NOBODY for method in METHODS}),
    "atendimento/": reads(),
    "atendimento/entrar/": Address({"get": NOBODY, "post": NOBODY, "put": NOBODY}),
    "atendimento/sair/": Address({"post": NOBODY}),
    "atendimento/lista/": Address({"post": MEMBER}, {"filtro": "todas"}, is_form=True),
    PAGE: reads(),
    f"{PAGE}mensagens/": Address(
        {"get": MEMBER, "post": MEMBER}, {"texto": "x", "client_id": "a"}, is_form=True
    ),
    f"{PAGE}modelos/": reads(),
    f"{PAGE}anexos/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}assumir/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}liberar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}fechar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}reabrir/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}lida/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/mensagens/<uuid:message_id>/reenviar/": Address(
        {"post": MEMBER}, {}, is_form=True
    ),
    "atendimento/anexos/<uuid:attachment_id>/": reads(),
    # --- API ---
    f"{API}auth/token/": Address({"post": NOBODY}, {"email": "x@y.example", "password": "x"}),
    f"{API}auth/logout/": acts(),
    f"{API}canais/": Address({"get": MEMBER, "post": ADMINISTRATOR}, CHANNEL),
    f"{API}canais/<uuid:channel_id>/": Address(
        {"get": MEMBER, "patch": ADMINISTRATOR, "delete": ADMINISTRATOR}, {"name": "Outro"}
    ),
    f"{API}canais/<uuid:channel_id>/validar/": acts(ADMINISTRATOR),
    f"{API}contatos/": Address({"get": MEMBER, "post": MEMBER}, {"name": "Novo"}),
    f"{API}contatos/<uuid:contact_id>/": Address(
        {"get": MEMBER, "patch": MEMBER, "delete": MANAGER}, {"name": "Outro"}
    ),
    f"{API}conversas/": reads(),
    TALK: reads(),
    f"{TALK}mensagens/": Address({"get": MEMBER, "post": MEMBER}, {"text": "x"}),
    f"{TALK}anexos/": acts(),
    f"{TALK}transferir-humano/": acts(),
    f"{TALK}fechar/": acts(),
    f"{TALK}assumir/": acts(),
    f"{TALK}liberar/": acts(),
    f"{TALK}reabrir/": acts(),
    f"{TALK}lida/": acts(),
    f"{API}mensagens/<uuid:message_id>/reenviar/": acts(),
    f"{API}anexos/<uuid:attachment_id>/": reads(),
    f"{API}whatsapp/config/": Address({"get": ADMINISTRATOR}),
    f"{API}whatsapp/perfil-negocio/": Address(
        {"get": MEMBER, "patch": ADMINISTRATOR}, {"about": "x"}
    ),
    f"{API}whatsapp/templates/": reads(),
    f"{API}whatsapp/templates/sincronizar/": acts(ADMINISTRATOR),
    f"{API}whatsapp/test-envio/": acts(ADMINISTRATOR, telefone=make.PHONE, mensagem="x"),
    f"{API}schema/": Address({"get": NOBODY}),
    f"{API}docs/": Address({"get": NOBODY}),
    f"{API}^[\\s\\S]*$": Address(),
}
# Ids that travel beside the path: address, method, where the id goes, whose id.
BESIDE = [
    (f"{API}conversas/", "get", "?channel", "channel"),
    (f"{API}conversas/", "get", "?contact", "contact"),
    (f"{API}conversas/", "get", "?attendant", "member"),
    (f"{API}whatsapp/perfil-negocio/", "get", "?canal", "channel"),
    (f"{API}whatsapp/perfil-negocio/", "patch", "?canal", "channel"),
    (f"{API}whatsapp/templates/", "get", "?canal", "channel"),
    (f"{API}whatsapp/templates/sincronizar/", "post", "canal", "channel"),
    (f"{API}whatsapp/test-envio/", "post", "canal", "channel"),
    (f"{TALK}mensagens/", "post", "reply_to", "message"),
    (f"{TALK}mensagens/", "post", "attachment", "attachment"),
    (f"{TALK}mensagens/", "post", "content.reaction.message_id", "message"),
    (f"{PAGE}mensagens/", "post", "responde_a", "message"),
    (f"{PAGE}mensagens/", "post", "anexo", "attachment"),
    (f"{PAGE}mensagens/", "post", "modelo", "template"),
    ("atendimento/lista/", "post", "id", "conversation"),
]


def walk(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with its view, the admin's apart."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, route)
        else:
            yield route, entry


ADDRESSES = dict(walk())
OURS = {route for route in ADDRESSES if not route.startswith("admin/") or "atendimento" in route}
BACK_OFFICE = {route: entry for route, entry in ADDRESSES.items() if route not in OURS}
PARAMETER = re.compile(r"<(?:uuid|path|str|int):(\w+)>")


def path_of(route: str, ids: dict[str, Any]) -> str:
    """Fill a route with ids by the parameter's name."""
    filled = PARAMETER.sub(lambda match: str(ids[match[1].removesuffix("_id")]), route)
    return "/" + filled.replace("^[\\s\\S]*$", "nao-existe/")


# --- the cast -------------------------------------------------------------------------------------


@dataclass
class Tenant:
    """A company with one of everything, and its people."""

    company: Company
    administrator: Membership
    attendant: Membership
    ids: dict[str, Any]


def furnish(company: Company, mark: str, account: str) -> Tenant:
    """Give a company one row of everything, `mark` in every text."""
    administrator = make.member(
        company, f"{mark} Chefe", Membership.Role.ADMINISTRATOR, is_staff=True
    )
    attendant = make.member(company, f"Atendente {mark}")
    channel = make.channel(company, name=mark, account_id=account, waba_id=account, is_default=True)
    inbound = make.inbound(channel, text=mark, person=make.person(name=mark))
    with company_scope(company):
        conversation = Conversation.objects.get(pk=inbound.conversation_id)
        Conversation.objects.update(subject=mark)
        contact_save(
            actor=administrator, contact=conversation.contact, tags=[mark], custom={"k": mark}
        )
        template = Template.unscoped.create(
            company=company,
            waba_id=channel.waba_id,
            name=mark.lower(),
            language="pt_BR",
            status="APPROVED",
            components=[{"type": "BODY", "text": mark}],
        )
        message_send(conversation=conversation, author=attendant, text=mark)
        note_add(conversation=conversation, author=administrator, text=mark)
        attachment = Attachment(
            company=company,
            conversation=conversation,
            kind="documento",
            state=AttachmentState.READY,
            filename=f"{mark}.pdf",
            mime_type="application/pdf",
            size=len(mark),
        )
        attachment.file.save("", ContentFile(mark.encode()), save=True)
    ids = {
        "event": make.event(make.body(channel, make.said(mark))).pk,
        "channel": channel.pk,
        "conversation": conversation.pk,
        "contact": conversation.contact_id,
        "message": inbound.pk,
        "attachment": attachment.pk,
        "template": template.pk,
        "member": attendant.pk,
        "rest": "filas",
    }
    return Tenant(company, administrator, attendant, ids)


@pytest.fixture
def ours(clinic: Company, settings: Any) -> Tenant:
    """Give the clinic whose data must not leak."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return furnish(clinic, MARK, "100000000000002")


@pytest.fixture
def theirs(rival: Company, ours: Tenant) -> Tenant:
    """Give the clinic that must not see it."""
    return furnish(rival, "OUTRA", "200000000000002")


def client_of(member: Membership | None, route: str) -> Client:
    """Give a browser for pages, a token for the API."""
    if member is None:
        return Client(raise_request_exception=True)
    if route.startswith(API):
        token, _ = token_issue(user=member.user)
        return Client(headers={"Authorization": f"Token {token}"})
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def call(member: Membership | None, route: str, method: str, ids: dict[str, Any], **extra: Any):
    """Send one request, with the body of the table."""
    address = TABLE.get(route, Address())
    body = {**address.body, **extra}
    options = {} if address.is_form or method == "get" else {"content_type": "application/json"}
    return getattr(client_of(member, route), method)(path_of(route, ids), body, **options)


def content_of(answer: Any) -> str:
    """Return what an answer says, but for the moment."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {key: value for key, value in answer.headers.items() if key != "Expires"}
    return f"{headers}\n{body.decode(errors='replace')}"


def assert_says_nothing(answer: Any, about: Tenant, *given: Any) -> None:
    """Fail when an answer holds the mark or an id of a company's; `given` ids may be echoed."""
    said = content_of(answer)
    assert MARK.lower() not in said.lower()
    for value in about.ids.values():
        if isinstance(value, UUID) and value not in given:
            assert str(value) not in said


CALLS = [(route, method) for route, row in TABLE.items() for method in row.roles]
WITH_ID = [(route, method) for route, method in CALLS if "<uuid:" in route]


# --- addresses ------------------------------------------------------------------------------------


def test_every_address_stands_in_the_table():
    assert set(TABLE) == OURS


@pytest.mark.parametrize("route", sorted(TABLE))
def test_every_method_of_an_address_stands_in_the_table(route: str):
    view = getattr(ADDRESSES[route].callback, "view_class", None) or getattr(
        ADDRESSES[route].callback, "cls", None
    )
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


def test_the_highest_role_gets_in_everywhere(ours: Tenant, no_provider: None, attempt: Attempt):
    for route, method in CALLS:
        with attempt(route, method):
            answer = call(ours.administrator, route, method, ours.ids)
            assert answer.status_code < 500
            if route != f"{API}auth/token/":
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
    words = {"q": MARK, "filtro": "todas"}
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


def with_id_beside(tenant: Tenant, route: str, method: str, place: str, value: Any) -> Any:
    """Send a call of a tenant's administrator with one id beside the path."""
    member = tenant.administrator
    if not place.startswith("?"):
        first, *rest = place.split(".")
        reaction = {"reaction": {"message_id": str(value), "emoji": "x"}}
        return call(member, route, method, tenant.ids, **{first: reaction if rest else str(value)})
    path, client = f"{path_of(route, tenant.ids)}{place}={value}", client_of(member, route)
    if method == "get":
        return client.get(path)
    return getattr(client, method)(path, TABLE[route].body, content_type="application/json")


def rows_of(company: Company) -> dict[str, list[Any]]:
    """Return every row of a company, of every tenant's table."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, CompanyOwned):
            rows = model.unscoped.for_company(company).order_by("pk")
            found[model.__name__] = list(rows.values_list())
    return found


@pytest.fixture
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer for the provider: this is not about Meta."""
    from omnichannel.adapters.base import AccountHealth
    from omnichannel.adapters.whatsapp.adapter import WhatsAppAdapter

    answers: dict[str, Callable[..., Any]] = {
        "validate": lambda self, account: AccountHealth(account.account_id),
        "profile": lambda self, account: {},
        "profile_update": lambda self, account, changes: changes,
        "templates": lambda self, account: iter(()),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(WhatsAppAdapter, name, answer)


@pytest.fixture
def attempt(subtests: Any) -> Attempt:
    """Judge one row of a table as a test of its own, and undo what it did to the database."""

    @contextmanager
    def one(*row: Any) -> Iterator[None]:
        with subtests.test(" ".join(map(str, row))), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return one


# --- back-office ----------------------------------------------------------------------------------


def back_office_path(route: str, row_id: Any) -> str:
    """Fill an admin address; content types and app names do not tell companies apart."""
    return "/" + re.sub(r"<[^>]+>|\^.*", lambda match: str(row_id), route)


def row_of(route: str, tenant: Tenant) -> Any:
    """Return the id of a company's row that an admin address is about; any id for other ones."""
    match = re.match(r"admin/(\w+)/(\w+)/", route)
    if match is None:
        return tenant.ids["conversation"]
    model = apps.get_model(match[1], match[2])
    if issubclass(model, CompanyOwned):
        row = model.unscoped.for_company(tenant.company).first()
        return row.pk if row else uuid4()
    others = {Company: tenant.company.pk, User: tenant.attendant.user_id}
    return others.get(model, tenant.ids["event"])


def test_the_back_office_shows_the_rival_nothing_of_the_clinic(
    ours: Tenant, theirs: Tenant, no_provider: None, attempt: Attempt
):
    for route in sorted(BACK_OFFICE):
        with attempt(route):
            look_around(ours, theirs, route)


def look_around(ours: Tenant, theirs: Tenant, route: str) -> None:
    """Ask one admin address as the rival, for each of the clinic's ids and for nobody's."""
    client = client_of(theirs.administrator, route)
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
    assert client.get(reverse("admin:index")).status_code == 200


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


async def connects(member: Membership | None, path: str, origin: str = "http://testserver") -> bool:
    """Tell whether a socket was accepted."""
    from asgiref.sync import sync_to_async

    headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
    if member is not None:
        client = Client()
        backend = "django.contrib.auth.backends.ModelBackend"
        await sync_to_async(client.force_login)(member.user, backend=backend)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
    socket = WebsocketCommunicator(sockets.sockets, path, headers=headers)
    is_accepted, _ = await socket.connect()
    await socket.disconnect()
    return bool(is_accepted)


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


def modules(*names: str) -> Iterator[Any]:
    """Import every module of ours whose path holds one of the names."""
    for package in ("common", "accounts", "contacts", "omnichannel", "webhooks", "inbox", "config"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if any(name in found.name for name in names):
                yield importlib.import_module(found.name)


def classes(base: type, *names: str) -> list[type]:
    """Give our subclasses of a base, each once."""
    found = {
        member
        for module in modules(*names)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and member.__module__ == module.__name__
    }
    return sorted(found, key=lambda member: (member.__module__, member.__name__))


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


def related_fields(serializer: Any) -> Iterator[Any]:
    for item in getattr(serializer, "fields", {}).values():
        related = getattr(item, "child_relation", item)
        if isinstance(related, serializers.RelatedField):
            yield related
        elif isinstance(related, serializers.BaseSerializer):
            yield from related_fields(getattr(related, "child", related))


def test_only_the_declared_serializers_read_model_fields():
    """What is written goes through strict inputs; a model serializer only shows."""
    for serializer in SERIALIZERS:
        if issubclass(serializer, serializers.ModelSerializer):
            assert serializer.__name__.endswith("Out")


FORMS = [cls for cls in classes(forms.BaseForm, ".forms") if cls.__module__.startswith("inbox")]


@pytest.mark.parametrize("form", FORMS, ids=lambda cls: cls.__name__)
def test_a_form_of_the_pages_chooses_among_no_rows(form: Any):
    for item in form.base_fields.values():
        assert not isinstance(item, forms.ModelChoiceField)
    assert not issubclass(form, forms.ModelForm) or isinstance(form._meta.fields, tuple | list)


def test_every_table_of_a_tenant_names_its_company():
    shared = {"Company", "User"}
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in ("accounts", "contacts", "omnichannel"):
            continue
        if model.__name__ in shared or model._meta.auto_created:
            continue
        assert issubclass(model, CompanyOwned), model
        assert not model._meta.get_field("company").null
    assert issubclass(Message, models.Model)
    assert issubclass(Channel, CompanyOwned)
