"""Channels and the set-up of WhatsApp over the API. The provider is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Company, Membership
from contacts.models import Contact
from omnichannel.models import Channel, Conversation, Message, Template
from providers import registry
from providers.outgoing import Account, AccountHealth, SendError, TemplateInfo
from providers.whatsapp.adapter import WhatsAppAdapter
from tests import make
from tests.api.conftest import Client

FIELDS = {
    "id", "kind", "name", "status", "account_id", "waba_id", "phone_number", "is_default",
    "sign_messages", "currency", "time_zone", "settings", "callback_url", "health", "checked_at",
    "proven_at",
    "is_waba_proven", "last_webhook_at", "created_at", "updated_at",
}  # fmt: skip
NEW = {
    "kind": "whatsapp",
    "name": "Recepção",
    "account_id": "300000000000001",
    "waba_id": "300000000000000",
    "credentials": {"access_token": "segredo-do-canal", "app_secret": "segredo-do-app"},
}


class StandIn(WhatsAppAdapter):
    """Answers as Meta would, from memory."""

    refusal: SendError | None = None

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {"about": "Clínica", "websites": ["https://x.example"]}

    def _maybe_refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def validate(self, account: Account) -> AccountHealth:
        self._maybe_refuse()
        return AccountHealth(
            account.account_id,
            phone_number="+55 41 4000-0000",
            quality="GREEN",
            waba_id=account.settings["waba_id"],
            is_waba_read=True,
        )

    def profile(self, account: Account) -> dict[str, Any]:
        self._maybe_refuse()
        return dict(self.kept)

    def profile_update(self, account: Account, changes: dict[str, Any]) -> dict[str, Any]:
        self._maybe_refuse()
        self.kept |= changes
        return dict(self.kept)

    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        self._maybe_refuse()
        body = {"type": "BODY", "text": "Olá {{1}}"}
        yield TemplateInfo("1", "lembrete", "pt_BR", "APPROVED", "UTILITY", components=(body,))
        yield TemplateInfo("2", "oferta", "pt_BR", "PENDING", "MARKETING")


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Give the stand-in for Meta."""
    adapter = StandIn()
    monkeypatch.setitem(registry.ADAPTERS, "whatsapp", adapter)
    return adapter


def test_a_new_channel_has_the_fields_of_the_contract_and_no_secret(api: Client, ana: Membership):
    answer = api(ana).post("canais/", NEW)
    assert answer.status_code == 201
    assert set(answer.json()) == FIELDS
    assert answer.json()["status"] == "configurando"
    for page in (answer, api(ana).get("canais/"), api(ana).get(f"canais/{answer.json()['id']}/")):
        assert "segredo" not in page.content.decode()


def test_the_secrets_are_kept_sealed_and_an_absent_one_stays(
    api: Client, ana: Membership, clinic: Company
):
    channel = api(ana).post("canais/", NEW).json()
    api(ana).patch(f"canais/{channel['id']}/", {"credentials": {"access_token": "outro"}})
    row = Channel.objects.for_company(clinic).get()
    assert row.credentials == {"access_token": "outro", "app_secret": "segredo-do-app"}
    assert "outro" not in str(Channel.unscoped.filter(pk=row.pk).values_list("credentials"))


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_only_administrators_write(
    api: Client, beto: Membership, clinic: Company, channel: Channel, method: str
):
    supervisor = make.member(clinic, "Sônia", Membership.Role.SUPERVISOR)
    path = "canais/" if method == "post" else f"canais/{channel.pk}/"
    for member in (beto, supervisor):
        answer = getattr(api(member), method)(path, {"name": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "sem_permissao")
        assert api(member).post(f"canais/{channel.pk}/validar/").status_code == 403
        assert api(member).get(f"canais/{channel.pk}/").status_code == 200


def test_an_account_is_claimed_once_by_a_company_and_proved_by_one(
    api: Client, ana: Membership, rui: Membership, channel: Channel, meta: StandIn
):
    again = api(ana).post("canais/", {**NEW, "account_id": channel.account_id})
    assert (again.status_code, again.json()["code"]) == (409, "conta_em_uso")
    # Nobody learns from a claim whether another company has the account.
    theirs = api(rui).post("canais/", {**NEW, "account_id": channel.account_id})
    assert (theirs.status_code, theirs.json()["proven_at"]) == (201, None)
    answer = api(rui).post(f"canais/{theirs.json()['id']}/validar/")
    assert (answer.status_code, answer.json()["code"]) == (409, "conta_em_uso")
    assert api(rui).delete(f"canais/{theirs.json()['id']}/").status_code == 204


def test_no_claim_is_active_by_saying_so(api: Client, ana: Membership, channel: Channel):
    answer = api(ana).post("canais/", {**NEW, "status": "ativo"})
    assert (answer.status_code, answer.json()["code"]) == (409, "canal_nao_validado")
    path = f"canais/{channel.pk}/"
    answer = api(ana).patch(path, {"account_id": "7", "status": "ativo"})
    assert (answer.status_code, answer.json()["code"]) == (409, "canal_nao_validado")
    assert api(ana).patch(path, {"account_id": "7"}).json()["status"] == "configurando"
    for door in ("whatsapp/perfil-negocio/", "whatsapp/templates/?status=APPROVED"):
        answer = api(ana).get(door)
        assert answer.status_code == 409 or answer.json()["results"] == []
    assert api(ana).post("whatsapp/templates/sincronizar/").status_code == 409
    test = {"telefone": make.PHONE, "mensagem": "Oi"}
    assert api(ana).post("whatsapp/test-envio/", test).status_code == 422


def test_registering_and_subscribing_are_acts_of_administrators(
    api: Client, ana: Membership, beto: Membership, rui: Membership, channel: Channel, no_provider
):
    path = f"canais/{channel.pk}"
    for member, status in ((beto, 403), (rui, 404), (ana, 200)):
        assert api(member).post(f"{path}/assinar/").status_code == status
        assert api(member).post(f"{path}/registrar/", {"pin": "123456"}).status_code == status
    for pin in ("12345", "1234567", "12345a", 123456, ""):
        assert api(ana).post(f"{path}/registrar/", {"pin": pin}).status_code == 400


def test_a_kind_that_nobody_speaks_for_is_refused(
    api: Client, ana: Membership, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(registry.ADAPTERS, "webchat")
    answer = api(ana).post("canais/", {**NEW, "kind": "webchat"})
    assert (answer.status_code, answer.json()["code"]) == (422, "canal_sem_adaptador")


def test_the_kind_of_a_channel_does_not_change(api: Client, ana: Membership, channel: Channel):
    answer = api(ana).patch(f"canais/{channel.pk}/", {"kind": "whatsapp"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["kind"])


def test_no_other_field_of_the_model_can_be_written(
    api: Client, ana: Membership, rival: Company, channel: Channel
):
    writable = {
        "kind", "name", "status", "account_id", "waba_id", "is_default", "credentials",
        "settings",
    }  # fmt: skip
    others = {field.name for field in Channel._meta.get_fields()} | {"company_id", "pk"}
    for name in sorted(others - writable):
        answer = api(ana).patch(f"canais/{channel.pk}/", {name: str(rival.pk)})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


@pytest.mark.parametrize(
    "change",
    [
        {"status": "erro"}, {"name": 5}, {"account_id": "a/../b"}, {"account_id": 5},
        {"credentials": {"access_token": "a\nb"}}, {"credentials": "x"}, {"is_default": "sim"},
        {"credentials": {"graph_url": "http://x"}}, {"phone_number": "+5541999990000"},
        {"currency": "BRL"}, {"time_zone": "America/Belem"}, {"proven_at": "2026-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named(
    api: Client, ana: Membership, channel: Channel, change: dict[str, Any]
):
    answer = api(ana).patch(f"canais/{channel.pk}/", change)
    assert (answer.status_code, answer.json()["code"]) == (400, "dados_invalidos")
    assert next(iter(answer.json()["fields"])).startswith(next(iter(change)))


def test_a_new_default_takes_the_place_of_the_old(
    api: Client, ana: Membership, channel: Channel, clinic: Company
):
    api(ana).patch(f"canais/{channel.pk}/", {"is_default": True})
    other = api(ana).post("canais/", {**NEW, "is_default": True}).json()
    (default,) = Channel.objects.for_company(clinic).filter(is_default=True)
    assert str(default.pk) == other["id"]


def test_validation_activates_a_channel_and_keeps_its_health(
    api: Client, ana: Membership, meta: StandIn
):
    channel = api(ana).post("canais/", NEW).json()
    answer = api(ana).post(f"canais/{channel['id']}/validar/")
    assert (answer.status_code, answer.json()["status"]) == (200, "ativo")
    assert answer.json()["health"]["quality"] == "GREEN"


def test_a_refused_validation_says_why_and_puts_the_channel_in_error(
    api: Client, ana: Membership, channel: Channel, meta: StandIn
):
    meta.refusal = SendError("token_invalido", "O token venceu. Gere outro.", scope="channel")
    answer = api(ana).post(f"canais/{channel.pk}/validar/")
    assert (answer.status_code, answer.json()["code"]) == (422, "token_invalido")
    assert api(ana).get(f"canais/{channel.pk}/").json()["status"] == "erro"


def test_a_channel_with_conversations_is_kept(
    api: Client, ana: Membership, conversation: Conversation
):
    answer = api(ana).delete(f"canais/{conversation.channel_id}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "canal_em_uso")


def test_a_channel_that_nobody_used_is_deleted(api: Client, ana: Membership, channel: Channel):
    assert api(ana).delete(f"canais/{channel.pk}/").status_code == 204
    assert api(ana).get(f"canais/{channel.pk}/").status_code == 404


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_asks_as_many_questions_with_30_rows_as_with_3(
    api: Client, ana: Membership, clinic: Company, django_assert_num_queries, rows: int
):
    for number in range(rows):
        make.channel(clinic, account_id=f"4000{number}")
    client = api(ana)
    with django_assert_num_queries(3):
        assert len(client.get("canais/").json()["results"]) == rows


# --- set-up ---------------------------------------------------------------------------------------


def test_the_configuration_says_what_is_set_and_never_what_it_is(
    api: Client, ana: Membership, channel: Channel, settings
):
    settings.PUBLIC_URL = "https://central.example"
    answer = api(ana).get("whatsapp/config/")
    body = answer.json()
    assert answer.status_code == 200
    assert body["webhook_url"] == "https://central.example/webhooks/whatsapp/"
    assert {row["name"]: row["is_set"] for row in body["variables"]}["META_APP_SECRET"] is True
    (shown,) = body["channels"]
    assert (shown["account_id"], shown["has_access_token"]) == (channel.account_id, True)
    for secret in (*settings.META_APP_SECRETS, settings.META_VERIFY_TOKEN, "token-de-teste"):
        assert secret not in answer.content.decode()


def test_an_attendant_does_not_see_the_configuration(api: Client, beto: Membership):
    assert api(beto).get("whatsapp/config/").status_code == 403


def test_the_profile_is_read_and_changed_at_the_provider(
    api: Client, ana: Membership, channel: Channel, meta: StandIn, clinic: Company
):
    assert api(ana).get("whatsapp/perfil-negocio/").json()["about"] == "Clínica"
    answer = api(ana).patch("whatsapp/perfil-negocio/", {"about": "Estética"})
    assert (answer.status_code, answer.json()["about"]) == (200, "Estética")
    assert answer.json()["websites"] == ["https://x.example"]
    entry = AuditEntry.objects.for_company(clinic).get(action="canal.perfil_alterado")
    assert entry.detail == {"campos": ["about"]}


def test_an_attendant_reads_the_profile_and_does_not_change_it(
    api: Client, beto: Membership, channel: Channel, meta: StandIn
):
    assert api(beto).get("whatsapp/perfil-negocio/").status_code == 200
    assert api(beto).patch("whatsapp/perfil-negocio/", {"about": "x"}).status_code == 403


def test_a_provider_that_refuses_the_profile_is_answered_as_422(
    api: Client, ana: Membership, channel: Channel, meta: StandIn
):
    meta.refusal = SendError("sem_permissao_na_meta", "Falta permissão.")
    answer = api(ana).get("whatsapp/perfil-negocio/")
    assert (answer.status_code, answer.json()["code"]) == (422, "sem_permissao_na_meta")


def test_with_two_channels_and_no_default_the_channel_must_be_named(
    api: Client, ana: Membership, clinic: Company, channel: Channel, meta: StandIn
):
    other = make.channel(clinic, account_id="500000000000001")
    answer = api(ana).get("whatsapp/perfil-negocio/")
    assert (answer.status_code, answer.json()["code"]) == (422, "canal_nao_informado")
    assert api(ana).get(f"whatsapp/perfil-negocio/?canal={other.pk}").status_code == 200
    assert api(ana).get("whatsapp/perfil-negocio/?canal=x").status_code == 400
    assert api(ana).get(f"whatsapp/perfil-negocio/?canal={uuid4()}").status_code == 404


def test_templates_are_fetched_on_demand_and_listed_by_name(
    api: Client, ana: Membership, beto: Membership, channel: Channel, meta: StandIn
):
    assert api(beto).get("whatsapp/templates/").json()["results"] == []
    assert api(beto).post("whatsapp/templates/sincronizar/").status_code == 403
    answer = api(ana).post("whatsapp/templates/sincronizar/")
    assert (answer.status_code, answer.json()) == (200, {"count": 2})
    found = api(beto).get("whatsapp/templates/").json()["results"]
    assert [row["name"] for row in found] == ["lembrete", "oferta"]
    assert [variable["key"] for variable in found[0]["variables"]] == ["1"]
    approved = api(beto).get(f"whatsapp/templates/?status=APPROVED&canal={channel.pk}").json()
    assert [row["name"] for row in approved["results"]] == ["lembrete"]


@pytest.mark.parametrize("rows", [3, 30])
def test_templates_ask_as_many_questions_with_30_rows_as_with_3(
    api: Client, beto: Membership, template: Template, django_assert_num_queries, rows: int
):
    for number in range(rows - 1):
        template.pk, template.name = uuid4(), f"modelo_{number}"
        template.save(force_insert=True)
    client = api(beto)
    with django_assert_num_queries(3):
        assert len(client.get("whatsapp/templates/").json()["results"]) == rows


def test_a_test_send_writes_to_a_phone_that_nobody_knew(
    api: Client, ana: Membership, template: Template, clinic: Company
):
    answer = api(ana).post(
        "whatsapp/test-envio/",
        {
            "telefone": "41 99888-7777",
            "template": {"name": "lembrete", "language": "pt_BR", "variables": ["Jo"]},
        },
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "pendente")
    assert Contact.objects.for_company(clinic).get().phone == "+5541998887777"
    found = api(ana).get("conversas/").json()["results"]
    assert [row["id"] for row in found] == [answer.json()["conversation"]]


def test_a_test_text_outside_the_window_is_refused_and_leaves_nothing_behind(
    api: Client, ana: Membership, channel: Channel, clinic: Company
):
    answer = api(ana).post("whatsapp/test-envio/", {"telefone": "41 99888-7777", "mensagem": "Oi"})
    assert (answer.status_code, answer.json()["code"]) == (422, "janela_fechada")
    assert not Contact.objects.for_company(clinic).exists()
    assert not Conversation.objects.for_company(clinic).exists()


def test_a_test_text_inside_the_window_joins_the_open_conversation(
    api: Client, ana: Membership, conversation: Conversation
):
    answer = api(ana).post("whatsapp/test-envio/", {"telefone": make.PHONE, "mensagem": "Oi"})
    assert (answer.status_code, answer.json()["conversation"]) == (201, str(conversation.pk))


def test_a_test_send_is_for_administrators_by_post_and_with_a_real_phone(
    api: Client, ana: Membership, beto: Membership, channel: Channel, clinic: Company
):
    body = {"telefone": make.PHONE, "mensagem": "Oi"}
    assert api(beto).post("whatsapp/test-envio/", body).status_code == 403
    assert api(ana).get("whatsapp/test-envio/").status_code == 405
    answer = api(ana).post("whatsapp/test-envio/", {**body, "telefone": "123"})
    assert (answer.status_code, answer.json()["code"]) == (422, "telefone_invalido")
    both = api(ana).post("whatsapp/test-envio/", {**body, "template": {"name": "a"}})
    assert both.status_code == 400
    assert not Message.objects.for_company(clinic).exists()


def test_the_channel_list_says_when_the_provider_last_spoke(
    api: Client, beto: Membership, channel: Channel
):
    Channel.unscoped.filter(pk=channel.pk).update(last_webhook_at=timezone.now())
    (row,) = api(beto).get("canais/").json()["results"]
    assert row["last_webhook_at"] is not None
