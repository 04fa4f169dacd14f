"""Emojis, stars and passing on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import note_add
from providers import registry
from providers.choices import MessageKind
from providers.content import ReactionTo
from providers.content_json import content_of
from tests import make

Enter = Callable[[Membership], Client]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


@pytest.fixture
def said(channel: Channel) -> Message:
    return make.inbound(channel, text="Tenho alergia a dipirona")


@pytest.fixture
def other(channel: Channel) -> Conversation:
    person = make.person("5511970000001", "Rita Melo")
    talk: Conversation = make.inbound(channel, text="Oi", person=person).conversation
    return talk


def act(client: Client, name: str, message: Message, **form: str) -> Any:
    where = reverse(f"inbox:{name}", args=[message.pk])
    return client.post(where, form, headers={"HX-Request": "true"})


@pytest.mark.parametrize("kind", list(registry.ADAPTERS), ids=str)
def test_a_kind_that_sends_reactions_says_which_are_offered(kind: str):
    policy = registry.policy_of(kind)
    assert (MessageKind.REACTION in policy.kinds) == bool(policy.reactions)


def test_a_reaction_goes_out_once_however_often_it_is_posted(
    enter: Enter, beto: Membership, said: Message
):
    client = enter(beto)
    for _ in range(2):
        answer = act(client, "react", said, emoji="🙏", client_id="r1")
        assert answer.status_code == 200, answer.content
    sent = Message.unscoped.get(kind=MessageKind.REACTION)
    assert sent.reply_to_id == said.pk
    assert content_of(sent.metadata) == ReactionTo(said.external_id, "🙏")


def test_a_star_is_the_teams_and_can_be_taken_away(
    enter: Enter, beto: Membership, carla: Membership, said: Message
):
    act(enter(beto), "star", said, marcada="sim")
    listed = enter(carla).get(reverse("inbox:starred", args=[said.conversation_id]))
    assert "alergia a dipirona" in listed.content.decode()
    revision = Conversation.unscoped.get(pk=said.conversation_id).revision
    act(enter(beto), "star", said, marcada="sim")
    assert Conversation.unscoped.get(pk=said.conversation_id).revision == revision
    act(enter(beto), "star", said, marcada="nao")
    listed = enter(carla).get(reverse("inbox:starred", args=[said.conversation_id]))
    assert "alergia a dipirona" not in listed.content.decode()


def test_a_message_is_passed_on_once(
    enter: Enter, beto: Membership, said: Message, other: Conversation
):
    client = enter(beto)
    found = client.post(reverse("inbox:forward-places", args=[said.pk]), {"q": "rita"})
    assert str(other.pk) in found.content.decode()
    for _ in range(2):
        answer = act(client, "forward", said, destino=str(other.pk), client_id="f1")
        assert answer.status_code == 200, answer.content
    sent = Message.unscoped.get(conversation=other, direction="saida", kind="texto")
    assert (sent.text, sent.author_id) == (said.text, beto.pk)


def test_files_are_passed_on_as_files_of_the_writers(
    enter: Enter, beto: Membership, channel: Channel, other: Conversation
):
    media = (make.media_ref("1", kind=MessageKind.IMAGE, filename="exame.png"),)
    message = make.inbound(channel, kind=MessageKind.IMAGE, text="Veja", media=media)
    mine = Attachment.unscoped.get(message=message)
    mine.file.save("", ContentFile(PNG), save=False)
    mine.state, mine.mime_type, mine.size = "pronto", "image/png", len(PNG)
    mine.save()
    answer = act(enter(beto), "forward", message, destino=str(other.pk), client_id="f1")
    assert answer.status_code == 200, answer.content
    sent = Message.unscoped.get(conversation=other, direction="saida", kind="imagem")
    copied = Attachment.unscoped.get(message=sent)
    assert sent.text == "Veja"
    assert (copied.filename, copied.uploaded_by_id) == ("exame.png", beto.pk)
    assert copied.file.name != mine.file.name


def test_a_note_of_the_team_never_leaves_it(
    enter: Enter, beto: Membership, said: Message, other: Conversation
):
    note = note_add(conversation=said.conversation, author=beto, text="Devendo", client_id="n")
    client = enter(beto)
    assert client.get(reverse("inbox:forward", args=[note.pk])).status_code == 404
    assert act(client, "forward", note, destino=str(other.pk), client_id="f").status_code == 404
    assert not Message.unscoped.filter(conversation=other, text="Devendo").exists()


def test_nothing_is_passed_on_to_where_the_writer_may_not_write(
    enter: Enter, beto: Membership, carla: Membership, said: Message, other: Conversation
):
    conversation_take(conversation=other, attendant=carla)
    client = enter(beto)
    where = reverse("inbox:forward-places", args=[said.pk])
    found = client.post(where, {"q": "rita"}).content.decode()
    assert str(other.pk) not in found
    answer = act(client, "forward", said, destino=str(other.pk), client_id="f")
    assert answer.status_code in (403, 404, 409)
    assert not Message.unscoped.filter(conversation=other, direction="saida", kind="texto").exists()
