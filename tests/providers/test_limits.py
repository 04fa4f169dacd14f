"""Every limit of WhatsApp: the last value that passes and the first that does not."""

import pytest

from providers.choices import MessageKind
from providers.content import ReactionTo
from providers.content_given import asking_given, cards_given, place_given
from providers.outgoing import (
    ContentRefused,
    Destination,
    OutgoingMedia,
    OutgoingMessage,
    TemplateSend,
)
from providers.whatsapp.adapter import WhatsAppAdapter

ANA = Destination(phone="5511987654321")
check = WhatsAppAdapter().check


def outgoing(kind, to=ANA, token="", **members):
    return OutgoingMessage(token=token, to=to, kind=kind, **members)


def given(kind, read, value):
    """Hand content over as the API does: what lacks its shape is refused before the check."""
    return lambda: outgoing(kind, content=read(value))


def text(size):
    return outgoing(MessageKind.TEXT, text="x" * size)


def captioned(kind, size, **members):
    return outgoing(kind, text="x" * size, media=(OutgoingMedia(kind, "1", **members),))


def interactive(kind, action, **members):
    content = {"type": kind, "body": {"text": "corpo"}, "action": action, **members}
    return given(MessageKind.INTERACTIVE, asking_given, content)


def buttons(*titles, ids=None, **members):
    replies = [
        {"type": "reply", "reply": {"id": (ids or titles)[place], "title": title}}
        for place, title in enumerate(titles)
    ]
    return interactive("button", {"buttons": replies}, **members)


def rows(count, start=0):
    return [{"id": f"r{start + place}", "title": f"Opção {place}"} for place in range(count)]


def listed(*sections, button="Ver", **members):
    return interactive("list", {"button": button, "sections": list(sections)}, **members)


def link(display_text="Abrir", url="https://x.invalid"):
    parameters = {"display_text": display_text, "url": url}
    return interactive("cta_url", {"name": "cta_url", "parameters": parameters})


def place(latitude, longitude=0):
    place = {"latitude": latitude, "longitude": longitude}
    return given(MessageKind.LOCATION, place_given, place)


def reaction(emoji, message_id="wamid.0"):
    return outgoing(MessageKind.REACTION, content=ReactionTo(message_id, emoji))


def card(**name):
    cards = [{"name": name, "phones": [{"phone": "+5511"}]}]
    return given(MessageKind.CONTACT, cards_given, cards)


def template(*texts, name="aviso", language="pt_BR"):
    parameters = [{"type": "text", "text": one} for one in texts]
    components = ({"type": "body", "parameters": parameters},)
    return outgoing(MessageKind.TEMPLATE, template=TemplateSend(name, language, components))


PASS = {
    "text of 4096": text(4096),
    "caption of 1024": captioned(MessageKind.IMAGE, 1024),
    "caption of a document": captioned(MessageKind.DOCUMENT, 1024, filename="x" * 240),
    "audio without caption": captioned(MessageKind.AUDIO, 0, is_voice=True),
    "sticker": captioned(MessageKind.STICKER, 0),
    "three buttons of 20": buttons("a" * 20, "b" * 20, "c" * 20),
    "button id of 256": buttons("a", ids=["x" * 256]),
    "header and footer of 60": buttons(
        "a", header={"type": "text", "text": "x" * 60}, footer={"text": "x" * 60}
    ),
    "media header": buttons("a", header={"type": "image", "image": {"id": "1"}}),
    "body of 1024": buttons("a", body={"text": "x" * 1024}),
    "ten rows": listed({"rows": rows(10)}),
    "ten sections": listed(*({"title": f"s{n}", "rows": rows(1, n)} for n in range(10))),
    "row of 24 and 72": listed(
        {"rows": [{"id": "x" * 200, "title": "x" * 24, "description": "x" * 72}]}
    ),
    "section title of 24": listed(
        {"title": "x" * 24, "rows": rows(1)}, {"title": "y", "rows": rows(1, 1)}
    ),
    "link text of 20": link("x" * 20),
    "location request": interactive("location_request_message", {"name": "send_location"}),
    "contact request": interactive("contact_request", {"name": "request_contact_info"}),
    "place at the edge": place(-90, 180),
    "reaction": reaction("👩🏽‍⚕️"),
    "reaction taken away": reaction(""),
    "card": card(formatted_name="Lia"),
    "template": template("quatro    espaços"),
    "token of 512": outgoing(MessageKind.TEXT, text="x", token="t" * 512),
    "user id": outgoing(MessageKind.TEXT, Destination(user_id="BR." + "a" * 128), text="x"),
}

REFUSED = {
    "text of 4097": (text(4097), "text"),
    "no text": (text(0), "text"),
    "blank text": (outgoing(MessageKind.TEXT, text=" \n\t"), "text"),
    "nobody": (outgoing(MessageKind.TEXT, Destination(), text="x"), "to"),
    "local phone": (outgoing(MessageKind.TEXT, Destination("0119876"), text="x"), "to"),
    "phone with letters": (outgoing(MessageKind.TEXT, Destination("55119x"), text="x"), "to"),
    "user id of 129": (
        outgoing(MessageKind.TEXT, Destination(user_id="BR." + "a" * 129), text="x"),
        "to",
    ),
    "token of 513": (outgoing(MessageKind.TEXT, text="x", token="t" * 513), "token"),
    "system message": (outgoing(MessageKind.SYSTEM, text="x"), "kind"),
    "caption of 1025": (captioned(MessageKind.VIDEO, 1025), "text"),
    "audio with caption": (captioned(MessageKind.AUDIO, 1), "text"),
    "sticker with caption": (captioned(MessageKind.STICKER, 1), "text"),
    "voice video": (captioned(MessageKind.VIDEO, 0, is_voice=True), "attachment"),
    "file name of 241": (captioned(MessageKind.DOCUMENT, 0, filename="x" * 241), "attachment"),
    "no file": (outgoing(MessageKind.IMAGE), "attachment"),
    "file of another kind": (
        outgoing(MessageKind.IMAGE, media=(OutgoingMedia(MessageKind.VIDEO, "1"),)),
        "attachment",
    ),
    "four buttons": (buttons("a", "b", "c", "d"), "interactive.buttons"),
    "no buttons": (interactive("button", {"buttons": []}), "interactive.buttons"),
    "button of 21": (buttons("a" * 21), "interactive.buttons"),
    "empty button": (buttons(""), "interactive.buttons"),
    "equal button ids": (buttons("a", "b", ids=["1", "1"]), "interactive.buttons"),
    "equal button titles": (buttons("a", "a", ids=["1", "2"]), "interactive.buttons"),
    "button id of 257": (buttons("a", ids=["x" * 257]), "interactive.buttons"),
    "header of 61": (
        buttons("a", header={"type": "text", "text": "x" * 61}),
        "interactive.header",
    ),
    "header without file": (
        buttons("a", header={"type": "image", "image": {}}),
        "interactive.header",
    ),
    "footer of 61": (buttons("a", footer={"text": "x" * 61}), "interactive.footer"),
    "body of 1025": (buttons("a", body={"text": "x" * 1025}), "interactive.body"),
    "no body": (buttons("a", body={}), "interactive.body"),
    "eleven rows in one section": (listed({"rows": rows(11)}), "interactive.sections"),
    "eleven rows in two sections": (
        listed({"title": "a", "rows": rows(6)}, {"title": "b", "rows": rows(5, 6)}),
        "interactive.sections",
    ),
    "eleven sections": (
        listed(*({"title": f"s{n}", "rows": rows(1, n)} for n in range(11))),
        "interactive.sections",
    ),
    "two sections without title": (
        listed({"rows": rows(1)}, {"rows": rows(1, 1)}),
        "interactive.sections",
    ),
    "row of 25": (listed({"rows": [{"id": "1", "title": "x" * 25}]}), "interactive.sections"),
    "row description of 73": (
        listed({"rows": [{"id": "1", "title": "x", "description": "x" * 73}]}),
        "interactive.sections",
    ),
    "row id of 201": (listed({"rows": [{"id": "x" * 201, "title": "x"}]}), "interactive.sections"),
    "equal row ids": (listed({"rows": rows(1) * 2}), "interactive.sections"),
    "list button of 21": (listed({"rows": rows(1)}, button="x" * 21), "interactive.button"),
    "list with media header": (
        listed({"rows": rows(1)}, header={"type": "image", "image": {"id": "1"}}),
        "interactive.header",
    ),
    "link text of 21": (link("x" * 21), "interactive.display_text"),
    "link without https": (link(url="javascript:alert(1)"), "interactive.url"),
    "other action": (
        interactive("contact_request", {"name": "send_location"}),
        "interactive.action",
    ),
    "request with header": (
        interactive(
            "contact_request",
            {"name": "request_contact_info"},
            header={"type": "text", "text": "x"},
        ),
        "interactive.header",
    ),
    "unknown interactive": (interactive("flow", {}), "interactive.type"),
    "no interactive": (outgoing(MessageKind.INTERACTIVE, text="x"), "interactive"),
    "latitude of 91": (place(91), "location.latitude"),
    "longitude of 181": (place(0, 181), "location.longitude"),
    "latitude that is no number": (place(float("nan")), "location.latitude"),
    "no place": (outgoing(MessageKind.LOCATION), "location"),
    "reaction with a word": (reaction("ok"), "reaction.emoji"),
    "reaction to nothing": (reaction("👍", ""), "reaction.message_id"),
    "reaction without target": (outgoing(MessageKind.REACTION), "reaction"),
    "card without name": (card(first_name="Lia"), "contacts.0.name"),
    "no cards": (given(MessageKind.CONTACT, cards_given, []), "contacts"),
    "template with a line break": (template("a\nb"), "template.variables"),
    "template with a tab": (template("a\tb"), "template.variables"),
    "template with five blanks": (template("a     b"), "template.variables"),
    "template with an empty value": (template(""), "template.variables"),
    "template without name": (template(name=""), "template.name"),
    "template without language": (template(language=""), "template.language"),
    "no template": (outgoing(MessageKind.TEMPLATE), "template.name"),
}


@pytest.mark.parametrize("name", PASS)
def test_what_whatsapp_takes_passes(name):
    message = PASS[name]
    check(message() if callable(message) else message)


@pytest.mark.parametrize("name", REFUSED)
def test_what_whatsapp_refuses_is_refused_before_sending(name):
    message, field = REFUSED[name]
    with pytest.raises(ContentRefused) as refused:
        check(message() if callable(message) else message)
    assert refused.value.code == "conteudo_recusado"
    assert list(refused.value.fields) == [field]
    assert str(refused.value)


def test_a_refusal_names_the_limit_and_the_size():
    with pytest.raises(ContentRefused) as refused:
        check(text(5000))
    assert "4096" in str(refused.value)
    assert "5000" in str(refused.value)
