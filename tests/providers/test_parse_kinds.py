"""Message kinds, fields and refusals of the WhatsApp parser that the fixtures do not show."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contacts.refs import IdentityKind, IdentityRef
from providers.choices import MessageKind, MessageStatus
from providers.facts import (
    AccountNotice,
    AccountRef,
    CallNotice,
    ContactCard,
    EditUpdate,
    IdentityChange,
    Ignored,
    InboundMessage,
    Malformed,
    MediaRef,
    PreferenceUpdate,
    ReactionUpdate,
    RevokeUpdate,
    StatusUpdate,
    TemplateUpdate,
)
from providers.tolerant import name
from providers.whatsapp.parse import account_hint, parse
from tests.providers.payloads import (
    ACCOUNT,
    RECEIVED_AT,
    SENT_AT,
    WABA,
    body,
    facts,
    message,
    said,
)

ANA = (IdentityRef(IdentityKind.WA_PHONE, "5511987654321"),)
FILE = {"id": "77", "mime_type": "image/jpeg", "sha256": "c2hh", "url": "https://x.invalid/1"}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (
            "image",
            {**FILE, "caption": "exame"},
            MediaRef(MessageKind.IMAGE, "77", "image/jpeg", "c2hh"),
        ),
        ("video", FILE, MediaRef(MessageKind.VIDEO, "77", "image/jpeg", "c2hh")),
        ("sticker", {"id": 77}, MediaRef(MessageKind.STICKER, "77")),
        ("audio", {"id": "77"}, MediaRef(MessageKind.AUDIO, "77")),
        ("audio", {"id": "77", "voice": True}, MediaRef(MessageKind.AUDIO, "77", is_voice=True)),
        ("voice", {"id": "77"}, MediaRef(MessageKind.AUDIO, "77", is_voice=True)),
        (
            "document",
            {"id": "77", "filename": "laudo\n.pdf"},
            MediaRef(MessageKind.DOCUMENT, "77", filename="laudo .pdf"),
        ),
    ],
)
def test_a_file_keeps_its_id_type_and_digest(kind, content, expected):
    fact = said(kind, **{kind: content})
    assert fact.media == (expected,)
    assert fact.kind == expected.kind
    assert fact.text == content.get("caption", "")


def test_an_animated_sticker_says_so():
    assert said("sticker", sticker={"id": "1", "animated": True}).kept == {"animated": True}


def test_a_file_that_arrived_as_errors_only_is_shown_as_unsupported():
    errors = [{"code": 131052, "title": "Media download error", "error_data": {"details": "big"}}]
    fact = said("image", errors=errors)
    assert fact.kind == MessageKind.UNSUPPORTED
    assert fact.kept["unsupported"] == {
        "type": "image",
        "errors": [{"code": "131052", "title": "Media download error", "detail": "big"}],
    }


def test_a_location_keeps_place_and_name():
    place = {"latitude": "-23.5", "longitude": -46.6, "name": "Clínica", "address": "Rua 1"}
    assert said("location", location=place).kept == {
        "location": {"latitude": -23.5, "longitude": -46.6, "name": "Clínica", "address": "Rua 1"}
    }


@pytest.mark.parametrize("latitude", [91, "x", None, float("nan"), float("inf"), True])
def test_a_location_nowhere_stands_with_what_is_known_of_it(latitude):
    place = {"latitude": latitude, "longitude": 1, "name": "Clínica", "address": "Rua 1"}
    fact = said("location", location=place)
    assert (fact.kind, fact.text) == (MessageKind.UNSUPPORTED, "Clínica\nRua 1")
    assert fact.kept == {"unsupported": {"type": "location"}}


@pytest.mark.parametrize(
    ("answer", "text", "metadata"),
    [
        (
            {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}},
            "Sim",
            {"type": "button_reply", "id": "sim", "title": "Sim"},
        ),
        (
            {"type": "list_reply", "list_reply": {"id": "9h", "title": "9h", "description": "Dra"}},
            "9h",
            {"type": "list_reply", "id": "9h", "title": "9h", "description": "Dra"},
        ),
        (
            {
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"nota": 5}'},
            },
            "",
            {"type": "nfm_reply", "name": "flow", "body": "Sent", "response": {"nota": 5}},
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{nota"}},
            "",
            {"type": "nfm_reply", "name": "flow", "response": None, "response_json": "{nota"},
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"response_json": "[1]"}},
            "",
            {"type": "nfm_reply", "response": [1]},
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"response_json": '"{\\"a\\": 1}"'}},
            "",
            {"type": "nfm_reply", "response": {"a": 1}},
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"response_json": {"a": True}}},
            "",
            {"type": "nfm_reply", "response": {"a": True}},
        ),
        (
            {
                "type": "call_permission_reply",
                "call_permission_reply": {"response": "accept", "expiration_timestamp": 9},
            },
            "",
            {"type": "call_permission_reply", "response": "accept", "expiration_timestamp": 9},
        ),
    ],
)
def test_an_answer_to_buttons_lists_and_forms_is_interactive(answer, text, metadata):
    fact = said("interactive", interactive=answer, context={"from": "5511", "id": "wamid.ours"})
    assert (fact.kind, fact.text, fact.reply_to) == (MessageKind.INTERACTIVE, text, "wamid.ours")
    assert fact.kept == {"interactive": metadata}


def test_an_unknown_interactive_answer_is_kept_as_unsupported():
    fact = said("interactive", interactive={"type": "payment"})
    assert fact.kind == MessageKind.UNSUPPORTED
    assert fact.kept == {"unsupported": {"type": "interactive.payment"}}


def test_a_template_button_is_an_answer_too():
    fact = said("button", button={"payload": "CONFIRMAR", "text": "Confirmar"})
    assert fact.text == "Confirmar"
    assert fact.kept["interactive"] == {
        "type": "button",
        "id": "CONFIRMAR",
        "title": "Confirmar",
    }


def test_an_order_keeps_its_items():
    item = {"product_retailer_id": "p1", "quantity": 2, "item_price": 30.5, "currency": "BRL"}
    fact = said("order", order={"catalog_id": "c", "text": "hoje", "product_items": [item, 7]})
    assert (fact.kind, fact.text) == (MessageKind.ORDER, "hoje")
    assert fact.kept == {"order": {"catalog_id": "c", "product_items": [item]}}


def test_numbers_that_nothing_can_hold_are_left_out():
    item = {"product_retailer_id": "p", "quantity": 10**30, "item_price": float("inf")}
    fact = said("order", order={"product_items": [item]})
    assert fact.kept["order"]["product_items"] == [{"product_retailer_id": "p"}]


VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Melo;Lia;;;\r\nFN:Lia Melo\r\n"
    "item1.TEL;waid=5541988110071:+55 41 98811-0071\r\nEMAIL:lia@exemplo.test\r\n"
    "ORG:Clínica\\, Unidade 2;\r\nBDAY:1990-02-01\r\nADR:;;Rua 1;Curitiba;PR;;\r\nEND:VCARD"
)
CARDS: list[tuple[Any, dict[str, Any]]] = [
    (
        {"name": {"formatted_name": "Dra. Lia"}, "phones": [{"phone": "+5511", "type": "WORK"}, 3]},
        {"name": "Dra. Lia", "phones": [{"phone": "+5511", "type": "WORK"}, {"phone": "3"}]},
    ),
    ({"name": {"first_name": "Lia", "last_name": "Melo"}}, {"name": "Lia Melo"}),
    ({"name": "Lia", "phones": "190"}, {"name": "Lia", "phones": [{"phone": "190"}]}),
    ({"phones": [{"wa_id": 5541}]}, {"name": "", "phones": [{"wa_id": "5541"}]}),
    ({"org": {"company": "Lab"}}, {"name": "Lab", "org": {"company": "Lab"}}),
    ({"org": "Lab", "emails": None}, {"name": "Lab", "org": {"company": "Lab"}}),
    ({"nome": "Lia", "fone": 9}, {"name": "", "other": {"nome": "Lia", "fone": 9}}),
    (
        {"name": {"formatted_name": "L"}, "urls": [{"url": "https://l.test"}], "birthday": "1990"},
        {"name": "L", "urls": [{"url": "https://l.test"}], "birthday": "1990"},
    ),
    (
        {"vcard": VCARD},
        {
            "name": "Lia Melo",
            "phones": [{"phone": "+55 41 98811-0071", "wa_id": "5541988110071"}],
            "emails": [{"email": "lia@exemplo.test"}],
            "org": {"company": "Clínica, Unidade 2"},
            "birthday": "1990-02-01",
            "addresses": [{"street": "Rua 1 Curitiba PR"}],
        },
    ),
    ("Lia", {"name": "Lia", "other": []}),
]


@pytest.mark.parametrize(("given", "shown"), CARDS, ids=range(len(CARDS)))
def test_nothing_of_a_contact_card_is_lost(given, shown):
    assert said("contacts", contacts=[given]).kept == {"contacts": [shown]}


@pytest.mark.parametrize(
    ("phone", "shared"),
    [
        ({"phone": "+55 41 98811-0071"}, "5541988110071"),
        ({"phone": "(41) 98811-0071"}, "5541988110071"),
        ({"phone": "+55 41 98811-0071", "wa_id": "554188110071"}, "554188110071"),
    ],
)
def test_a_phone_shared_on_request_is_known_without_a_wa_id(phone, shared):
    card = {"vcard": "BEGIN:VCARD\nFN:Lia Melo\nEND:VCARD", "phones": [phone]}
    fact = said("contacts", contacts=[card], origin="contact_request")
    assert fact.kept["shared_phone"] == shared
    assert fact.kept["contacts"][0]["name"] == "Lia Melo"


def test_photos_in_a_form_are_files_of_the_message():
    photo = {"id": 790, "mime_type": "image/jpeg", "sha256": "c2hh", "file_name": "pé.jpg"}
    answers = json.dumps(
        {"fotos": [photo, {"x": 1}], "laudo": {**photo, "id": "8", "mime_type": "application/pdf"}}
    )
    fact = said(
        "interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": answers}}
    )
    assert [(one.kind, one.media_id, one.filename) for one in fact.media] == [
        (MessageKind.IMAGE, "790", "pé.jpg"),
        (MessageKind.DOCUMENT, "8", "pé.jpg"),
    ]


ODD = [
    ("text", {}, ""),
    ("text", {"text": None}, ""),
    ("text", {"text": {"body": 5}}, "5"),
    ("image", {"image": {"caption": "Foto da receita"}}, "Foto da receita"),
    ("document", {"document": {"filename": "laudo.pdf", "caption": "Laudo"}}, "Laudo\nlaudo.pdf"),
    ("contacts", {"contacts": []}, ""),
    ("contacts", {"contacts": "x"}, "x"),
    ("interactive", {"interactive": {"type": "list_reply", "list_reply": None}}, ""),
    ("interactive", {}, ""),
    ("interactive", {"interactive": {"type": "poll", "poll": {"title": "Qual dia?"}}}, "Qual dia?"),
    ("button", {"button": "Confirmar"}, "Confirmar"),
    ("order", {"order": [{"text": "dois"}]}, "dois"),
    ("enquete", {"enquete": {"body": "Qual dia?"}}, "Qual dia?"),
]


@pytest.mark.parametrize(("kind", "members", "words"), ODD)
def test_a_message_in_an_odd_shape_stands_with_what_is_known(kind, members, words):
    fact = said(kind, **members)
    assert isinstance(fact, InboundMessage)
    assert (fact.kind, fact.text) == (MessageKind.UNSUPPORTED, words)


def test_an_error_beside_the_message_says_why_it_lacks_its_content():
    errors = [{"code": 131052, "title": "Media download error"}]
    (fact, *_rest) = [
        one
        for one in facts(body("messages", messages=[message("document")], errors=errors))
        if isinstance(one, InboundMessage)
    ]
    assert fact.kept["unsupported"]["errors"][0]["code"] == "131052"


@pytest.mark.parametrize("kind", [None, ""])
def test_a_message_without_a_type_is_of_the_kind_it_brings(kind):
    raw = message("location", location={"latitude": -25.4, "longitude": -49.2})
    raw["type"] = kind
    (fact,) = facts(body("messages", messages=[raw]))
    assert fact.kind == MessageKind.LOCATION


@pytest.mark.parametrize(
    ("edited", "text"),
    [
        ({"type": "text", "text": {"body": "novo"}}, "novo"),
        ({"text": {"body": "novo"}}, "novo"),
        ({"type": "image", "image": {"id": "1"}}, ""),
        ({"type": "image", "image": {"id": "1", "caption": "c"}}, "c"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, None),
        ({"type": "interactive", "interactive": {}}, None),
        ({"type": "text", "text": {}}, None),
        ({"type": "text", "text": {"body": ""}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_an_edit_brings_its_text_or_says_that_it_does_not(edited, text):
    fact = said("edit", edit={"original_message_id": "wamid.0", "message": edited})
    assert isinstance(fact, EditUpdate)
    assert fact.text == text


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b\u200b",
        "\u2800",
        "\u3164",
        "\u200e",
        "\ufe0f",
        "\u00ad",
        "\U000e0041",
        "\u202e \u2066",
        "\u200d",
    ],
)
def test_a_name_that_nobody_sees_is_none(hidden):
    assert name(hidden) == ""
    assert name(f"Ana{hidden}").startswith("Ana")
    assert "\u202e" not in name(f"Ana{hidden}\u202egnp.exe")


def test_a_card_sent_of_ones_own_accord_shares_no_phone():
    card = {"name": {"formatted_name": "Lia"}, "phones": [{"wa_id": "5511912340000"}]}
    assert "shared_phone" not in said("contacts", contacts=[card]).kept


def test_the_origin_of_a_shared_phone_may_stand_on_the_message():
    fact = said("contacts", contacts=[{"phones": [{"wa_id": "551191"}]}], origin="contact_request")
    assert fact.kept["shared_phone"] == "551191"


def test_an_ad_that_led_here_is_kept():
    ad = {
        "source_type": "ad",
        "source_id": "12",
        "ctwa_clid": "Aff",
        "welcome_message": {"text": "Oi"},
        "something_new": "x",
    }
    assert said("text", text={"body": "oi"}, referral=ad).kept["referral"] == {
        "source_type": "ad",
        "source_id": "12",
        "ctwa_clid": "Aff",
        "welcome_message": "Oi",
    }


def test_forwarding_and_the_product_asked_about_are_kept():
    context = {
        "frequently_forwarded": True,
        "forwarded": True,
        "referred_product": {"catalog_id": "c", "product_retailer_id": "p"},
    }
    assert said("text", text={"body": "?"}, context=context).kept == {
        "forwarded": True,
        "frequently_forwarded": True,
        "referred_product": {"catalog_id": "c", "product_retailer_id": "p"},
    }


@pytest.mark.parametrize(
    "reaction", [{"message_id": "wamid.0"}, {"message_id": "wamid.0", "emoji": ""}]
)
def test_a_reaction_is_taken_away_without_emoji(reaction):
    assert said("reaction", reaction=reaction) == ReactionUpdate(
        ACCOUNT, facts_person(), "wamid.0", "", SENT_AT, external_id="wamid.1"
    )


def facts_person():
    return said("text", text={"body": "x"}).person


def test_an_edit_names_the_message_and_its_new_text():
    edit = {
        "original_message_id": "wamid.0",
        "message": {"type": "text", "text": {"body": "às 10h"}},
    }
    assert said("edit", edit=edit) == EditUpdate(
        ACCOUNT, facts_person(), "wamid.0", "às 10h", SENT_AT, external_id="wamid.1"
    )


def test_an_edit_of_a_photo_is_its_caption():
    edit = {"original_message_id": "w", "message": {"type": "image", "image": {"caption": "novo"}}}
    assert said("edit", edit=edit).text == "novo"


def test_a_revoke_names_the_message():
    assert said("revoke", revoke={"original_message_id": "wamid.0"}) == RevokeUpdate(
        ACCOUNT, facts_person(), "wamid.0", SENT_AT, external_id="wamid.1"
    )


@pytest.mark.parametrize(
    ("kind", "members", "what"),
    [
        ("text", {"group_id": "g1", "text": {"body": "x"}}, "group_message"),
        ("request_welcome", {}, "request_welcome"),
        (
            "system",
            {"system": {"type": "customer_identity_changed"}},
            "system.customer_identity_changed",
        ),
    ],
)
def test_what_is_no_message_of_a_person_is_ignored_by_name(kind, members, what):
    assert said(kind, **members) == Ignored(ACCOUNT, what)


def test_a_changed_number_moves_the_identity():
    fact = said("system", system={"type": "user_changed_number", "wa_id": "5511912340000"})
    assert fact == IdentityChange(
        ACCOUNT,
        ANA[0],
        IdentityRef(IdentityKind.WA_PHONE, "5511912340000"),
        SENT_AT,
        detail="user_changed_number",
    )


# --- people ---------------------------------------------------------------------------------------


def test_contacts_are_paired_by_id_and_not_by_place():
    contacts = [
        {"wa_id": "551100000002", "profile": {"name": "Bia"}, "user_id": "BR.2"},
        {"wa_id": "551100000001", "profile": {"name": "Ana"}, "user_id": "BR.1"},
    ]
    messages = [
        message("text", text={"body": "1"}) | {"from": "551100000001"},
        message("text", text={"body": "2"}) | {"from": "551100000002"},
    ]
    found = facts(body("messages", contacts=contacts, messages=messages))
    assert [fact.person.name for fact in found] == ["Ana", "Bia"]
    assert [fact.person.identities[0].value for fact in found] == ["BR.1", "BR.2"]


def test_the_only_contact_belongs_to_the_only_message():
    contacts = [{"wa_id": "554198887777", "profile": {"name": "João"}, "user_id": "BR.1"}]
    only = message("text", text={"body": "1"}) | {"from": "5541998887777"}
    (fact,) = facts(body("messages", contacts=contacts, messages=[only]))
    assert fact.person.name == "João"
    assert [one.value for one in fact.person.identities] == ["BR.1", "5541998887777"]


def test_the_only_contact_is_not_given_to_a_stranger_in_a_batch():
    contacts = [{"wa_id": "551100000001", "profile": {"name": "Ana"}, "user_id": "BR.1"}]
    messages = [
        message("text", text={"body": "1"}) | {"from": "551100000001"},
        message("text", text={"body": "2"}) | {"from": "551100000002"},
    ]
    ana, stranger = facts(body("messages", contacts=contacts, messages=messages))
    assert ana.person.name == "Ana"
    assert stranger.person.name == ""
    assert [one.value for one in stranger.person.identities] == ["551100000002"]


def test_the_only_contact_is_not_given_to_another_user_id():
    contacts = [{"profile": {"name": "Ana"}, "user_id": "BR.1"}]
    only = {**message("text", text={"body": "1"}), "from": "", "from_user_id": "BR.2"}
    (fact,) = facts(body("messages", contacts=contacts, messages=[only]))
    assert [one.value for one in fact.person.identities] == ["BR.2"]
    assert fact.person.name == ""


def test_identities_come_strongest_first():
    only = message("text", text={"body": "x"}, from_user_id="BR.1", from_parent_user_id="BR.ENT.9")
    (fact,) = facts(body("messages", messages=[only]))
    assert [one.kind for one in fact.person.identities] == [
        IdentityKind.WA_BSUID,
        IdentityKind.WA_PARENT_BSUID,
        IdentityKind.WA_PHONE,
    ]


def test_a_message_from_nobody_is_malformed():
    only = message("text", text={"body": "x"})
    del only["from"]
    assert isinstance(facts(body("messages", messages=[only]))[0], Malformed)


# --- time, text, ids ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1767225601", SENT_AT),
        (1767225601, SENT_AT),
        (1767225601.0, SENT_AT),
        ("1767225601000", SENT_AT),
        (1767225601000, SENT_AT),
        ("0", RECEIVED_AT),
        (86400, RECEIVED_AT),
        (-1, RECEIVED_AT),
        ("", RECEIVED_AT),
        (None, RECEIVED_AT),
        ("amanhã", RECEIVED_AT),
        (True, RECEIVED_AT),
        ([], RECEIVED_AT),
        (10**30, RECEIVED_AT),
        (10**400, RECEIVED_AT),
        (float("nan"), RECEIVED_AT),
        (float("inf"), RECEIVED_AT),
        ("1e400", RECEIVED_AT),
        (4102444800, RECEIVED_AT + timedelta(seconds=60)),
        (int(RECEIVED_AT.timestamp()) + 30, RECEIVED_AT + timedelta(seconds=30)),
    ],
)
def test_a_moment_is_read_in_seconds_or_milliseconds_and_nonsense_is_now(stamp, expected):
    assert said("text", text={"body": "x"}, timestamp=stamp).happened_at == expected


def test_without_an_arrival_the_present_bounds_the_future():
    payload = body("messages", messages=[message("text", text={"body": "x"}, timestamp=2**40)])
    (fact,) = parse(payload)
    assert fact.happened_at <= datetime.now(UTC) + timedelta(seconds=60)


def test_text_loses_only_what_postgresql_cannot_store():
    assert said("text", text={"body": "a\x00b\ud83dc\u202ed\u200b😊"}).text == "abc\u202ed\u200b😊"


def test_a_text_of_100_000_characters_is_kept_whole_and_more_is_cut():
    assert len(said("text", text={"body": "ç" * 100_000}).text) == 100_000
    assert len(said("text", text={"body": "ç" * 100_001}).text) == 100_000


def test_a_name_is_one_bounded_line():
    contacts = [{"wa_id": "5511987654321", "profile": {"name": " Ana\n\x00\tMaria " + "x" * 999}}]
    only = message("text", text={"body": "x"})
    (fact,) = facts(body("messages", contacts=contacts, messages=[only]))
    assert fact.person.name.startswith("Ana Maria xxx")
    assert len(fact.person.name) == 200


def test_two_long_ids_stay_two_and_fit_the_column():
    long = ["w" * 300 + end for end in "ab"]
    messages = [message("text", text={"body": "x"}) | {"id": one} for one in long]
    found = [fact.external_id for fact in facts(body("messages", messages=messages))]
    assert len(set(found)) == 2
    assert {len(one) for one in found} == {255}


# --- batches that are partly wrong ----------------------------------------------------------------


def test_one_bad_item_costs_only_itself():
    bad = [
        None,
        7,
        "x",
        [],
        {},
        {**message("text"), "id": None},
        {**message("text"), "from": None},
        message("reaction", reaction={}),
    ]
    good = [message("text", text={"body": str(place)}) for place in range(5)]
    found = facts(body("messages", messages=[*good[:2], *bad, *good[2:]]))
    assert [fact.text for fact in found if isinstance(fact, InboundMessage)] == list("01234")
    assert [type(fact) for fact in found].count(Malformed) == len(bad)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        1,
        "x",
        [],
        {},
        {"entry": 3},
        {"entry": [None]},
        {"entry": [{"id": "1"}]},
        {"entry": [{"changes": {}}]},
        {"entry": [{"changes": [None]}]},
        {"entry": [{"changes": [{"value": {}}]}]},
        {"entry": [{"changes": [{"field": "messages", "value": []}]}]},
        {"entry": [{"changes": [{"field": "messages", "value": {"messages": "x"}}]}]},
        {"object": "page", "entry": []},
        {"object": 7, "entry": []},
    ],
)
def test_a_body_without_the_envelope_is_malformed(payload):
    found = facts(payload)
    assert [type(fact) for fact in found] == [Malformed]


def test_a_bad_entry_leaves_the_others():
    payload = body("messages", messages=[message("text", text={"body": "x"})])
    payload["entry"] = [None, *payload["entry"], {"changes": 1}]
    assert [type(fact) for fact in facts(payload)] == [Malformed, InboundMessage, Malformed]


def test_a_malformed_reason_names_the_place_and_not_the_content():
    fact = said("reaction", reaction={"emoji": "Rua Secreta 1"})
    assert fact == Malformed(ACCOUNT, "messages: reaction target is missing")


def test_nesting_beyond_reason_is_cut():
    deep: dict = {}
    for _level in range(5000):
        deep = {"a": deep}
    fact = said("contacts", contacts=[{"name": {"formatted_name": "x"}, "org": deep}])
    assert fact.kind == MessageKind.CONTACT


# --- statuses -------------------------------------------------------------------------------------


def status(**members):
    raw = {"id": "wamid.9", "status": "sent", "timestamp": "1767225601", **members}
    (fact,) = facts(body("messages", statuses=[raw]))
    return fact


def test_our_own_token_comes_back():
    assert status(biz_opaque_callback_data="msg:1").token == "msg:1"


def test_a_failure_names_code_and_the_providers_words():
    error = {"code": 131049, "title": "T", "message": "M", "error_data": {"details": "D"}}
    fact = status(status="failed", errors=[error])
    assert fact.status == MessageStatus.FAILED
    assert (fact.fault.code, fact.fault.title, fact.fault.detail) == ("131049", "T", "D")


@pytest.mark.parametrize("errors", [None, [], "x", [None], [{}], [{"code": None}], [{"code": []}]])
def test_a_failure_without_readable_errors_is_still_a_failure(errors):
    fact = status(status="failed", errors=errors)
    assert (fact.status, fact.fault) == (MessageStatus.FAILED, None)


@pytest.mark.parametrize("word", ["deleted", "warning", "accepted", None, 3])
def test_a_status_nobody_documents_is_ignored(word):
    assert isinstance(status(status=word), Ignored)


def test_a_receipt_without_message_is_malformed():
    assert isinstance(status(id=""), Malformed)


def test_a_receipt_of_a_group_is_ignored():
    assert status(recipient_type="group") == Ignored(ACCOUNT, "group_status")


def test_errors_without_message_are_a_notice():
    error = {"code": 131031, "title": "Account locked"}
    (fact,) = facts(body("messages", errors=[error]))
    assert isinstance(fact, AccountNotice)
    assert (fact.code, fact.severity, fact.stops_channel) == ("error.131031", "critico", True)


# --- other fields ---------------------------------------------------------------------------------


def test_what_was_typed_on_the_phone_is_an_echo_and_opens_nothing():
    echo = {"from": "551130900000", "to": "5511987654321", "id": "w", "type": "text"}
    (fact,) = facts(body("smb_message_echoes", message_echoes=[{**echo, "text": {"body": "oi"}}]))
    assert isinstance(fact, InboundMessage)
    assert (fact.is_echo, fact.opens_window, fact.person.identities) == (True, False, ANA)


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("revoke", {"original_message_id": "o"}, RevokeUpdate),
        (
            "edit",
            {"original_message_id": "o", "message": {"type": "text", "text": {"body": "x"}}},
            EditUpdate,
        ),
        ("reaction", {"message_id": "o", "emoji": "👍"}, ReactionUpdate),
    ],
)
def test_edits_and_revokes_on_the_phone_are_echoes(kind, content, expected):
    echo = {"from": "551130900000", "to": "5511987654321", "id": "w", "type": kind, kind: content}
    (fact,) = facts(body("smb_message_echoes", message_echoes=[echo]))
    assert isinstance(fact, expected)
    assert (fact.is_echo, fact.target) == (True, "o")


def past(**members):
    raw = {"id": "w", "timestamp": "1767225601", "type": "text", "text": {"body": "x"}, **members}
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": "5511987654321", "messages": [raw]}]}
    (fact,) = facts(body("history", history=[chunk]))
    return fact


@pytest.mark.parametrize(
    ("members", "is_echo"),
    [
        ({"from": "551130900000"}, True),
        ({"from": "5511987654321"}, False),
        ({"from": "?", "history_context": {"from_me": True, "status": "read"}}, True),
    ],
)
def test_history_tells_who_wrote(members, is_echo):
    fact = past(**members)
    assert (fact.is_history, fact.is_echo, fact.opens_window) == (True, is_echo, False)
    assert fact.person.identities == ANA


def test_history_keeps_the_status_and_a_placeholder_for_media():
    fact = past(type="media_placeholder", history_context={"status": "played"})
    assert fact.kind == MessageKind.UNSUPPORTED
    assert fact.kept == {
        "unsupported": {"type": "media_placeholder"},
        "history": {"status": "PLAYED"},
    }


def test_a_file_of_the_history_may_come_alone():
    raw = message("image", image={"id": "5"})
    (fact,) = facts(body("history", messages=[raw]))
    assert (fact.is_history, fact.media[0].media_id) == (True, "5")


def test_a_bad_message_in_the_history_costs_only_itself():
    thread = {"id": "5511987654321", "messages": [None, message("text", text={"body": "x"})]}
    found = facts(body("history", history=[{"threads": [thread]}]))
    assert [type(fact) for fact in found] == [Malformed, InboundMessage]


def test_a_business_that_shares_no_history_is_a_notice():
    (fact,) = facts(body("history", history=[{"errors": [{"code": 2593109, "title": "off"}]}]))
    assert (type(fact), fact.code) == (AccountNotice, "history.2593109")


def test_the_phones_address_book_gives_names():
    contact = {"full_name": "Pablo M.", "phone_number": "+55 11 98765-4321"}
    entry = {"type": "contact", "contact": contact, "action": "remove"}
    (fact,) = facts(body("smb_app_state_sync", state_sync=[entry]))
    assert isinstance(fact, ContactCard)
    assert (fact.person.name, fact.person.identities, fact.is_removed) == ("Pablo M.", ANA, True)


def test_a_call_by_a_person_is_told_apart_from_its_end():
    call = {"id": "c", "from": "5511987654321", "event": "connect", "direction": "USER_INITIATED"}
    found = facts(body("calls", calls=[call, {**call, "event": "terminate"}]))
    assert found == [
        CallNotice(ACCOUNT, facts_person(), "c", RECEIVED_AT),
        Ignored(ACCOUNT, "calls.terminate"),
    ]


def test_a_call_of_ours_opens_nothing():
    call = {
        "id": "c",
        "from": "551130900000",
        "event": "connect",
        "direction": "BUSINESS_INITIATED",
    }
    assert facts(body("calls", calls=[call])) == [Ignored(ACCOUNT, "calls.connect")]


def test_receipts_of_calls_are_not_message_receipts():
    raw = {"id": "c", "status": "RINGING", "type": "call"}
    assert facts(body("calls", statuses=[raw])) == [Ignored(ACCOUNT, "calls.status")]


@pytest.mark.parametrize(
    ("value", "granted"), [("stop", False), ("resume", True), ("signup", True)]
)
def test_a_wish_about_marketing_is_told(value, granted):
    raw = {"wa_id": "5511987654321", "value": value, "category": "marketing_messages"}
    (fact,) = facts(body("user_preferences", user_preferences=[raw]))
    assert isinstance(fact, PreferenceUpdate)
    assert fact.granted is granted


def test_a_wish_about_something_else_is_ignored():
    raw = {"wa_id": "5511987654321", "value": "stop", "category": "calls"}
    (fact,) = facts(body("user_preferences", user_preferences=[raw]))
    assert fact == Ignored(ACCOUNT, "user_preferences.calls.stop")


def test_a_users_parent_id_may_move_too():
    raw = {
        "user_id": {"previous": "BR.1", "current": "BR.2"},
        "parent_user_id": {"previous": "BR.ENT.1", "current": "BR.ENT.2"},
        "timestamp": 1767225601,
    }
    found = facts(body("user_id_update", user_id_update=[raw]))
    assert [(one.old.value, one.new.value) for one in found] == [
        ("BR.1", "BR.2"),
        ("BR.ENT.1", "BR.ENT.2"),
    ]


def notice(field, **value):
    (fact,) = facts(
        {
            "entry": [
                {
                    "id": WABA.value,
                    "time": 1767225601,
                    "changes": [{"field": field, "value": value}],
                }
            ]
        }
    )
    return fact


@pytest.mark.parametrize(
    ("value", "severity", "stops", "resumes"),
    [
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            "critico",
            True,
            False,
        ),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
            "critico",
            False,
            False,
        ),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            "info",
            False,
            True,
        ),
        ({"event": "ACCOUNT_OFFBOARDED"}, "critico", True, False),
        ({"event": "ACCOUNT_DELETED"}, "critico", True, False),
        ({"event": "ACCOUNT_RECONNECTED"}, "info", False, True),
        ({"event": "ACCOUNT_VIOLATION"}, "critico", False, False),
        ({"event": "ACCOUNT_RESTRICTION"}, "critico", True, False),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}],
            },
            "aviso",
            False,
            False,
        ),
        ({"event": "VERIFIED_ACCOUNT"}, "info", False, False),
    ],
)
def test_news_of_the_account_stop_or_resume_the_channel(value, severity, stops, resumes):
    fact = notice("account_update", **value)
    assert fact.account == WABA
    assert fact.code == f"account_update.{value['event']}"
    assert (fact.severity, fact.stops_channel, fact.resumes_channel) == (severity, stops, resumes)
    assert fact.happened_at == SENT_AT


def test_news_of_a_partner_belong_to_the_account_named_inside():
    fact = notice("account_update", event="PARTNER_ADDED", waba_info={"waba_id": "5"})
    assert fact.account == AccountRef("5", "waba_id")


def test_who_asked_for_a_new_pin_is_not_repeated():
    fact = notice(
        "security",
        event="PIN_RESET_REQUEST",
        display_phone_number="+55 11 3090-0000",
        requester="61",
    )
    assert fact.account == AccountRef("551130900000", "phone_number")
    assert (fact.severity, fact.data) == ("aviso", {})


@pytest.mark.parametrize(
    ("field", "value", "health"),
    [
        (
            "phone_number_quality_update",
            {"event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"},
            {"throughput": "HIGH", "messaging_limit": "TIER_UNLIMITED"},
        ),
        ("phone_number_quality_update", {"event": "FLAGGED"}, {"quality": "RED"}),
        (
            "phone_number_name_update",
            {"decision": "APPROVED", "requested_verified_name": "Clínica"},
            {"name_status": "APPROVED", "verified_name": "Clínica"},
        ),
        ("phone_number_name_update", {"decision": "DEFERRED"}, {"name_status": "DEFERRED"}),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": -1},
            {"messaging_limit": "-1"},
        ),
    ],
)
def test_news_of_a_number_go_into_its_health(field, value, health):
    assert notice(field, **value).health == health


def test_an_alert_about_a_number_names_the_number():
    alert = {"alert_type": "X", "alert_severity": "CRITICAL", "alert_status": "ACTIVE"}
    fact = notice("account_alerts", entity_type="PHONE_NUMBER", entity_id="9", alert_info=alert)
    assert (fact.account, fact.code, fact.severity) == (
        AccountRef("9"),
        "account_alerts.X",
        "critico",
    )


def test_an_alert_that_is_over_is_only_information():
    alert = {"alert_type": "X", "alert_severity": "CRITICAL", "alert_status": "NONE"}
    assert notice("account_alerts", entity_id="9", alert_info=alert).severity == "info"


TEMPLATE = {"message_template_id": 7, "message_template_name": "aviso"}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("message_template_status_update", {"event": "REINSTATED"}, {"status": "APPROVED"}),
        (
            "message_template_status_update",
            {"event": "FLAGGED"},
            {"status": None, "reason": "FLAGGED"},
        ),
        (
            "message_template_status_update",
            {
                "event": "REJECTED",
                "reason": "INVALID_FORMAT",
                "rejection_info": {"reason": "Junto.", "recommendation": "Separe."},
            },
            {"status": "REJECTED", "reason": "INVALID_FORMAT: Junto.: Separe."},
        ),
        ("message_template_status_update", {"event": "NOVELTY"}, {"status": None}),
        ("message_template_quality_update", {"new_quality_score": "RED"}, {"quality": "RED"}),
        (
            "template_category_update",
            {"new_category": "MARKETING"},
            {"category": "MARKETING", "coming_category": ""},
        ),
        (
            "template_category_update",
            {"new_category": "UTILITY", "correct_category": "MARKETING"},
            {"category": "UTILITY", "coming_category": "MARKETING"},
        ),
        (
            "message_template_components_update",
            {
                "message_template_element": "Oi {{1}}",
                "message_template_footer": "Clínica",
                "message_template_buttons": [
                    {
                        "message_template_button_type": "URL",
                        "message_template_button_text": "Ver",
                        "message_template_button_url": "https://x.invalid",
                    }
                ],
            },
            {
                "status": None,
                "components": [
                    {"type": "BODY", "text": "Oi {{1}}"},
                    {"type": "FOOTER", "text": "Clínica"},
                    {
                        "type": "BUTTONS",
                        "buttons": [{"type": "URL", "text": "Ver", "url": "https://x.invalid"}],
                    },
                ],
            },
        ),
    ],
)
def test_news_of_a_template_name_only_what_changed(field, value, expected):
    fact = notice(field, **TEMPLATE, message_template_language="pt-BR", **value)
    assert isinstance(fact, TemplateUpdate)
    assert (fact.account, fact.external_id, fact.name, fact.language) == (
        WABA,
        "7",
        "aviso",
        "pt_BR",
    )
    assert {name: getattr(fact, name) for name in expected} == expected


def test_news_of_no_template_are_malformed():
    assert isinstance(notice("message_template_status_update", event="APPROVED"), Malformed)


def test_a_change_without_metadata_is_routed_by_the_number_it_shows():
    fact = notice("business_username_update", display_phone_number="+55 11 3090-0000")
    assert fact.account == AccountRef("551130900000", "phone_number")


def test_a_receipt_batch_without_contacts_still_names_whom():
    fact = status(recipient_id="5511987654321")
    assert isinstance(fact, StatusUpdate)
    assert fact.recipient == ANA


# --- hint -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        (b'{"entry":[{"id":"12","x":{"phone_number_id":"34"}}]}', b"34"),
        (b'{"phone_number_id" : 34}', b"34"),
        (b'{"entry":[{"id":"12"}]}', b"12"),
        (b"", None),
        (b"not json", None),
        (b'"' * 200_000, None),
        (b"x" * 70_000 + b'"phone_number_id":"34"', None),
    ],
)
def test_the_account_of_a_raw_body_is_guessed_without_parsing(raw, hint):
    assert account_hint(raw) == hint


@pytest.mark.parametrize(
    "kind",
    [
        "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN",
        "RESTRICTED_BUSINESS_INITIATED_CALLING",
        "RESTRICTED_USER_INITIATED_CALLING",
    ],
)
def test_a_restriction_of_calls_leaves_messages_alone(kind):
    restrictions = [{"restriction_type": kind}]
    fact = notice("account_update", event="ACCOUNT_RESTRICTION", restriction_info=restrictions)
    assert (fact.severity, fact.stops_channel) == ("aviso", False)
    restrictions.append({"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"})
    fact = notice("account_update", event="ACCOUNT_RESTRICTION", restriction_info=restrictions)
    assert fact.stops_channel


@pytest.mark.parametrize("event", ["PARTNER_REMOVED", "ACCOUNT_RESTRICTION", "DISABLED_UPDATE"])
def test_news_that_name_a_number_are_about_that_number(event):
    fact = notice("account_update", event=event, phone_number="+55 11 90000-0001")
    assert fact.account == AccountRef("5511900000001", "phone_number")
    assert fact.account.waba_id == WABA.value


def test_a_templates_quality_is_heard_under_the_field_of_its_state_too():
    value = {
        "new_quality_score": "RED",
        "previous_quality_score": "GREEN",
        "message_template_id": 7,
        "message_template_name": "lembrete",
        "message_template_language": "pt_BR",
    }
    (fact,) = facts(body("message_template_status_update", **value))
    assert isinstance(fact, TemplateUpdate)
    assert (fact.name, fact.quality, fact.status) == ("lembrete", "RED", None)


def test_details_that_stand_beside_the_code_are_heard():
    error = {"code": 131051, "title": "T", "details": "Message type is not supported"}
    fact = said("unknown", errors=[error])
    assert fact.kept["unsupported"]["errors"] == [
        {"code": "131051", "title": "T", "detail": "Message type is not supported"}
    ]


def test_a_new_user_id_is_read_from_the_words_when_nothing_else_names_the_old_one():
    """Without `from`: the old id stands in the body only."""
    raw = message("system")
    raw.pop("from")
    raw["system"] = {
        "type": "user_changed_user_id",
        "body": "User Mariana Alves changed from BR.1502576394655843 to BR.9912576394651111",
        "user_id": "BR.9912576394651111",
    }
    (fact,) = facts(body("messages", messages=[raw]))
    assert fact.old == IdentityRef(IdentityKind.WA_BSUID, "BR.1502576394655843")
    assert fact.new == IdentityRef(IdentityKind.WA_BSUID, "BR.9912576394651111")


@pytest.mark.parametrize(
    ("sender", "thread", "is_ours"),
    [
        ("554188110001", "5541977770000", True),
        ("5541988110001", "5541977770000", True),
        ("5541977770000", "5541977770000", False),
        ("554177770000", "5541977770000", False),
        ("5541977770000", "BR.150", False),
        ("554188110001", "BR.150", True),
    ],
)
def test_in_past_threads_whoever_is_not_the_person_is_the_clinic(sender, thread, is_ours):
    """The number shown may have the ninth digit where the sender's has not."""
    raw = message("text", text={"body": "Bom dia"})
    raw["from"] = sender
    given = body("history", history=[{"threads": [{"id": thread, "messages": [raw]}]}])
    metadata = given["entry"][0]["changes"][0]["value"]["metadata"]
    metadata["display_phone_number"] = "5541988110001"
    (fact,) = facts(given)
    assert fact.is_echo is is_ours
