"""What holds for every address: refusals of one shape, bounded bodies, repeated writes, the
document.
"""

from __future__ import annotations

import io
import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
import time_machine
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.api.base import CompanyView
from accounts.models import Company, IdempotencyKey, Membership
from accounts.services.idempotency import key_claim, keys_purge
from accounts.services.tokens import tokens_purge
from common.api import parsers
from contacts.models import Contact
from omnichannel.models import Conversation, Message
from tests.api.conftest import API, Client

JSON = "application/json"
SHAPE = {"code", "detail", "fields"}


# --- refusals -------------------------------------------------------------------------------------


def test_an_unknown_address_is_404_in_the_shape_of_a_missing_object(api: Client, beto: Membership):
    missing = api(beto).get(f"contatos/{uuid4()}/")
    for method in ("get", "post", "put", "patch", "delete", "options"):
        for path in ("nada/", "nada", "contatos/1/", "contatos/1", "a/b%0Ac/"):
            answer = getattr(api(beto), method)(path)
            assert (answer.status_code, answer.content) == (404, missing.content), (method, path)


@pytest.mark.parametrize("method", ["put", "delete", "options", "trace"])
def test_another_method_is_405(api: Client, ana: Membership, method: str):
    answer = getattr(api(ana), method)("contatos/")
    assert (answer.status_code, answer.json()["code"]) == (405, "metodo_nao_permitido")
    assert set(answer.json()) == SHAPE


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff\xfe", b'{"name": NaN}', b'{"name": "\\ud800"}', b"[" * 100_000,
        b'{"name": ' + b"9" * 5_000 + b"}x", b"\xef\xbb\xbf{}", b"{'name': 1}",
    ],
    ids=["cut", "bytes", "nan", "surrogate", "deep", "number", "bom", "quotes"],
)  # fmt: skip
def test_a_body_that_is_no_json_is_400_and_is_not_quoted(
    api: Client, beto: Membership, body: bytes
):
    answer = api(beto).post("contatos/", body, content_type=JSON)
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "json_invalido", "detail": "O corpo não é um JSON válido.", "fields": {}
    }  # fmt: skip


def test_a_number_of_5000_digits_is_refused(api: Client, beto: Membership):
    answer = api(beto).post("contatos/", b'{"name": ' + b"9" * 5_000 + b"}", content_type=JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "x"])
def test_another_kind_of_body_is_415(api: Client, beto: Membership, kind: str):
    answer = api(beto).post("contatos/", b"x", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "formato_nao_aceito")


def test_a_body_over_the_limit_is_413(api: Client, beto: Membership):
    body = json.dumps({"name": "x" * parsers.JSON_BYTES})
    answer = api(beto).post("contatos/", body, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "corpo_grande_demais")


def test_an_upload_over_the_limit_is_413_before_it_is_read(
    api: Client, beto: Membership, conversation: Conversation
):
    file = SimpleUploadedFile("a.png", b"x", "image/png")
    answer = api(beto).post(
        f"conversas/{conversation.pk}/anexos/",
        {"file": file},
        "multipart",
        CONTENT_LENGTH=parsers.UPLOAD_BYTES + 1,
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "corpo_grande_demais")


def test_a_body_of_unknown_length_is_411_and_not_an_empty_one(api: Client, beto: Membership):
    answer = api(beto).generic(
        "POST", "contatos/", b"", content_type=JSON, HTTP_TRANSFER_ENCODING="chunked"
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "tamanho_nao_informado")


def test_whoever_asks_for_html_gets_json(api: Client, beto: Membership):
    answer = api(beto).get("contatos/", HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)


@pytest.mark.parametrize("path", ["contatos/", "conversas/", "canais/", "nada/"])
def test_no_answer_may_be_cached(api: Client, beto: Membership, path: str):
    for member in (beto, None):
        assert api(member).get(path)["Cache-Control"] == "no-store"


def test_a_bug_is_500_in_the_same_shape_without_a_word_about_it(
    api: Client, beto: Membership, monkeypatch: pytest.MonkeyPatch, caplog
):
    def explode(self: Any, *args: Any) -> None:
        raise RuntimeError("segredo")

    monkeypatch.setattr(CompanyView, "page", explode)
    client = api(beto)
    client.raise_request_exception = False
    client.handler.raise_request_exception = False
    answer = client.get("contatos/")
    assert (answer.status_code, set(answer.json())) == (500, SHAPE)
    assert "segredo" not in answer.content.decode()
    assert "api: GET" in caplog.text


# --- repeated writes ------------------------------------------------------------------------------


def keyed(api: Client, member: Membership, key: str, body: Any, path: str = "contatos/") -> Any:
    return api(member).post(path, body, HTTP_IDEMPOTENCY_KEY=key)


def test_a_repeated_write_gets_the_first_answer(api: Client, beto: Membership, clinic: Company):
    first = keyed(api, beto, "k1", {"name": "Jo"})
    again = keyed(api, beto, "k1", {"name": "Jo"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Contact.objects.for_company(clinic).count() == 1


def test_a_repeated_send_is_one_message(
    api: Client, beto: Membership, conversation: Conversation, clinic: Company
):
    path = f"conversas/{conversation.pk}/mensagens/"
    for _ in range(3):
        assert keyed(api, beto, "k", {"text": "Oi"}, path).status_code == 201
    assert Message.objects.for_company(clinic).outbound().count() == 1


def test_the_order_of_names_in_the_body_does_not_matter(api: Client, beto: Membership):
    first = keyed(api, beto, "k", {"name": "Jo", "email": "a@x.example"})
    again = keyed(api, beto, "k", {"email": "a@x.example", "name": "Jo"})
    assert first.json() == again.json()


def test_a_key_of_another_request_is_refused(api: Client, beto: Membership):
    keyed(api, beto, "k", {"name": "Jo"})
    answer = keyed(api, beto, "k", {"name": "Outra"})
    assert (answer.status_code, answer.json()["code"]) == (422, "chave_reutilizada")


def test_a_refusal_is_repeated_too(api: Client, beto: Membership):
    assert keyed(api, beto, "k", {}).status_code == 400
    again = keyed(api, beto, "k", {})
    assert (again.status_code, again["Idempotency-Replayed"]) == (400, "true")


def test_a_refusal_that_quotes_a_nul_is_repeated_as_it_was(api: Client, beto: Membership):
    first, again = (keyed(api, beto, "k", {"a\x00b": 1}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert list(first.json()["fields"]) == ["a\x00b"]


def test_a_failure_of_ours_frees_the_key(
    api: Client, beto: Membership, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr("contacts.api.views.contact_save", lambda **values: 1 / 0)
        client = api(beto)
        client.handler.raise_request_exception = client.raise_request_exception = False
        answer = client.post("contatos/", {"name": "Jo"}, HTTP_IDEMPOTENCY_KEY="k")
        assert answer.status_code == 500
    assert keyed(api, beto, "k", {"name": "Jo"}).status_code == 201


def test_while_the_first_still_works_the_second_is_409(
    api: Client, beto: Membership, monkeypatch: pytest.MonkeyPatch
):
    seen = []

    def slow(**values: Any) -> Contact:
        seen.append(keyed(api, beto, "k", {"name": "Jo"}))
        return Contact.unscoped.create(company_id=beto.company_id, name="Jo")

    monkeypatch.setattr("contacts.api.views.contact_save", slow)
    assert keyed(api, beto, "k", {"name": "Jo"}).status_code == 201
    assert [(row.status_code, row.json()["code"]) for row in seen] == [(409, "pedido_em_andamento")]


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_writes_at_once_one_works(beto: Membership):
    barrier, first = Barrier(8), []

    def claim() -> None:
        barrier.wait()
        try:
            first.append(key_claim(membership=beto, key="k", fingerprint="f")[1])
        except Exception as exc:
            first.append(type(exc).__name__)
        finally:
            connection.close()

    threads = [Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, first)) == ["StillRunning"] * 7 + ["True"]


def test_a_key_belongs_to_one_person(api: Client, beto: Membership, rui: Membership):
    ours, theirs = keyed(api, beto, "k", {"name": "Jo"}), keyed(api, rui, "k", {"name": "Jo"})
    assert ours.json()["id"] != theirs.json()["id"]


def test_a_key_is_forgotten_after_a_day(api: Client, beto: Membership, clinic: Company):
    first = keyed(api, beto, "k", {"name": "Jo"}).json()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert keyed(api, beto, "k", {"name": "Jo"}).json()["id"] != first["id"]
        assert keys_purge() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=50)):
        assert keys_purge() == 1
    assert not IdempotencyKey.objects.for_company(clinic).exists()


def test_ended_tokens_are_swept(api: Client, beto: Membership):
    api(beto)
    assert tokens_purge() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert tokens_purge() == 1


@pytest.mark.parametrize("key", ["", "x" * 121, "a b", "ção"])
def test_a_key_that_is_none_is_refused(api: Client, beto: Membership, key: str):
    answer = keyed(api, beto, key, {"name": "Jo"})
    assert (answer.status_code, answer.json()["code"]) == (400, "chave_invalida")


def test_reading_and_refused_callers_claim_no_key(api: Client, beto: Membership, clinic: Company):
    api(beto).get("contatos/", HTTP_IDEMPOTENCY_KEY="k")
    api(beto).post("canais/", {}, HTTP_IDEMPOTENCY_KEY="k")
    api(beto).put("contatos/", {}, HTTP_IDEMPOTENCY_KEY="k")
    assert not IdempotencyKey.objects.for_company(clinic).exists()


def test_the_bytes_of_an_upload_are_part_of_the_request(
    api: Client, beto: Membership, conversation: Conversation
):
    path, answers = f"conversas/{conversation.pk}/anexos/", []
    for content in (b"%PDF-1.4 a", b"%PDF-1.4 a", b"%PDF-1.4 b"):
        file = SimpleUploadedFile("a.pdf", content, "application/pdf")
        answers.append(api(beto).post(path, {"file": file}, "multipart", HTTP_IDEMPOTENCY_KEY="k"))
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json() == answers[1].json()


# --- the document ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Give the OpenAPI document, which must draw and validate without a warning."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_every_path_of_the_contract_is_described(document: dict[str, Any]):
    wanted = {
        "auth/token/": "post", "auth/logout/": "post", "canais/": "get post",
        "canais/{channel_id}/": "get patch delete", "canais/{channel_id}/validar/": "post",
        "contatos/": "get post", "contatos/{contact_id}/": "get patch delete",
        "contatos/{contact_id}/revelar/": "post",
        "conversas/": "get post", "conversas/{conversation_id}/": "get patch",
        "conversas/{conversation_id}/mensagens/": "get post",
        "conversas/{conversation_id}/anexos/": "post",
        "conversas/{conversation_id}/transferir-humano/": "post",
        "conversas/{conversation_id}/fechar/": "post",
        "conversas/{conversation_id}/assumir/": "post",
        "conversas/{conversation_id}/liberar/": "post",
        "conversas/{conversation_id}/devolver-robo/": "post",
        "conversas/{conversation_id}/pausar-robo/": "post",
        "conversas/{conversation_id}/reabrir/": "post",
        "conversas/{conversation_id}/adiar/": "post",
        "conversas/{conversation_id}/retomar/": "post", "conversas/acoes/": "post",
        "conversas/{conversation_id}/lida/": "post",
        "mensagens/{message_id}/reenviar/": "post", "anexos/{attachment_id}/": "get",
        "whatsapp/config/": "get", "whatsapp/perfil-negocio/": "get patch",
        "whatsapp/templates/": "get", "whatsapp/templates/sincronizar/": "post",
        "whatsapp/test-envio/": "post",
    }  # fmt: skip
    told = {path: set(methods) for path, methods in document["paths"].items()}
    for path, methods in wanted.items():
        assert told.get(f"{API}{path}") == set(methods.split()), path


def test_every_operation_says_who_may_call_and_how_it_refuses(document: dict[str, Any]):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            codes = set(operation["responses"])
            if path.endswith(("schema/", "auth/token/")):
                continue
            assert {"token": []} in operation["security"], (method, path)
            assert {"400", "401", "403"} <= codes, (method, path)
            if method != "get" and "auth/" not in path:
                assert {"409", "413", "415", "422"} <= codes
                names = [
                    row.get("name") or row["$ref"].rsplit("/", 1)[-1]
                    for row in operation.get("parameters", ())
                ]
                # An answer that reveals is kept for nobody; looking for words writes nothing, and
                # the same words are read alike.
                assert ("Idempotency-Key" in names) is not path.endswith(
                    (
                        *("contatos/{contact_id}/revelar/", "/buscar/", "/alcances/"),
                        *("/sugestoes/", "{conversation_id}/ler/", "eu/ticket/"),
                    )
                )


def test_the_document_stays_small(document: dict[str, Any]):
    compact = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    assert len(compact.encode()) < 420_000
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            refusals = [told for code, told in operation["responses"].items() if code >= "400"]
            assert all("$ref" in told for told in refusals), (method, path)


def test_no_secret_can_be_read_by_the_document(document: dict[str, Any]):
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith(("Request", "In")):
            assert not {"credentials", "access_token", "password"} & set(
                schema.get("properties", {})
            ), name


def test_the_document_and_swagger_are_served(client, db: None):
    assert client.get(f"{API}schema/").status_code == 200
    page = client.get(f"{API}docs/")
    assert page.status_code == 200
    assert "<style" not in page.content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/" in page.content.decode()
