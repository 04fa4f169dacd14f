"""Small promises of storing what people wrote."""

from __future__ import annotations

from django.utils import timezone

from common.scoping import company_scope
from omnichannel.models import Attachment, Channel, Message
from omnichannel.services.inbound import messages_store
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind
from providers.content import Card, Cards, InfoRequest
from providers.facts import MediaRef
from tests import make


def _ask_for_phone(channel: Channel) -> tuple[Message, Message]:
    hidden = make.person(phone="", user_id="BR.555000111", name="Lia")
    first = make.inbound(channel, person=hidden)
    with company_scope(channel.company_id):
        ours = message_send(
            conversation=first.conversation,
            author=None,
            kind=MessageKind.INTERACTIVE,
            text="Pode compartilhar seu telefone?",
            content=InfoRequest("phone"),
        )
        Message.objects.filter(pk=ours.pk).update(external_id="wamid.pedido")
    return first, ours


def test_a_shared_phone_is_kept_when_we_asked_for_it(channel: Channel) -> None:
    first, _ours = _ask_for_phone(channel)
    make.inbound(
        channel,
        person=make.person(phone="", user_id="BR.555000111", name="Lia"),
        kind=MessageKind.CONTACT,
        reply_to="wamid.pedido",
        content=Cards((Card("Lia"),), shared_phone="554198887777"),
    )
    first.conversation.contact.refresh_from_db()
    assert first.conversation.contact.phone == "+5541998887777"


def test_a_shared_phone_that_nobody_asked_for_names_nobody(channel: Channel) -> None:
    first, _ours = _ask_for_phone(channel)
    make.inbound(
        channel,
        person=make.person(phone="", user_id="BR.555000111", name="Lia"),
        kind=MessageKind.CONTACT,
        content=Cards((Card("Lia"),), shared_phone="554198887777"),
    )
    first.conversation.contact.refresh_from_db()
    assert first.conversation.contact.phone == ""


def test_a_quote_of_a_message_in_the_same_batch_is_linked(channel: Channel) -> None:
    one = make.fact(channel, external_id="wamid.a")
    two = make.fact(channel, external_id="wamid.b", reply_to="wamid.a")
    with company_scope(channel.company_id):
        first, second = messages_store(channel=channel, messages=[one, two])
    second.refresh_from_db()
    assert second.reply_to_id == first.pk


def test_the_file_of_a_past_message_replaces_its_placeholder_once(channel: Channel) -> None:
    past = {"is_history": True, "opens_window": False, "external_id": "wamid.velha"}
    make.inbound(channel, kind=MessageKind.UNSUPPORTED, text="", **past)
    media = (MediaRef(MessageKind.IMAGE, "media-1", "image/jpeg"),)
    late = make.fact(channel, kind=MessageKind.IMAGE, media=media, at=timezone.now(), **past)
    with company_scope(channel.company_id):
        for _ in range(2):
            messages_store(channel=channel, messages=[late])
        message = Message.objects.get(external_id="wamid.velha")
        assert message.kind == MessageKind.IMAGE
        assert Attachment.objects.filter(message=message).count() == 1
