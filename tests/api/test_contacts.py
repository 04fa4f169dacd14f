"""People over the API."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Company, Membership
from common.errors import DomainError
from common.scoping import company_scope
from contacts.models import Consent, Contact, ContactIdentity, Tag
from contacts.services.consent import consent_record, consent_state
from contacts.services.contacts import contact_save
from omnichannel.models import Channel
from omnichannel.services.conversations import conversation_take
from tests import make
from tests.api.conftest import Client

FIELDS = {
    "id", "name", "email", "phone", "status", "score", "temperature", "tags", "segments", "custom",
    "marketing_opt_in", "last_contact_at", "identities", "guardian", "relation", "dependents",
}  # fmt: skip

WHY = {"legal_basis": "consentimento", "proof": "Ficha assinada"}


def test_a_new_contact_has_the_fields_of_the_contract(api: Client, ana: Membership):
    answer = api(ana).post(
        "contatos/",
        {"name": "Joana Dias", "phone": "(41) 9888-7777", "tags": ["VIP"], "custom": {"a": 1}},
    )
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == FIELDS
    assert (body["phone"], body["status"], body["tags"]) == ("+5541998887777", "lead", ["VIP"])
    assert (body["score"], body["temperature"], body["segments"]) == (None, None, [])
    assert body["marketing_opt_in"] is None
    assert body["identities"] == [
        {
            "kind": "wa_phone",
            "external_id": "5541998887777",
            "username": "",
            # Typed by staff: nobody has written from it yet.
            "verified_at": None,
            "proof": "",
        }
    ]
    assert api(ana).get(f"contatos/{body['id']}/").json() == body


def test_a_first_message_finds_the_contact_that_was_written_down(
    api: Client, beto: Membership, channel: Channel
):
    contact = api(beto).post("contatos/", {"name": "Jo", "phone": "41 99888-7777"}).json()
    message = make.inbound(channel, person=make.person("554198887777", "Joana"))
    assert str(message.conversation.contact_id) == contact["id"]


@pytest.mark.parametrize("phone", ["+55 41 99888-7777", "4198887777", "041 99888 7777"])
def test_the_same_person_in_another_spelling_is_refused_with_the_one_there_is(
    api: Client, ana: Membership, channel: Channel, phone: str
):
    known = make.inbound(channel, person=make.person("554198887777")).conversation.contact_id
    answer = api(ana).post("contatos/", {"name": "Jo", "phone": phone})
    assert (answer.status_code, answer.json()["code"]) == (409, "contato_duplicado")
    assert answer.json()["fields"]["id"] == [str(known)]


def test_a_duplicate_that_the_caller_may_not_see_is_not_named(
    api: Client, clinic: Company, beto: Membership, carla: Membership, channel: Channel
):
    conversation_take(conversation=make.inbound(channel).conversation, attendant=carla)
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
    answer = api(beto).post("contatos/", {"name": "Jo", "phone": make.PHONE})
    assert (answer.status_code, set(answer.json()["fields"])) == (409, {"phone"})
    assert api(beto).get("contatos/").json()["results"] == []
    assert len(api(carla).get("contatos/").json()["results"]) == 1


def test_two_clinics_may_know_the_same_person(
    api: Client, beto: Membership, rui: Membership, channel: Channel
):
    make.inbound(channel)
    assert api(rui).post("contatos/", {"phone": make.PHONE}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_phone_only_one_is_made(beto: Membership, clinic: Company):
    barrier, refused = Barrier(2), []

    def create() -> None:
        barrier.wait()
        try:
            with company_scope(clinic):
                contact_save(actor=beto, name="Jo", phone=make.PHONE)
        except DomainError as exc:
            refused.append(exc.code)
        finally:
            connection.close()

    threads = [Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["contato_duplicado"]
    assert Contact.objects.for_company(clinic).count() == 1


def test_a_phone_that_is_none_is_named(api: Client, beto: Membership):
    answer = api(beto).post("contatos/", {"name": "Jo", "phone": "abc"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["phone"])


def test_a_person_needs_something_to_be_known_by(api: Client, beto: Membership):
    assert api(beto).post("contatos/", {"status": "lead"}).status_code == 400


def test_only_the_given_fields_change(api: Client, beto: Membership):
    contact = api(beto).post("contatos/", {"name": "Jo", "email": "jo@x.example"}).json()
    answer = api(beto).patch(f"contatos/{contact['id']}/", {"status": "cliente"})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["name"]) == ("cliente", "Jo")


def test_a_new_phone_keeps_the_old_identity(api: Client, ana: Membership):
    contact = api(ana).post("contatos/", {"phone": "41 99888-7777"}).json()
    body = api(ana).patch(f"contatos/{contact['id']}/", {"phone": "41 99777-6666"}).json()
    assert body["phone"] == "+5541997776666"
    assert len(body["identities"]) == 2


def test_tags_replace_the_present_ones_whatever_their_case(
    api: Client, beto: Membership, clinic: Company
):
    contact = api(beto).post("contatos/", {"name": "Jo", "tags": ["VIP", "Botox"]}).json()
    body = api(beto).patch(f"contatos/{contact['id']}/", {"tags": ["vip", "Peeling"]}).json()
    assert body["tags"] == ["Peeling", "VIP"]
    assert Tag.objects.for_company(clinic).count() == 3


def test_the_opt_in_is_what_the_ledger_says_last(api: Client, beto: Membership, clinic: Company):
    client = api(beto)
    contact = client.post("contatos/", {"name": "Jo", "marketing_opt_in": True, **WHY}).json()
    assert contact["marketing_opt_in"] is True
    row = Contact.objects.for_company(clinic).get()
    consent_record(
        contact=row, purpose="marketing", is_granted=False, source="whatsapp.user_preferences",
        occurred_at=timezone.now(),
    )  # fmt: skip
    assert client.get(f"contatos/{row.pk}/").json()["marketing_opt_in"] is False
    # Nobody takes that back for them but themselves.
    answer = client.patch(f"contatos/{row.pk}/", {"marketing_opt_in": True, **WHY})
    assert (answer.status_code, answer.json()["code"]) == (409, "recusa_da_pessoa")
    assert consent_state(row, "marketing") is False
    assert Consent.objects.for_company(clinic).count() == 2


@pytest.mark.parametrize("missing", ["legal_basis", "proof"])
def test_a_permission_needs_its_basis_and_proof(api: Client, beto: Membership, missing: str):
    given = {key: value for key, value in WHY.items() if key != missing}
    answer = api(beto).post("contatos/", {"name": "Jo", "marketing_opt_in": True, **given})
    assert (answer.status_code, answer.json()["code"]) == (400, "base_legal_ausente")
    assert list(answer.json()["fields"]) == [missing]
    assert not Contact.unscoped.filter(name="Jo").exists()


def test_the_ledger_says_who_recorded_the_consent(api: Client, beto: Membership, clinic: Company):
    api(beto).post("contatos/", {"name": "Jo", "marketing_opt_in": False})
    row = Consent.objects.for_company(clinic).get()
    assert (row.source, row.author) == ("api", beto)


def test_a_contact_without_conversations_can_be_deleted_by_a_manager(
    api: Client, ana: Membership, beto: Membership, clinic: Company
):
    contact = api(beto).post("contatos/", {"name": "Jo", "phone": make.PHONE}).json()
    refused = api(beto).delete(f"contatos/{contact['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (403, "sem_permissao")
    assert api(ana).delete(f"contatos/{contact['id']}/").status_code == 204
    assert not ContactIdentity.objects.for_company(clinic).exists()
    assert AuditEntry.objects.for_company(clinic).filter(action="contato.apagado").exists()


def test_a_contact_with_conversations_is_kept_and_the_answer_says_what_to_do(
    api: Client, ana: Membership, channel: Channel
):
    contact = make.inbound(channel).conversation.contact_id
    answer = api(ana).delete(f"contatos/{contact}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "contato_em_uso")
    assert "inativo" in answer.json()["detail"]


def test_the_list_is_narrowed(api: Client, ana: Membership):
    client = api(ana)
    client.post("contatos/", {"name": "Joana Dias", "phone": "41 99888-7777", "tags": ["VIP"]})
    client.post("contatos/", {"name": "Rita", "email": "rita@x.example", "status": "cliente"})

    def found(query: str) -> list[str]:
        answer = client.get(f"contatos/?{query}")
        assert answer.status_code == 200, answer.json()
        return [row["name"] for row in answer.json()["results"]]

    assert found("") == ["Rita", "Joana Dias"]
    assert found("q=joana") == found("q=(41) 99888") == found("tag=vip") == ["Joana Dias"]
    assert found("q=rita@") == found("status=cliente") == ["Rita"]
    assert client.get("contatos/?status=x").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"name": {"$ne": ""}}, {"name": ["a"]}, {"name": 5}, {"name": True}, {"name": "a\x00b"},
        {"name": "x" * 256}, {"name": None}, {"name": "Jo", "tags": "VIP"},
        {"name": "Jo", "tags": [{"a": 1}]}, {"name": "Jo", "custom": []},
        {"name": "Jo", "custom": {"a": "\x00"}}, {"name": "Jo", "custom": {"a": "x" * 20_000}},
        {"name": "Jo", "marketing_opt_in": "true"}, {"name": "Jo", "status": "x"},
        {"name": "Jo", "email": "x"}, [], "x", 5,
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(api: Client, beto: Membership, body):
    answer = api(beto).post("contatos/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "dados_invalidos")


def test_no_other_field_of_the_model_can_be_written(
    api: Client, beto: Membership, rival: Company, clinic: Company
):
    contact = api(beto).post("contatos/", {"name": "Jo"}).json()
    writable = {
        *("name", "email", "phone", "status", "tags", "custom", "marketing_opt_in"),
        *("guardian", "relation"),
    }
    others = {field.name for field in Contact._meta.get_fields()} | {"company_id", "pk", "id"}
    for name in sorted(others - writable):
        answer = api(beto).patch(f"contatos/{contact['id']}/", {name: str(rival.pk)})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])
    assert Contact.objects.for_company(clinic).get().name == "Jo"


def test_right_to_left_and_zero_width_names_are_kept(api: Client, beto: Membership):
    name = "‮Ana‬ 👩‍⚕️\u200b é"
    assert api(beto).post("contatos/", {"name": name}).json()["name"] == name


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_asks_as_many_questions_with_30_rows_as_with_3(
    api: Client, beto: Membership, django_assert_num_queries, rows: int
):
    client = api(beto)
    for number in range(rows):
        client.post(
            "contatos/",
            {"name": f"P{number}", "tags": ["a", "b"], "phone": f"419{number + 80000000}"},
        )
    with django_assert_num_queries(8):
        assert len(client.get("contatos/").json()["results"]) == rows


def test_a_missing_contact_is_404(api: Client, beto: Membership):
    answer = api(beto).get(f"contatos/{uuid4()}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "nao_encontrado")


def test_a_dependant_is_written_down_and_unlinked(api: Client, beto: Membership):
    client = api(beto)
    mother = client.post("contatos/", {"name": "Rita", "phone": "41 99888-7777"}).json()
    given = {"name": "Enzo", "guardian": mother["id"], "relation": "filho"}
    child = client.post("contatos/", given).json()
    assert (child["guardian"], child["relation"]) == (mother["id"], "filho")
    shown = client.get(f"contatos/{mother['id']}/").json()
    assert shown["dependents"] == [{"id": child["id"], "name": "Enzo", "relation": "filho"}]
    refused = client.post("contatos/", {"name": "Bia", "guardian": child["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "responsavel_invalido")
    alone = client.patch(f"contatos/{child['id']}/", {"guardian": None}).json()
    assert (alone["guardian"], alone["relation"]) == (None, "")


def test_a_wrong_phone_is_told_together_with_what_else_is_wrong(api: Client, ana: Membership):
    answer = api(ana).post("contatos/", {"name": "Jo", "email": "x@", "phone": "abc"})
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"email", "phone"}
    alone = api(ana).post("contatos/", {"name": "Jo", "phone": "abc"})
    assert set(alone.json()["fields"]) == {"phone"}
