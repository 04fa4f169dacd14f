"""Writing templates: the limits as a table, the components, and the calls that hand them over."""

from __future__ import annotations

import dataclasses
import io
import json

import pytest

from providers.outgoing import (
    ContentRefused,
    SendError,
    TemplateButton,
    TemplateDraft,
    TemplateInfo,
)
from providers.whatsapp.adapter import WhatsAppAdapter
from providers.whatsapp.template_drafts import body_of, check, draft_of, info_of
from providers.whatsapp.templates import preview, variables
from tests.providers.conftest import TOKEN

adapter = WhatsAppAdapter()
WABA = "/v26.0/102290129340398/message_templates"


def button(kind="QUICK_REPLY", text="Confirmo", value="", example="") -> TemplateButton:
    return TemplateButton(kind, text, value, example)


def draft(**changes) -> TemplateDraft:
    given = TemplateDraft(
        name="lembrete_consulta",
        language="pt_BR",
        category="UTILITY",
        body="Olá, {{1}}! Sua consulta é {{2}}. Confirma?",
        examples={"1": "Ana", "2": "amanhã às 15h"},
    )
    return dataclasses.replace(given, **changes)


def refused(**changes) -> dict[str, list[str]]:
    with pytest.raises(ContentRefused) as error:
        check(draft(**changes))
    return {field: [str(one) for one in said] for field, said in error.value.fields.items()}


NAMED = {"body": "Olá, {{nome}}! Até logo.", "examples": {"nome": "Ana"}}
FULL = {
    "header": "TEXT",
    "header_text": "Clínica {{1}}",
    "footer": "Responda SAIR para não receber",
    "examples": {"1": "Ana", "2": "amanhã", "header.1": "Centro"},
    "buttons": (
        button(),
        button(text="Remarcar"),
        button("URL", "Ver mapa", "https://clinica.example/m/{{1}}", "https://clinica.example/m/1"),
        button("PHONE_NUMBER", "Ligar", "(41) 3333-4444"),
    ),
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        NAMED,
        FULL,
        {"header": "LOCATION"},
        {"header": "IMAGE", "header_handle": "4::aW"},
        {"body": "x" * 1024, "examples": {}},
        {"footer": "x" * 60},
        {"buttons": tuple(button(text=f"Opção {n}") for n in range(10))},
    ],
)
def test_what_meta_takes_passes(changes):
    check(draft(**changes))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": "Com Maiúscula"}, "name", "minúsculas"),
        ({"name": "x" * 513}, "name", "512"),
        ({"language": "português"}, "language", "idioma"),
        ({"category": "AUTHENTICATION"}, "category", "Utilidade"),
        ({"body": "  "}, "body", "Escreva"),
        ({"body": "x" * 1025}, "body", "tem 1025"),
        ({"body": "{{1}}, olá"}, "body", "começar"),
        ({"body": "Olá, {{1}}"}, "body", "terminar"),
        ({"body": "Olá {{1}} e {{3}}."}, "body", "sem pular"),
        ({"body": "Olá {{1}} e {{nome}}."}, "body", "sem pular|só com nome"),
        ({"body": "Olá {{Nome}}!"}, "body", "minúsculas"),
        ({"body": "Olá {{1}!"}, "body", "assim"),
        ({"body": "Olá {{ola mundo}}!"}, "body", "assim"),
        ({"examples": {"1": "Ana"}}, "examples", "{{2}}"),
        ({"examples": {"1": "A\nna", "2": "x"}}, "examples", "quebra"),
        ({"header": "GIF"}, "header", "não existe"),
        ({"header": "TEXT"}, "header_text", "Escreva"),
        ({"header": "TEXT", "header_text": "x" * 61}, "header_text", "tem 61"),
        ({"header": "TEXT", "header_text": "*Oi*"}, "header_text", "formatação"),
        ({"header": "TEXT", "header_text": "{{1}} e {{2}}"}, "header_text", "uma só"),
        ({"header": "TEXT", "header_text": "Oi {{1}}"}, "examples", "{{1}}"),
        ({"header": "IMAGE"}, "header_file", "exemplo"),
        ({"footer": "x" * 61}, "footer", "tem 61"),
        ({"footer": "Oi {{1}}"}, "footer", "variáveis"),
        ({"buttons": tuple(button(text=str(n)) for n in range(11))}, "buttons", "10"),
        ({"buttons": (button(), button(text="confirmo "))}, "buttons", "mesmo texto"),
        ({"buttons": (button(text="x" * 26),)}, "buttons", "25"),
        ({"buttons": (button(text=""),)}, "buttons", "escreva"),
        ({"buttons": (button(text="Oi {{1}}"),)}, "buttons", "variáveis"),
        ({"buttons": (button("URL", "a", "http:/x"),)}, "buttons", "https://"),
        ({"buttons": (button("URL", "a", "javascript:alert(1)"),)}, "buttons", "https://"),
        ({"buttons": (button("URL", "a", "https://a.example/{{1}}"),)}, "buttons", "exemplo"),
        (
            {"buttons": (button("URL", "a", "https://a.example/{{1}}/b", "https://a.example"),)},
            "buttons",
            "no fim",
        ),
        (
            {"buttons": tuple(button("URL", str(n), f"https://a.example/{n}") for n in range(3))},
            "buttons",
            "2 links",
        ),
        ({"buttons": (button("PHONE_NUMBER", "Ligar", "123"),)}, "buttons", "DDD"),
        (
            {
                "buttons": (
                    button(),
                    button("URL", "Site", "https://a.example"),
                    button(text="Outra"),
                )
            },
            "buttons",
            "juntas",
        ),
    ],
)
def test_what_meta_refuses_is_refused_here_beside_its_input(changes, field, words):
    said = refused(**changes)
    assert field in said
    assert any(part in sentence for sentence in said[field] for part in words.split("|"))


def test_every_wrong_input_is_named_at_once():
    assert set(refused(name="A", body="", footer="x" * 61)) == {"name", "body", "footer"}


def test_a_positional_draft_becomes_metas_body():
    assert body_of(draft(**FULL)) == {
        "name": "lembrete_consulta",
        "language": "pt_BR",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": [
            {
                "type": "HEADER",
                "format": "TEXT",
                "text": "Clínica {{1}}",
                "example": {"header_text": ["Centro"]},
            },
            {
                "type": "BODY",
                "text": "Olá, {{1}}! Sua consulta é {{2}}. Confirma?",
                "example": {"body_text": [["Ana", "amanhã"]]},
            },
            {"type": "FOOTER", "text": "Responda SAIR para não receber"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Confirmo"},
                    {"type": "QUICK_REPLY", "text": "Remarcar"},
                    {
                        "type": "URL",
                        "text": "Ver mapa",
                        "url": "https://clinica.example/m/{{1}}",
                        "example": ["https://clinica.example/m/1"],
                    },
                    {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+554133334444"},
                ],
            },
        ],
    }


def test_a_named_draft_names_its_examples():
    whole = body_of(draft(**NAMED))
    assert whole["parameter_format"] == "NAMED"
    assert whole["components"][0]["example"] == {
        "body_text_named_params": [{"param_name": "nome", "example": "Ana"}]
    }


def test_examples_go_by_number_whatever_their_order_in_the_text():
    given = draft(body="Dia {{2}}, Sr. {{1}}!", examples={"1": "Ana", "2": "9"})
    assert body_of(given)["components"][0]["example"] == {"body_text": [["Ana", "9"]]}


@pytest.mark.parametrize("changes", [{}, NAMED, FULL, {"header": "VIDEO", "header_handle": "4::x"}])
def test_a_draft_comes_back_from_what_meta_lists(changes):
    given = draft(**changes)
    listed = info_of(given)
    again = draft_of(listed)
    assert again is not None
    assert body_of(again) == body_of(given)
    check(again)


def test_a_template_with_parts_we_do_not_write_is_not_edited_here():
    for components in (
        ({"type": "CAROUSEL", "cards": []}, {"type": "BODY", "text": "x"}),
        ({"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [{"type": "FLOW"}]}),
    ):
        assert draft_of(TemplateInfo("1", "a", "pt_BR", "APPROVED", components=components)) is None


def test_a_draft_is_previewed_and_asked_as_the_template_will_be():
    listed = info_of(draft(**FULL))
    assert preview(listed, {"1": "Ana", "2": "hoje", "header.1": "Sul"}).startswith("Clínica Sul")
    keys = [one.key for one in variables(listed) if one.is_required]
    assert keys == ["header.1", "1", "2", "button.2"]


# --- calls ---------------------------------------------------------------------------------------


def test_a_new_template_is_posted_to_the_account(httpserver, account):
    answer = {"id": "77", "status": "PENDING", "category": "MARKETING"}
    httpserver.expect_oneshot_request(WABA, method="POST").respond_with_json(answer)
    verdict = adapter.template_create(account, draft())
    assert (verdict.external_id, verdict.status, verdict.category) == ("77", "PENDING", "MARKETING")
    assert json.loads(httpserver.log[0][0].data) == body_of(draft())


def test_an_edit_changes_content_and_category_only(httpserver, account):
    httpserver.expect_oneshot_request("/v26.0/77", method="POST").respond_with_json(
        {"success": True}
    )
    assert adapter.template_edit(account, "77", draft()).external_id == "77"
    assert set(json.loads(httpserver.log[0][0].data)) == {"category", "components"}


def test_deleting_names_the_language_by_its_id(httpserver, account):
    httpserver.expect_oneshot_request(
        WABA, method="DELETE", query_string={"hsm_id": "77", "name": "lembrete_consulta"}
    ).respond_with_json({"success": True})
    adapter.template_delete(account, "lembrete_consulta", "77")


def test_a_bad_draft_calls_nobody(httpserver, account):
    for call in (
        lambda: adapter.template_create(account, draft(body="")),
        lambda: adapter.template_edit(account, "77", draft(body="")),
    ):
        with pytest.raises(ContentRefused):
            call()
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("subcode", "code"),
    [
        (2388019, "limite_de_modelos"),
        (2388024, "modelo_ja_existe"),
        (2388040, "modelo_longo"),
        (2388072, "modelo_invalido"),
        (2388299, "modelo_invalido"),
        (1, "conteudo_invalido"),
    ],
)
def test_metas_refusals_are_read_by_their_subcode(httpserver, account, subcode, code):
    error = {
        "message": "Invalid parameter",
        "code": 100,
        "error_subcode": subcode,
        "error_user_msg": "Em português, da Meta.",
    }
    httpserver.expect_oneshot_request(WABA).respond_with_json({"error": error}, status=400)
    with pytest.raises(SendError) as refusal:
        adapter.template_create(account, draft())
    assert refusal.value.code == code
    assert not refusal.value.retryable
    assert refusal.value.said == "Em português, da Meta."


def test_an_answer_without_an_id_is_not_taken_for_a_template(httpserver, account):
    httpserver.expect_oneshot_request(WABA).respond_with_json({"success": True})
    with pytest.raises(SendError):
        adapter.template_create(account, draft())


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def test_a_sample_is_uploaded_in_a_session_and_gives_a_handle(httpserver, account):
    httpserver.expect_oneshot_request(
        "/v26.0/app/uploads",
        method="POST",
        query_string={"file_length": "72", "file_type": "image/png"},
    ).respond_with_json({"id": "upload:MTphd=?sig=ARZq"})
    httpserver.expect_oneshot_request(
        "/v26.0/upload:MTphd=",
        method="POST",
        query_string={"sig": "ARZq"},
    ).respond_with_json({"h": "4::aW1n"})
    assert adapter.sample_upload(account, io.BytesIO(PNG), "image/png") == "4::aW1n"
    request = httpserver.log[1][0]
    assert (request.data, request.headers["Authorization"]) == (PNG, f"OAuth {TOKEN}")


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": "../outro"}, {"id": 7}])
def test_a_session_that_makes_no_sense_is_an_error(httpserver, account, answer):
    httpserver.expect_request("/v26.0/app/uploads").respond_with_json(answer)
    httpserver.expect_request("/v26.0/7").respond_with_json({})
    with pytest.raises(SendError):
        adapter.sample_upload(account, io.BytesIO(PNG), "image/png")


def test_a_sample_that_is_not_what_it_says_calls_nobody(httpserver, account):
    with pytest.raises(SendError):
        adapter.sample_upload(account, io.BytesIO(b"MZ executavel"), "image/png")
    assert httpserver.log == []
