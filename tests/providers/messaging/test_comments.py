"""Comments in public: what Meta posts of them, and the one private answer."""

from __future__ import annotations

import pytest

from contacts.refs import IdentityKind, IdentityRef
from providers.choices import MessageKind
from providers.facts import (
    AccountNotice,
    EditUpdate,
    Ignored,
    InboundMessage,
    Malformed,
    RevokeUpdate,
)
from providers.meta.messaging.content import body_of
from providers.outgoing import ContentRefused, Destination, OutgoingMessage
from tests.providers.messaging.bodies import (
    ACCOUNT,
    INSTAGRAM,
    MESSENGER,
    PERSON,
    SENT,
    STAMP,
    facts,
)

WHO = {"id": PERSON, "username": "yasmin.teles"}
SAID = {"id": "179", "text": "Quanto custa?", "from": WHO, "media": {"id": "55"}}


def told(field: str, value: object, *, is_flat: bool = False, obj: str = "instagram") -> list:
    change = {"field": field, "value": value}
    own = change if is_flat else {"changes": [change]}
    entry = {"id": ACCOUNT, "time": STAMP, **own}
    adapter = INSTAGRAM if obj == "instagram" else MESSENGER
    return facts({"object": obj, "entry": [entry]}, adapter)


@pytest.mark.parametrize("is_flat", [True, False])
def test_a_comment_is_a_message_that_opens_nothing(is_flat):
    (fact,) = told("comments", SAID, is_flat=is_flat)
    assert isinstance(fact, InboundMessage)
    assert (fact.external_id, fact.text, fact.happened_at) == ("comment:179", SAID["text"], SENT)
    assert fact.person.identities == (IdentityRef(IdentityKind.IG_SID, PERSON, ACCOUNT),)
    assert (fact.person.username, fact.opens_window) == ("yasmin.teles", False)
    assert fact.metadata == {"comment": {"id": "179", "post": "55"}}


def test_a_boosted_post_tells_of_one_comment_twice_under_one_id():
    media = {"id": "77", "original_media_id": "55", "ad_id": "9", "ad_title": "Clareamento"}
    (plain,), (boosted,) = told("comments", SAID), told("comments", {**SAID, "media": media})
    assert plain.external_id == boosted.external_id
    assert boosted.metadata["comment"] == {"id": "179", "post": "55", "advert": "Clareamento"}


FEED = {
    "item": "comment",
    "verb": "add",
    "comment_id": "1_2",
    "post_id": "1_1",
    "from": {"id": PERSON, "name": "Osvaldo Brandt"},
    "message": "Atendem sábado?",
    "created_time": STAMP // 1000,
    "post": {"permalink_url": "https://www.facebook.com/1/posts/1"},
}


def test_a_pages_feed_tells_of_comments():
    (fact,) = told("feed", FEED, obj="page")
    assert (fact.external_id, fact.text, fact.person.name) == (
        "comment:1_2",
        "Atendem sábado?",
        "Osvaldo Brandt",
    )
    about = {"id": "1_2", "post": "1_1", "url": "https://www.facebook.com/1/posts/1"}
    assert fact.metadata["comment"] == about


@pytest.mark.parametrize(
    ("field", "value", "obj", "kind"),
    [
        ("live_comments", SAID, "instagram", InboundMessage),
        ("comments", {**SAID, "text": ""}, "instagram", InboundMessage),
        ("comments", {**SAID, "from": {"id": ACCOUNT}}, "instagram", Ignored),
        (
            "comments",
            {**SAID, "from": {**WHO, "self_ig_scoped_id": PERSON}},
            "instagram",
            Ignored,
        ),
        ("comments", {**SAID, "from": None}, "instagram", Malformed),
        ("comments", {"text": "x"}, "instagram", Malformed),
        ("comments", None, "instagram", Malformed),
        ("mentions", {"media_id": "5", "comment_id": "6"}, "instagram", AccountNotice),
        ("feed", {**FEED, "verb": "edited"}, "page", EditUpdate),
        ("feed", {**FEED, "verb": "remove"}, "page", RevokeUpdate),
        ("feed", {"item": "reaction", "verb": "add"}, "page", Ignored),
        ("story_insights", {"x": 1}, "instagram", Ignored),
    ],
)
def test_what_else_is_told_in_public(field, value, obj, kind):
    (fact,) = told(field, value, obj=obj)
    assert isinstance(fact, kind)
    if kind is InboundMessage:
        live = fact.metadata["comment"].get("is_live")
        assert (live, fact.kind) == (
            (True, MessageKind.TEXT)
            if field == "live_comments"
            else (None, MessageKind.UNSUPPORTED)
        )


def test_the_private_answer_names_the_comment_alone_and_carries_words_only():
    to = Destination(user_id=PERSON, comment_id="179")
    message = OutgoingMessage(token="", to=to, kind=MessageKind.TEXT, text="Te chamo aqui")
    assert body_of(message, has_token=False) == {
        "recipient": {"comment_id": "179"},
        "message": {"text": "Te chamo aqui"},
    }
    file = OutgoingMessage(token="", to=to, kind=MessageKind.IMAGE)
    with pytest.raises(ContentRefused):
        INSTAGRAM.check(file)
