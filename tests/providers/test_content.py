"""The bodies of outgoing messages, compared with Meta's own samples."""

import pytest

from providers.choices import MessageKind
from providers.content import Choice, Question, ReactionTo, Section
from providers.content_given import asking_given, cards_given, place_given
from providers.outgoing import Destination, OutgoingMedia, OutgoingMessage, TemplateSend
from providers.whatsapp.content import body_of, read_body
from providers.whatsapp.limits import check
from tests.providers.payloads import load, samples

MARIANA = Destination(user_id="BR.1502576394655843")
ANA = Destination(phone="5511987654321")


def outgoing(kind, to=ANA, **members):
    return OutgoingMessage(token="", to=to, kind=kind, **members)


def test_a_text_to_a_hidden_phone_goes_to_the_user_id():
    message = outgoing(MessageKind.TEXT, MARIANA, text="Olá, Mariana!")
    assert body_of(message) == load("request-text-bsuid")


def test_a_request_for_the_phone_equals_the_documented_body():
    interactive = {"type": "contact_request", "action": {"name": "request_contact_info"}}
    message = outgoing(
        MessageKind.INTERACTIVE,
        MARIANA,
        text="Pode nos enviar o seu telefone?",
        content=asking_given(interactive),
    )
    check(message)
    assert body_of(message) == load("request-interactive-contact_request")


def test_the_phone_always_has_its_plus_and_a_user_id_goes_beside_it():
    for phone in ("5511987654321", "+5511987654321"):
        body = body_of(outgoing(MessageKind.TEXT, Destination(phone, "BR.1"), text="x"))
        assert (body["to"], body["recipient"]) == ("+5511987654321", "BR.1")


def test_our_token_and_the_quoted_message_go_along():
    message = OutgoingMessage("msg:1", ANA, MessageKind.TEXT, text="x", reply_to="wamid.0")
    body = body_of(message)
    assert body["biz_opaque_callback_data"] == "msg:1"
    assert body["context"] == {"message_id": "wamid.0"}


def test_a_reaction_names_its_message_only_once():
    reaction = ReactionTo("wamid.0", "👍")
    body = body_of(outgoing(MessageKind.REACTION, reply_to="wamid.0", content=reaction))
    assert body["reaction"] == {"message_id": "wamid.0", "emoji": "👍"}
    assert "context" not in body


@pytest.mark.parametrize(("text", "preview"), [("veja https://x.invalid", True), ("oi", None)])
def test_a_link_asks_for_its_preview(text, preview):
    assert body_of(outgoing(MessageKind.TEXT, text=text))["text"].get("preview_url") is preview


def test_what_only_our_questions_have_stays_here():
    rows = (Choice("5", "Ótimo", number=5), Choice("4", "Bom", number=4))
    for is_list in (True, False):
        question = Question((Section(rows),), "Como foi?", is_list=is_list, list_label="Avaliar")
        assert "number" not in str(body_of(outgoing(MessageKind.INTERACTIVE, content=question)))


def test_a_contact_gets_the_first_name_that_whatsapp_demands():
    card = {"name": {"formatted_name": "Lia Souza"}, "phones": [{"phone": "+5511"}]}
    (sent,) = body_of(outgoing(MessageKind.CONTACT, content=cards_given([card])))["contacts"]
    assert sent["name"] == {"formatted_name": "Lia Souza", "first_name": "Lia"}


def test_reading_and_typing_are_one_body():
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "w"}
    assert read_body("w", typing=False) == read
    assert read_body("w", typing=True) == {**read, "typing_indicator": {"type": "text"}}


def rebuilt(sample):
    """Say with our own types what a sample says, or nothing for what we do not send."""
    to = Destination(sample.get("to", "").removeprefix("+"), sample.get("recipient", ""))
    match sample.get("type"):
        case "text":
            return outgoing(MessageKind.TEXT, to, text=sample["text"]["body"])
        case "image" | "audio" | "video" | "document" | "sticker" as kind:
            file = sample[kind]
            word = {"image": "imagem", "document": "documento"}.get(kind, kind)
            media = OutgoingMedia(
                MessageKind(word), file["id"], file.get("filename", ""), file.get("voice", False)
            )
            return outgoing(MessageKind(word), to, text=file.get("caption", ""), media=(media,))
        case "location":
            return outgoing(MessageKind.LOCATION, to, content=place_given(sample["location"]))
        case "reaction":
            reaction = ReactionTo(sample["reaction"]["message_id"], sample["reaction"]["emoji"])
            return outgoing(MessageKind.REACTION, to, content=reaction)
        case "contacts":
            return outgoing(MessageKind.CONTACT, to, content=cards_given(sample["contacts"]))
        case "interactive":
            asking = asking_given(sample["interactive"])
            return outgoing(MessageKind.INTERACTIVE, to, content=asking)
        case "template":
            template = sample["template"]
            return outgoing(
                MessageKind.TEMPLATE,
                to,
                template=TemplateSend(
                    template["name"], template["language"]["code"], tuple(template["components"])
                ),
            )
    return None


def is_message(sample):
    """Leave out requests of other edges and samples with placeholders in the place of values."""
    entry, body = sample.values
    return not entry["placeholders"] and ("type" in body or "status" in body)


@pytest.mark.parametrize(("entry", "sample"), list(filter(is_message, samples("request"))))
def test_a_further_sample_can_be_said_and_comes_out_the_same(entry, sample):
    if "status" in sample:
        assert read_body(sample["message_id"], typing="typing_indicator" in sample) == sample
        return
    message = rebuilt(sample)
    check(message)
    body = body_of(message)
    for key in ("latitude", "longitude") if "location" in sample else ():
        # Some samples write them as texts; a place has numbers.
        sample["location"][key] = float(sample["location"][key])
    # Samples of some pages leave out what is the default.
    assert body == {"recipient_type": "individual", **sample, "to": f"+{message.to.phone}"} or (
        not message.to.phone and body == sample
    )
