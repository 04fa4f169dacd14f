"""Templates: filling them, listing them by pages, creating, deciding."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from simulator.models import SimMessage, SimNumber, SimPerson, SimTemplate
from simulator.whatsapp.services import template_ensure
from simulator.whatsapp.services.templates import template_decide, templates_review
from tests.simulator.whatsapp.conftest import TOKEN, WABA_ID, error_of, values

Call = Callable[..., HttpResponse]
Json = dict[str, Any]


def fill(name: str, *components: Json, language: str = "pt_BR") -> Json:
    return {"name": name, "language": {"code": language}, "components": list(components)}


def texts(*words: str, **named: str) -> Json:
    parameters = [{"type": "text", "text": word} for word in words]
    parameters += [
        {"type": "text", "text": word, "parameter_name": name} for name, word in named.items()
    ]
    return {"type": "body", "parameters": parameters}


IMAGE: Json = {
    "type": "header",
    "parameters": [{"type": "image", "image": {"link": "https://x.example/a.jpg"}}],
}
LINK: Json = {
    "type": "button",
    "sub_type": "url",
    "index": "0",
    "parameters": [{"type": "text", "text": "centro"}],
}


PLAIN: list[Json] = [{"type": "BODY", "text": "Oi"}]
BODY: Json = {
    "type": "BODY",
    "text": "Não abrimos em {{1}}.",
    "example": {"body_text": [["12/10"]]},
}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (fill("nao_existe"), 132001),
        (fill("lembrete_consulta", texts("Ana", "hoje"), language="en_US"), 132001),
        (fill("promocao_relampago"), 132001),
        (fill("pesquisa_satisfacao", texts("Ana")), 132015),
        (fill("lembrete_consulta", texts("Ana")), 132000),
        (fill("lembrete_consulta", texts("Ana", "hoje", "sobra")), 132000),
        (fill("lembrete_consulta", texts("Ana", "às\n15h")), 132018),
        (fill("lembrete_consulta", texts("Ana", "a     b")), 132018),
        (fill("lembrete_consulta", texts(nome="Ana", dia="hoje")), 132012),
        (fill("retorno_exame", LINK, texts("Ana", "sangue", "sexta")), 132012),
        (fill("retorno_exame", LINK, texts(nome="Ana", exame="sangue", x="y")), 132000),
        (fill("retorno_exame", texts(nome="Ana", exame="sangue", prazo="sexta")), 131008),
        (fill("campanha_checkup", texts("Ana")), 132012),
        ({"name": "lembrete_consulta"}, 131008),
    ],
)
def test_a_wrong_filling_is_refused_with_metas_code(
    send: Call, number: SimNumber, content: Json, code: int
) -> None:
    assert error_of(send("template", content))["code"] == code


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (
            fill("confirmacao_consulta", texts("Ana", "Dra. Helena", "quinta")),
            "Olá, Ana! Sua consulta com Dra. Helena está marcada para quinta. Podemos confirmar?",
        ),
        (
            fill("retorno_exame", LINK, texts(prazo="sexta", nome="Ana", exame="sangue")),
            "Olá, Ana! O resultado do exame de sangue já está disponível. "
            "Retire na recepção até sexta.",
        ),
        (
            fill("campanha_checkup", IMAGE, texts("Ana")),
            "Ana, que tal pôr o check-up em dia? Neste mês a primeira avaliação é grátis.",
        ),
    ],
)
def test_a_right_filling_is_shown_to_the_patient_with_its_variables(
    send: Call, number: SimNumber, content: Json, body: str
) -> None:
    assert send("template", content).status_code == 200
    assert SimMessage.objects.get().body["rendered"]["body"] == body


def test_a_form_button_must_be_named(send: Call, number: SimNumber) -> None:
    buttons = [{"type": "FLOW", "text": "Agendar", "flow_id": "1"}]
    components = [*PLAIN, {"type": "BUTTONS", "buttons": buttons}]
    template_ensure(waba_id=WABA_ID, name="agendar", components=components, status="APPROVED")
    assert error_of(send("template", fill("agendar")))["code"] == 131009
    flow = {"type": "button", "sub_type": "flow", "index": "0", "parameters": []}
    assert send("template", fill("agendar", flow)).status_code == 200


def test_a_disabled_template_is_132016(send: Call, number: SimNumber) -> None:
    SimTemplate.objects.filter(name="lembrete_consulta").update(status="DISABLED")
    answer = send("template", fill("lembrete_consulta", texts("Ana", "hoje")))
    assert error_of(answer)["code"] == 132016


def test_an_authentication_template_cannot_go_to_a_user_id(
    graph: Call, number: SimNumber, person: SimPerson
) -> None:
    body = [{"type": "BODY", "text": "Seu código é {{1}}"}]
    template_ensure(
        waba_id=WABA_ID,
        name="codigo",
        status="APPROVED",
        category="AUTHENTICATION",
        components=body,
    )
    data = {
        "messaging_product": "whatsapp",
        "recipient": person.bsuid,
        "type": "template",
        "template": fill("codigo", texts("123456")),
    }
    answer = graph("POST", f"{number.phone_number_id}/messages", data)
    assert error_of(answer)["code"] == 131062


def test_the_six_samples_are_there_once_however_often_they_are_ensured(number: SimNumber) -> None:
    from simulator.whatsapp.services import templates_ensure

    templates_ensure(WABA_ID)
    found = dict(SimTemplate.objects.values_list("name", "status"))
    assert len(found) == 7
    assert found["promocao_relampago"] == "REJECTED"
    assert found["pesquisa_satisfacao"] == "PAUSED"


def test_pages_end_when_next_is_absent_and_hold_every_template_once(
    client: Any, number: SimNumber
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"/v26.0/{WABA_ID}/message_templates?limit=4&fields=name"
    seen: list[str] = []
    pages = 0
    while path:
        page = json.loads(client.get(path, headers=headers).content)
        seen += [item["name"] for item in page["data"]]
        assert set(page["data"][0]) == {"id", "name"}
        assert page["paging"]["cursors"]["after"]
        link = urlsplit(page["paging"].get("next", ""))
        path = f"{link.path}?{link.query}" if link.path else ""
        pages += 1
    assert pages == 2
    assert sorted(seen) == sorted(SimTemplate.objects.values_list("name", flat=True))


def test_the_list_can_be_narrowed_and_counted(graph: Call, number: SimNumber) -> None:
    answer = graph("GET", f"{WABA_ID}/message_templates?status=APPROVED&summary=total_count")
    body = json.loads(answer.content)
    assert body["summary"]["total_count"] == 5
    assert {item["status"] for item in body["data"]} == {"APPROVED"}
    assert "next" not in body["paging"]


def test_a_bad_limit_or_cursor_is_100(graph: Call, number: SimNumber) -> None:
    for query in ("limit=0", "limit=x", "after=@@"):
        assert error_of(graph("GET", f"{WABA_ID}/message_templates?{query}"))["code"] == 100


def test_a_created_template_waits_for_review_and_approval_sends_the_webhook(
    graph: Call, number: SimNumber
) -> None:
    data = {
        "name": "aviso_feriado",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [BODY],
    }
    created = json.loads(graph("POST", f"{WABA_ID}/message_templates", data).content)
    assert created["status"] == "PENDING"
    template = SimTemplate.objects.get(graph_id=created["id"])
    template_decide(template=template, event="APPROVED")
    [value] = values()
    assert value["event"] == "APPROVED"
    assert value["message_template_id"] == int(created["id"])
    assert value["message_template_name"] == "aviso_feriado"


@pytest.mark.parametrize(
    "change",
    [
        {"components": [{"type": "BODY", "text": "Oi {{1}}", "example": {}}]},
        {"components": [{"type": "BODY", "text": "Oi {{1}}!"}]},
        {"components": [*PLAIN, {"type": "FOOTER", "text": "x" * 61}]},
        {"components": [*PLAIN, {"type": "FOOTER", "text": "Oi {{1}}"}]},
        {"components": [*PLAIN, {"type": "HEADER", "format": "IMAGE"}]},
        {
            "components": [
                *PLAIN,
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::nada"]}},
            ]
        },
        {
            "components": [
                *PLAIN,
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]},
            ]
        },
        {"name": "Com Maiúscula"},
        {"category": "OUTRA"},
        {"components": []},
        {"components": [{"type": "BODY", "text": "x" * 1025}]},
        {"components": [{"type": "BODY", "text": "Oi {{nome}}"}]},
        {"name": "lembrete_consulta"},
    ],
)
def test_a_template_meta_would_not_take_is_refused(
    graph: Call, number: SimNumber, change: Json
) -> None:
    data = {
        "name": "novo",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Oi"}],
    }
    answer = graph("POST", f"{WABA_ID}/message_templates", {**data, **change})
    assert error_of(answer)["code"] == 100
    assert SimTemplate.objects.count() == 7


def test_deleting_by_name_removes_the_template(graph: Call, number: SimNumber) -> None:
    answer = graph("DELETE", f"{WABA_ID}/message_templates?name=retorno_exame")
    assert json.loads(answer.content) == {"success": True}
    assert not SimTemplate.objects.filter(name="retorno_exame").exists()


def test_a_refusal_names_its_reason_in_the_webhook(number: SimNumber) -> None:
    template = SimTemplate.objects.get(name="lembrete_consulta")
    template_decide(template=template, event="REJECTED", reason="TAG_CONTENT_MISMATCH")
    [value] = values()
    assert value["reason"] == "TAG_CONTENT_MISMATCH"
    assert value["rejection_info"]["recommendation"]


# --- review and samples --------------------------------------------------------------------------


def created(graph: Call, **changes: Any) -> SimTemplate:
    data = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [BODY]}
    answer = graph("POST", f"{WABA_ID}/message_templates", {**data, **changes})
    return SimTemplate.objects.get(graph_id=json.loads(answer.content)["id"])


def test_a_new_template_is_approved_a_moment_later_and_told_of_once(
    graph: Call, number: SimNumber
) -> None:
    template = created(graph)
    assert templates_review() == 0
    SimTemplate.objects.update(decide_at=timezone.now())
    assert (templates_review(), templates_review()) == (1, 0)
    template.refresh_from_db()
    assert template.status == "APPROVED"
    assert [value["event"] for value in values()] == ["APPROVED"]


def test_a_verdict_from_the_control_page_comes_before_the_review_ends(
    graph: Call, number: SimNumber
) -> None:
    template_decide(template=created(graph), event="REJECTED")
    SimTemplate.objects.exclude(decide_at=None).update(decide_at=timezone.now())
    assert templates_review() == 0
    assert SimTemplate.objects.get(name="novo").status == "REJECTED"


def test_an_edit_goes_to_review_again_once_a_day_for_an_approved_one(
    graph: Call, number: SimNumber
) -> None:
    template = SimTemplate.objects.get(name="lembrete_consulta")
    edit = {"components": [BODY]}
    assert graph("POST", template.graph_id, edit).status_code == 200
    template.refresh_from_db()
    assert (template.status, template.components) == ("PENDING", [BODY])
    assert error_of(graph("POST", template.graph_id, edit))["code"] == 100
    template_decide(template=template, event="APPROVED")
    assert error_of(graph("POST", template.graph_id, edit))["code"] == 100
    template_decide(template=template, event="REJECTED")
    assert graph("POST", template.graph_id, edit).status_code == 200


def test_an_approved_template_keeps_its_category(graph: Call, number: SimNumber) -> None:
    template = SimTemplate.objects.get(name="lembrete_consulta")
    edit = {"components": [BODY], "category": "MARKETING"}
    assert error_of(graph("POST", template.graph_id, edit))["code"] == 100


def test_a_sample_of_any_size_gives_a_handle_that_a_header_takes(
    client: Client, graph: Call, number: SimNumber
) -> None:
    content = b"x" * 5_000_000
    begun = graph("POST", f"app/uploads?file_length={len(content)}&file_type=video/mp4")
    address = json.loads(begun.content)["id"]
    headers = {"Authorization": f"OAuth {TOKEN}"}
    for sent, status in ((content[:-1], 400), (content, 200)):
        answer = client.generic(
            "POST", f"/v26.0/{address}", data=sent, content_type="video/mp4", headers=headers
        )
        assert answer.status_code == status
    handle = json.loads(answer.content)["h"]
    header = {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": [handle]}}
    assert created(graph, components=[header, *PLAIN]).components[0] == header


@pytest.mark.parametrize(
    "path", ["app/uploads?file_length=1&file_type=text/html", "upload:nada?sig=x", "app/uploads"]
)
def test_an_upload_that_makes_no_sense_is_refused(
    graph: Call, number: SimNumber, path: str
) -> None:
    assert error_of(graph("POST", path))["code"] == 100
