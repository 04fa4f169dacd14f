"""What Instagram and Messenger post, as facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contacts.refs import IdentityKind, IdentityRef
from providers.choices import MessageKind, MessageStatus
from providers.content import Answer, Place
from providers.facts import (
    AccountNotice,
    AccountRef,
    EditUpdate,
    Ignored,
    InboundMessage,
    Malformed,
    MediaRef,
    ReactionUpdate,
    RevokeUpdate,
    StatusUpdate,
    ThreadControl,
    Watermark,
)
from tests.providers.messaging.bodies import (
    ACCOUNT,
    INSTAGRAM,
    MESSENGER,
    PERSON,
    SENT,
    STAMP,
    attached,
    body,
    event,
    facts,
    message,
    said,
)
from tests.providers.payloads import PAYLOADS_DIR

FILE = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
BOTH = pytest.mark.parametrize("adapter", [INSTAGRAM, MESSENGER], ids=["instagram", "messenger"])
TOKEN = "msg:0193a1b2-0000-7000-8000-000000000001"


@BOTH
def test_a_text_names_its_account_and_its_person_in_it(adapter):
    fact = message(adapter, text="Oi, queria marcar")
    kinds = {"instagram": IdentityKind.IG_SID, "page": IdentityKind.FB_PSID}
    assert isinstance(fact, InboundMessage)
    assert (fact.account, fact.external_id) == (AccountRef(ACCOUNT), "m_1")
    assert (fact.kind, fact.text) == (MessageKind.TEXT, "Oi, queria marcar")
    assert fact.person.identities == (IdentityRef(kinds[adapter.object_name], PERSON, ACCOUNT),)
    assert (fact.happened_at, fact.opens_window, fact.is_echo) == (SENT, True, False)


def test_an_entry_that_the_page_names_is_the_accounts():
    (fact,) = facts(body(event(message={"mid": "m_1", "text": "Oi"}), entry="100000000000003"))
    assert (fact.account.value, fact.person.identities[0].value) == (ACCOUNT, PERSON)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image", MessageKind.IMAGE),
        ("audio", MessageKind.AUDIO),
        ("video", MessageKind.VIDEO),
        ("file", MessageKind.DOCUMENT),
        ("sticker", MessageKind.STICKER),
    ],
)
def test_files_wait_at_their_addresses(name, kind):
    fact = attached(name, url=FILE)
    assert (fact.kind, fact.media[0].kind, fact.media[0].url) == (kind, kind, FILE)


def test_an_old_sticker_is_no_picture():
    fact = attached("image", adapter=MESSENGER, url=FILE, sticker_id=7)
    assert fact.kind == MessageKind.STICKER


def test_several_pictures_are_one_message():
    one = {"type": "image", "payload": {"url": FILE}}
    fact = message(text="", attachments=[one, one])
    assert (fact.kind, len(fact.media)) == (MessageKind.IMAGE, 2)


def test_a_place():
    fact = attached("location", adapter=MESSENGER, coordinates={"lat": -25.4, "long": -49.2})
    assert (fact.kind, fact.content) == (MessageKind.LOCATION, Place(-25.4, -49.2))


def test_a_heart_is_a_text():
    assert message(attachments=[{"type": "like_heart"}]).text == "❤️"


def test_a_shared_post_brings_its_picture_and_its_title():
    fact = attached("ig_post", url=FILE, title="Clareamento em julho")
    assert (fact.kind, fact.text) == (MessageKind.IMAGE, "Clareamento em julho")
    assert fact.media[0].url == FILE


def test_a_shared_page_is_its_title_and_address():
    shared = {"type": "fallback", "title": "Como chegar", "url": "https://clinica.example/mapa"}
    fact = message(MESSENGER, attachments=[shared])
    assert (fact.kind, fact.text) == (
        MessageKind.TEXT,
        "Como chegar\nhttps://clinica.example/mapa",
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("story_mention", "mention"), ("ig_story", "share"), ("story", "share")]
)
def test_a_story_that_mentions_us_or_is_sent_to_us_is_fetched(name, kind):
    fact = attached(name, url=FILE)
    assert (fact.kind, fact.metadata) == (MessageKind.IMAGE, {"story": {"kind": kind}})


def test_an_answer_to_a_story_says_so():
    fact = message(text="Quanto custa?", reply_to={"story": {"id": "1", "url": FILE}})
    assert (fact.text, fact.metadata, fact.media) == (
        "Quanto custa?",
        {"story": {"kind": "reply"}},
        (MediaRef(MessageKind.IMAGE, url=FILE),),
    )
    gone = message(text="Quanto custa?", reply_to={"story": {"id": "1"}})
    assert (gone.kind, gone.media) == (MessageKind.TEXT, ())


def test_an_answer_quotes():
    assert message(text="Sim", reply_to={"mid": "m_0"}).reply_to == "m_0"


@pytest.mark.parametrize(
    "members",
    [
        {"is_unsupported": True},
        {"attachments": [{"type": "ephemeral"}]},
        {"attachments": [{"type": "novidade", "payload": {"x": 1}}]},
        {"attachments": [{"type": "image", "payload": {"url": "javascript:1"}}]},
        {},
    ],
)
def test_what_meta_does_not_bring_is_shown_as_such(members):
    fact = message(**members)
    assert fact.kind == MessageKind.UNSUPPORTED
    assert fact.opens_window
    assert "Instagram" in str(
        INSTAGRAM.unsupported_words(fact.metadata["unsupported"], is_ours=False)
    )


def test_a_quick_reply_is_an_answer():
    fact = message(text="Confirmo", quick_reply={"payload": "sim"})
    assert (fact.kind, fact.content) == (MessageKind.INTERACTIVE, Answer("sim", "Confirmo"))


def test_a_postback_without_an_id_gets_the_same_one_each_time():
    tap = {"title": "Quais são os horários?", "payload": "HORARIOS"}
    fact, again = said(postback=tap), said(postback=tap)
    assert fact.content == Answer("HORARIOS", "Quais são os horários?")
    assert fact.external_id == again.external_id == f"postback:{PERSON}:{STAMP}"
    assert said(postback={**tap, "mid": "m_9"}).external_id == "m_9"


def test_an_advertisement_stands_with_the_message():
    about = {"source": "ADS", "ad_id": "12", "ads_context_data": {"ad_title": "Limpeza"}}
    fact = message(text="Oi", referral=about)
    assert fact.metadata["referral"] == {
        "source_type": "ad",
        "source_id": "12",
        "headline": "Limpeza",
    }


def test_coming_by_a_link_is_a_line_that_opens_nothing():
    fact = said(referral={"ref": "campanha", "source": "SHORTLINK", "type": "OPEN_THREAD"})
    assert (fact.kind, fact.opens_window) == (MessageKind.SYSTEM, False)
    assert fact.metadata["referral"]["ref"] == "campanha"


def test_an_edit():
    fact = said(message_edit={"mid": "m_1", "text": "quinta", "num_edit": "1"})
    assert (type(fact), fact.target, fact.text) == (EditUpdate, "m_1", "quinta")


@pytest.mark.parametrize(
    ("reaction", "emoji"),
    [
        ({"action": "react", "emoji": "😢", "reaction": "sad"}, "😢"),
        ({"action": "react", "reaction": "love"}, "❤️"),
        ({"action": "unreact"}, ""),
    ],
)
def test_reactions(reaction, emoji):
    fact = said(reaction={"mid": "m_1", **reaction})
    assert (type(fact), fact.target, fact.emoji) == (ReactionUpdate, "m_1", emoji)


def test_an_unsent_message():
    assert isinstance(message(is_deleted=True), RevokeUpdate)


# --- echoes ---------------------------------------------------------------------------------------


def test_an_echo_of_our_app_is_a_receipt(settings):
    settings.META_APP_IDS = ["555"]
    echo = {"mid": "m_1", "text": "Olá", "is_echo": True, "app_id": 555}
    fact = said(is_echo=True, message=echo)
    assert (type(fact), fact.external_id, fact.status) == (
        StatusUpdate,
        "m_1",
        MessageStatus.SENT,
    )


def test_an_echo_with_our_token_is_a_receipt_whoever_the_app_is():
    echo = {"mid": "m_1", "text": "Olá", "is_echo": True, "metadata": TOKEN}
    fact = said(MESSENGER, is_echo=True, message=echo)
    assert (type(fact), fact.token) == (StatusUpdate, TOKEN)


@pytest.mark.parametrize("more", [{}, {"app_id": 1}, {"metadata": "msg:de outro"}])
def test_any_other_echo_is_a_message_of_the_clinic(settings, more):
    settings.META_APP_IDS = ["555"]
    fact = said(is_echo=True, message={"mid": "m_1", "text": "Olá", "is_echo": True, **more})
    assert (type(fact), fact.is_echo, fact.opens_window) == (InboundMessage, True, False)
    assert fact.person.identities[0].value == PERSON


def test_an_echo_that_names_the_person_as_its_sender_is_still_ours():
    fact = said(MESSENGER, message={"mid": "m_1", "text": "Olá", "is_echo": True})
    assert (fact.is_echo, fact.person.identities[0].value) == (True, PERSON)


def test_a_person_cannot_forge_a_receipt():
    fact = message(MESSENGER, text="Oi", metadata=TOKEN)
    assert isinstance(fact, InboundMessage)


def test_a_message_to_oneself_is_nothing():
    both = {"sender": {"id": ACCOUNT}, "recipient": {"id": ACCOUNT}, "timestamp": STAMP}
    assert facts(body({**both, "message": {"mid": "m_1", "text": "nota"}})) == [
        Ignored(AccountRef(ACCOUNT), "is_self")
    ]


# --- receipts -------------------------------------------------------------------------------------


def test_instagram_reads_up_to_a_message():
    fact = said(read={"mid": "m_1"})
    assert (type(fact), fact.status, fact.message, fact.until) == (
        Watermark,
        MessageStatus.READ,
        "m_1",
        None,
    )


def test_messenger_reads_up_to_a_moment():
    fact = said(MESSENGER, read={"watermark": STAMP})
    assert (type(fact), fact.message, fact.until) == (Watermark, "", SENT)


def test_a_delivery_names_messages_and_a_moment():
    found = event(delivery={"mids": ["m_1", "m_2"], "watermark": STAMP})
    one, two, mark = facts(body(found, obj="page"), MESSENGER)
    assert [one.external_id, two.external_id] == ["m_1", "m_2"]
    assert (mark.status, mark.until) == (MessageStatus.DELIVERED, SENT)


# --- what is not ours -----------------------------------------------------------------------------


def test_a_thread_that_another_application_holds_is_told_once_a_day():
    told, notice = facts(body(event(message={"mid": "m_1", "text": "Oi"}), box="standby"))
    assert (told.text, told.metadata) == ("Oi", {"standby": True})
    assert isinstance(notice, AccountNotice)
    assert notice.happened_at == SENT.replace(hour=0)


@pytest.mark.parametrize(
    ("name", "owner", "app"),
    [
        ("pass_thread_control", {"new_owner_app_id": "263902037430900"}, "263902037430900"),
        ("pass_thread_control", {"new_owner_app_id": "555"}, ""),
        ("take_thread_control", {"previous_owner_app_id": "555"}, "?"),
    ],
)
def test_a_thread_goes_to_another_application_and_comes_back(settings, name, owner, app):
    settings.META_APP_IDS = ["555"]
    fact = said(MESSENGER, **{name: owner})
    assert (type(fact), fact.app) == (ThreadControl, app)


def test_a_page_that_meta_blocks_stops():
    blocked = said(MESSENGER, **{"policy-enforcement": {"action": "block", "reason": "x"}})
    assert blocked.stops_channel
    assert said(MESSENGER, **{"policy-enforcement": {"action": "unblock"}}).resumes_channel


def test_the_dashboards_test_is_nobodys():
    change = {"field": "messages", "value": event(message={"mid": "x", "text": "x"})}
    assert facts(body(change, box="changes", entry="0")) == [Ignored(AccountRef("0"), "test")]


def test_an_event_of_tomorrow_is_ignored_by_its_name():
    assert said(novo_evento={"x": 1}) == Ignored(AccountRef(ACCOUNT), "novo_evento")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {"object": "page", "entry": []},
        {"object": "instagram"},
        {"object": "instagram", "entry": "x"},
        {"object": "instagram", "entry": [None]},
        {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": 7}]},
        body({"message": {"mid": "m"}}),
        body(event(message={"text": "sem id"})),
        body(event(message=[])),
        body(event(message={"mid": "m", "attachments": {}})),
        body(event(read={})),
    ],
    ids=repr,
)
def test_nonsense_is_malformed_and_raises_nothing(payload):
    (fact,) = facts(payload)
    assert isinstance(fact, Malformed)


def test_one_bad_item_stops_no_other():
    found = facts(body(event(message=[]), event(message={"mid": "m_1", "text": "Oi"})))
    assert [type(one) for one in found] == [Malformed, InboundMessage]


@BOTH
def test_hints_find_account_and_people(adapter):
    raw = json.dumps(body(event(message={"mid": "m"}), obj=adapter.object_name)).encode()
    assert adapter.account_hint(raw) == ACCOUNT.encode()
    assert adapter.people_hint(raw) == {PERSON.encode()}


def samples():
    """Give further samples of others, where there are any."""
    if not PAYLOADS_DIR:
        return []
    found = sorted(Path(PAYLOADS_DIR).glob("*/*.json"))
    return [one for one in found if one.name.startswith(("instagram-", "messenger-"))]


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_samples_of_others_are_read(sample):
    payload = json.loads(sample.read_text())
    if not isinstance(payload, dict) or "entry" not in payload:
        pytest.skip("no webhook")
    adapter = {"instagram": INSTAGRAM, "page": MESSENGER}[payload["object"]]
    found = facts(payload, adapter)
    assert found
    assert not [one for one in found if isinstance(one, Malformed)]
