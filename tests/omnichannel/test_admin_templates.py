"""The back-office of templates: written in a form, judged by Meta, shown as a phone shows them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from omnichannel.models import Template
from providers.outgoing import SendError, TemplateVerdict
from providers.whatsapp.adapter import WhatsAppAdapter
from tests.backoffice import Office, owner, said, supervisor, text_of

MODEL = "omnichannel_template"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
FORM: dict[str, Any] = {
    "name": "lembrete",
    "language": "pt_BR",
    "category": "UTILITY",
    "header": "",
    "header_text": "",
    "body": "Olá, {{1}}! Sua consulta é {{2}}.\r\nAté logo.",
    "examples-key": ["1", "2"],
    "examples-value": ["Ana", "amanhã"],
    "footer": "Responda SAIR",
    "buttons-kind": ["QUICK_REPLY", "URL", ""],
    "buttons-text": ["Confirmo", "Mapa", "resto"],
    "buttons-value": ["", "https://clinica.example/{{1}}", ""],
    "buttons-example": ["", "https://clinica.example/1", ""],
}


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Give what Meta was asked, and let it answer well."""
    asked: list[tuple[str, Any]] = []

    def answer(what: str, result: Any) -> Any:
        def call(self: Any, account: Any, *given: Any) -> Any:
            if "template" in what and what != "template_delete":
                self.draft_check(given[-1])
            asked.append((what, given))
            return result

        return call

    monkeypatch.setattr(
        WhatsAppAdapter, "template_create", answer("template_create", TemplateVerdict("77"))
    )
    monkeypatch.setattr(
        WhatsAppAdapter, "template_edit", answer("template_edit", TemplateVerdict("77"))
    )
    monkeypatch.setattr(WhatsAppAdapter, "template_delete", answer("template_delete", None))
    monkeypatch.setattr(WhatsAppAdapter, "sample_upload", answer("sample_upload", "4::x"))
    return asked


def errors(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


@pytest.fixture
def made(channel, ana, meta) -> Template:
    """Give a template written in the form."""
    answer = Office(ana).save(MODEL, channel=str(channel.pk), **FORM)
    assert answer.status_code == 302, errors(answer)
    return Template.unscoped.get()


def test_a_template_is_written_in_a_form_and_handed_to_meta(made, channel, meta):
    assert (made.name, made.status, made.external_id) == ("lembrete", "PENDING", "77")
    assert (made.company_id, made.waba_id) == (channel.company_id, channel.waba_id)
    body, footer, buttons = made.components
    assert body["text"] == "Olá, {{1}}! Sua consulta é {{2}}.\nAté logo."
    assert body["example"] == {"body_text": [["Ana", "amanhã"]]}
    assert footer["text"] == "Responda SAIR"
    assert [one["type"] for one in buttons["buttons"]] == ["QUICK_REPLY", "URL"]
    assert [what for what, _given in meta] == ["template_create"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": "Com Espaço"}, "name", "minúsculas"),
        ({"body": ""}, "body", "Escreva"),
        ({"body": "x" * 1025}, "body", "1025"),
        ({"footer": "x" * 61}, "footer", "61"),
        ({"header": "IMAGE"}, "header_file", "exemplo"),
        ({"buttons-text": ["", "Mapa", ""]}, "buttons", "escreva"),
        ({"examples-value": ["", "x"]}, "examples", "{{1}}"),
    ],
)
def test_what_meta_would_refuse_is_said_beside_the_input_and_the_rest_stays(
    channel, ana, meta, change, field, words
):
    answer = Office(ana).save(MODEL, channel=str(channel.pk), **{**FORM, **change})
    assert words in str(errors(answer)[field])
    page = text_of(answer)
    assert "amanhã" not in page or 'value="amanhã"' in page
    assert meta == [] and not Template.unscoped.exists()


def test_without_the_script_a_new_variable_gets_its_row_when_the_form_comes_back(
    channel, ana, meta
):
    given = {**FORM, "body": "Olá, {{1}} e {{2}} e {{3}}.", "channel": str(channel.pk)}
    answer = Office(ana).save(MODEL, **given)
    assert "{{3}}" in str(errors(answer)["examples"])
    assert 'name="examples-key" value="3"' in text_of(answer)


def test_what_meta_says_no_to_is_shown_and_nothing_is_kept(channel, ana, monkeypatch):
    def no(self: Any, account: Any, draft: Any) -> Any:
        raise SendError("modelo_invalido", "Corrija.", provider="100", said="Too many variables")

    monkeypatch.setattr(WhatsAppAdapter, "template_create", no)
    answer = Office(ana).save(MODEL, channel=str(channel.pk), **FORM)
    assert "Too many variables" in str(errors(answer)["__all__"])
    assert not Template.unscoped.exists()


def test_a_picture_in_the_header_needs_its_sample(channel, ana, meta):
    picture = SimpleUploadedFile("a.png", PNG, "image/png")
    given = {**FORM, "header": "IMAGE", "header_file": picture, "channel": str(channel.pk)}
    assert Office(ana).save(MODEL, **given).status_code == 302
    assert [what for what, _given in meta] == ["sample_upload", "template_create"]
    assert Template.unscoped.get().components[0]["example"] == {"header_handle": ["4::x"]}


def test_only_channels_of_ones_own_companies_can_be_chosen(channel, rival_channel, ana, meta):
    office = Office(ana)
    page = office.browser.get("/admin/omnichannel/template/add/")
    assert str(channel.pk) in text_of(page) and str(rival_channel.pk) not in text_of(page)
    answer = office.save(MODEL, channel=str(rival_channel.pk), **FORM)
    assert "channel" in errors(answer)
    answer = Office(owner()).save(
        MODEL, channel=str(rival_channel.pk), company=str(channel.company_id), **FORM
    )
    assert "outra empresa" in str(errors(answer)["channel"])
    assert meta == []


def test_a_supervisor_looks_and_writes_nothing(made, clinic, meta):
    office = Office(supervisor(clinic))
    page = text_of(office.page(MODEL, made))
    assert "Sua consulta é amanhã" in page and 'name="body"' not in page
    assert office.browser.get("/admin/omnichannel/template/add/").status_code == 403
    assert office.save(MODEL, made, **FORM).status_code == 403
    assert len(meta) == 1


def test_while_meta_looks_at_it_it_is_shown_as_on_a_phone_and_not_edited(made, ana):
    page = text_of(Office(ana).page(MODEL, made))
    assert "Olá, Ana! Sua consulta é amanhã." in page and "bo-phone" in page
    assert 'name="body"' not in page


def test_a_refused_one_says_why_and_is_edited(made, ana, meta):
    Template.unscoped.update(status="REJECTED", rejected_reason="INCORRECT_CATEGORY: x: y")
    office = Office(ana)
    page = text_of(office.page(MODEL, made))
    assert "A categoria não combina" in page
    assert "Sua consulta é {{2}}" in page and 'value="https://clinica.example/1"' in page
    given = {**FORM, "body": "Oi, {{1}}! Às {{2}}.", "name": "outro"}
    answer = office.save(MODEL, made, **given)
    assert answer.status_code == 302, errors(answer)
    row = Template.unscoped.get()
    assert (row.name, row.status) == ("lembrete", "PENDING")
    assert row.components[0]["text"] == "Oi, {{1}}! Às {{2}}."


def test_an_approved_one_is_not_edited_twice_a_day(made, ana, meta):
    Template.unscoped.update(status="APPROVED")
    answer = Office(ana).save(MODEL, made, **FORM)
    assert "24 horas" in str(errors(answer)["__all__"])
    assert len(meta) == 1


def test_an_announced_category_warns_of_the_price(made, ana):
    Template.unscoped.update(coming_category="MARKETING")
    assert "Marketing: o preço muda" in text_of(Office(ana).page(MODEL, made))


def test_one_with_parts_we_do_not_write_is_only_shown(made, ana):
    Template.unscoped.update(
        status="APPROVED", components=[{"type": "BODY", "text": "Oi"}, {"type": "CAROUSEL"}]
    )
    page = text_of(Office(ana).page(MODEL, made))
    assert "CAROUSEL" in page and 'name="body"' not in page


def test_deleting_asks_meta_and_the_row_says_so(made, ana, meta):
    office = Office(ana)
    answer = office.browser.post(f"/admin/omnichannel/template/{made.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert meta[-1] == ("template_delete", ("lembrete", "77"))
    assert Template.unscoped.get().status == "DELETED"
    assert office.page(MODEL, made, "delete").status_code == 403


def test_when_meta_keeps_it_the_page_says_why(made, ana, monkeypatch):
    def no(self: Any, *given: Any) -> None:
        raise SendError("credencial_invalida", "O token expirou.")

    monkeypatch.setattr(WhatsAppAdapter, "template_delete", no)
    answer = Office(ana).browser.post(
        f"/admin/omnichannel/template/{made.pk}/delete/", {"post": "yes"}
    )
    assert "O token expirou" in said(answer)
    assert Template.unscoped.get().status == "PENDING"


def test_what_is_typed_never_becomes_markup(made, ana):
    Template.unscoped.update(
        status="REJECTED",
        components=[{"type": "BODY", "text": "<script>alert(1)</script>"}],
    )
    assert "<script>alert(1)" not in text_of(Office(ana).page(MODEL, made))
