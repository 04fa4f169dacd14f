"""A comment in public becomes a conversation, and is answered once in private."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from omnichannel.choices import Author
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.comments import comment_to_answer
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.gate import Refused
from omnichannel.services.outbound import message_retry, message_send
from providers.choices import MessageStatus
from providers.instagram.adapter import InstagramAdapter
from providers.outgoing import OutgoingMessage, SendError, SendResult
from tests import make
from tests.providers.messaging.bodies import ACCOUNT, PERSON, body

pytestmark = pytest.mark.django_db
# What the private answer says the person is called in messages.
SAME = "9990000000000077"


@pytest.fixture
def sent(monkeypatch) -> list[OutgoingMessage]:
    taken: list[OutgoingMessage] = []

    def send(self: Any, account: Any, message: OutgoingMessage) -> SendResult:
        taken.append(message)
        known = (IdentityRef(IdentityKind.IG_SID, SAME, ACCOUNT),) if message.to.comment_id else ()
        return SendResult(f"m_ours_{len(taken)}", identities=known)

    monkeypatch.setattr(InstagramAdapter, "send", send)
    return taken


@pytest.fixture
def direct(clinic) -> Channel:
    return make.messaging_channel(clinic)


def comments(comment_id: str = "179", *, days: float = 0, **media: Any) -> Conversation:
    value = {
        "id": comment_id,
        "text": "Quanto custa?",
        "from": {"id": PERSON, "username": "yasmin.teles"},
        "media": {"id": "55", **media},
    }
    at = timezone.now() - timedelta(days=days)
    stamp = int(at.timestamp())
    entry = {"id": ACCOUNT, "time": stamp, "field": "comments", "value": value}
    make.process({"object": "instagram", "entry": [entry]}, source="instagram")
    return Message.unscoped.get(external_id=f"comment:{comment_id}").conversation


def writes(person: str) -> None:
    event = {
        "sender": {"id": person},
        "recipient": {"id": ACCOUNT},
        "timestamp": int(timezone.now().timestamp() * 1000),
        "message": {"mid": f"m_{person}", "text": "Oi"},
    }
    make.process(body(event), source="instagram")


def answer(talk: Conversation, author, **more: Any) -> Message:
    row = message_send(conversation=talk, author=author, text="Te respondo aqui", **more)
    conversation_deliver(conversation=talk)
    row.refresh_from_db()
    return row


def test_a_comment_told_twice_is_one_message_and_answered_once(direct, ana, sent):
    talk = comments()
    comments(ad_id="9", ad_title="Clareamento")
    assert Message.unscoped.filter(conversation=talk).count() == 1
    assert talk.identity.username == "yasmin.teles"
    assert not talk.is_window_open
    assert answer(talk, ana).status == MessageStatus.SENT
    assert sent[0].to.comment_id == "179"
    talk.refresh_from_db()
    assert not talk.is_window_open
    with pytest.raises(Refused, match="janela"):
        answer(talk, ana)


def test_the_persons_answer_comes_to_the_same_conversation_and_opens_the_window(direct, ana, sent):
    talk = comments()
    answer(talk, ana)
    writes(SAME)
    again = Message.unscoped.get(external_id=f"m_{SAME}").conversation
    assert again.pk == talk.pk
    assert again.is_window_open
    answer(again, ana)
    assert (sent[1].to.comment_id, sent[1].to.user_id) == ("", SAME)
    assert ContactIdentity.unscoped.values("contact").distinct().count() == 1


def test_a_second_comment_has_an_answer_of_its_own_and_an_old_one_none(direct, ana, sent):
    talk = comments("1", days=8)
    assert comment_to_answer(talk) is None
    with pytest.raises(Refused, match="janela"):
        answer(talk, ana)
    for key in ("2", "3"):
        comments(key)
    answer(talk, ana)
    answer(talk, ana)
    assert {one.to.comment_id for one in sent} == {"2", "3"}


def test_a_quoted_comment_is_answered_though_the_window_is_open(direct, ana, sent):
    talk = comments()
    writes(PERSON)
    talk.refresh_from_db()
    quoted = Message.unscoped.get(external_id="comment:179")
    for reply in (quoted, quoted, None):
        answer(talk, ana, reply_to=reply)
    assert [one.to.comment_id for one in sent] == ["179", "", ""]
    # A comment has no id that messages quote.
    assert [one.reply_to for one in sent] == ["", "", ""]


def test_a_courtesy_does_not_take_the_one_answer(direct, ana, sent):
    talk = comments()
    with pytest.raises(Refused, match="janela"):
        message_send(
            conversation=talk,
            author=None,
            author_kind=Author.SYSTEM,
            purpose="fora_do_horario",
            text="Voltamos às 8h",
        )
    assert comment_to_answer(talk) is not None


def test_a_refused_answer_leaves_the_comment_to_the_next(direct, ana, sent, monkeypatch):
    talk = comments()
    kept = InstagramAdapter.send

    def refuse(self: Any, account: Any, message: OutgoingMessage) -> SendResult:
        raise SendError("conteudo_invalido", "não")

    monkeypatch.setattr(InstagramAdapter, "send", refuse)
    failed = answer(talk, ana)
    assert failed.status == MessageStatus.FAILED
    monkeypatch.setattr(InstagramAdapter, "send", kept)
    assert answer(talk, ana).status == MessageStatus.SENT
    with pytest.raises(Refused, match="janela"):
        message_retry(message=failed, actor=ana)


def test_what_waited_too_long_is_not_sent(direct, ana, sent):
    talk = comments(days=6.9)
    row = message_send(conversation=talk, author=ana, text="Oi")
    Message.unscoped.filter(external_id="comment:179").update(
        happened_at=timezone.now() - timedelta(days=7.1)
    )
    conversation_deliver(conversation=talk)
    row.refresh_from_db()
    assert (row.status, row.error_code) == (MessageStatus.FAILED, "janela_fechada")
    assert not sent
