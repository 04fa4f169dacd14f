"""Content as it is kept and handed over: there and back, and whatever else is written there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnichannel.api.content_schema import METADATA
from providers.content import (
    Answer,
    CallPermission,
    Card,
    Cards,
    Choice,
    Content,
    FormAnswers,
    Header,
    InfoRequest,
    LinkButton,
    Order,
    OrderItem,
    Place,
    Question,
    ReactionTo,
    Section,
)
from providers.content_given import asking_given, cards_given, place_given
from providers.content_json import asking_json, content_of, stored
from providers.outgoing import ContentRefused, Destination, OutgoingMessage
from providers.whatsapp.adapter import WhatsAppAdapter
from providers.whatsapp.content import body_of
from tests.providers.payloads import said

words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
filled = words.filter(str.strip)
numbers = st.integers(-1000, 1000) | st.floats(-1000, 1000)
json = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(filled, json, min_size=1, max_size=3)
choices = st.builds(Choice, filled, filled, words, st.integers(0, 30))
headers = (
    st.none()
    | st.builds(Header, st.just("text"), filled)
    | st.builds(Header, st.sampled_from(["image", "video", "document"]), file=st.just({"id": "7"}))
)
around: Any = {"text": words, "header": headers, "footer": words, "as_words": st.booleans()}
buttons = st.builds(
    Question,
    st.tuples(st.builds(Section, st.tuples(choices) | st.tuples(choices, choices))),
    **around,
)
sections = st.builds(Section, st.lists(choices, min_size=1, max_size=3).map(tuple), words)
lists = st.builds(
    Question,
    st.lists(sections, min_size=1, max_size=3).map(tuple),
    is_list=st.just(True),
    list_label=filled,
    **around,
)
asked = (
    buttons
    | lists
    | st.builds(LinkButton, filled, filled, **around)
    | st.builds(InfoRequest, st.sampled_from(["place", "phone"]), **around)
)
entries = st.lists(objects, max_size=2).map(tuple)
cards = st.builds(
    Card,
    filled,
    st.none() | st.dictionaries(st.sampled_from(["first_name", "suffix"]), filled),
    entries,
    entries,
    entries,
    entries,
    st.dictionaries(filled, filled, max_size=2),
    words,
    words,
    json,
)
contents = (
    asked
    | st.builds(
        Answer, words, words, words, st.sampled_from(["button", "list", "template"]), st.booleans()
    )
    | st.builds(CallPermission, words, st.none() | st.integers(0), words)
    | st.builds(FormAnswers, objects | st.lists(json, max_size=3), words, words)
    | st.builds(FormAnswers, st.none(), words, words, words)
    | st.builds(
        Place,
        st.floats(-90, 90),
        st.floats(-180, 180),
        words,
        words,
        words,
    )
    | st.builds(Cards, st.lists(cards, max_size=2).map(tuple), words)
    | st.builds(
        Order,
        st.lists(st.builds(OrderItem, words, st.none() | numbers, st.none() | filled, words)).map(
            tuple
        ),
        words,
    )
    | st.builds(ReactionTo, words, words)
)


@given(contents)
def test_what_is_kept_is_read_as_what_it_was(content: Content) -> None:
    assert content_of(stored(content)) == content


@given(asked)
def test_what_is_asked_may_be_handed_over_as_it_is_shown(asking: Any) -> None:
    """Whatever the API shows of a question, it takes back."""
    try:
        again = asking_given({**asking_json(asking), "as_words": False})
    except ContentRefused as refused:
        # Blank texts say nothing.
        assert set(refused.fields) <= {
            "interactive.body",
            "interactive.footer",
            "interactive.sections",
        }
        return
    assert asking_json(again) == {
        key: value for key, value in asking_json(asking).items() if key != "as_words"
    }


@given(
    st.dictionaries(
        st.sampled_from(["interactive", "location", "contacts", "order", "reaction", "purpose"]),
        json
        | st.dictionaries(
            st.sampled_from(
                ["type", "action", "body", "header", "product_items", "name", "latitude"]
            ),
            json | st.sampled_from(["list", "button", "cta_url", "nfm_reply", "contact_request"]),
        ),
    )
)
def test_nonsense_that_is_kept_is_read_without_an_error(metadata: dict[str, Any]) -> None:
    content = content_of(metadata)
    assert content is None or stored(content)


@given(json | objects)
def test_nonsense_that_is_handed_over_is_refused_with_a_sentence(value: Any) -> None:
    for read in (asking_given, place_given, cards_given):
        try:
            read(value)
        except ContentRefused as refused:
            assert refused.fields and str(refused)


@pytest.mark.parametrize("is_list", [True, False])
@given(st.lists(choices, min_size=1, max_size=3, unique_by=(lambda c: c.key, lambda c: c.title)))
def test_a_tap_on_whatsapp_brings_the_key_of_its_choice(is_list: bool, rows: list[Choice]) -> None:
    question = Question((Section(tuple(rows)),), "Qual?", is_list=is_list, list_label="Ver")
    message = OutgoingMessage("", Destination("5541"), kind_of("interativo"), content=question)
    shown = body_of(message)["interactive"]["action"]
    offered = shown["sections"][0]["rows"] if is_list else [b["reply"] for b in shown["buttons"]]
    for choice, reply in zip(rows, offered, strict=True):
        which = "list_reply" if is_list else "button_reply"
        fact = said("interactive", interactive={"type": which, which: reply})
        assert isinstance(fact.content, Answer)
        assert fact.content.key == choice.key.strip()
        assert fact.content.title == choice.title


@given(st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), words, words))
def test_a_place_that_whatsapp_gives_back_is_the_place_that_was_sent(place: Place) -> None:
    message = OutgoingMessage("", Destination("5541"), kind_of("localizacao"), content=place)
    assert said("location", location=body_of(message)["location"]).content == place


plain = st.text("abcçãé ", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}".split()[0])
numbers_of = st.from_regex(r"\+55[0-9]{10,11}", fullmatch=True)


@given(st.lists(st.tuples(plain, numbers_of), min_size=1, max_size=3))
def test_cards_that_whatsapp_gives_back_have_their_names_and_numbers(people: list[Any]) -> None:
    sent = Cards(tuple(Card(name, phones=({"phone": phone},)) for name, phone in people))
    message = OutgoingMessage("", Destination("5541"), kind_of("contato"), content=sent)
    assert said("contacts", contacts=body_of(message)["contacts"]).content == sent


def kind_of(word: str) -> Any:
    return next(kind for kind in WhatsAppAdapter.policy.kinds if kind == word)


def test_rows_of_any_age_are_read() -> None:
    """Shapes that stood in messages before content had names."""
    sent = {"type": "button", "action": {"buttons": [{"reply": {"id": "1", "title": "Sim"}}]}}
    assert content_of({"interactive": sent}) == Question((Section((Choice("1", "Sim"),)),))
    tapped = {"id": "descadastro:sim"}
    assert content_of({"interactive": tapped}) == Answer("descadastro:sim")
    card = {"name": {"first_name": "Lia", "last_name": "Melo"}}
    found = content_of({"contacts": [card, None]})
    assert isinstance(found, Cards) and [one.name for one in found.cards] == ["Lia Melo", ""]
    assert content_of({"location": {"latitude": "-23.5", "longitude": 1}}) == Place(-23.5, 1)
    assert content_of({"location": {"latitude": "x"}}) is None
    assert content_of({"template": {"name": "x"}, "purpose": "posicao"}) is None


def undescribed(shown: Any, schema: dict[str, Any], path: str = "") -> set[str]:
    """Return the members that a documented object has and its documentation has not."""
    if isinstance(shown, list):
        items = schema.get("items", {})
        return {one for row in shown for one in undescribed(row, items, f"{path}[]")}
    members = schema.get("properties")
    if not isinstance(shown, dict) or not members:
        return set()
    lacking = {f"{path}.{key}" for key in shown.keys() - members.keys()}
    deeper = (
        undescribed(shown[key], members[key], f"{path}.{key}") for key in shown.keys() & members
    )
    return lacking.union(*deeper)


@given(asked)
def test_the_documentation_of_the_api_knows_what_is_asked(asking: Any) -> None:
    kept = stored(asking)
    if asking.header is not None:
        # A file's member is named by its kind.
        kept["interactive"]["header"].pop(asking.header.kind)
    assert undescribed(kept, METADATA) == set()


@given(contents)
def test_the_documentation_of_the_api_knows_every_content(content: Content) -> None:
    assert stored(content).keys() <= METADATA["properties"].keys()
    if isinstance(content, Answer | CallPermission | FormAnswers):
        members = METADATA["properties"]["interactive"]["properties"].keys()
        assert stored(content)["interactive"].keys() <= members
