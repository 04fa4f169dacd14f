"""Template variables, preview and components, positional and named."""

import pytest

from providers.outgoing import ContentRefused, TemplateInfo
from providers.whatsapp.adapter import WhatsAppAdapter

adapter = WhatsAppAdapter()


def template(*components, parameter_format="POSITIONAL"):
    return TemplateInfo(
        external_id="1",
        name="lembrete",
        language="pt_BR",
        status="APPROVED",
        parameter_format=parameter_format,
        components=components,
    )


BODY = {
    "type": "BODY",
    "text": "Oi {{1}}, sua consulta é {{2}}. Até {{2}}!",
    "example": {"body_text": [["Ana", "amanhã"]]},
}
NAMED_BODY = {
    "type": "BODY",
    "text": "Oi {{ nome }}, às {{hora}}.",
    "example": {
        "body_text_named_params": [
            {"param_name": "nome", "example": "Ana"},
            {"param_name": "hora", "example": "9h"},
        ]
    },
}
HEADER = {"type": "HEADER", "format": "TEXT", "text": "Lembrete de {{1}}"}
FOOTER = {"type": "FOOTER", "text": "Clínica Sorriso"}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Confirmar"},
        {"type": "URL", "text": "Ver", "url": "https://x.invalid/{{1}}"},
        {"type": "URL", "text": "Site", "url": "https://x.invalid"},
        {"type": "COPY_CODE", "text": "Copiar"},
        {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+5511"},
    ],
}


def test_variables_come_in_the_order_of_the_template_each_once():
    found = adapter.template_variables(template(HEADER, BODY, FOOTER, BUTTONS))
    assert [(one.key, one.place, one.kind, one.is_required) for one in found] == [
        ("header.1", "header", "text", True),
        ("1", "body", "text", True),
        ("2", "body", "text", True),
        ("button.0", "button", "payload", False),
        ("button.1", "button", "text", True),
        ("button.3", "button", "code", True),
    ]


def test_variables_carry_metas_examples():
    positional = adapter.template_variables(template(BODY))
    named = adapter.template_variables(template(NAMED_BODY, parameter_format="NAMED"))
    assert [one.example for one in positional] == ["Ana", "amanhã"]
    assert [(one.key, one.example) for one in named] == [("nome", "Ana"), ("hora", "9h")]


@pytest.mark.parametrize("form", ["IMAGE", "VIDEO", "DOCUMENT", "LOCATION"])
def test_a_media_header_asks_for_its_file_or_place(form):
    (variable,) = adapter.template_variables(template({"type": "HEADER", "format": form}))
    assert (variable.key, variable.kind) == ("header", form.lower())


def test_a_preview_reads_as_the_person_will_read_it():
    shown = adapter.template_preview(
        template(HEADER, BODY, FOOTER), {"header.1": "retorno", "1": "Ana", "2": "hoje"}
    )
    assert (
        shown == "Lembrete de retorno\n\nOi Ana, sua consulta é hoje. Até hoje!\n\nClínica Sorriso"
    )


def test_a_preview_shows_what_is_still_missing():
    assert adapter.template_preview(template(NAMED_BODY), {"nome": "Ana"}) == "Oi Ana, às {{hora}}."


def test_a_value_that_looks_like_a_variable_is_not_filled_again():
    assert adapter.template_preview(template(BODY), {"1": "{{2}}", "2": "x"}).startswith(
        "Oi {{2}},"
    )


def test_positional_values_go_in_order_without_names():
    sent = adapter.template_build(template(HEADER, BODY), {"header.1": "h", "2": "b", "1": "a"})
    assert (sent.name, sent.language) == ("lembrete", "pt_BR")
    assert sent.components == (
        {"type": "header", "parameters": [{"type": "text", "text": "h"}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        },
    )


def test_named_values_carry_their_names():
    sent = adapter.template_build(
        template(NAMED_BODY, parameter_format="NAMED"), {"nome": "Ana", "hora": "9h"}
    )
    assert sent.components[0]["parameters"] == [
        {"type": "text", "parameter_name": "nome", "text": "Ana"},
        {"type": "text", "parameter_name": "hora", "text": "9h"},
    ]


def test_buttons_carry_their_index():
    values = {"button.0": "SIM", "button.1": "abc", "button.3": "DESC10"}
    assert adapter.template_build(template(BUTTONS), values).components == (
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "SIM"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "abc"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "DESC10"}],
        },
    )


def test_a_media_header_is_sent_by_id():
    header = {"type": "HEADER", "format": "IMAGE"}
    sent = adapter.template_build(template(header), {"header": "123"})
    assert sent.components[0]["parameters"] == [{"type": "image", "image": {"id": "123"}}]


def test_a_location_header_is_sent_as_text_numbers():
    header = {"type": "HEADER", "format": "LOCATION"}
    values = {"header": {"latitude": -23.5, "longitude": -46.6, "name": "Clínica"}}
    (component,) = adapter.template_build(template(header), values).components
    assert component["parameters"] == [
        {
            "type": "location",
            "location": {"latitude": "-23.5", "longitude": "-46.6", "name": "Clínica"},
        }
    ]


def test_a_template_without_variables_needs_no_components():
    assert adapter.template_build(template(FOOTER), {}).components == ()


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, ["1", "2"]),
        ({"1": "a"}, ["2"]),
        ({"1": "a", "2": ""}, ["2"]),
        ({"1": "a", "2": "   "}, ["2"]),
        ({"1": "a", "2": 7}, ["2"]),
        ({"1": "a", "2": "b", "3": "c"}, ["3"]),
        ({"1": "a\nb", "2": "b"}, ["1"]),
        ({"1": "a\tb", "2": "b"}, ["1"]),
        ({"1": "a     b", "2": "b"}, ["1"]),
        ({"1": "x" * 1025, "2": "b"}, ["1"]),
    ],
)
def test_missing_extra_and_impossible_values_are_named(values, wrong):
    with pytest.raises(ContentRefused) as refused:
        adapter.template_build(template(BODY), values)
    assert sorted(refused.value.fields) == [f"template.variables.{key}" for key in wrong]


def test_four_blanks_in_a_row_are_allowed():
    adapter.template_build(template(BODY), {"1": "a    b", "2": "c"})


@pytest.mark.parametrize(
    "component",
    [
        {"type": "CAROUSEL", "cards": []},
        {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "Ver"}]},
        {"type": "HEADER", "format": "PRODUCT"},
    ],
)
def test_a_template_with_parts_we_do_not_send_is_refused(component):
    with pytest.raises(ContentRefused):
        adapter.template_build(template(component), {})


def test_broken_components_ask_for_nothing():
    broken = template(
        {"type": None}, {"type": "BODY", "text": 7}, {"type": "BUTTONS", "buttons": 3}
    )
    assert adapter.template_variables(broken) == ()
    assert adapter.template_preview(broken, {}) == ""


FLOW = {"type": "FLOW", "text": "Agendar", "flow_id": "1", "flow_action": "NAVIGATE"}


def test_a_button_that_opens_a_form_is_named_at_its_place():
    buttons = {"type": "BUTTONS", "buttons": [BUTTONS["buttons"][2], FLOW, BUTTONS["buttons"][1]]}
    built = adapter.template_build(template(buttons), {"button.2": "x"})
    shown = [(one["sub_type"], one["index"]) for one in built.components]
    assert shown == [("flow", "1"), ("url", "2")]
    assert built.components[0]["parameters"][0]["type"] == "action"


@pytest.mark.parametrize("kind", ["CATALOG", "MPM", "NOVO"])
def test_a_button_that_we_cannot_fill_is_refused_when_the_template_is_chosen(kind):
    buttons = {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Ver"}]}
    with pytest.raises(ContentRefused):
        adapter.template_check(template(BODY, buttons))
    with pytest.raises(ContentRefused):
        adapter.template_build(template(buttons), {})


@pytest.mark.parametrize("kind", ["VOICE_CALL", "REQUEST_CONTACT_INFO", "PHONE_NUMBER"])
def test_a_button_that_needs_nothing_is_sent_as_it_is(kind):
    buttons = {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Ligar"}]}
    assert adapter.template_build(template(buttons), {}).components == ()


def test_the_parts_are_kept_as_the_person_sees_them():
    place = {"latitude": -25.4, "longitude": -49.2, "name": "Clínica"}
    header = {"type": "HEADER", "format": "LOCATION"}
    values = {"header": place, "1": "Ana", "2": "hoje"}
    parts = adapter.template_parts(template(header, BODY, FOOTER, BUTTONS), values)
    assert parts.stored() == {
        "place": place,
        "body": "Oi Ana, sua consulta é hoje. Até hoje!",
        "footer": "Clínica Sorriso",
        "buttons": [{"type": one["type"], "text": one["text"]} for one in BUTTONS["buttons"]],
    }
